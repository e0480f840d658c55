#include "napi/errors.h"

#include <memory>
#include <span>
#include <utility>

#include "napi/js.h"

namespace uvnet::napi {

namespace {

// A box with the value, for only objects can be referred to and anything can be an error.
class Origin {
 public:
  Origin(Environment& environment, napi_value value) : environment_(&environment) {
    napi_env env = environment.env();
    napi_value box;
    napi_create_object(env, &box);
    set(env, box, "value", value);
    napi_create_reference(env, box, 1, &box_);
  }
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;
  ~Origin() { napi_delete_reference(environment_->env(), box_); }
  // Null once it was left with an object that is gone.
  napi_value value() const {
    napi_env env = environment_->env();
    napi_value box = nullptr;
    napi_value result = nullptr;
    napi_get_reference_value(env, box_, &box);
    if (box != nullptr) napi_get_named_property(env, box, "value", &result);
    return result;
  }
  void leaveWith(napi_value object) {
    if (left_) return;
    napi_env env = environment_->env();
    napi_value box = nullptr;
    napi_get_reference_value(env, box_, &box);
    napi_value before;
    napi_get_property(env, object, environment_->hiddenKey("errors"), &before);
    set(env, box, "before", before);
    environment_->hide(object, "errors", box);
    left_ = true;
    napi_reference_unref(env, box_, nullptr);
  }

 private:
  Ref<Environment> environment_;
  napi_ref box_ = nullptr;
  bool left_ = false;
};

napi_value fieldsOf(Environment& environment, const Error& error) {
  napi_env env = environment.env();
  napi_value fields;
  napi_create_object(env, &fields);
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) set(env, fields, name, toJs(env, value));
  };
  text("name", error.name);
  text("code", error.code);
  set(env, fields, "message", toJs(env, error.message));
  if (error.number != 0) set(env, fields, "errno", toJs(env, error.number));
  text("syscall", error.syscall);
  text("address", error.address);
  if (error.port) set(env, fields, "port", toJs(env, *error.port));
  text("localAddress", error.localAddress);
  if (error.localPort) set(env, fields, "localPort", toJs(env, *error.localPort));
  text("hostname", error.hostname);
  if (!error.errors.empty()) {
    napi_value list;
    napi_create_array(env, &list);
    std::uint32_t index = 0;
    for (const Error& cause : error.errors) {
      napi_set_element(env, list, index++, toJs(environment, cause));
    }
    set(env, fields, "errors", list);
  }
  return fields;
}

}  // namespace

napi_value toJs(Environment& environment, const Error& error) {
  environment.enterJs();
  if (error.origin != nullptr) {
    const napi_value value = static_cast<const Origin*>(error.origin.get())->value();
    if (value != nullptr) return value;
  }
  const napi_value fields = fieldsOf(environment, error);
  return environment.call(Hook::kError, std::span(&fields, 1));
}

void leaveWith(Environment& environment, const Error& error, napi_value object) {
  if (error.origin == nullptr || environment.ending()) return;
  static_cast<Origin*>(error.origin.get())->leaveWith(object);
}

Error fromJs(Environment& environment, napi_value value) {
  napi_env env = environment.env();
  Error error;
  if (typeOf(env, value) == napi_object) {
    error.message = stringOption(env, value, "message");
    error.code = stringOption(env, value, "code");
    error.name = stringOption(env, value, "name");
  }
  error.origin = std::make_shared<Origin>(environment, value);
  return error;
}

}  // namespace uvnet::napi
