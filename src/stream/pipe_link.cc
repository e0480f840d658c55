#include "stream/pipe_link.h"

#include <algorithm>
#include <utility>

#include "stream/core.h"
#include "stream/tick.h"
#include "stream/wire.h"

namespace uvnet::stream {

void PipeLink::start(Stream& source, Stream& destination, PipeOptions options) {
  ReadableSide& from = source.core().readable;
  Pipes& pipes = from.pipes();
  if (pipes.links.size() == 1) pipes.many = true;
  const Ref<PipeLink> link = make<PipeLink>(source, destination);
  pipes.links.push_back(link);
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
    if (self->source_ != &std::get<0>(payload<event::Unpipe>(pack))) return;
    // One of the pipes between these two streams: as in Node, the oldest that still listens.
    if (std::exchange(self->source_->core().readable.pipes().untold, false)) self->cleanup();
  });
  data_ = source.addListener(EventId::kData, [self](void* pack) {
    self->onData(std::get<0>(payload<event::Data>(pack)));
  });
  // Ahead of the user's: they find the pipe undone.
  error_ = destination.addListener(
      EventId::kError,
      [self](void* pack) { self->onError(std::get<0>(payload<event::Error>(pack))); },
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
    destination_->end();
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
    if (from.pipes().links.size() == 1) from.pipes().many = false;
    source_->pause();
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
  const std::vector<Ref<PipeLink>>& links = from.pipes().links;
  for (const Ref<PipeLink>& link : links) {
    if (link->destination_ == destination_) link->awaitsDrain_ = false;
  }
  const bool waiting = std::any_of(links.begin(), links.end(),
                                   [](const Ref<PipeLink>& link) { return link->awaitsDrain(); });
  if (!waiting && from.dataListening_) source_->resume();
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
  if (from.pipes_ == nullptr) return;
  std::vector<Ref<PipeLink>>& links = from.pipes_->links;
  const auto found = std::find_if(links.begin(), links.end(), [&](const Ref<PipeLink>& link) {
    return link->destination_.get() == &destination;
  });
  if (found == links.end()) return;
  const Ref<PipeLink> link = *found;
  links.erase(found);
  if (links.empty() && !source.pipedElsewhere()) from.pause();
  link->sayUnpipe();
}

void PipeLink::stopAll(Stream& source) {
  ReadableSide& from = source.core().readable;
  if (from.pipes_ == nullptr || from.pipes_->links.empty()) return;
  const std::vector<Ref<PipeLink>> links = std::exchange(from.pipes_->links, {});
  from.pause();
  for (const Ref<PipeLink>& link : links) link->sayUnpipe();
}

handles::StreamHandle* PipeLink::soleDestination(Stream& source) noexcept {
  const ReadableSide& from = source.core().readable;
  if (from.pipes_ == nullptr || from.pipes_->links.size() != 1 || !from.passesThrough() ||
      source.plainWire() == nullptr) {
    return nullptr;
  }
  const PipeLink& link = *from.pipes_->links.front();
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
  Pipes& pipes = source_->core().readable.pipes();
  const bool outer = std::exchange(pipes.untold, true);
  destination->emitArgs<Stream&>(EventId::kUnpipe, *source_);
  pipes.untold = outer;
  // Its 'unpipe' listener was taken away: the others go on, and must not outlive the source.
  if (!cleanedUp_) pipes.loose.push_back(Ref<PipeLink>(this));
}

void PipeLink::cleanup() {
  if (source_ == nullptr || cleanedUp_) return;
  const Ref<PipeLink> self(this);
  const bool listened = listensToDrain_;
  Pipes& pipes = source_->core().readable.pipes();
  const bool someoneWaits =
      pipes.many || awaitsDrain_ ||
      std::any_of(pipes.links.begin(), pipes.links.end(),
                  [](const Ref<PipeLink>& link) { return link->awaitsDrain(); });
  for (const ListenerToken& token : {close_, finish_, drain_, error_, unpipe_}) {
    destination_->off(token);
  }
  source_->off(end_);
  source_->off(data_);
  cleanedUp_ = true;
  pipes.loose.erase(std::remove(pipes.loose.begin(), pipes.loose.end(), self), pipes.loose.end());
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
