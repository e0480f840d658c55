// The joint between a handle and a Duplex: reads become push(), writes become tryWrite and write,
// each one refreshes the idle timeout.
//
// Belongs to the stream it feeds. It owns the handle while the stream is open; a write that is
// answered after the stream began a new life is not passed on.
#pragma once

#include <uvnet/options.h>
#include <uvnet/stream.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/generation.h"
#include "handles/stream_handle.h"
#include "handles/timer.h"
#include "stream/bulk_gauge.h"

namespace uvnet::stream {

class Wire final : public handles::StreamHandle::ReadListener {
 public:
  // Told when the timeout has passed without a sign of life.
  using Idle = void (*)(Stream& stream);
  explicit Wire(Stream& stream) noexcept : ReadListener(stream) {}

  handles::StreamHandle* handle() const noexcept { return handle_.get(); }
  // Counters start again; nothing is read yet.
  void attach(handles::HandlePtr handle) noexcept;
  // Gives the handle up; the counters stay.
  handles::HandlePtr detach() noexcept;
  // Drops what a write or shutdown under way was to call. Such a callback holds the stream, and the
  // answer that lets go of it does not come when the handle is dropped and not closed.
  void forget() noexcept;

  // Reading, unless it is already on; a refusal destroys the stream.
  void readStart();
  void readStop();
  bool reading() const noexcept { return reading_; }

  // Node's `onread`.
  void setOnRead(OnRead onread);
  bool hasOnRead() const noexcept { return into_ != nullptr; }
  // What came by another way than the handle, told as the handle's reads are, in pieces.
  bool readInto(std::string_view bytes);

  std::ptrdiff_t tryWrite(std::string_view bytes, std::unique_ptr<Error>& error) {
    touch();
    const int taken = handle_->tryWrite(bytes);
    if (taken < 0) return failedToWrite(taken, error);
    tried_ = static_cast<std::uint32_t>(taken);
    return taken;
  }
  // tried: tryWrite() has just taken what it could.
  void write(std::span<Buffer> chunks, bool tried, Callback done);
  void shutdown(Callback done);
  // Told behind who waits for the write or shutdown under way; false: none is.
  bool alsoTell(Callback then);

  // What arrives, and its end, goes to Stream::takeArrived() instead of the readable side.
  void setArrivalsAsked(bool asked) noexcept { arrivalsAsked_ = asked; }

  // Whether a write that destroy() cuts off fails, or is passed over (NetOptions).
  void setCutWritesFail(bool fail) noexcept { cutWritesFail_ = fail; }

  // Milliseconds; 0 turns it off.
  void setTimeout(handles::TimerLists& lists, std::uint64_t milliseconds, Idle onIdle);
  void touch() noexcept {
    if (timeout_ != nullptr) timeout_->timer.refresh();
  }
  void stopTimeout() noexcept {
    if (timeout_ != nullptr) timeout_->timer.stop();
  }

  std::uint64_t bytesRead() const noexcept;
  std::uint64_t bytesWritten() const noexcept;

 private:
  Stream& stream() const noexcept { return static_cast<Stream&>(owner()); }
  void onRead(Buffer&& chunk) override;
  void onReadEnd(int status) override;
  std::span<char> onReadMemory() override { return into_->memory; }
  void onReadInto(std::size_t n) override;
  handles::StreamHandle* onReadDestination() override;
  void onMoved(std::size_t n) override;
  void onNothingThere() noexcept override { gauge_.pause(); }
  void onTaken() override { touch(); }
  void onWritten(int status);
  // Who waits for the request that begins now.
  void wait(Callback done);
  void nextMemory() noexcept;
  // Whoever waits for the request under way, taken.
  Callback takeDone() noexcept;
  // Tells whoever waits, where the request began.
  void answer(const Error* error);
  static void onTimeout(void* wire);
  void stopAfterFullRead();
  [[gnu::cold]] static std::ptrdiff_t failedToWrite(int status, std::unique_ptr<Error>& error);

  // What few connections ever need is made when they do.
  struct Into {  // onread
    OnRead onread;
    std::span<char> memory;  // of the next read
  };
  struct Timeout {
    Timeout(Wire& wire, Idle idle) noexcept
        : timer(wire.stream(), &Wire::onTimeout, &wire), onIdle(idle) {}
    handles::Timer timer;
    Idle onIdle;
  };

  // For the write or shutdown under way: a stream ends only when all is written, so that it is one.
  struct Waiting {
    Callback done;
    Ref<AsyncContext> context;  // what was current when it began, as Node's requests have it
    std::size_t queued = 0;     // of the write, at the last look
  };

  // These lie where the base leaves room.
  bool reading_ = false;
  bool cutWritesFail_ : 1 = true;
  bool arrivalsAsked_ : 1 = false;
  BulkGauge gauge_;
  std::uint32_t tried_ = 0;   // taken by the last tryWrite()
  base::Generation request_;  // the one under way; an older one's answer is void
  handles::HandlePtr handle_;
  std::unique_ptr<Timeout> timeout_;
  std::unique_ptr<Into> into_;
  std::unique_ptr<Waiting> waiting_;
  std::uint64_t bytesRead_ = 0;  // of the last handle, once it was given up
  std::uint64_t bytesWritten_ = 0;
};

}  // namespace uvnet::stream
