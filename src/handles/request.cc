#include "handles/request.h"

#include <utility>

#include "handles/callback_scope.h"
#include "handles/loop_context.h"

namespace uvnet::handles {
namespace {

// 80 KiB: a burst of writes to as many connections in one turn needs no more requests.
constexpr std::size_t kKeep = 256;
// A request that once carried more chunks does not keep the list that held them.
constexpr std::size_t kKeepChunks = 64;

}  // namespace

void Request::answer(int status) noexcept {
  if (failure != 0 && status != UV_ECANCELED) status = failure;
  LoopContext& context = handle->context();
  CallbackScope::run(context.host(), owner.get(), [&] {
    StatusCallback call = std::move(done);
    const bool silent = handle->silent_;
    context.requests().giveBack(*this);
    if (call && !silent) call(status);
  });
}

void Request::onWritten(uv_write_t* uv, int status) noexcept {
  static_cast<Request*>(uv->data)->answer(status);
}
void Request::onConnected(uv_connect_t* uv, int status) noexcept {
  static_cast<Request*>(uv->data)->answer(status);
}
void Request::onShutdown(uv_shutdown_t* uv, int status) noexcept {
  static_cast<Request*>(uv->data)->answer(status);
}

RequestPool::~RequestPool() {
  while (free_ != nullptr) delete std::exchange(free_, free_->next);
}

Request& RequestPool::take(StreamHandle& handle, RefCounted& owner, StatusCallback done) {
  Request* request = free_;
  if (request != nullptr) {
    free_ = request->next;
    --count_;
  } else {
    request = new Request;
    ++allocations_;
  }
  request->handle = &handle;
  request->owner = Ref<RefCounted>(owner);
  request->done = std::move(done);
  return *request;
}

void RequestPool::giveBack(Request& request) noexcept {
  // Settled first: what the destructors below run may ask for a request.
  const StatusCallback done = std::move(request.done);
  const Ref<RefCounted> owner = std::move(request.owner);
  std::vector<Buffer> chunks;
  if (request.chunks.capacity() > kKeepChunks) {
    chunks.swap(request.chunks);
  } else {
    request.chunks.clear();
  }
  request.failure = 0;
  if (count_ >= kKeep) {
    delete &request;
    return;
  }
  request.next = free_;
  free_ = &request;
  ++count_;
}

}  // namespace uvnet::handles
