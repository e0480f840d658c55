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
  const Encoding defaultEncoding;

  // pipe.cc
  std::vector<Ref<PipeLink>> pipes;

 private:
  friend class PipeLink;

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
  std::size_t highWaterMark_;
  ReadQueue queue_;
  std::optional<bool> flowing_;
  bool paused_ = false;
  bool hasPaused_ = false;  // pause() or resume() was ever called
  bool usable_ = true;      // false: made without a readable side
  bool reading_ = false;    // doRead() was called and has not pushed yet
  bool sync_ = true;        // inside doRead()
  bool ended_ = false;      // the source gave its end
  bool endEmitted_ = false;
  bool needReadable_ = false;
  bool emittedReadable_ = false;
  bool readableListening_ = false;
  bool dataListening_ = false;
  bool resumeScheduled_ = false;
  bool readingMore_ = false;
  bool dataEmitted_ = false;
  std::unique_ptr<StringDecoder> decoder_;
  std::vector<Ref<PipeLink>> loosePipes_;  // out of `pipes` and still listening
  bool unpipeUntold_ = false;  // an 'unpipe' is being said that no pipe has taken as its own
  std::optional<Encoding> dataEncoding_;  // of the 'data' that is being emitted, if it is text
  bool manyPipes_ = false;  // a second destination was added (Node keeps a set from then on)
};

}  // namespace uvnet::stream
