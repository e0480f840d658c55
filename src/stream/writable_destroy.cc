// What becomes of writes that wait when their stream is destroyed, begins another life, or goes.
#include <utility>

#include "stream/core.h"
#include "stream/errors.h"
#include "stream/tick.h"

namespace uvnet::stream {

void WritableSide::errorBufferNextTick() {
  if (!buffered() && (queue_ == nullptr || queue_->onFinished.empty())) return;
  errorPending_ = true;
  nextTick(stream_, core_, [this, life = core_.life.generation.now()] {
    if (!core_.life.generation.is(life)) return;  // undestroy() has told them
    errorPending_ = false;
    errorBuffer();
  });
}

void WritableSide::errorBuffer() {
  if (writing_) return;  // its own answer comes first
  const auto why = [this](const char* call) {
    const Error* errored = core_.life.errored.get();
    return errored != nullptr ? *errored : streamDestroyed(call);
  };
  // Who is told may write again; that is answered here as well, as in Node.
  if (queue_ == nullptr) return;
  Queue& queue = *queue_;
  errorPending_ = true;  // an end() in a callback is told below
  while (queue.waits()) {
    length_ -= queue.nextLength();
    Callback callback = std::move(queue.callbacks[queue.next++]);
    const Error error = why("write");
    answer(callback, &error);
  }
  queue.reset();
  errorPending_ = false;
  const Error error = why("end");
  tellFinished(&error);
}

void WritableSide::undestroy() {
  // Who still waited in the last life is told before the next one begins; nothing of it stays.
  if (queue_ != nullptr) {
    Queue& queue = *queue_;
    Told told = queue.takeTold();
    for (std::size_t i = queue.next; i < queue.callbacks.size(); ++i) {
      told.many.push_back(std::move(queue.callbacks[i]));
    }
    std::vector<Callback> ends = std::move(queue.onFinished);
    queue.onFinished.clear();
    queue.reset();
    if (told.any() || !ends.empty()) {
      nextTick(stream_, core_, [this, told = std::move(told), ends = std::move(ends)]() mutable {
        const Error write = streamDestroyed("write");
        tell(told, &write);
        const Error end = streamDestroyed("end");
        for (Callback& callback : ends) answer(callback, &end);
      });
    }
  }
  length_ = writeLen_ = 0;
  corked_ = pending_ = 0;
  writing_ = expectWritten_ = bufferProcessing_ = needDrain_ = afterWritePending_ = held_ = false;
  errorPending_ = false;
  reopen();
  endedByPeer = false;
}

void WritableSide::reopen() noexcept {
  finalCalled_ = prefinished_ = false;
  ending_ = ended_ = finished_ = !usable_;
}

void WritableSide::abandon() noexcept {
  if (queue_ == nullptr) return;
  Queue& queue = *queue_;
  queue.writeCallback = {};
  queue.batchCallbacks.clear();
  queue.reset();
  queue.onFinished.clear();
  queue.afterWrites.clear();
  queue.afterWritesNext = 0;
}
}  // namespace uvnet::stream
