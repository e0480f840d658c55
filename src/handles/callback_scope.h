// The scope around every call that leaves libuv for our code: what a trampoline opens, once.
//
// Promises: the host is entered and left in pairs, so that ticks run after each callback; the owner
// lives until the callback has returned; nothing thrown reaches the C frames of libuv.
#pragma once

#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <exception>
#include <utility>

namespace uvnet::handles {

class CallbackScope {
 public:
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

  // Calls f() inside a scope of the host. keep may be null. Whatever f destroys, among it the
  // handle whose callback this is, is gone afterwards: a trampoline ends with this call.
  template <class F>
  static void run(Host& host, RefCounted* keep, F&& f) noexcept {
    const CallbackScope scope(host);
    const Ref<RefCounted> kept(keep);  // dropped before leave(): ticks it causes still run there
    try {
      std::forward<F>(f)();
    } catch (...) {
      host.uncaught(std::current_exception());
    }
  }

 private:
  explicit CallbackScope(Host& host) : host_(host) { host_.enter(); }
  ~CallbackScope() { host_.leave(); }

  Host& host_;
};

}  // namespace uvnet::handles
