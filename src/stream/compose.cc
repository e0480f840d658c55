// stream.compose, and two ends in memory.
#include <uvnet/pipeline.h>

#include <string>
#include <utility>

#include "stream/core.h"
#include "stream/errors.h"
#include "stream/questions.h"

namespace uvnet {

namespace stream {

// Writes go to the head, reads come from the tail; what lies between is a pipeline.
class Composed final : public Duplex {
 public:
  Composed(Host& host, const StreamOptions& options, Stream& head, Stream& tail)
      : Duplex(host, options), head_(&head), tail_(&tail) {}

  ~Composed() override {
    for (const ListenerToken& token : listeners_) {
      (token.event == EventId::kDrain ? head_ : tail_)->off(token);
    }
  }

  void start(StreamList streams) {
    const Ref<Composed> self(this);
    const auto over = [self](const Error* error) { self->onPipelineOver(error); };
    if (streams.size() == 1) {
      finished(*head_, over);
    } else {
      uvnet::pipeline(streams, over);
    }
    if (core().writable.enabled()) {
      listeners_[0] =
          head_->addListener(EventId::kDrain, [this](void*) { answer(onDrain_, nullptr); });
      finished(*tail_, [self](const Error*) { self->answer(self->onFinish_, nullptr); });
    }
    if (core().readable.enabled()) {
      listeners_[1] = tail_->addListener(EventId::kReadable, [this](void*) {
        if (std::exchange(wantsRead_, false)) doRead(0);
      });
      listeners_[2] = tail_->addListener(EventId::kEnd, [this](void*) { push(nullptr); });
    }
  }

 private:
  void doWrite(Buffer chunk, Callback done) override {
    if (head_->write(chunk)) {
      done(nullptr);
    } else {
      onDrain_ = std::move(done);
    }
  }
  void doFinal(Callback done) override {
    onFinish_ = std::move(done);
    head_->end();
  }
  bool hasFinal() const noexcept override { return true; }
  bool keepsOwnCallbacks() const noexcept override { return true; }

  void doRead(std::size_t) override {
    while (std::optional<Buffer> chunk = tail_->read()) {
      if (!push(std::move(*chunk))) return;
    }
    wantsRead_ = true;
  }

  void doDestroy(const Error* error, Callback done) override {
    const std::optional<Error> failed = error == nullptr && !over_
                                            ? std::optional<Error>(abortError())
                                        : error != nullptr ? std::optional<Error>(*error)
                                                           : std::nullopt;
    wantsRead_ = false;
    onDrain_ = {};
    onFinish_ = {};
    Questions::destroyOther(*tail_, failed ? &*failed : nullptr);
    if (over_) {
      done(failed ? &*failed : nullptr);
    } else {
      onClose_ = std::move(done);
    }
  }

  void onPipelineOver(const Error* error) {
    over_ = true;
    if (onClose_) {
      answer(onClose_, error);
    } else if (error != nullptr) {
      destroy(*error);
    } else if (!core().readable.enabled() && !core().writable.enabled()) {
      destroy();
    }
  }

  static void answer(Callback& callback, const Error* error) {
    if (callback) std::exchange(callback, {})(error);
  }

  const Ref<Stream> head_;
  const Ref<Stream> tail_;
  ListenerToken listeners_[3];
  bool wantsRead_ = false;
  bool over_ = false;
  Callback onDrain_;
  Callback onFinish_;
  Callback onClose_;
};

namespace {

class PairEnd final : public Duplex {
 public:
  PairEnd(Host& host, const StreamOptions& options) : Duplex(host, options) {}
  // As when a peer's process ends: the other end reads the end of the stream, and its writes fail.
  ~PairEnd() override { leave(nullptr, false); }
  static void join(PairEnd& a, PairEnd& b) {
    a.other_ = &b;
    b.other_ = &a;
  }

 private:
  static void failGone(Callback& done) {
    const Error error = endedByOtherParty();
    done(&error);
  }

