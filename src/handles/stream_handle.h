// A connected or listening handle of libuv, TCP or pipe, without uv.h in the includer.
//
// Thin: it returns libuv's ints and tells one listener what libuv says. Every call out of it comes
// inside a CallbackScope that keeps the owner alive (but for a few that no user hears of), with the
// handle's own state settled, so that a listener may do anything, closing or dropping this very
// handle included.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/function.h>
#include <uvnet/ref.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

extern "C" {
struct uv_handle_s;
struct uv_stream_s;
}

namespace uvnet::handles {

class LoopContext;
class StreamHandle;

// Closes without telling anyone: what is still pending is dropped uncalled, its owners are let go
// when libuv has answered. StreamHandle::close is the one that answers.
struct CloseHandle {
  void operator()(StreamHandle* handle) const noexcept;
};
using HandlePtr = std::unique_ptr<StreamHandle, CloseHandle>;
using StatusCallback = Function<void(int status)>;

class StreamHandle {
 public:
  // What the floor above is told while reading. What is marked "bare" comes outside a
  // CallbackScope: no user code in it, and it must not close the handle.
  class ReadListener {
    RefCounted& owner_;

   public:
    explicit ReadListener(RefCounted& owner) noexcept : owner_(owner) {}
    ReadListener(const ReadListener&) = delete;
    ReadListener& operator=(const ReadListener&) = delete;
    // Kept while it is told.
    RefCounted& owner() const noexcept { return owner_; }
    virtual void onRead(Buffer&& chunk) = 0;  // size > 0; to be moved from or left
    // uverr::kEof or an error. libuv has stopped reading; it goes on only if started again.
    virtual void onReadEnd(int status) = 0;
    // Bare. With ownMemory: the caller's memory for the next read (Node's onread); empty: the slab.
    bool ownMemory = false;
    virtual std::span<char> onReadMemory() { return {}; }
    virtual void onReadInto(std::size_t n) { static_cast<void>(n); }  // n bytes were put there

    // Bare. While moveReads() is on: the handle that gets all of what is there now, inside the
    // kernel and without onRead(); nothing waits to be written to it. nullptr: read as ever.
    virtual StreamHandle* onReadDestination() { return nullptr; }
    // Bare. So many bytes were there at once. What the destination did not take is given to
    // onRead() next, and why not to whoever writes to it next.
    virtual void onMoved(std::size_t n) { static_cast<void>(n); }
    virtual void onTaken() {}  // bare; the same, told to the destination's listener
    // Bare. A read that filled its memory had nothing behind it.
    virtual void onNothingThere() noexcept {}

   protected:
    ~ReadListener() = default;
  };

  // The floor above a listening handle.
  class ConnectionListener {
   public:
    virtual RefCounted& owner() noexcept = 0;
    // status < 0: accepting failed, client is null.
    virtual void onConnection(int status, HandlePtr client) = 0;

   protected:
    ~ConnectionListener() = default;
  };

  enum class Kind : std::uint8_t { kTcp, kPipe };

  StreamHandle(const StreamHandle&) = delete;
  StreamHandle& operator=(const StreamHandle&) = delete;

  Kind kind() const noexcept { return kind_; }
  LoopContext& context() const noexcept { return *context_; }

  // null detaches: nothing is told any more. Without a read listener reading stops; connections
  // that come without a connection listener are closed.
  void setReadListener(ReadListener* listener) noexcept;
  void setConnectionListener(ConnectionListener* listener) noexcept;

  // Idempotent; 0 or a libuv error.
  int readStart() noexcept;
  int readStop() noexcept;
  // Whether onReadDestination() is asked, and how much goes there at once, in slabs of 64 KiB; 0:
  // it is not. Goes back to 0 by itself where the kernel cannot do it.
  void moveReads(unsigned slabs) noexcept;
  bool movesReads() const noexcept { return moveSlabs_ > 0; }

