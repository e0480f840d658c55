#include "stream/writable.h"

#include <algorithm>
#include <utility>

#include "handles/callback_scope.h"
#include "stream/core.h"
#include "stream/errors.h"
#include "stream/tick.h"

namespace uvnet::stream {

WritableSide::WritableSide(Stream& stream, Core& core, const StreamOptions& options,
                           std::size_t highWaterMark)
    : defaultEncoding(options.defaultEncoding),
      decodeStrings(options.decodeStrings),
      autoCork(options.autoCork),
      usable_(options.writable),
      ending_(!options.writable),
      ended_(!options.writable),
      finished_(!options.writable),
      stream_(stream),
      core_(core),
      highWaterMark_(highWaterMark) {}

inline void WritableSide::start(std::string_view bytes, const Buffer* owner, Callback&& callback,
                                Text text, std::size_t length) {
  writeLen_ = length;
  if (callback) queue().writeCallback = std::move(callback);
  writing_ = sync_ = expectWritten_ = true;
  if (text) return startText(bytes, owner, *text);
  std::unique_ptr<Error> error;
  const std::ptrdiff_t taken = stream_.doTryWrite(bytes, error);
  if (taken != static_cast<std::ptrdiff_t>(bytes.size()) || error != nullptr || needDrain_ ||
      (queue_ != nullptr && (queue_->writeCallback || !queue_->chunks.empty()))) {
    return settle(bytes, owner, taken, error.get());
  }
  // All is taken, nobody waits for it and nothing behind it: what onWritten() would come to.
  writing_ = sync_ = expectWritten_ = false;
  length_ -= writeLen_;
  writeLen_ = 0;
  --pending_;
  if (ending_) finishMaybe(true);
}

inline bool WritableSide::take(std::string_view bytes, const Buffer* owner, Callback&& callback,
                               Text text, std::size_t length) {
  if (ending_ || core_.life.destroyed()) {
    refuse(std::move(callback));
    return false;
  }
  ++pending_;
  length_ += length;
  if (writing_ || corked_ > 0 || core_.life.errored != nullptr || !core_.life.constructed()) {
    enqueue(bytes, owner, std::move(callback), text, length);
  } else if (autoCork && (length_ < highWaterMark_ || buffered())) {
    holdForTurn();
    enqueue(bytes, owner, std::move(callback), text, length);
    if (length_ >= highWaterMark_) clearBuffer();
  } else {
    start(bytes, owner, std::move(callback), text, length);
  }

  // Judged after the attempt: what the system took at once does not count (row C34).
  const bool more = length_ < highWaterMark_ || length_ == 0;
  if (!more) needDrain_ = true;
  // A failed stream says no, so that `while (write(...))` ends.
  return more && !core_.life.destroyed() && core_.life.errored == nullptr;
}

[[gnu::hot]] bool WritableSide::write(std::string_view bytes, const Buffer* owner,
                                      Callback&& callback, Text text) {
  return take(bytes, owner, std::move(callback), text, bytes.size());
}

bool WritableSide::writeCounted(std::string_view bytes, const Buffer* owner, Callback&& callback,
                                std::size_t length) {
  return take(bytes, owner, std::move(callback), {}, length);
}

bool WritableSide::passesThrough() const noexcept {
  const Lifecycle& life = core_.life;
  return !writing_ && length_ == 0 && !buffered() && corked_ == 0 && !needDrain_ && !ending_ &&
         life.alive() && life.errored == nullptr;
}

std::unique_ptr<Error> WritableSide::refuse(Callback&& callback) {
  auto error = std::make_unique<Error>(ending_ ? writeAfterEnd() : streamDestroyed("write"));
  if (callback) {
    nextTick(stream_, core_,
             [callback = std::move(callback), e = *error]() mutable { callback(&e); });
  }
  core_.life.errorOrDestroy(*error, true);
  return error;
}

void WritableSide::enqueue(std::string_view bytes, const Buffer* owner, Callback&& callback,
                           Text text, std::size_t length) {
  Queue& queue = this->queue();
  queue.chunks.push_back(owner != nullptr ? *owner : keep(bytes));
  if (length != bytes.size() || !queue.lengths.empty()) queue.noteLength(length);
  if (!decodeStrings) queue.texts.push_back(text);
  queue.callbacks.push_back(std::move(callback));
}

// autoCork: what waits now leaves with this tick, whatever comes until then.
void WritableSide::holdForTurn() {
  if (held_) return;
  held_ = true;
  nextTick(stream_, core_, [this, life = core_.life.generation.now()] {
    if (!core_.life.generation.is(life)) return;
    held_ = false;
    if (!writing_) clearBuffer();
  });
}

// Small writes that wait lie in one block, one behind the other, and leave as one piece.
Buffer WritableSide::keep(std::string_view bytes) {
  if (bytes.size() > kSmallWrite) return Buffer::copyOf(bytes);
  Queue& queue = *queue_;
  if (queue.together.size() - queue.togetherUsed < bytes.size()) {
    queue.together = Buffer::allocUnsafe(kTogether);
    queue.togetherUsed = 0;
  }
  std::copy(bytes.begin(), bytes.end(), queue.together.mutableData() + queue.togetherUsed);
  const std::size_t begin = queue.togetherUsed;
  queue.togetherUsed += bytes.size();
  return queue.together.subarray(begin, queue.togetherUsed);
}

// A source that answers late, for a life that is over, has been answered for.
Callback WritableSide::answerTo(void (WritableSide::*told)(const Error*)) {
  if (!stream_.keepsOwnCallbacks()) {
    return [self = Ref<Stream>(&stream_), this, told,
            life = core_.life.generation.now()](const Error* error) {
      // The source may drop this callback, and so its Ref, while it is being told.
      const CallGuard guard(stream_);
      if (core_.life.generation.is(life)) (this->*told)(error);
    };
  }
  return [life = core_.life.generation.watch(), this, told](const Error* error) {
    if (!life.current()) return;
    const CallGuard guard(stream_);
    (this->*told)(error);
  };
}

void WritableSide::startText(std::string_view bytes, const Buffer* owner, Encoding encoding) {
  stream_.doWriteText(owner != nullptr ? *owner : Buffer::copyOf(bytes), encoding,
                      answerTo(&WritableSide::onWritten));
  sync_ = false;
}

// After the attempt to write at once.
void WritableSide::settle(std::string_view bytes, const Buffer* owner, std::ptrdiff_t taken,
                          const Error* error) {
  if (error != nullptr || taken == static_cast<std::ptrdiff_t>(bytes.size())) {
    onWritten(error);
  } else {
    const std::size_t done = taken < 0 ? 0 : static_cast<std::size_t>(taken);
    stream_.doWrite(owner != nullptr ? owner->subarray(done) : Buffer::copyOf(bytes.substr(done)),
                    answerTo(&WritableSide::onWritten));
  }
  sync_ = false;
}

void WritableSide::onWritten(const Error* error) {
  if (!expectWritten_) {
    core_.life.errorOrDestroy(multipleCallback(), false);
    return;
  }
  const bool sync = sync_;
  Told told = takeTold();
  writing_ = expectWritten_ = false;
  length_ -= writeLen_;
  writeLen_ = 0;

  if (error != nullptr) {
    core_.life.fail(*error);
    if (sync) {
      told.life = core_.life.generation.now();
      nextTick(stream_, core_, [this, told = std::move(told), e = *error]() mutable {
        failWrite(e, std::move(told));
      });
    } else {
      failWrite(Error(*error), std::move(told));
    }
    return;
  }

  if (queue_ != nullptr && queue_->waits()) clearBuffer();
  if (!sync) {
    afterWrite(told);
    return;
  }
  const bool owesDrain = needDrain_ && length_ == 0;
  if (told.any() || (owesDrain && !afterWritePending_)) {
    afterWritePending_ = true;
    told.life = core_.life.generation.now();
    queue().afterWrites.push_back(std::move(told));
    nextTick(stream_, core_, [this] {
      Queue& queue = *queue_;
      Told next = std::move(queue.afterWrites[queue.afterWritesNext]);
      if (++queue.afterWritesNext == queue.afterWrites.size()) {
        queue.afterWrites.clear();
        queue.afterWritesNext = 0;
      }
      afterWrite(next);
    });
  } else {
    // Nobody to tell: the step is over here and now, without a tick.
    if (queue_ != nullptr) queue_->reuse(told);
    --pending_;
    if (ending_) finishMaybe(true);
  }
}

// What a callback throws is the host's, so that it costs no other callback its answer.
void WritableSide::answer(Callback& callback, const Error* error) noexcept {
  if (callback) handles::shielded(stream_.host(), [&] { callback(error); });
}

void WritableSide::tell(Told& told, const Error* error) noexcept {
  answer(told.one, error);
  for (Callback& callback : told.many) answer(callback, error);
}

bool WritableSide::Told::any() const noexcept {
  if (one) return true;
  for (const Callback& callback : many) {
    if (callback) return true;
  }
  return false;
}

WritableSide::Told WritableSide::Queue::takeTold() noexcept {
  Told told{std::move(writeCallback), std::move(batchCallbacks)};
  writeCallback = {};
  batchCallbacks = std::move(spareCallbacks);
  batchCallbacks.clear();
  return told;
}

void WritableSide::Queue::reuse(Told& told) noexcept {
  told.many.clear();
  if (told.many.capacity() > spareCallbacks.capacity() && told.many.capacity() <= kKeep) {
    spareCallbacks = std::move(told.many);
  }
}

void WritableSide::failWrite(const Error& error, Told told) {
  if (isOver(told)) return tell(told, &error);
  if (pending_ > 0) --pending_;
  tell(told, &error);
  // Those behind it in the queue cannot be written either.
  errorBuffer();
  core_.life.errorOrDestroy(error, false);
}

bool WritableSide::isOver(const Told& told) const noexcept {
  return told.life && !core_.life.generation.is(*told.life);
}

void WritableSide::afterWrite(Told& told) {
  if (isOver(told)) return tell(told, nullptr);
  afterWritePending_ = false;
  if (needDrain_ && !ending_ && !core_.life.destroyed() && length_ == 0) {
    needDrain_ = false;
    handles::shielded(stream_.host(), [this] { stream_.emitArgs<>(EventId::kDrain); });
  }
  if (pending_ > 0) --pending_;
  tell(told, nullptr);
  if (queue_ != nullptr) queue_->reuse(told);
  if (core_.life.destroyed()) errorBuffer();
  if (ending_) finishMaybe(true);
}

void WritableSide::clearBuffer() {
  const Lifecycle& life = core_.life;
  if (life.destroyed() || !life.constructed() || bufferProcessing_ || corked_ > 0 ||
      queue_ == nullptr || !queue_->waits()) {
    return;
  }
  Queue& queue = *queue_;
  bufferProcessing_ = true;
  const std::size_t count = queue.chunks.size() - queue.next;
  if (count > 1 && decodeStrings && stream_.hasWritev()) {
    pending_ -= static_cast<unsigned>(count - 1);  // one step from here on
    const auto next = static_cast<std::ptrdiff_t>(queue.next);
    queue.batchChunks.assign(std::make_move_iterator(queue.chunks.begin() + next),
                             std::make_move_iterator(queue.chunks.end()));
    queue.batchCallbacks.assign(std::make_move_iterator(queue.callbacks.begin() + next),
                                std::make_move_iterator(queue.callbacks.end()));
    queue.reset();
    writeLen_ = length_;
    writing_ = sync_ = expectWritten_ = true;
    stream_.doWritev(queue.batchChunks, answerTo(&WritableSide::onWritten));
    sync_ = false;
    queue.batchChunks.clear();
    if (count > kKeep) std::vector<Buffer>().swap(queue.batchChunks);
  } else {
    do {
      const std::size_t length = queue.nextLength();
      const Buffer chunk = std::move(queue.chunks[queue.next]);
      Callback callback = std::move(queue.callbacks[queue.next]);
      const Text text = decodeStrings ? Text() : queue.texts[queue.next];
      ++queue.next;
      if (core_.life.destroyed()) {
        writeLen_ = length;
        if (callback) queue.writeCallback = std::move(callback);
        writing_ = sync_ = expectWritten_ = true;
        const Error error = streamDestroyed("write");
        onWritten(&error);
        sync_ = false;
      } else {
        start(chunk, &chunk, std::move(callback), text, length);
      }
    } while (queue.waits() && !writing_);
    if (!queue.waits()) {
      queue.reset();
    } else if (queue.next > kCompactAt && queue.next > queue.chunks.size() / 2) {
      const auto next = static_cast<std::ptrdiff_t>(queue.next);
      queue.chunks.erase(queue.chunks.begin(), queue.chunks.begin() + next);
      queue.callbacks.erase(queue.callbacks.begin(), queue.callbacks.begin() + next);
      if (!decodeStrings) queue.texts.erase(queue.texts.begin(), queue.texts.begin() + next);
      if (!queue.lengths.empty()) {
        queue.lengths.erase(queue.lengths.begin(), queue.lengths.begin() + next);
      }
      queue.next = 0;
    }
  }
  bufferProcessing_ = false;
}

void WritableSide::Queue::reset() noexcept {
  chunks.clear();
  callbacks.clear();
  texts.clear();
  std::vector<std::size_t>().swap(lengths);
  if (chunks.capacity() > kKeep) {
    std::vector<Buffer>().swap(chunks);
    std::vector<Callback>().swap(callbacks);
    std::vector<Text>().swap(texts);
  }
  next = 0;
  together = {};
  togetherUsed = 0;
}

void WritableSide::uncork() {
  if (corked_ == 0) return;
  --corked_;
  if (!writing_ && !held_) clearBuffer();
}

void WritableSide::onConstructed() {
  if (!writing_) clearBuffer();
  if (ending_) finishMaybe(false);
}

std::size_t WritableSide::queuedBytes() const noexcept {
  if (queue_ == nullptr || queue_->lengths.empty()) return length_ - writeLen_;
  std::size_t bytes = 0;
  for (std::size_t i = queue_->next; i < queue_->chunks.size(); ++i) {
    bytes += queue_->chunks[i].size();
  }
  return bytes;
}

void WritableSide::Queue::noteLength(std::size_t length) {
  for (std::size_t i = lengths.size(); i + 1 < chunks.size(); ++i) {
    lengths.push_back(chunks[i].size());
  }
  lengths.push_back(length);
}

}  // namespace uvnet::stream
