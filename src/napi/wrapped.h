// The tie between a JavaScript object and the C++ object it stands for.
//
// The JavaScript object holds one Ref. While others hold one too (the loop, while a handle is open;
// ticks and callbacks) the tie is strong, so that an open socket lives though nobody refers to it;
// after that it is weak, and the collector decides.
#pragma once

#include <node_api.h>
#include <uvnet/block_list.h>
#include <uvnet/error.h>
#include <uvnet/ref.h>

#include <utility>

#include "napi/environment.h"
#include "napi/js.h"

namespace uvnet::napi {

class NodeServer;
class NodeSocket;

// What an object of each class is known by; random, so that nobody else's can be taken for ours.
template <class T>
inline constexpr napi_type_tag kTypeTag{};
template <>
inline constexpr napi_type_tag kTypeTag<NodeSocket>{0x5f3c1d2ab7e94806, 0x9a41c6e08d27f35b};
template <>
inline constexpr napi_type_tag kTypeTag<NodeServer>{0xc80e7b46f1a35d92, 0xb6d7204f93ae1c58};
template <>
inline constexpr napi_type_tag kTypeTag<BlockList>{0x217fd9a05c6be483, 0x8e35fb12a9d06c47};

inline Error illegalInvocation() {
  return Error("Illegal invocation", "ERR_INVALID_THIS", "TypeError");
}

// Throws unless it is an object that stands for nothing yet: a constructor's `this`.
inline void checkUntied(napi_env env, napi_value value) {
  void* data = nullptr;
  if (typeOf(env, value) != napi_object || napi_unwrap(env, value, &data) == napi_ok) {
    throw illegalInvocation();
  }
}

// What an object of ours was tied to; null for an object of somebody else's, and for no object.
template <class T>
void* tiedTo(napi_env env, napi_value value) {
  void* data = nullptr;
  bool ours = false;
  if (napi_check_object_type_tag(env, value, &kTypeTag<T>, &ours) != napi_ok || !ours ||
      napi_unwrap(env, value, &data) != napi_ok) {
    return nullptr;
  }
  return data;
}

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
  // T: the class that unwrap() is asked for. The object has passed checkUntied().
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
    napi_type_tag_object(env(), object, &kTypeTag<T>);
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
  void* const data = tiedTo<T>(env, value);
  return data != nullptr ? static_cast<Ref<T>*>(data)->get() : nullptr;
}

}  // namespace uvnet::napi
