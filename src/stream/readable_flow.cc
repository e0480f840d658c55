// Whether a readable side flows, and what it says of itself: 'readable', 'end', pause() and
// resume(), and how listeners that come and go change it.
#include "stream/readable.h"

#include "stream/core.h"
#include "stream/tick.h"

namespace uvnet::stream {

// Not at once: 'readable' makes the reader read, which may bring us here again.
void ReadableSide::emitReadableNextTick() {
  needReadable_ = false;
  if (emittedReadable_) return;
  emittedReadable_ = true;
  nextTick(stream_, core_, [this] { emitReadable(); });
}

void ReadableSide::emitReadable() {
  if (!core_.life.destroyed && core_.life.errored == nullptr && (length() > 0 || ended_)) {
    stream_.emitArgs<>(EventId::kReadable);
    emittedReadable_ = false;
  }
  // Flowing takes care of itself; after the end there is nothing more.
  needReadable_ = needReadable_ || (flowing_ != true && !ended_ && length() <= highWaterMark_);
  flow();
}

void ReadableSide::endReadableNextTick() {
  if (endEmitted_) return;
  ended_ = true;
  nextTick(stream_, core_, [this, life = core_.life.generation.now()] {
    if (core_.life.generation.is(life)) emitEnd();
  });
}

void ReadableSide::emitEnd() {
  Lifecycle& life = core_.life;
  // An unshift() since then has put something back: the end comes after that. Or the end itself was
  // taken back.
  if (life.errored != nullptr || life.closeEmitted || endEmitted_ || length() != 0 || !ended_)
    return;
  endEmitted_ = true;
  stream_.onEnding();
  stream_.emitArgs<>(EventId::kEnd);

  const WritableSide& writable = core_.writable;
  if (stream_.writable() && !core_.allowHalfOpen) {
    nextTick(stream_, core_, [this, now = life.generation.now()] {
      if (core_.life.generation.is(now) && stream_.writable()) stream_.autoEnd();
    });
  } else if (life.autoDestroy && (writable.finished() || !writable.enabled())) {
    stream_.autoDestroy();
  }
}

void ReadableSide::pause() {
  stream_.beforePause();
  const bool tell = flowing_ != false;
  if (tell) flowing_ = false;
  if (tell) stream_.emitArgs<>(EventId::kPause);
  hasPaused_ = paused_ = true;
}

void ReadableSide::resume() {
  stream_.beforeResume();
  if (flowing_ != true) {
    // With a 'readable' listener the reader pulls; nothing flows.
    flowing_ = !readableListening_;
    if (!resumeScheduled_) {
      resumeScheduled_ = true;
      nextTick(stream_, core_, [this] { resumed(); });
    }
  }
  hasPaused_ = true;
  paused_ = false;
}

void ReadableSide::resumed() {
  if (!reading_) read(0);
  resumeScheduled_ = false;
  stream_.emitArgs<>(EventId::kResume);
  flow();
  if (flowing_ == true && !reading_) read(0);
}

void ReadableSide::flow() {
  while (flowing_ == true && read(std::nullopt)) {
  }
}

void ReadableSide::onListenerAdded(EventId event) {
  if (event == EventId::kData) {
    dataListening_ = true;
    readableListening_ = readableListening_ || stream_.hasListener(EventId::kReadable);
    if (flowing_ != false) resume();
  } else if (event == EventId::kReadable && !endEmitted_ && !readableListening_) {
    readableListening_ = needReadable_ = true;
    flowing_ = false;
    emittedReadable_ = false;
    if (length() > 0) {
      emitReadableNextTick();
    } else if (!reading_) {
      nextTick(stream_, core_, [this] { read(0); });
    }
  }
}

void ReadableSide::onListenerRemoved(EventId event) {
  if (event == EventId::kReadable) {
    // On a tick, so that once('readable') again and again is no end of listening.
    nextTick(stream_, core_, [this] { updateReadableListening(); });
  } else if (event == EventId::kData && !stream_.hasListener(EventId::kData)) {
    dataListening_ = false;
  }
}

void ReadableSide::onListenersRemoved(std::optional<EventId> event) {
  // Node does not look at 'data' here: the stream flows on, to nobody.
  if (!event || *event == EventId::kReadable) {
    nextTick(stream_, core_, [this] { updateReadableListening(); });
  }
}

void ReadableSide::updateReadableListening() {
  readableListening_ = stream_.hasListener(EventId::kReadable);
  if (resumeScheduled_ && hasPaused_ && !paused_) {
    flowing_ = true;  // or the resume that is coming would not flow
  } else if (dataListening_) {
    resume();
  } else if (!readableListening_) {
    flowing_ = std::nullopt;
  }
}

}  // namespace uvnet::stream
