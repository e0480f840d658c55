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
  if (!core_.life.destroyed() && core_.life.errored == nullptr && (length() > 0 || sourceEnded())) {
    stream_.emitArgs<>(EventId::kReadable);
    emittedReadable_ = false;
  }
  // Flowing takes care of itself; after the end there is nothing more.
  needReadable_ =
      needReadable_ || (flow_ != Flow::kFlowing && !sourceEnded() && length() <= highWaterMark_);
  flow();
}

void ReadableSide::endReadableNextTick() {
  if (endEmitted()) return;
  source_ = Source::kEnded;
  nextTick(stream_, core_, [this, life = core_.life.generation.now()] {
    if (core_.life.generation.is(life)) emitEnd();
  });
}

void ReadableSide::emitEnd() {
  Lifecycle& life = core_.life;
  // An unshift() since then has put something back: the end comes after that. Or the end itself was
  // taken back.
  if (life.errored != nullptr || life.closeEmitted() || source_ != Source::kEnded || length() != 0)
    return;
  source_ = Source::kEndEmitted;
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
  const bool tell = flow_ != Flow::kPaused;
  if (tell) flow_ = Flow::kPaused;
  if (tell) stream_.emitArgs<>(EventId::kPause);
  asked_ = Asked::kPause;
}

void ReadableSide::resume() {
  stream_.beforeResume();
  if (flow_ != Flow::kFlowing) {
    // With a 'readable' listener the reader pulls; nothing flows.
    flow_ = readableListening_ ? Flow::kPaused : Flow::kFlowing;
    if (!resumeScheduled_) {
      resumeScheduled_ = true;
      nextTick(stream_, core_, [this] { resumed(); });
    }
  }
  asked_ = Asked::kResume;
}

void ReadableSide::resumed() {
  if (!reading_) read(0);
  resumeScheduled_ = false;
  stream_.emitArgs<>(EventId::kResume);
  flow();
  if (flow_ == Flow::kFlowing && !reading_) read(0);
}

void ReadableSide::flow() {
  while (flow_ == Flow::kFlowing && read(std::nullopt)) {
  }
}

void ReadableSide::onListenerAdded(EventId event) {
  if (event == EventId::kData) {
    dataListening_ = true;
    readableListening_ = readableListening_ || stream_.hasListener(EventId::kReadable);
    if (flow_ != Flow::kPaused) resume();
  } else if (event == EventId::kReadable && !endEmitted() && !readableListening_) {
    readableListening_ = needReadable_ = true;
    flow_ = Flow::kPaused;
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
  if (resumeScheduled_ && asked_ == Asked::kResume) {
    flow_ = Flow::kFlowing;  // or the resume that is coming would not flow
  } else if (dataListening_) {
    resume();
  } else if (!readableListening_) {
    flow_ = Flow::kNobody;
  }
}

}  // namespace uvnet::stream
