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
#include <optional>
#include <span>
#include <string_view>

#include "handles/stream_handle.h"
#include "handles/timer.h"

namespace uvnet::stream {

class Wire final : public handles::StreamHandle::ReadListener {
 public:
  // onIdle(stream) when the timeout has passed without a sign of life.
  using Idle = void (*)(Stream& stream);
  Wire(Stream& stream, Idle onIdle) noexcept
      : stream_(stream), onIdle_(onIdle), timer_(stream, &Wire::onTimeout, this) {}

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
  void setReading(bool reading) noexcept { reading_ = reading; }

  // Node's `onread`.
  void setOnRead(OnRead onread);
  bool hasOnRead() const noexcept { return static_cast<bool>(onread_.callback); }

  std::ptrdiff_t tryWrite(std::string_view bytes, std::optional<Error>& error);
  // tried: tryWrite() has just taken what it could.
  void write(std::span<Buffer> chunks, bool tried, Callback done);
  void shutdown(Callback done);

  // Milliseconds; 0 turns it off.
  void setTimeout(handles::TimerLists& lists, std::uint64_t milliseconds);
  void touch() noexcept { timer_.refresh(); }
  void stopTimeout() noexcept { timer_.stop(); }

  std::uint64_t bytesRead() const noexcept;
  std::uint64_t bytesWritten() const noexcept;

 private:
  RefCounted& owner() noexcept override { return stream_; }
  void onRead(Buffer chunk) override;
  void onReadEnd(int status) override;
  std::span<char> onReadMemory() override { return userMemory_; }
  void onReadInto(std::size_t n) override;
  void onWritten(unsigned write, int status);
  static void onTimeout(void* wire);
  void stopAfterFullRead();

  Stream& stream_;
  const Idle onIdle_;
  handles::HandlePtr handle_;
  bool reading_ = false;
  unsigned write_ = 0;     // number of the write under way; an older one's answer is ignored
  std::size_t tried_ = 0;  // taken by the last tryWrite()
  std::size_t lastWriteQueueSize_ = 0;
  std::uint64_t bytesRead_ = 0;  // of the last handle, once it was given up
  std::uint64_t bytesWritten_ = 0;
  unsigned shutdown_ = 0;
  Callback writeDone_;
  Callback shutdownDone_;
  OnRead onread_;
  std::span<char> userMemory_;
  handles::Timer timer_;
};

}  // namespace uvnet::stream
