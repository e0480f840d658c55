// A timer or a signal of a LoopHost's user: what a Watcher holds.
//
// Promises: once cancelled it never calls, whoever cancels it and when, its own function included;
// nothing of it is left open when its LoopHost goes.
#pragma once

#include <uv.h>
#include <uvnet/host.h>

#include <cstdint>

namespace uvnet::handles {

class Watch;

// Those of one LoopHost.
class Watches {
 public:
  explicit Watches(Host& host) noexcept : host_(host) {}
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;
  ~Watches() { close(); }

  // Node's rule for times: what is not at least 1 becomes 1, and so does, with a warning, what is
  // more than 31 bits. Both throw ERR_INVALID_ARG_TYPE for an empty function.
  Ref<Watch> timer(double milliseconds, bool repeats, Task call);
  // Throws what the system says of that number (EINVAL).
  Ref<Watch> signal(int number, Task call);

  // Cancels all of them; none is made afterwards.
  void close() noexcept;

 private:
  friend class Watch;
  Host& host_;
  Watch* first_ = nullptr;
};

class Watch final : public RefCounted {
 public:
  enum class Kind { kTimeout, kInterval, kSignal };

  Watch(Kind kind, Task call) noexcept : kind_(kind), call_(std::move(call)) {}
  ~Watch() override = default;

  void cancel() noexcept;
  void detach() noexcept;
  void refresh() noexcept;
  void keepRunning(bool yes) noexcept;
  bool active() const noexcept { return all_ != nullptr && uv_is_active(&uv_.handle) != 0; }

 private:
  friend class Watches;
  class Lent;

  void open(Watches& all) noexcept;  // what uv_ is has been initialised
  void start(std::uint64_t ms) noexcept;
  void fire() noexcept;
  static void onClosed(uv_handle_t* handle) noexcept;

  union {
    uv_handle_t handle;
    uv_timer_t timer;
    uv_signal_t signal;
  } uv_;
  const Kind kind_;
  bool detached_ = false;
  std::uint64_t ms_ = 0;
  Task call_;               // empty while it runs
  Watches* all_ = nullptr;  // null: cancelled
  Watch* previous_ = nullptr;
  Watch* next_ = nullptr;
  Ref<Watch> loop_;  // itself, for as long as the loop knows uv_
};

}  // namespace uvnet::handles
