// What all handles of one Net share: the host and its loop, the memory reads go to, the pool of
// requests, the pipe of the kernel's, the timeouts.
//
// Each handle holds a Ref to it and so does the Net: it goes when the last handle is freed. The
// Host outlives it.
#pragma once

#include <uvnet/function.h>
#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "handles/fifos.h"
#include "handles/kernel_pipe.h"
#include "handles/read_slab.h"

namespace uvnet::handles {

class RequestPool;
class StreamHandle;
class TimerLists;

class LoopContext final : public RefCounted {
 public:
  explicit LoopContext(Host& host);
  ~LoopContext() override;

  Host& host() const noexcept { return host_; }
  uv_loop_s* loop() const noexcept { return loop_; }
  // The loop's idea of the time, in ms: that of the start of the current turn.
  std::uint64_t now() const noexcept;

  TimerLists& timers() noexcept { return *timers_; }
  ReadSlab& slab() noexcept { return slab_; }
  RequestPool& requests() noexcept { return *requests_; }
  KernelPipe& kernelPipe() noexcept { return kernelPipe_; }
  Fifos& fifos() noexcept { return fifos_; }
  // Where what is being read goes without coming up; set only between libuv's asking for memory and
  // its telling of the read.
  StreamHandle* readDestination = nullptr;

  // Closes what the context itself keeps on the loop (the timer). Afterwards timers do nothing.
  void shutdown() noexcept;
  // Runs the task, in a scope of the host, once every handle of this context is closed and freed
  // and every lookup answered.
  void whenClosed(Task task);

  // What libuv still works on: stream handles whose memory has not been freed yet, closing ones
  // included, and lookups under way.
  std::size_t openHandles() const noexcept { return open_; }
  void opened() noexcept { ++open_; }
  void freed() noexcept {
    if (--open_ == 0 && waiting_ != nullptr) allFreed();
  }

 private:
  struct Sentinel;
  void allFreed() noexcept;

  Host& host_;
  uv_loop_s* const loop_;
  ReadSlab slab_;
  KernelPipe kernelPipe_;
  Fifos fifos_;
  std::unique_ptr<RequestPool> requests_;
  Ref<TimerLists> timers_;
  std::size_t open_ = 0;
  Sentinel* waiting_ = nullptr;  // the first of those that wait for 0
};

}  // namespace uvnet::handles
