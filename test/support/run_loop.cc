#include "support/run_loop.h"

#include <uv.h>

#include "support/catch.h"

namespace uvnet::test {
namespace {

// Ends the waiting inside uv_run when the time is up. Not referenced: it keeps no loop running.
class Deadline {
 public:
  Deadline(uv_loop_t* loop, std::chrono::milliseconds timeout) : timer_(new Timer) {
    uv_timer_init(loop, &timer_->uv);
    uv_unref(reinterpret_cast<uv_handle_t*>(&timer_->uv));
    timer_->uv.data = timer_;
    uv_update_time(loop);
    uv_timer_start(
        &timer_->uv, [](uv_timer_t* uv) { static_cast<Timer*>(uv->data)->expired = true; },
        static_cast<std::uint64_t>(timeout.count()), 0);
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_->uv),
             [](uv_handle_t* uv) { delete static_cast<Timer*>(uv->data); });
  }
  bool expired() const { return timer_->expired; }

 private:
  struct Timer {
    uv_timer_t uv;
    bool expired = false;
  };
  Timer* timer_;
};

}  // namespace

void runUntil(LoopHost& host, const std::function<bool()>& predicate,
              std::chrono::milliseconds timeout) {
  const Deadline deadline(host.loop(), timeout);
  while (!predicate()) {
    if (deadline.expired()) FAIL("what the test waits for did not happen in time");
    const bool more = host.runOnce();
    if (!more && !predicate()) FAIL("nothing is left on the loop, and it has not happened");
  }
}

void runToEnd(LoopHost& host, std::chrono::milliseconds timeout) {
  bool more = true;
  {
    const Deadline deadline(host.loop(), timeout);
    while (more) {
      if (deadline.expired()) FAIL("the loop did not come to its end in time");
      more = host.runOnce();
    }
  }
  host.runNoWait();  // for the deadline's own handle
}

void turn(LoopHost& host, int times) {
  for (int i = 0; i < times; ++i) host.runNoWait();
}

int openHandles(uv_loop_s* loop) {
  int count = 0;
  uv_walk(
      loop,
      [](uv_handle_t* handle, void* total) {
        if (uv_is_closing(handle) == 0) ++*static_cast<int*>(total);
      },
      &count);
  return count;
}

}  // namespace uvnet::test
