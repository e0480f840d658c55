// The readable side: what was pushed and not yet read, the three states of flowing, 'readable',
// the decoder, and the pipes that leave from here.
#pragma once

#include <uvnet/stream.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "stream/read_queue.h"
#include "stream/string_decoder.h"

namespace uvnet::stream {

class PipeLink;
struct Pipes;

class ReadableSide {
 public:
  ReadableSide(Stream& stream, Core& core, const StreamOptions& options, std::size_t highWaterMark);
  ~ReadableSide();

  // n: std::nullopt is JavaScript's read().
  std::optional<Buffer> read(std::optional<std::int64_t> n);
  bool push(Buffer&& chunk);
  void pushEnd();
  bool unshift(Buffer chunk, bool isText);
  void pause();
  void resume();
  bool isPaused() const noexcept { return paused_ || flowing_ == false; }
  bool pushText(std::string_view text, Encoding encoding);
  void onConstructed();
  void setSync(bool sync) noexcept { sync_ = sync; }
  bool sourceEnded() const noexcept { return ended_; }
  bool reading() const noexcept { return reading_; }
  void stopFlowing() noexcept { flowing_ = false; }
  void setFlowing(std::optional<bool> flowing) noexcept { flowing_ = flowing; }
  void setEncoding(Encoding encoding);

  void onListenerAdded(EventId event);
  void onListenerRemoved(EventId event);
  void onListenersRemoved(std::optional<EventId> event);
  void reopen() noexcept;
  void undestroy() noexcept;
  void abandon() noexcept;

  bool enabled() const noexcept { return usable_; }
  bool endEmitted() const noexcept { return endEmitted_; }
  bool didRead() const noexcept { return dataEmitted_; }
  // What is pushed now goes to the 'data' listeners as it is, and changes nothing here.
  bool passesThrough() const noexcept;
  std::optional<bool> flowing() const noexcept { return flowing_; }
  std::size_t length() const noexcept { return queue_.length(); }
  std::size_t highWaterMark() const noexcept { return highWaterMark_; }
  std::optional<Encoding> encoding() const noexcept;

  // Of text pushed without one. Unlike the writable side's it cannot be changed, as in Node.
  Encoding defaultEncoding() const noexcept { return defaultEncoding_; }

 private:
  friend class PipeLink;

  Pipes& pipes();  // made when first asked for

  bool pushRarely(Buffer&& chunk, bool decoded);
  bool canPushMore() const noexcept;
  void addChunk(Buffer&& chunk, std::size_t units, bool toFront);
  void enqueue(Buffer&& chunk, std::size_t units, bool toFront);
  void emitData(const Buffer& chunk);
  void emitText(const Buffer& chunk);
  void maybeReadMore();
  void readMoreNextTick();
  void readMore();
  std::size_t howMuchToRead(std::optional<std::int64_t> n) const noexcept;
  void emitReadableNextTick();
  void emitReadable();
  void endReadableNextTick();
  void emitEnd();
  void resumed();
  void flow();
  void updateReadableListening();
  void clearAwaitDrain() noexcept;

  Stream& stream_;
  Core& core_;
  std::unique_ptr<Pipes> pipes_;
  std::unique_ptr<StringDecoder> decoder_;
  std::size_t highWaterMark_;
  [[no_unique_address]] ReadQueue queue_;  // what follows lies where it leaves room
  std::optional<bool> flowing_;
  std::optional<Encoding> dataEncoding_;  // of the 'data' that is being emitted, if it is text
  const Encoding defaultEncoding_;
  bool paused_ : 1 = false;
  bool hasPaused_ : 1 = false;  // pause() or resume() was ever called
  bool usable_ : 1 = true;      // false: made without a readable side
  bool reading_ : 1 = false;    // doRead() was called and has not pushed yet
  bool sync_ : 1 = true;        // inside doRead()
  bool ended_ : 1 = false;      // the source gave its end
  bool endEmitted_ : 1 = false;
  bool needReadable_ : 1 = false;
  bool emittedReadable_ : 1 = false;
  bool readableListening_ : 1 = false;
  bool dataListening_ : 1 = false;
  bool resumeScheduled_ : 1 = false;
  bool readingMore_ : 1 = false;
  bool dataEmitted_ : 1 = false;
};

}  // namespace uvnet::stream
