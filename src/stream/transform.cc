#include <uvnet/transform.h>

#include <utility>

#include "stream/core.h"
#include "stream/errors.h"

namespace uvnet {

namespace {

// A readable mark of 0 must reach the writable side too, or the writer would run ahead.
StreamOptions withWritableMark(StreamOptions options) {
  const auto readable =
      options.highWaterMark ? options.highWaterMark : options.readableHighWaterMark;
  if (readable == 0) {
    options.readableHighWaterMark = 0;
    options.highWaterMark.reset();
    if (!options.writableHighWaterMark) options.writableHighWaterMark = 0;
  }
  return options;
}

}  // namespace

Transform::Transform(Host& host, StreamOptions options)
    : Duplex(host, withWritableMark(std::move(options))) {
  // A Transform answers doRead() by itself: its first push need not wait for a tick.
  core().readable.setSync(false);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): who overrides it may keep the chunk
void Transform::doTransform(Buffer, TransformCallback done) {
  const Error error = stream::notImplemented("_transform()");
  done(&error, {});
}

void Transform::doWrite(Buffer chunk, Callback done) {
  // A member, as one chunk is under way at a time: in the callback it would cost an allocation.
  writing_ = std::move(done);
  doTransform(std::move(chunk), [self = Ref<Transform>(this), before = readableLength()](
                                    const Error* error, Buffer output) {
    self->transformed(error, std::move(output), before);
  });
}

void Transform::transformed(const Error* error, Buffer output, std::size_t lengthBefore) {
  const CallGuard guard(*this);
  if (error != nullptr) {
    answer(error);
    return;
  }
  if (!output.empty()) push(std::move(output));
  if (core().readable.sourceEnded()) {
    // It ended its own output: the writer is told once that has shown.
    host().nextTick([self = Ref<Transform>(this)] { self->answer(nullptr); });
    return;
  }
  // Room, or nothing came of this chunk: the writer may go on.
  if (core().writable.endReturned() || lengthBefore == readableLength() ||
      readableLength() < readableHighWaterMark()) {
    answer(nullptr);
  } else if (writing_) {
    waiting_ = std::exchange(writing_, {});
  }
}

void Transform::answer(const Error* error) {
  if (writing_) {
    std::exchange(writing_, {})(error);
  } else {
    errorOrDestroy(stream::multipleCallback());
  }
}

void Transform::doRead(std::size_t) {
  if (waiting_) std::exchange(waiting_, {})(nullptr);
}

void Transform::doFinal(Callback done) {
  if (destroyed()) {
    push(nullptr);
    done(nullptr);
    return;
  }
  doFlush([self = Ref<Transform>(this), this, done = std::move(done)](const Error* error,
                                                                      Buffer output) mutable {
    const CallGuard guard(*this);
    if (error != nullptr) {
      done(error);
      return;
    }
    if (!output.empty()) push(std::move(output));
    push(nullptr);
    done(nullptr);
  });
}

}  // namespace uvnet
