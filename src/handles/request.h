// One pending write, connect or shutdown. Sees uv.h: for .cc files of this folder only.
//
// A request owns what libuv needs until it answers: its own memory, the bytes, the callback, and a
// Ref to the callback's owner. Requests come from a pool, so that a steady connection allocates
// none.
#pragma once

#include <uv.h>
#include <uvnet/buffer.h>
#include <uvnet/ref.h>

#include <cstddef>
#include <span>
#include <vector>

#include "handles/stream_handle.h"

namespace uvnet::handles {

struct Request {
  union {
    uv_write_t write;
    uv_connect_t connect;
    uv_shutdown_t shutdown;
  };
  StreamHandle* handle = nullptr;
  Ref<RefCounted> owner;
  StatusCallback done;
  std::vector<Buffer> chunks;
  int failure = 0;  // reported instead of what libuv says
  Request* next = nullptr;

  // The answer from libuv: gives the request back and calls done, inside a CallbackScope.
  void answer(int status) noexcept;

  // libuv's callbacks, one per kind of request.
  static void onWritten(uv_write_t* uv, int status) noexcept;
  static void onConnected(uv_connect_t* uv, int status) noexcept;
  static void onShutdown(uv_shutdown_t* uv, int status) noexcept;
};

class RequestPool {
 public:
  RequestPool() = default;
  RequestPool(const RequestPool&) = delete;
  RequestPool& operator=(const RequestPool&) = delete;
  ~RequestPool();

  // Throws std::bad_alloc.
  Request& take(StreamHandle& handle, RefCounted& owner, StatusCallback done);
  // Drops the request's callback, owner and bytes. May run what their destructors run.
  void giveBack(Request& request) noexcept;

  // Requests made so far; for tests of steadiness.
  std::size_t allocations() const noexcept { return allocations_; }

 private:
  Request* free_ = nullptr;
  std::size_t count_ = 0;
  std::size_t allocations_ = 0;
};

}  // namespace uvnet::handles
