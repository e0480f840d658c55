// The tie between a JavaScript object and the C++ object it stands for.
//
// The JavaScript object holds one Ref. While others hold one too (the loop, while a handle is open;
// ticks and callbacks) the tie is strong, so that an open socket lives though nobody refers to it;
// after that it is weak, and the collector decides.
#pragma once

#include <node_api.h>
#include <uvnet/ref.h>

#include <utility>

#include "napi/environment.h"
#include "napi/js.h"

namespace uvnet::napi {

class Wrapped {
 public:
  explicit Wrapped(Environment& environment) : environment_(&environment) {}
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;

  Environment& environment() const noexcept { return *environment_; }
  napi_env env() const noexcept { return environment_->env(); }
  // Null once it was collected.
  napi_value object() const noexcept {
    napi_value value = nullptr;
    if (self_ != nullptr) napi_get_reference_value(env(), self_, &value);
    return value;
  }

 protected:
  ~Wrapped() {
    if (self_ != nullptr) napi_delete_reference(env(), self_);
  }
  // T: the class that unwrap() is asked for.
  template <class T>
  void tie(napi_value object, T* self) {
    auto* owned = new Ref<T>(self);
    napi_wrap(
        env(), object, owned,
        [](napi_env, void* data, void*) {
          auto* ref = static_cast<Ref<T>*>(data);
          const Ref<Environment> keep(&(*ref)->environment());
          delete ref;
        },
        nullptr, &self_);
    environment_->host().leaveContext(self->asyncContext(), object);
  }
  void shared(bool strong) noexcept {
    if (self_ == nullptr || environment_->ending()) return;
    std::uint32_t count = 0;
    if (strong) {
      napi_reference_ref(env(), self_, &count);
    } else {
      napi_reference_unref(env(), self_, &count);
    }
  }

 private:
  Ref<Environment> environment_;
  napi_ref self_ = nullptr;
};

// The C++ object of `value`; null if it has none.
template <class T>
T* unwrap(napi_env env, napi_value value) {
  void* data = nullptr;
  if (napi_unwrap(env, value, &data) != napi_ok || data == nullptr) return nullptr;
  return static_cast<Ref<T>*>(data)->get();
}

}  // namespace uvnet::napi
