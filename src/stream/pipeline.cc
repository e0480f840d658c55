// stream.pipeline: pipes that fail together, and one answer when all is over.
#include <uvnet/pipeline.h>

#include <utility>
#include <vector>

#include "stream/abort.h"
#include "stream/core.h"
#include "stream/errors.h"
#include "stream/questions.h"
#include "stream/tick.h"

namespace uvnet {

namespace stream {

// Held by the listeners on its streams, which it holds itself until all is over (or until one of
// them forgets its listeners, because its Net is going).
class Pipeline final : public RefCounted {
 public:
  Pipeline(StreamList streams, Callback callback) : callback_(std::move(callback)) {
    for (Stream& stream : streams) members_.push_back({Ref<Stream>(&stream), false});
  }

  void start(const PipelineOptions& options) {
    const Ref<Pipeline> self(this);
    Host& host = members_.front().stream->host();
    if (options.signal.stop_possible()) {
      abort_ = onAbort(options.signal, host, [this] {
        const Error error = abortError();
        finish(&error, false);
      });
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const Ref<Stream> stream = members_[i].stream;
      const bool last = i + 1 == members_.size();
      const bool readableLast = last && Questions::isReadable(*stream).value_or(false);
      if (!last || options.end) watch(i, !last, i > 0, readableLast);
      const ListenerToken error =
          stream->addListener(EventId::kError, [self, guard = Guard(self, *stream)](void* pack) {
            const Error& failure = std::get<0>(payload<event::Error>(pack));
            // Those two are what others have done to this stream.
            if (failure.name != "AbortError" && failure.code != "ERR_STREAM_PREMATURE_CLOSE") {
              self->finishOne(&failure);
            }
          });
      if (readableLast) {
        lastCleanup_.push_back([weak = stream.get(), error] { weak->off(error); });
      }
      if (i > 0) {
        steps_ += 2;
        Function<void()> cleanup = pipe(*members_[i - 1].stream, *stream, !last || options.end);
        if (readableLast) lastCleanup_.push_back(std::move(cleanup));
      }
    }
  }

 private:
  struct Member {
    Ref<Stream> stream;
    bool finished;  // needs no destroy() any more
    bool watched = false;
  };
  // In a listener of each stream: if one goes with its Net, nothing will come to an end here.
  struct Guard {
    Guard(const Ref<Pipeline>& p, const Stream& s) : pipeline(p), stream(&s) {}
    Guard(Guard&&) noexcept = default;
    ~Guard() {
      if (pipeline && stream->core().life.abandoned()) pipeline->letGo();
    }
    Ref<Pipeline> pipeline;
    const Stream* stream;
  };

  void watch(std::size_t index, bool reading, bool writing, bool readableLast) {
    const Ref<Pipeline> self(this);
    Stream& stream = *members_[index].stream;
    members_[index].watched = true;
    stream.addListener(EventId::kClose, [self, index](void*) { self->setFinished(index, true); });
    Function<void()> cleanup =
        finished(stream, {.readable = reading, .writable = writing},
                 [self, index](const Error* error) { self->setFinished(index, error == nullptr); });
    if (readableLast) lastCleanup_.push_back(std::move(cleanup));
  }

  void setFinished(std::size_t index, bool finished) {
    if (index < members_.size()) members_[index].finished = finished;
  }

  Function<void()> pipe(Stream& source, Stream& destination, bool end) {
    const Ref<Pipeline> self(this);
    const auto ended = std::make_shared<bool>(false);
    destination.addListener(EventId::kClose, [self, ended](void*) {
      if (*ended) return;
      const Error error = prematureClose();
      self->finishOne(&error);
    });
    source.pipeTo(destination, {.end = false});
    if (end) {
      const auto endDestination = [ended, weak = &destination] {
        *ended = true;
        weak->end();
      };
      if (Questions::isReadableFinished(source)) {
        nextTick(destination, destination.core(), endDestination);
      } else {
        source.addListener(
            EventId::kEnd, [self, endDestination](void*) { endDestination(); }, Stream::kOnce);
      }
    } else {
      finishOne(nullptr);
    }
    finished(source, {.readable = true, .writable = false},
             [self, weak = &source](const Error* error) { self->sourceOver(*weak, error); });
    return finished(destination, {.readable = false, .writable = true},
                    [self](const Error* error) { self->finishOne(error); });
  }

  void sourceOver(Stream& source, const Error* error) {
    const Core& core = source.core();
    if (error == nullptr || error->code != "ERR_STREAM_PREMATURE_CLOSE" ||
        !core.readable.sourceEnded() || core.life.errored != nullptr || core.life.errorEmitted) {
      finishOne(error);
      return;
    }
    // Closed, but its end is still to come: that is no failure.
    const Ref<Pipeline> self(this);
    source.addListener(
        EventId::kEnd, [self](void*) { self->finishOne(nullptr); }, Stream::kOnce);
    source.addListener(
        EventId::kError,
        [self](void* pack) { self->finishOne(&std::get<0>(payload<event::Error>(pack))); },
        Stream::kOnce);
  }

  void finishOne(const Error* error) { finish(error, --steps_ == 0); }

  void finish(const Error* error, bool final) {
    const Ref<Pipeline> keep(this);
    if (error != nullptr && (!error_ || error_->code == "ERR_STREAM_PREMATURE_CLOSE")) {
      error_ = *error;
    }
    if (!error_ && !final) return;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!std::exchange(members_[i].watched, false) || members_[i].finished) continue;
      members_[i].finished = true;
      const Error failed = error_ ? *error_ : streamDestroyed("pipe");
      const Ref<Stream> stream = members_[i].stream;
      Questions::destroyOther(*stream, &failed);
    }
    abort_.reset();
    if (!final || members_.empty()) return;
    if (!error_) {
      for (Function<void()>& cleanup : lastCleanup_) cleanup();
    }
    const std::vector<Member> members = std::exchange(members_, {});
    const Ref<Stream> any = members.front().stream;
    lastCleanup_.clear();
    if (!callback_) return;
    nextTick(*any, any->core(),
             [callback = std::move(callback_), failed = std::move(error_)]() mutable {
               callback(failed ? &*failed : nullptr);
             });
    callback_ = {};
  }

  void letGo() noexcept {
    abort_.reset();
    const std::vector<Member> members = std::exchange(members_, {});
    lastCleanup_.clear();
  }

  std::vector<Member> members_;
  Callback callback_;
  std::optional<Error> error_;
  int steps_ = 0;
  std::vector<Function<void()>> lastCleanup_;
  AbortHandle abort_;
};

}  // namespace stream

Stream& pipeline(StreamList streams, Callback callback) {
  return pipeline(streams, PipelineOptions{}, std::move(callback));
}

Stream& pipeline(StreamList streams, const PipelineOptions& options, Callback callback) {
  if (streams.size() < 2) {
    throw Error("The \"streams\" argument must be specified", "ERR_MISSING_ARGS", "TypeError");
  }
  const auto all = make<stream::Pipeline>(streams, std::move(callback));
  all->start(options);
  return *(streams.end() - 1);
}

}  // namespace uvnet