  // What the kernel takes at once: bytes taken (0 for EAGAIN), or a libuv error. Never queues.
  // While something is queued or still connecting the answer is 0.
  int tryWrite(std::string_view bytes) noexcept;
  // The same, gathered; looks at the first kGather only. Chunks that adjoin count as one.
  // 4 KiB of stack, and room for what a program writes in one turn in small pieces.
  static constexpr std::size_t kGather = 256;
  int tryWrite(std::span<const Buffer> chunks) noexcept;

  // Queues all of it, any number of chunks, and holds a count of each Buffer until done. Returns 0,
  // or an error: then done is not called. done is called exactly once, later: with 0, an error, or
  // uverr::kCanceled when close() comes first (before its closed callback). The owner lives till
  // then. Throws std::bad_alloc before anything is queued.
  int write(std::span<const Buffer> chunks, RefCounted& owner, StatusCallback done);
  // FIN after what is queued. done as in write().
  int shutdown(RefCounted& owner, StatusCallback done);

  std::size_t writeQueueSize() const noexcept;
  std::uint64_t bytesRead() const noexcept { return open_.bytesRead; }
  // Handed over: taken by tryWrite or queued by write, or what one of them refused.
  std::uint64_t bytesWritten() const noexcept { return open_.bytesWritten; }
  // Takes back from that what tryWrite() has refused just now.
  void uncount(std::uint64_t size) noexcept { open_.bytesWritten -= size; }

  // Each connection is accepted at once and given to onConnection as a new handle of this kind.
  int listen(int backlog) noexcept;

  // Whether the handle keeps the loop running.
  void ref() noexcept;
  void unref() noexcept;
  bool hasRef() const noexcept;

  int fileno() const noexcept;  // -1 if there is none

  // Takes the handle, answers what is pending (uverr::kCanceled), then frees it and calls closed(0)
  // inside a scope. closed may be empty.
  static void close(HandlePtr handle, StatusCallback closed) noexcept;

 protected:
  // For Tcp and Pipe. `uv` is the part of the same object that libuv works on, not initialised yet.
  StreamHandle(Ref<LoopContext> context, Kind kind, uv_stream_s* uv) noexcept;
  virtual ~StreamHandle();
  // A handle of the same kind on the same loop, for accept.
  virtual HandlePtr createSame() = 0;

  uv_stream_s* uv() const noexcept { return uv_; }
  // close() by another call than uv_close; where that refuses, by uv_close, returning the refusal.
  using CloseCall = int (*)(uv_stream_s* uv, void (*onClosed)(uv_handle_s*));
  static int closeBy(CloseCall call, HandlePtr handle, StatusCallback closed) noexcept;

 private:
  friend struct CloseHandle;
  friend struct Request;
  struct Trampolines;

  int tryWriteByUv(std::string_view bytes) noexcept;
  // Handed over all the same, as Node counts it.
  int refused(int status, std::size_t size) noexcept;
  // 0, or an error that ends the reading. left: what is to be told as if it had been read.
  int moveNow(StreamHandle& to, Buffer& left) noexcept;

  Ref<LoopContext> context_;
  uv_stream_s* const uv_;
  struct Open {
    ReadListener* readListener = nullptr;
    ConnectionListener* connectionListener = nullptr;
    std::uint64_t bytesRead = 0;
    std::uint64_t bytesWritten = 0;
  };
  // Who is told of the close takes the place of what an open handle has.
  union {
    Open open_{};
    StatusCallback closed_;
  };
  const Kind kind_;
  bool closing_ = false;        // closed_ is the one
  bool silent_ = false;         // dropped, not closed: pending callbacks are not called
  bool callersMemory_ = false;  // the read under way goes to the listener's memory
  bool cannotMove_ : 1 = false;
  bool noSocket_ : 1 = false;   // a FIFO or a terminal: only libuv writes to it
  std::uint8_t moveSlabs_ = 0;  // moveReads()
  std::int16_t refusal_ = 0;    // what moving said when it wrote here: the next tryWrite() says it
};

}  // namespace uvnet::handles
