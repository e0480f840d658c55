// stream.finished: the many ways in which a stream can be over, told once.
#include <uvnet/pipeline.h>

#include <utility>

#include "stream/abort.h"
#include "stream/core.h"
#include "stream/errors.h"
#include "stream/questions.h"
#include "stream/tick.h"

namespace uvnet {

namespace stream {

class Finished final : public RefCounted {
 public:
  Finished(Stream& stream, const FinishedOptions& options, Callback callback)
      : stream_(&stream),
        callback_(std::move(callback)),
        readable_(options.readable.value_or(Questions::hasReadable(stream))),
        writable_(options.writable.value_or(Questions::hasWritable(stream))),
        // Where 'close' is sure to come, it is waited for.
        willEmitClose_(Questions::willEmitClose(stream) &&
                       Questions::hasReadable(stream) == readable_ &&
                       Questions::hasWritable(stream) == writable_),
        writableFinished_(Questions::isWritableFinished(stream)),
        readableFinished_(Questions::isReadableFinished(stream)),
        closed_(stream.closed()) {}

  void start(const FinishedOptions& options) {
    const Ref<Finished> self(this);
    Stream& stream = *stream_;
    end_ = stream.addListener(EventId::kEnd,
                              [guard = Guard(self)](void*) { guard.finished->onEnd(); });
    finish_ = stream.addListener(EventId::kFinish,
                                 [guard = Guard(self)](void*) { guard.finished->onFinish(); });
    if (options.error) {
      error_ = stream.addListener(EventId::kError, [guard = Guard(self)](void* pack) {
        guard.finished->tell(&std::get<0>(payload<event::Error>(pack)));
      });
    }
    close_ = stream.addListener(EventId::kClose,
                                [guard = Guard(self)](void*) { guard.finished->onClose(); });

    const Core& core = stream.core();
    const std::optional<bool> isRead = Questions::isReadable(stream);
    const std::optional<bool> isWritten = Questions::isWritable(stream);
    if (closed_) {
      nextTick(stream, core, [self] { self->onClose(); });
    } else if (core.life.errorEmitted) {
      if (!willEmitClose_) nextTick(stream, core, [self] { self->onClosed(); });
    } else if (!readable_ && (!willEmitClose_ || isRead.value_or(false)) &&
               (writableFinished_ || isWritten == false) && core.writable.pending() == 0) {
      nextTick(stream, core, [self] { self->onClosed(); });
    } else if (!writable_ && (!willEmitClose_ || isWritten.value_or(false)) &&
               (readableFinished_ || isRead == false)) {
      nextTick(stream, core, [self] { self->onClosed(); });
    }
    if (options.signal.stop_possible() && !closed_) {
      abort_ = onAbort(options.signal, stream.host(), [weak = this] { weak->aborted(); });
    }
  }

  void cleanup() {
    callback_ = {};
    abort_.reset();
    if (stream_ == nullptr) return;
    Stream& stream = *stream_;
    for (const ListenerToken& token : {end_, finish_, error_, close_}) stream.off(token);
  }

 private:
  // In each listener: when the stream drops them because it goes, it is not to be asked any more.
  struct Guard {
    explicit Guard(const Ref<Finished>& f) : finished(f) {}
    Guard(Guard&&) noexcept = default;
    ~Guard() {
      if (finished && finished->stream_ != nullptr && finished->stream_->core().life.abandoned()) {
        finished->stream_ = nullptr;
      }
    }
    Ref<Finished> finished;
  };

  void tell(const Error* error) {
    abort_.reset();
    if (callback_) std::exchange(callback_, {})(error);
  }

  void aborted() {
    const Ref<Finished> keep(this);
    Callback callback = std::exchange(callback_, {});
    cleanup();
    const Error error = abortError();
    if (callback) callback(&error);
  }

  void onFinish() {
    writableFinished_ = true;
    // Destroyed already: somebody does it in another way, and 'close' cannot be trusted to come.
    if (stream_->destroyed()) willEmitClose_ = false;
    if (willEmitClose_ && (!stream_->readable() || readable_)) return;
    if (!readable_ || readableFinished_) tell(nullptr);
  }

  void onEnd() {
    readableFinished_ = true;
    if (stream_->destroyed()) willEmitClose_ = false;
    if (willEmitClose_ && (!stream_->writable() || writable_)) return;
    if (!writable_ || writableFinished_) tell(nullptr);
  }

  void onClose() {
    closed_ = true;
    if (stream_ == nullptr) return;
    const bool cutShort = (readable_ && Questions::hasReadable(*stream_) && !readableFinished_ &&
                           !Questions::isReadableFinished(*stream_)) ||
                          (writable_ && Questions::hasWritable(*stream_) && !writableFinished_ &&
                           !Questions::isWritableFinished(*stream_));
    if (stream_->errored() == nullptr && cutShort) {
      const Error error = prematureClose();
      tell(&error);
    } else {
      onClosed();
    }
  }

  void onClosed() {
    closed_ = true;
    if (stream_ == nullptr) return;
    if (stream_->errored() != nullptr) {
      const Error error = *stream_->errored();
      tell(&error);
    } else {
      tell(nullptr);
    }
  }

  Stream* stream_;
  Callback callback_;
  const bool readable_;
  const bool writable_;
  bool willEmitClose_;
  bool writableFinished_;
  bool readableFinished_;
  bool closed_;
  ListenerToken end_, finish_, error_, close_;
  AbortHandle abort_;
};

}  // namespace stream

Function<void()> finished(Stream& stream, const FinishedOptions& options, Callback callback) {
  const auto wait = make<stream::Finished>(stream, options, std::move(callback));
  wait->start(options);
  return [wait] { wait->cleanup(); };
}

Function<void()> finished(Stream& stream, Callback callback) {
  return finished(stream, FinishedOptions{}, std::move(callback));
}

}  // namespace uvnet
