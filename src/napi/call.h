// A call from JavaScript into C++: its arguments, and the frame around it in which nothing thrown
// crosses Node-API.
#pragma once

#include <node_api.h>

#include <array>
#include <cstddef>

#include "napi/environment.h"
#include "napi/js.h"
#include "napi/wrapped.h"

namespace uvnet::napi {

class Call {
 public:
  static constexpr std::size_t kMost = 4;  // arguments of any call there is

  Call(napi_env env, napi_callback_info info) : env_(env) {
    void* data = nullptr;
    // Absent ones are undefined.
    napi_get_cb_info(env, info, &count_, arguments_.data(), &self_, &data);
    environment_ = static_cast<Environment*>(data);
  }

  napi_env env() const noexcept { return env_; }
  Environment& environment() const noexcept { return *environment_; }
  napi_value self() const noexcept { return self_; }
  std::size_t count() const noexcept { return count_; }
  napi_value operator[](std::size_t index) const noexcept { return arguments_[index]; }
  // The object that `this` stands for.
  template <class T>
  T& self() const {
    T* object = unwrap<T>(env_, self_);
    if (object == nullptr) throw illegalInvocation();
    return *object;
  }
  // The socket that the first argument is the number of: what is called often is called so.
  NodeSocket& numbered() const {
    NodeSocket* object = environment_->socket(toUint(env_, arguments_[0]));
    if (object == nullptr) throw illegalInvocation();
    return *object;
  }

 private:
  napi_env env_;
  Environment* environment_ = nullptr;
  napi_value self_ = nullptr;
  std::size_t count_ = kMost;
  std::array<napi_value, kMost> arguments_{};
};

template <napi_value (*F)(Call&)>
napi_value entry(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Environment& environment = call.environment();
  struct Frame {
    explicit Frame(NodeHost& to) : host(to) { host.calledFromJs(); }
    ~Frame() { host.returnToJs(); }
    NodeHost& host;
  } const frame(environment.host());
  try {
    return F(call);
  } catch (...) {
    environment.throwToJs();
    return nullptr;
  }
}

template <napi_value (*F)(Call&)>
void define(napi_env env, napi_value object, const char* name) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, entry<F>, &Environment::of(env), &function);
  set(env, object, name, function);
}

}  // namespace uvnet::napi
