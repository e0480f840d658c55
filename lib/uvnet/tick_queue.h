// The tasks of Host::nextTick in their order, for whoever writes a Host: a ring that grows and
// keeps its memory, so that a tick in a steady state allocates nothing.
#pragma once

#include <uvnet/host.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace uvnet {

class TickQueue {
 public:
  bool empty() const noexcept { return count_ == 0; }

  void push(Task&& task) {
    if (count_ == ring_.size()) grow();
    ring_[(first_ + count_) & (ring_.size() - 1)] = std::move(task);
    ++count_;
  }

  // Takes the task out, so that it may push while it runs.
  Task pop() noexcept {
    Task task = std::move(ring_[first_]);
    first_ = (first_ + 1) & (ring_.size() - 1);
    --count_;
    return task;
  }

  // Gives back what a burst needed. Only when empty.
  void trim() noexcept {
    if (ring_.size() <= kKeep) return;
    std::vector<Task>().swap(ring_);
    first_ = 0;
  }

 private:
  static constexpr std::size_t kStart = 16;  // a power of two, for the mask
  static constexpr std::size_t kKeep =
      4096;  // 192 KiB of tasks: a tick for each of many connections

  void grow() {
    std::vector<Task> bigger(ring_.empty() ? kStart : ring_.size() * 2);
    for (std::size_t i = 0; i < count_; ++i) {
      bigger[i] = std::move(ring_[(first_ + i) & (ring_.size() - 1)]);
    }
    ring_.swap(bigger);
    first_ = 0;
  }

  std::vector<Task> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace uvnet
