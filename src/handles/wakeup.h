// A way to call into the loop's thread from any other (uv_async). Keeps the loop running only after
// ref().
//
// Its owner may outlive the LoopHost, against the rules, and other threads cannot know when that
// goes: from then on send() does nothing.
#pragma once

#include <uvnet/host.h>

namespace uvnet::handles {

class Wakeup {
 public:
  using Woken = void (*)(void* user);

  // Made and dropped in the loop's thread. woken(user) is called there, inside a CallbackScope,
  // once for one or several send(); not after the Wakeup was dropped.
  Wakeup(Host& host, Woken woken, void* user);
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  ~Wakeup();

  void send() noexcept;  // any thread
  // The host has gone. In the loop's thread.
  bool over() const noexcept;
  void ref() noexcept;
  void unref() noexcept;

  // For a host that goes: none of those on its loop that are its own sends or calls any more.
  static void endAll(Host& host) noexcept;

 private:
  struct Async;
  Async* async_;  // freed when libuv has closed it
};

}  // namespace uvnet::handles
