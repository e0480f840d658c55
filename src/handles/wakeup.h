// A way to call into the loop's thread from any other (uv_async). Keeps the loop running only after
// ref().
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
  void ref() noexcept;
  void unref() noexcept;

 private:
  struct Async;
  Async* async_;  // freed when libuv has closed it
};

}  // namespace uvnet::handles
