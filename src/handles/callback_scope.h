// The scope around every call that leaves libuv for our code: what a trampoline opens, once; and
// shielded(), around user code that something of ours has to follow.
//
// Promises: the host is entered and left in pairs, so that ticks run after each callback; the owner
// lives until the callback has returned, and it runs in the owner's asynchronous context; nothing
// thrown reaches the C frames of libuv.
#pragma once

#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <exception>
#include <optional>
#include <utility>

namespace uvnet::handles {

// While it lives the owner's asynchronous context is current, if it has one. owner may be null.
class ContextScope {
 public:
  ContextScope(Host& host, const RefCounted* owner) noexcept : host_(host) {
    if (owner != nullptr && host.hasContexts_) enter(owner->asyncContext());
  }
  // The same with one that was captured; nullptr: nothing is changed.
  ContextScope(Host& host, AsyncContext* context) noexcept : host_(host) { enter(context); }
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;
  ~ContextScope() {
    if (before_) host_.swapContext(*before_);
  }

  // What is current now, for an object to keep and to answer with as asyncContext().
  static Ref<AsyncContext> capture(Host& host) noexcept {
    Ref<AsyncContext> context = host.captureContext();
    if (context) host.hasContexts_ = true;
    return context;
  }

 private:
  void enter(AsyncContext* context) noexcept {
    if (context == nullptr) return;
    before_.emplace(context);
    host_.swapContext(*before_);
  }

  Host& host_;
  std::optional<Ref<AsyncContext>> before_;  // what was current; nullopt: nothing was changed
};

// Runs user code for its own sake: what it throws is the host's, and the caller goes on.
template <class F>
void shielded(Host& host, F&& f) noexcept {
  try {
    std::forward<F>(f)();
  } catch (...) {
    host.uncaught(std::current_exception());
  }
}

class CallbackScope {
 public:
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

  // Calls f() inside a scope of the host. keep may be null. Whatever f destroys, among it the
  // handle whose callback this is, is gone afterwards: a trampoline ends with this call.
  template <class F>
  static void run(Host& host, RefCounted* keep, F&& f) noexcept {
    const CallbackScope scope(host);
    std::optional<CallGuard> kept;  // ends before leave(): ticks it causes still run there
    if (keep != nullptr) kept.emplace(*keep);
    const ContextScope context(host, keep);
    shielded(host, std::forward<F>(f));
  }

 private:
  explicit CallbackScope(Host& host) : host_(host) { host_.enter(); }
  ~CallbackScope() { host_.leave(); }

  Host& host_;
};

}  // namespace uvnet::handles
