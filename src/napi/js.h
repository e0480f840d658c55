// Node-API in C++: what every file of the addon does with values, in one place.
//
// A call into Node-API that fails means a bug here or a JavaScript exception; the latter becomes a
// JsException, which crosses the core like any exception of a listener and is thrown back to
// JavaScript, or given to 'uncaughtException', where the core is left.
#pragma once

#include <node_api.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace uvnet::napi {

// Thrown after a JavaScript exception became pending; the value is kept by the Environment.
struct JsException {};

inline napi_value undefined(napi_env env) {
  napi_value value;
  napi_get_undefined(env, &value);
  return value;
}
inline napi_value null(napi_env env) {
  napi_value value;
  napi_get_null(env, &value);
  return value;
}
inline napi_value toJs(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}
inline napi_value toJs(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}
inline napi_value toJs(napi_env env, int value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}
inline napi_value toJs(napi_env env, std::uint32_t value) {
  napi_value result;
  napi_create_uint32(env, value, &result);
  return result;
}
inline napi_value toJs(napi_env env, std::string_view text) {
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}
// Else a literal would be a bool.
inline napi_value toJs(napi_env env, const char* text) { return toJs(env, std::string_view(text)); }

inline napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}
inline bool isNullish(napi_env env, napi_value value) {
  const napi_valuetype type = typeOf(env, value);
  return type == napi_undefined || type == napi_null;
}
inline bool isFunction(napi_env env, napi_value value) {
  return typeOf(env, value) == napi_function;
}

// A lone surrogate becomes U+FFFD, as in Buffer.from().
inline std::string toString(napi_env env, napi_value value) {
  std::size_t size = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &size) != napi_ok) return {};
  std::string text(size, '\0');
  napi_get_value_string_utf8(env, value, text.data(), size + 1, &size);
  return text;
}
inline bool toBool(napi_env env, napi_value value) {
  bool result = false;
  napi_value boolean;
  if (napi_coerce_to_bool(env, value, &boolean) == napi_ok) {
    napi_get_value_bool(env, boolean, &result);
  }
  return result;
}
inline double toDouble(napi_env env, napi_value value) {
  double result = NAN;
  napi_get_value_double(env, value, &result);
  return result;
}
// The nearest number that T has, which is what a cast does not give; NaN: 0.
template <class T>
T whole(double value) noexcept {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(value)) return 0;
  if (value <= static_cast<double>(Limits::min())) return Limits::min();
  if (value >= static_cast<double>(Limits::max())) return Limits::max();
  return static_cast<T>(value);
}
inline int toInt(napi_env env, napi_value value) {
  int result = 0;
  napi_get_value_int32(env, value, &result);
  return result;
}
inline std::uint32_t toUint(napi_env env, napi_value value) {
  std::uint32_t result = 0;
  napi_get_value_uint32(env, value, &result);
  return result;
}

// A property of an option bag. Absent, undefined and null are nothing.
inline std::optional<napi_value> option(napi_env env, napi_value bag, const char* name) {
  if (typeOf(env, bag) != napi_object) return std::nullopt;
  napi_value value;
  if (napi_get_named_property(env, bag, name, &value) != napi_ok) return std::nullopt;
  if (isNullish(env, value)) return std::nullopt;
  return value;
}
inline bool boolOption(napi_env env, napi_value bag, const char* name, bool otherwise = false) {
  const auto value = option(env, bag, name);
  return value ? toBool(env, *value) : otherwise;
}
inline std::optional<double> numberOption(napi_env env, napi_value bag, const char* name) {
  const auto value = option(env, bag, name);
  if (!value || typeOf(env, *value) != napi_number) return std::nullopt;
  return toDouble(env, *value);
}
inline std::string stringOption(napi_env env, napi_value bag, const char* name) {
  const auto value = option(env, bag, name);
  return value && typeOf(env, *value) == napi_string ? toString(env, *value) : std::string();
}

inline void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

// The bytes of a Buffer or another view. They stay where they are while JavaScript keeps the view.
inline std::optional<std::string_view> bytesOf(napi_env env, napi_value value) {
  bool isBuffer = false;
  if (napi_is_buffer(env, value, &isBuffer) != napi_ok || !isBuffer) return std::nullopt;
  void* data = nullptr;
  std::size_t size = 0;
  if (napi_get_buffer_info(env, value, &data, &size) != napi_ok) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

}  // namespace uvnet::napi
