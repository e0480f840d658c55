// A Host without a loop: what a program does in one turn is between enter() and leave(), and its
// ticks run in leave().
#pragma once

#include <uvnet/error.h>
#include <uvnet/host.h>

#include <deque>
#include <functional>
#include <utility>

namespace uvnet::test::fuzz {

// What nobody caught is told by its Error; nullptr for anything else.
class TurnHost final : public Host {
 public:
  explicit TurnHost(std::function<void(const Error*)> onUncaught)
      : onUncaught_(std::move(onUncaught)) {
    // The traces are Node 20's.
    setDefaultHighWaterMark(16 * 1024);
  }
  uv_loop_s* loop() noexcept override { return nullptr; }
  void nextTick(Task task) override { ticks_.push_back(std::move(task)); }
  void enter() override { ++depth_; }
  void leave() noexcept override {
    if (depth_ > 1) {
      --depth_;
      return;
    }
    while (!ticks_.empty()) {
      Task task = std::move(ticks_.front());
      ticks_.pop_front();
      try {
        task();
      } catch (...) {
        uncaught(std::current_exception());
      }
    }
    --depth_;
  }
  void uncaught(std::exception_ptr thrown) noexcept override {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      onUncaught_(&error);
    } catch (...) {
      onUncaught_(nullptr);
    }
  }
  void drop() { ticks_.clear(); }

 private:
  std::function<void(const Error*)> onUncaught_;
  std::deque<Task> ticks_;
  int depth_ = 0;
};

}  // namespace uvnet::test::fuzz
