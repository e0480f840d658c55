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
  bool isPaused() const noexcept { return asked_ == Asked::kPause || flow_ == Flow::kPaused; }
  bool pushText(std::string_view text, Encoding encoding);
  void onConstructed();
  void setSync(bool sync) noexcept { sync_ = sync; }
  bool sourceEnded() const noexcept { return source_ >= Source::kEnded; }
  bool reading() const noexcept { return reading_; }
  void stopFlowing() noexcept { flow_ = Flow::kPaused; }
  void setFlowing(std::optional<bool> flowing) noexcept {
    flow_ = !flowing ? Flow::kNobody : *flowing ? Flow::kFlowing : Flow::kPaused;
  }
  void setEncoding(Encoding encoding);
  // What waits to be read, as the bytes it came as (where the encoding kept them). From here on the
  // stream is as one that has read no more than was given out.
  Buffer takeUnread();
  // Takes the end back, unless it was told already: whether there was one.
  bool takeEnd() noexcept;

  void onListenerAdded(EventId event);
  void onListenerRemoved(EventId event);
  void onListenersRemoved(std::optional<EventId> event);
  void reopen() noexcept;
  void undestroy() noexcept;
  void abandon() noexcept;

  bool enabled() const noexcept { return source_ != Source::kAbsent; }
  bool endEmitted() const noexcept { return source_ >= Source::kEndEmitted; }
  bool didRead() const noexcept { return dataEmitted_; }
  // What is pushed now goes to the 'data' listeners as it is, and changes nothing here.
  bool passesThrough() const noexcept;
  // Node's three answers.
  std::optional<bool> flowing() const noexcept {
    if (flow_ == Flow::kNobody) return std::nullopt;
    return flow_ == Flow::kFlowing;
  }
  std::size_t length() const noexcept { return queue_.length(); }
  std::size_t highWaterMark() const noexcept { return highWaterMark_; }
  std::optional<Encoding> encoding() const noexcept;

  // Of text pushed without one. Unlike the writable side's it cannot be changed, as in Node.
  Encoding defaultEncoding() const noexcept { return defaultEncoding_; }

 private:
  friend class PipeLink;

  // In their order; undestroy() begins anew. A side that is not there has ended from the start.
  enum class Source : std::uint8_t { kOpen, kEnded, kEndEmitted, kAbsent };
  // Who reads: nobody yet, the 'data' listeners (or nobody listens, and it is lost), or a reader
  // that pulls or waits.
  enum class Flow : std::uint8_t { kNobody, kFlowing, kPaused };
  // What pause() and resume() said last.
  enum class Asked : std::uint8_t { kNeither, kPause, kResume };

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
  std::optional<Encoding> dataEncoding_;   // of the 'data' that is being emitted, if it is text
  const Encoding defaultEncoding_;
  Source source_ : 2;
  Flow flow_ : 2 = Flow::kNobody;
  Asked asked_ : 2 = Asked::kNeither;
  bool reading_ : 1 = false;  // doRead() was called and has not pushed yet
  bool sync_ : 1 = true;      // inside doRead()
  bool needReadable_ : 1 = false;
  bool emittedReadable_ : 1 = false;
  bool readableListening_ : 1 = false;
  bool dataListening_ : 1 = false;
  bool resumeScheduled_ : 1 = false;
  bool readingMore_ : 1 = false;
  bool dataEmitted_ : 1 = false;
};

}  // namespace uvnet::stream
