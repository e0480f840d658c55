// An abort signal made of std::stop_token, as streams need it: the action runs in the loop's
// thread, whichever thread asked to stop.
#pragma once

#include <uvnet/function.h>
#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <stop_token>
#include <utility>

namespace uvnet::stream {

class AbortWatch;

// Interest in a signal; dropping it ends the interest.
class AbortHandle {
 public:
  AbortHandle() noexcept;
  explicit AbortHandle(Ref<AbortWatch> watch) noexcept;
  AbortHandle(AbortHandle&& other) noexcept;
  AbortHandle& operator=(AbortHandle&& other) noexcept;
  ~AbortHandle();
  void reset() noexcept;
  // Interest in one more signal, whose end is this one's.
  void add(AbortHandle other) noexcept;

 private:
  Ref<AbortWatch> watch_;
};

// Runs the action once, when stop is requested: within request_stop() if that is called in this
// thread, else on the loop. Already requested: on the next tick. Never keeps the loop running.
AbortHandle onAbort(const std::stop_token& signal, Host& host, Task action);

}  // namespace uvnet::stream
