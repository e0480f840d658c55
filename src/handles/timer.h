// Timeouts as Node has them: one list per duration, one uv_timer for all, which never keeps the
// loop running. Start, refresh and stop cost the same for ten timers and for a million: a refresh,
// which every read and write does, moves the timer to the end of its list.
//
// Relies on the loop's cached time (uv_now): a timeout counts from the start of the loop's turn.
#pragma once

#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace uvnet::handles {

class TimerLists;
struct TimerList;

// A member of who uses it. Allocates nothing, except that the first timer of a duration makes a
// list.
class Timer {
 public:
  using Fired = void (*)(void* user);

  // fired(user) is called inside a CallbackScope that keeps the owner alive.
  Timer(RefCounted& owner, Fired fired, void* user) noexcept
      : owner_(owner), fired_(fired), user_(user) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }

  // Fires once, ms (at least 1) from now; starts again if it was active.
  void start(TimerLists& lists, std::uint64_t ms);
  // The same duration from now: also after it fired, not after stop(). Does nothing else.
  void refresh() noexcept;
  void stop() noexcept;
  bool active() const noexcept { return list_ != nullptr; }

 private:
  friend class TimerLists;
  RefCounted& owner_;
  Fired fired_;
  void* user_;
  Ref<TimerLists> lists_;      // set from start() to stop()
  TimerList* list_ = nullptr;  // set while active
  Timer* previous_ = nullptr;
  Timer* next_ = nullptr;
  std::uint64_t ms_ = 0;
  std::uint64_t due_ = 0;
};

class TimerLists final : public RefCounted {
 public:
  explicit TimerLists(Host& host);
  ~TimerLists() override;

  // Stops every timer and closes the uv_timer; a timer started afterwards stays inactive.
  void close() noexcept;

 private:
  friend class Timer;
  struct State;

  void insert(Timer& timer);
  void remove(Timer& timer) noexcept;
  void touch(Timer& timer) noexcept;
  static void append(TimerList& list, Timer& timer) noexcept;
  static void unlink(TimerList& list, Timer& timer) noexcept;
  void fireDue() noexcept;

  Host& host_;
  std::unique_ptr<State> state_;  // null: closed
};

}  // namespace uvnet::handles
