// The writable side: the queue, its length (in bytes; text of JavaScript's in its own units),
// 'drain', cork, 'finish'.
//
// One write is under way at a time; what comes meanwhile waits in two parallel arrays (bytes and
// callbacks) and leaves as one doWritev. A write that the source takes at once completes within
// write() itself; only its callback waits for a tick.
#pragma once

#include <uvnet/stream.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/generation.h"

namespace uvnet::stream {

class WritableSide {
 public:
  WritableSide(Stream& stream, Core& core, const StreamOptions& options, std::size_t highWaterMark);

  // owner: the Buffer the bytes are in, or nullptr if they must be copied to be kept.
  // text: these are characters that the source wants to encode itself.
  bool write(std::string_view bytes, const Buffer* owner, Callback&& callback,
             std::optional<Encoding> text = {});
  // The same, but as long as they wait they count as so many.
  bool writeCounted(std::string_view bytes, const Buffer* owner, Callback&& callback,
                    std::size_t length);
  // length: as for writeCounted().
  void end(bool withData, std::string_view bytes, const Buffer* owner, Callback callback,
           std::optional<Encoding> text = {}, std::optional<std::size_t> length = {});
  void cork() noexcept { ++corked_; }
  void uncork();
  void onConstructed();

  // Before the stream is destroyed: who still waits is told on a tick.
  void errorBufferNextTick();
  void reopen() noexcept;
  void undestroy();
  void abandon() noexcept;

  bool open() const noexcept { return usable_ && !ending_; }
  bool enabled() const noexcept { return usable_; }
  bool ended() const noexcept { return ending_; }
  bool endReturned() const noexcept { return ended_; }
  bool finished() const noexcept { return finished_; }
  bool finalCalled() const noexcept { return finalCalled_; }
  unsigned pending() const noexcept { return pending_; }
  bool needDrain() const noexcept { return needDrain_; }
  std::size_t length() const noexcept { return length_; }
  std::size_t queuedBytes() const noexcept;  // not yet under way
  std::size_t highWaterMark() const noexcept { return highWaterMark_; }
  unsigned corked() const noexcept { return corked_; }
  // A write that the source takes at once and that has no callback changes nothing here.
  bool passesThrough() const noexcept;

  Encoding defaultEncoding;
  bool endedByPeer : 1 = false;
  bool lateEndsAreTold : 1 = true;  // NetOptions
  const bool decodeStrings : 1;
  const bool autoCork : 1;

 private:
  // The waiting array is compacted once so many of its head, and half of it, are used up: in total
  // that stays linear however long the queue is.
  static constexpr std::size_t kCompactAt = 256;

  // A block for small writes that wait: at most an eighth of it is left unused.
  static constexpr std::size_t kTogether = 4096;
  static constexpr std::size_t kSmallWrite = kTogether / 8;

  // Of the arrays of those that wait: enough for a turn's writes, at most 20 KiB a socket.
  static constexpr std::size_t kKeep = 256;

  // Who is told about one finished write: one callback, or those of a vectored write.
  struct Told {
    Callback one;
    std::vector<Callback> many;
    std::optional<base::Generation::Stamp> life = {};  // set where it waits for a tick
    bool any() const noexcept;
  };

  using Text = std::optional<Encoding>;

  // What only writes that wait, or that somebody wants to be told of, need. The memory of more than
  // kKeep of them is given back when all are out.
  struct Queue {
    Callback writeCallback;                // of the single write under way
    std::vector<Callback> batchCallbacks;  // of the vectored write under way
    std::vector<Buffer> batchChunks;
    std::vector<Callback> spareCallbacks;  // memory to use again
    std::vector<Buffer> chunks;            // waiting, from next on
    std::vector<Callback> callbacks;
    std::vector<Text> texts;           // of chunks, where decodeStrings is false
    std::vector<std::size_t> lengths;  // of chunks, where one does not count as its bytes; or empty
    std::size_t next = 0;
    Buffer together;  // the block that small writes are copied to
    std::size_t togetherUsed = 0;
    std::vector<Told> afterWrites;  // finished at once, to be told on ticks, in order
    std::size_t afterWritesNext = 0;
    std::vector<Callback> onFinished;

    bool waits() const noexcept { return next < chunks.size(); }
    void noteLength(std::size_t length);  // of the last chunk
    std::size_t nextLength() const noexcept {
      return lengths.empty() ? chunks[next].size() : lengths[next];
    }
    Told takeTold() noexcept;
    // The array of a vectored write's callbacks serves the next one.
    void reuse(Told& told) noexcept;
    void reset() noexcept;
  };
  Queue& queue() {
    if (queue_ == nullptr) queue_ = std::make_unique<Queue>();
    return *queue_;
  }
  Told takeTold() noexcept { return queue_ != nullptr ? queue_->takeTold() : Told(); }

  // After end() or destroy(): says why, also to the callback.
  std::unique_ptr<Error> refuse(Callback&& callback);
  [[gnu::always_inline]] bool take(std::string_view bytes, const Buffer* owner, Callback&& callback,
                                   Text text, std::size_t length);
  [[gnu::always_inline]] void start(std::string_view bytes, const Buffer* owner,
                                    Callback&& callback, Text text, std::size_t length);
  void startText(std::string_view bytes, const Buffer* owner, Encoding encoding);
  void settle(std::string_view bytes, const Buffer* owner, std::ptrdiff_t taken,
              const Error* error);
  void enqueue(std::string_view bytes, const Buffer* owner, Callback&& callback, Text text,
               std::size_t length);
  void holdForTurn();
  Buffer keep(std::string_view bytes);
  Callback answerTo(void (WritableSide::*told)(const Error*));
  void onWritten(const Error* error);
  void answer(Callback& callback, const Error* error) noexcept;
  void tell(Told& told, const Error* error) noexcept;
  // Of an earlier life: only to be told.
  bool isOver(const Told& told) const noexcept;
  void failWrite(const Error& error, Told told);
  void afterWrite(Told& told);
  void clearBuffer();
  // Something waits, or clearBuffer() has not yet come back from the last of it.
  bool buffered() const noexcept {
    return bufferProcessing_ || (queue_ != nullptr && !queue_->chunks.empty());
  }
  void errorBuffer();
  bool needFinish() const noexcept;
  void finishMaybe(bool sync);
  void prefinish();
  void onFinal(const Error* error);
  void finish();
  void tellFinished(const Error* error);

  bool held_ : 1 = false;   // by autoCork, until a tick that is on its way
  bool usable_ : 1 = true;  // false: made without a writable side
  bool writing_ : 1 = false;
  bool sync_ : 1 = true;  // inside the call that started the write
  bool expectWritten_ : 1 = false;
  bool bufferProcessing_ : 1 = false;
  bool needDrain_ : 1 = false;
  bool ending_ : 1 = false;
  bool ended_ : 1 = false;  // end() has returned
  bool finished_ : 1 = false;
  bool finalCalled_ : 1 = false;
  bool prefinished_ : 1 = false;
  bool afterWritePending_ : 1 = false;
  bool errorPending_ : 1 = false;  // errorBuffer() is on its way
  unsigned corked_ = 0;
  unsigned pending_ = 0;  // writes and steps that must be over before 'finish'
  Stream& stream_;
  Core& core_;
  std::size_t highWaterMark_;
  std::size_t length_ = 0;        // of what is queued and under way
  std::size_t writeLen_ = 0;      // of that, under way
  std::unique_ptr<Queue> queue_;  // made when first needed, then kept
};

}  // namespace uvnet::stream