  // On a tick. taken: what the other end has written last was read here.
  void leave(const Error* error, bool taken) {
    if (other_ == nullptr) return;
    PairEnd* const left = std::exchange(other_, nullptr);
    left->other_ = nullptr;
    host().nextTick([end = Ref<PairEnd>(left), writing = std::move(waiting_), taken,
                     why = error != nullptr ? std::make_unique<Error>(*error) : nullptr]() mutable {
      if (writing && taken) {
        writing(nullptr);
      } else if (writing) {
        failGone(writing);
      }
      // What it wrote before has left it.
      if (end->finishing_) std::exchange(end->finishing_, {})(nullptr);
      if (why != nullptr) {
        end->destroy(*why);
      } else if (!end->core().readable.sourceEnded()) {
        end->push(nullptr);
      }
    });
  }
  // As Node 24: the other end reads the end of the stream, or is destroyed with the same error.
  void doDestroy(const Error* error, Callback done) override {
    leave(error, readableLength() == 0);
    done(error);
  }

  // The other end has read what was written: its writer may go on.
  void doRead(std::size_t) override {
    if (waiting_) std::exchange(waiting_, {})(nullptr);
  }

  void doWrite(Buffer chunk, Callback done) override {
    if (chunk.empty()) {
      host().nextTick([done = std::move(done)]() mutable { done(nullptr); });
    } else if (other_ == nullptr) {
      failGone(done);
    } else {
      // Before the push: a reader that takes it at once asks for more within it.
      other_->waiting_ = std::move(done);
      other_->push(std::move(chunk));
    }
  }

  void doFinal(Callback done) override {
    if (other_ == nullptr) {
      done(nullptr);
      return;
    }
    finishing_ = std::move(done);
    other_->once<"end">([end = other_] {
      PairEnd* const writer = end->other_;
      if (writer != nullptr && writer->finishing_) std::exchange(writer->finishing_, {})(nullptr);
    });
    other_->push(nullptr);
  }
  bool hasFinal() const noexcept override { return true; }
  bool keepsOwnCallbacks() const noexcept override { return true; }

  PairEnd* other_ = nullptr;  // nullptr: gone
  Callback waiting_;          // of the other end's writer
  Callback finishing_;        // until the other end has read our end
};

}  // namespace
}  // namespace stream

std::pair<Ref<Duplex>, Ref<Duplex>> duplexPair(Host& host, const StreamOptions& options) {
  const Ref<stream::PairEnd> a = make<stream::PairEnd>(host, options);
  const Ref<stream::PairEnd> b = make<stream::PairEnd>(host, options);
  stream::PairEnd::join(*a, *b);
  return {a, b};
}

Ref<Duplex> compose(StreamList streams) {
  using stream::Questions;
  if (streams.size() == 0) {
    throw Error("The \"streams\" argument must be specified", "ERR_MISSING_ARGS", "TypeError");
  }
  const auto refuse = [](std::size_t index, const char* reason) {
    return Error("The argument 'streams[" + std::to_string(index) + "]' " + reason,
                 "ERR_INVALID_ARG_VALUE", "TypeError");
  };
  std::size_t index = 0;
  for (Stream& each : streams) {
    if (index + 1 < streams.size() && !Questions::isReadable(each).value_or(false)) {
      throw refuse(index, "must be readable");
    }
    if (index > 0 && !Questions::isWritable(each).value_or(false)) {
      throw refuse(index, "must be writable");
    }
    ++index;
  }
  Stream& head = *streams.begin();
  Stream& tail = *(streams.end() - 1);
  StreamOptions options;
  options.writable = Questions::isWritable(head).value_or(false);
  options.readable = Questions::isReadable(tail).value_or(false);
  const Ref<stream::Composed> composed = make<stream::Composed>(head.host(), options, head, tail);
  composed->start(streams);
  return composed;
}

}  // namespace uvnet
