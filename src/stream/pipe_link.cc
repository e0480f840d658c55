#include "stream/pipe_link.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "stream/core.h"
#include "stream/tick.h"
#include "stream/wire.h"

namespace uvnet::stream {

namespace {

template <class T>
T argument(void* pack) {
  return std::get<0>(*static_cast<std::tuple<T>*>(pack));
}

}  // namespace

void PipeLink::start(Stream& source, Stream& destination, PipeOptions options) {
  ReadableSide& from = source.core().readable;
  if (from.pipes.size() == 1) from.manyPipes_ = true;
  const Ref<PipeLink> link(new PipeLink(source, destination));
  from.pipes.push_back(link);
  link->listen(options.end);

  destination.emitArgs<Stream&>(EventId::kPipe, source);
  if (destination.writableNeedDrain()) {
    link->waitForDrain();
  } else if (from.flowing() != true) {
    from.resume();
  }
}

void PipeLink::listen(bool end) {
  Stream& source = *source_;
  Stream& destination = *destination_;
  const Ref<PipeLink> self(this);
  if (source.core().readable.endEmitted()) {
    nextTick(source, source.core(), [self, end] { self->onSourceEnd(end); });
  } else {
    end_ = source.addListener(
        EventId::kEnd, [self, end](void*) { self->onSourceEnd(end); }, Stream::kOnce);
  }
  unpipe_ = destination.addListener(EventId::kUnpipe, [self](void* pack) {
    if (self->source_ != &argument<Stream&>(pack)) return;
    // One of the pipes between these two streams: as in Node, the oldest that still listens.
    if (std::exchange(self->source_->core().readable.unpipeUntold_, false)) self->cleanup();
  });
  data_ = source.addListener(EventId::kData,
                             [self](void* pack) { self->onData(argument<const Buffer&>(pack)); });
  // Ahead of the user's: they find the pipe undone.
  error_ = destination.addListener(
      EventId::kError, [self](void* pack) { self->onError(argument<const Error&>(pack)); },
      Stream::kPrepend);
  close_ = destination.addListener(
      EventId::kClose,
      [self](void*) {
        self->destination_->off(self->finish_);
        self->unpipe();
      },
      Stream::kOnce);
  finish_ = destination.addListener(
      EventId::kFinish,
      [self](void*) {
        self->destination_->off(self->close_);
        self->unpipe();
      },
      Stream::kOnce);
}

void PipeLink::onSourceEnd(bool end) {
  if (!end) {
    unpipe();
  } else {
    destination_->core().writable.end(false, {}, nullptr, {});
  }
}

[[gnu::hot]] void PipeLink::onData(const Buffer& chunk) {
  const Encoding encoding = destination_->core().writable.defaultEncoding;
  const bool isText = source_ != nullptr && source_->core().readable.dataEncoding_.has_value();
  // Text becomes bytes by the destination's encoding. In UTF-8 it is those bytes already, but for
  // lone surrogates, which begin with this byte.
  const bool asIs = !isText || (encoding == Encoding::utf8 &&
                                chunk.view().find('\xED') == std::string_view::npos);
  const bool more =
      asIs ? destination_->write(chunk) : destination_->write(Buffer::from(chunk, encoding));
  if (!more) waitForDrain();
}

void PipeLink::waitForDrain() {
  // The write may have undone the pipe: then nobody must wait for it.
  if (!cleanedUp_ && source_ != nullptr) {
    ReadableSide& from = source_->core().readable;
    awaitsDrain_ = true;
    if (from.pipes.size() == 1) from.manyPipes_ = false;
    from.pause();
  }
  if (!listensToDrain_ && !cleanedUp_) {
    listensToDrain_ = true;
    drain_ = destination_->addListener(EventId::kDrain,
                                       [self = Ref<PipeLink>(this)](void*) { self->onDrain(); });
  }
}

void PipeLink::onDrain() {
  awaitsDrain_ = false;
  if (source_ == nullptr) return;
  ReadableSide& from = source_->core().readable;
  // It is the destination that drains, for every pipe that leads there.
  for (const Ref<PipeLink>& link : from.pipes) {
    if (link->destination_ == destination_) link->awaitsDrain_ = false;
  }
  const bool waiting = std::any_of(from.pipes.begin(), from.pipes.end(),
                                   [](const Ref<PipeLink>& link) { return link->awaitsDrain(); });
  if (!waiting && from.dataListening_) from.resume();
}

void PipeLink::onError(const Error& error) {
  const Ref<Stream> destination = destination_;
  unpipe();
  destination->off(error_);
  if (destination->countListeners(EventId::kError) > 0) return;
  // Nobody else hears it: it must not get lost because a pipe was listening.
  if (!destination->core().life.errorEmitted) {
    destination->core().life.errorOrDestroy(error, false);
  } else {
    destination->emitError(error);
  }
}

void PipeLink::stop(Stream& source, Stream& destination) {
  ReadableSide& from = source.core().readable;
  const auto found = std::find_if(
      from.pipes.begin(), from.pipes.end(),
      [&](const Ref<PipeLink>& link) { return link->destination_.get() == &destination; });
  if (found == from.pipes.end()) return;
  const Ref<PipeLink> link = *found;
  const Ref<Stream> keep(&source);
  from.pipes.erase(found);
  if (from.pipes.empty() && !source.pipedElsewhere()) from.pause();
  link->sayUnpipe();
}

void PipeLink::stopAll(Stream& source) {
  ReadableSide& from = source.core().readable;
  if (from.pipes.empty()) return;
  const Ref<Stream> keep(&source);
  const std::vector<Ref<PipeLink>> links = std::exchange(from.pipes, {});
  from.pause();
  for (const Ref<PipeLink>& link : links) link->sayUnpipe();
}

handles::StreamHandle* PipeLink::soleDestination(Stream& source) noexcept {
  const ReadableSide& from = source.core().readable;
  if (from.pipes.size() != 1 || !from.passesThrough() || source.plainWire() == nullptr) {
    return nullptr;
  }
  const PipeLink& link = *from.pipes.front();
  if (link.awaitsDrain_ || !source.listensAlone(link.data_)) return nullptr;
  Stream& destination = *link.destination_;
  if (!destination.core().writable.passesThrough()) return nullptr;
  const Wire* wire = destination.plainWire();
  if (wire == nullptr || wire->handle()->writeQueueSize() > 0) return nullptr;
  return wire->handle();
}

void PipeLink::sayUnpipe() {
  if (source_ == nullptr) return;
  const Ref<Stream> destination = destination_;
  ReadableSide& from = source_->core().readable;
  const bool outer = std::exchange(from.unpipeUntold_, true);
  destination->emitArgs<Stream&>(EventId::kUnpipe, *source_);
  from.unpipeUntold_ = outer;
  // Its 'unpipe' listener was taken away: the others go on, and must not outlive the source.
  if (!cleanedUp_) from.loosePipes_.push_back(Ref<PipeLink>(this));
}

void PipeLink::cleanup() {
  if (source_ == nullptr || cleanedUp_) return;
  const Ref<PipeLink> self(this);
  const bool listened = listensToDrain_;
  const bool someoneWaits =
      source_->core().readable.manyPipes_ || awaitsDrain_ ||
      std::any_of(source_->core().readable.pipes.begin(), source_->core().readable.pipes.end(),
                  [](const Ref<PipeLink>& link) { return link->awaitsDrain(); });
  for (const ListenerToken& token : {close_, finish_, drain_, error_, unpipe_}) {
    destination_->off(token);
  }
  source_->off(end_);
  source_->off(data_);
  cleanedUp_ = true;
  std::vector<Ref<PipeLink>>& loose = source_->core().readable.loosePipes_;
  loose.erase(std::remove(loose.begin(), loose.end(), self), loose.end());
  // A source that waits for this destination would wait for ever.
  if (listened && someoneWaits && destination_->core().writable.needDrain()) onDrain();
}

void PipeLink::detach() noexcept {
  if (source_ == nullptr) return;
  const Ref<PipeLink> keep(this);
  cleanedUp_ = true;
  for (const ListenerToken& token : {close_, finish_, drain_, error_, unpipe_}) {
    destination_->off(token);
  }
  source_->off(end_);
  source_->off(data_);
  source_ = nullptr;
}

}  // namespace uvnet::stream
