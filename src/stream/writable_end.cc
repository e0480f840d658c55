// How a writable side ends: end() in its forms, 'prefinish' and doFinal() once all is written, then
// 'finish' and who waited for it. Nothing of this runs for a write before end().
#include <utility>

#include "stream/core.h"
#include "stream/errors.h"
#include "stream/tick.h"

namespace uvnet::stream {

void WritableSide::end(bool withData, std::string_view bytes, const Buffer* owner,
                       Callback callback, Text text, std::optional<std::size_t> length) {
  std::unique_ptr<Error> error;
  if (withData && (ending_ || core_.life.destroyed())) {
    error = refuse({});
  } else if (withData && length) {
    writeCounted(bytes, owner, {}, *length);
  } else if (withData) {
    write(bytes, owner, {}, text);
  }

  if (corked_ > 0 || held_) {
    corked_ = 0;
    held_ = false;
    if (!writing_) clearBuffer();
  }
  if (error != nullptr) {
    // Said already.
  } else if (!ending_ && core_.life.errored == nullptr) {
    ending_ = true;
    finishMaybe(true);
    ended_ = true;
  } else if (finished_) {
    error = std::make_unique<Error>(alreadyFinished("end"));
  } else if (core_.life.destroyed()) {
    error = std::make_unique<Error>(streamDestroyed("end"));
  }

  if (!callback) return;
  if (error == nullptr && core_.life.errored != nullptr) {
    error = std::make_unique<Error>(*core_.life.errored);
  } else if (error == nullptr && core_.life.destroyed() && !finished_) {
    // Only those that tell of the writes before it would tell it.
    const bool forgotten = !errorPending_ && !writing_ && !afterWritePending_;
    if (!lateEndsAreTold && forgotten) return;
    if (lateEndsAreTold) error = std::make_unique<Error>(streamDestroyed("end"));
  }
  if (error != nullptr) {
    nextTick(stream_, core_,
             [callback = std::move(callback), e = *error]() mutable { callback(&e); });
  } else if (finished_) {
    nextTick(stream_, core_, [callback = std::move(callback)]() mutable { callback(nullptr); });
  } else {
    queue().onFinished.push_back(std::move(callback));
  }
}

bool WritableSide::needFinish() const noexcept {
  const Lifecycle& life = core_.life;
  return ending_ && !finished_ && !writing_ && !buffered() && length_ == 0 && life.alive() &&
         !life.errorEmitted && life.errored == nullptr;
}

void WritableSide::finishMaybe(bool sync) {
  if (!needFinish()) return;
  prefinish();
  if (pending_ != 0) return;
  if (sync) {
    ++pending_;
    nextTick(stream_, core_, [this, life = core_.life.generation.now()] {
      if (!core_.life.generation.is(life)) return;
      if (needFinish()) {
        finish();
      } else {
        --pending_;
      }
    });
  } else if (needFinish()) {
    ++pending_;
    finish();
  }
}

void WritableSide::prefinish() {
  if (prefinished_ || finalCalled_) return;
  finalCalled_ = true;
  if (stream_.hasFinal() && !core_.life.destroyed()) {
    sync_ = true;
    ++pending_;
    guarded([this] { stream_.doFinal(answerTo(&WritableSide::onFinal)); },
            [this](const Error& error) { onFinal(&error); });
    sync_ = false;
  } else {
    prefinished_ = true;
    stream_.emitArgs<>(EventId::kPrefinish);
  }
}

void WritableSide::onFinal(const Error* error) {
  if (prefinished_) {
    core_.life.errorOrDestroy(error != nullptr ? *error : multipleCallback(), false);
    return;
  }
  --pending_;
  if (error != nullptr) {
    const Error copy = *error;
    tellFinished(&copy);
    core_.life.errorOrDestroy(copy, sync_);
  } else if (needFinish()) {
    prefinished_ = true;
    stream_.emitArgs<>(EventId::kPrefinish);
    ++pending_;
    nextTick(stream_, core_, [this, life = core_.life.generation.now()] {
      if (core_.life.generation.is(life)) finish();
    });
  }
}

void WritableSide::finish() {
  --pending_;
  finished_ = true;
  tellFinished(nullptr);
  stream_.emitArgs<>(EventId::kFinish);
  const ReadableSide& readable = core_.readable;
  if (core_.life.autoDestroy && (readable.endEmitted() || !readable.enabled())) {
    stream_.autoDestroy();
  }
}

void WritableSide::tellFinished(const Error* error) {
  if (queue_ == nullptr) return;
  std::vector<Callback> callbacks = std::move(queue_->onFinished);
  queue_->onFinished.clear();
  for (Callback& callback : callbacks) answer(callback, error);
}

}  // namespace uvnet::stream
