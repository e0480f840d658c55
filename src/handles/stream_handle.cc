#include "handles/stream_handle.h"

#include <unistd.h>
#include <uv.h>

#ifndef _WIN32
#include <sys/socket.h>

#include <cerrno>
#endif

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <vector>

#include "handles/callback_scope.h"
#include "handles/close_handle.h"
#include "handles/loop_context.h"
#include "handles/pipe.h"
#include "handles/request.h"

namespace uvnet::handles {
namespace {

// As much as libuv reads of one handle before the others get their turn: 32 times 64 KiB.
constexpr std::size_t kMovedInARow = 32 * ReadSlab::kSize;

using BufArray = std::array<uv_buf_t, StreamHandle::kGather>;

uv_buf_t bufOf(std::string_view bytes) noexcept {
  // Not uv_buf_init: its length is an unsigned int. libuv does not write through base here.
  uv_buf_t buf;
  buf.base = const_cast<char*>(bytes.data());
  buf.len = bytes.size();
  return buf;
}

struct Gathered {
  std::size_t bufs;
  std::size_t chunks;  // that are in them
};
// Chunks that lie one behind the other in memory, as small writes do, share one.
Gathered gather(std::span<const Buffer> chunks, std::span<uv_buf_t> bufs) noexcept {
  Gathered result{0, 0};
  for (const Buffer& chunk : chunks) {
    uv_buf_t* last = result.bufs > 0 ? &bufs[result.bufs - 1] : nullptr;
    if (last != nullptr && last->base + last->len == chunk.data()) {
      last->len += chunk.size();
    } else if (result.bufs == bufs.size()) {
      break;
    } else {
      bufs[result.bufs++] = bufOf(chunk);
    }
    ++result.chunks;
  }
  return result;
}

std::size_t sizeOf(std::span<const Buffer> chunks) noexcept {
  std::size_t size = 0;
  for (const Buffer& chunk : chunks) size += chunk.size();
  return size;
}

// What uv_try_write does for a socket, by send(): the kernel's way to it is shorter than write()'s
// (on loopback 0.1 us of 2.2 over a Unix socket, of 5 over TCP), and so is the way to the call.
// Like it 0 for "not now"; kNoSocket: nothing was done, and only libuv knows how to write here.
constexpr int kNoSocket = UV_ENOTSOCK;
int sendNow(uv_stream_t* uv, std::string_view bytes) noexcept {
#if !defined(_WIN32) && defined(MSG_NOSIGNAL)
  // As libuv has it: first what waits. Closed, or shut down: libuv knows the error for it.
  if (uv->connect_req != nullptr || uv->write_queue_size != 0) return 0;
  if (uv_is_writable(uv) == 0) return kNoSocket;
  ssize_t taken = 0;
  do {
    taken = ::send(uv->io_watcher.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (taken == -1 && errno == EINTR);
  if (taken >= 0) return static_cast<int>(taken);  // Linux takes less than 2 GiB at once
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return 0;
  return uv_translate_sys_error(errno);
#else
  static_cast<void>(uv);
  static_cast<void>(bytes);
  return kNoSocket;
#endif
}

// A connection that nobody could take: closed, or libuv waits for uv_accept for ever. Reaches into
// libuv, because uv_accept needs a handle and there was no memory for one.
void dropAccepted(uv_stream_t* server) noexcept {
  ::close(server->accepted_fd);
  server->accepted_fd = -1;
}

}  // namespace

// What libuv calls.
struct StreamHandle::Trampolines {
  template <class Uv>
  static StreamHandle& self(Uv* uv) noexcept {
    return *static_cast<StreamHandle*>(uv->data);
  }

  [[gnu::hot]] static void onAlloc(uv_handle_t* uv, std::size_t, uv_buf_t* buf) noexcept {
    StreamHandle& handle = self(uv);
    std::span<char> memory;
    ReadListener* listener = handle.open_.readListener;
    if (listener != nullptr && handle.moveSlabs_ > 0) {
      handle.context_->readDestination = listener->onReadDestination();
      if (handle.context_->readDestination != nullptr) {
        // Where there is no memory libuv does not read, and says so at once: that is the moment.
        buf->base = nullptr;
        buf->len = 0;
        return;
      }
    }
    if (listener != nullptr && listener->ownMemory) memory = listener->onReadMemory();
    handle.callersMemory_ = !memory.empty();
    if (memory.empty()) memory = handle.context_->slab().memory();
    buf->base = memory.data();  // null: libuv reports ENOBUFS
    buf->len = memory.size();
  }

  [[gnu::hot]] static void onRead(uv_stream_t* uv, ssize_t n, const uv_buf_t*) noexcept {
    if (n <= 0) return onNothingRead(uv, static_cast<int>(n));
    StreamHandle& handle = self(uv);
    ReadListener* listener = handle.open_.readListener;
    if (listener == nullptr) return;
    LoopContext& context = *handle.context_;
    const auto size = static_cast<std::size_t>(n);
    handle.open_.bytesRead += size;
    if (handle.callersMemory_) {
      CallbackScope::run(context.host(), &listener->owner(), [=] { listener->onReadInto(size); });
      return;
    }
    CallbackScope::run(context.host(), &listener->owner(),
                       [&, listener, size] { listener->onRead(context.slab().take(size)); });
  }

  [[gnu::cold]] static void onNothingRead(uv_stream_t* uv, int status) noexcept {
    StreamHandle& handle = self(uv);
    StreamHandle*& destination = handle.context_->readDestination;
    if (destination != nullptr) return onMove(handle, *std::exchange(destination, nullptr));
    if (status == 0) {  // EAGAIN
      if (handle.open_.readListener != nullptr) handle.open_.readListener->onNothingThere();
      return;
    }
    // After ENOBUFS libuv would go on by itself, and fail again.
    uv_read_stop(uv);
    ReadListener* listener = handle.open_.readListener;
    if (listener == nullptr) return;
    CallbackScope::run(handle.context_->host(), &listener->owner(),
                       [&] { listener->onReadEnd(status); });
  }

  // Instead of a read.
  static void onMove(StreamHandle& handle, StreamHandle& to) noexcept {
    Buffer left;
    const int status = handle.moveNow(to, left);
    if (status == 0 && left.empty()) return;
    if (status < 0) uv_read_stop(handle.uv_);
    ReadListener* listener = handle.open_.readListener;
    CallbackScope::run(handle.context_->host(), &listener->owner(), [&] {
      if (status < 0) {
        listener->onReadEnd(status);
      } else {
        listener->onRead(std::move(left));
      }
    });
  }

  static void onConnection(uv_stream_t* uv, int status) noexcept {
    StreamHandle& server = self(uv);
    HandlePtr client;
    if (status == 0) {
      try {
        client = server.createSame();
      } catch (const std::bad_alloc&) {
        dropAccepted(uv);
        status = UV_ENOMEM;
      }
    }
    if (client != nullptr) {
      status = uv_accept(uv, client->uv_);
      if (status != 0) client.reset();
    }
    ConnectionListener* listener = server.open_.connectionListener;
    if (listener == nullptr) return;  // the connection closes with its pointer
    CallbackScope::run(server.context_->host(), &listener->owner(),
                       [&] { listener->onConnection(status, std::move(client)); });
  }

  static void onClosed(uv_handle_t* uv) noexcept {
    StreamHandle* handle = &self(uv);
    Host& host = handle->context_->host();
    StatusCallback closed = std::move(handle->closed_);
    delete handle;
    if (!closed) return;
    CallbackScope::run(host, nullptr, [&] {
      StatusCallback call = std::move(closed);  // so that what it captured goes inside the scope
      call(0);
    });
  }

  static uv_handle_t* asHandle(uv_stream_t* uv) noexcept {
    return reinterpret_cast<uv_handle_t*>(uv);
  }
};

StreamHandle::StreamHandle(Ref<LoopContext> context, Kind kind, uv_stream_s* uv) noexcept
    : context_(std::move(context)), uv_(uv), kind_(kind) {
  context_->opened();
}

StreamHandle::~StreamHandle() {
  if (closing_) closed_.~StatusCallback();
  context_->freed();
}

void StreamHandle::setReadListener(ReadListener* listener) noexcept {
  open_.readListener = listener;
  if (listener == nullptr) uv_read_stop(uv_);
}

void StreamHandle::setConnectionListener(ConnectionListener* listener) noexcept {
  open_.connectionListener = listener;
}

int StreamHandle::readStart() noexcept {
  const int status = uv_read_start(uv_, Trampolines::onAlloc, Trampolines::onRead);
  return status == UV_EALREADY ? 0 : status;
}

int StreamHandle::readStop() noexcept { return uv_read_stop(uv_); }

void StreamHandle::moveReads(unsigned slabs) noexcept {
  moveSlabs_ = KernelPipe::kAvailable && !cannotMove_ ? static_cast<std::uint8_t>(slabs) : 0;
}

int StreamHandle::moveNow(StreamHandle& to, Buffer& left) noexcept {
  using Outcome = KernelPipe::Outcome;
  std::size_t total = 0;
  while (moveSlabs_ > 0 && total < kMovedInARow) {
    const std::size_t size = moveSlabs_ * ReadSlab::kSize;
    const KernelPipe::Result result =
        context_->kernelPipe().move(fileno(), to.fileno(), size, context_->slab(), left);
    const std::size_t there = result.moved + left.size();
    total += there;
    open_.bytesRead += there;
    to.open_.bytesWritten += result.moved;
    if (result.outcome == Outcome::kImpossible) cannotMove_ = true;
    if (result.outcome == Outcome::kImpossible || result.outcome == Outcome::kEnd) moveSlabs_ = 0;
    if (result.outcome == Outcome::kWriteFailed)
      to.refusal_ = static_cast<std::int16_t>(result.error);
    if (result.outcome == Outcome::kReadFailed) return result.error;
    if (there > 0) {
      open_.readListener->onMoved(there);
      if (to.open_.readListener != nullptr) to.open_.readListener->onTaken();
    }
    // Less than asked for: there is no more, as with libuv's own reads.
    if (!left.empty() || there < size) break;
  }
  return 0;
}

[[gnu::hot]] int StreamHandle::tryWrite(std::string_view bytes) noexcept {
  if (refusal_ != 0) return refused(std::exchange(refusal_, std::int16_t{0}), bytes.size());
  int taken = noSocket_ ? kNoSocket : sendNow(uv_, bytes);
  if (taken == kNoSocket) taken = tryWriteByUv(bytes);
  if (taken < 0) return refused(taken, bytes.size());
  open_.bytesWritten += static_cast<unsigned>(taken);
  return taken;
}

// What sendNow() cannot write to, from here on; or nobody can, now: libuv knows the error.
[[gnu::noinline]] int StreamHandle::tryWriteByUv(std::string_view bytes) noexcept {
  noSocket_ = uv_is_writable(uv_) != 0;
  const uv_buf_t buf = bufOf(bytes);
  const int taken = uv_try_write(uv_, &buf, 1);
  return taken == UV_EAGAIN ? 0 : taken;
}

int StreamHandle::tryWrite(std::span<const Buffer> chunks) noexcept {
  if (chunks.empty()) return 0;
  int taken = std::exchange(refusal_, std::int16_t{0});
  if (taken == 0) {
    BufArray bufs;
    const Gathered gathered = gather(chunks, bufs);
    taken = uv_try_write(uv_, bufs.data(), static_cast<unsigned>(gathered.bufs));
    if (taken == UV_EAGAIN) taken = 0;
  }
  if (taken < 0) return refused(taken, sizeOf(chunks));
  open_.bytesWritten += static_cast<unsigned>(taken);
  return taken;
}

[[gnu::cold]] int StreamHandle::refused(int status, std::size_t size) noexcept {
  open_.bytesWritten += size;
  return status;
}

int StreamHandle::write(std::span<const Buffer> chunks, RefCounted& owner, StatusCallback done) {
  BufArray few;
  std::vector<uv_buf_t> many;
  uv_buf_t* bufs = few.data();
  Gathered gathered = gather(chunks, few);
  if (gathered.chunks < chunks.size()) {
    many.resize(chunks.size());
    bufs = many.data();
    gathered = gather(chunks, many);
  }
  RequestPool& pool = context_->requests();
  Request& request = pool.take(*this, owner, std::move(done));
  try {
    request.chunks.assign(chunks.begin(), chunks.end());
  } catch (...) {
    pool.giveBack(request);
    throw;
  }
  // libuv wants at least one; it splits what is more than IOV_MAX itself.
  if (chunks.empty()) bufs[0] = bufOf({});
  const auto count = static_cast<unsigned>(std::max<std::size_t>(gathered.bufs, 1));
  request.write.data = &request;
  const int status = uv_write(&request.write, uv_, bufs, count, Request::onWritten);
  if (status != 0) pool.giveBack(request);
  open_.bytesWritten += sizeOf(chunks);
  return status;
}

int StreamHandle::shutdown(RefCounted& owner, StatusCallback done) {
  Request& request = context_->requests().take(*this, owner, std::move(done));
  request.shutdown.data = &request;
  const int status = uv_shutdown(&request.shutdown, uv_, Request::onShutdown);
  if (status != 0) context_->requests().giveBack(request);
  return status;
}

std::size_t StreamHandle::writeQueueSize() const noexcept {
  return uv_stream_get_write_queue_size(uv_);
}

int StreamHandle::listen(int backlog) noexcept {
  return uv_listen(uv_, backlog, Trampolines::onConnection);
}

void StreamHandle::ref() noexcept { uv_ref(Trampolines::asHandle(uv_)); }
void StreamHandle::unref() noexcept { uv_unref(Trampolines::asHandle(uv_)); }
bool StreamHandle::hasRef() const noexcept { return uv_has_ref(Trampolines::asHandle(uv_)) != 0; }

int StreamHandle::fileno() const noexcept {
  uv_os_fd_t fd = -1;
  return uv_fileno(Trampolines::asHandle(uv_), &fd) == 0 ? fd : -1;
}

void StreamHandle::close(HandlePtr handle, StatusCallback closed) noexcept {
  closeBy(nullptr, std::move(handle), std::move(closed));
}

int StreamHandle::closeBy(CloseCall call, HandlePtr owned, StatusCallback closed) noexcept {
  StreamHandle* handle = owned.release();
  // Before the descriptor is closed: afterwards the name may be somebody else's.
  if (handle->kind_ == Kind::kPipe) asPipe(*handle).beforeClose();
  new (&handle->closed_) StatusCallback(std::move(closed));
  handle->closing_ = true;
  uv_handle_t* uv = Trampolines::asHandle(handle->uv_);
  int status = 0;
  if (call != nullptr && uv_is_closing(uv) == 0) {
    status = call(handle->uv_, Trampolines::onClosed);
    if (status == 0) return 0;
  }
  if (!closeOwned(uv, Trampolines::onClosed)) delete handle;
  return status;
}

void CloseHandle::operator()(StreamHandle* handle) const noexcept {
  handle->silent_ = true;
  StreamHandle::close(HandlePtr(handle), nullptr);
}

}  // namespace uvnet::handles
