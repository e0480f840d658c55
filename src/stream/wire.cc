#include "stream/wire.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "handles/callback_scope.h"
#include "handles/uv_error.h"
#include "stream/core.h"
#include "stream/errors.h"
#include "stream/pipe_link.h"

namespace uvnet::stream {

namespace uverr = handles::uverr;

void Wire::attach(handles::HandlePtr handle) noexcept {
  handle_ = std::move(handle);
  handle_->setReadListener(this);
  reading_ = false;
  bytesRead_ = bytesWritten_ = 0;
  gauge_.reset();
  // An answer to the last handle's write is nobody's any more.
  request_.next();
  forget();
  if (waiting_ != nullptr) waiting_->queued = 0;
  if (hasOnRead()) nextMemory();
}

// Last: it is the program's. Where it throws, what there was is used again.
void Wire::nextMemory() noexcept {
  if (!into_->onread.nextBuffer) return;
  handles::shielded(stream().host(), [this] { into_->memory = into_->onread.nextBuffer(); });
}

handles::HandlePtr Wire::detach() noexcept {
  if (handle_ != nullptr) {
    bytesRead_ = handle_->bytesRead();
    bytesWritten_ = handle_->bytesWritten();
    handle_->setReadListener(nullptr);
  }
  reading_ = false;
  return std::move(handle_);
}

void Wire::forget() noexcept { const Callback dropped = takeDone(); }

Callback Wire::takeDone() noexcept {
  return waiting_ != nullptr ? std::exchange(waiting_->done, {}) : Callback();
}

std::uint64_t Wire::bytesRead() const noexcept {
  return handle_ != nullptr ? handle_->bytesRead() : bytesRead_;
}
std::uint64_t Wire::bytesWritten() const noexcept {
  return handle_ != nullptr ? handle_->bytesWritten() : bytesWritten_;
}

// --- In ------------------------------------------------------------------------------------------

void Wire::readStart() {
  if (handle_ == nullptr || reading_) return;
  reading_ = true;
  const int status = handle_->readStart();
  if (status < 0) stream().destroy(errnoError(status, "read"));
}

void Wire::readStop() {
  reading_ = false;
  if (handle_ == nullptr) return;
  const int status = handle_->readStop();
  if (status < 0) stream().destroy(errnoError(status, "read"));
}

[[gnu::hot]] void Wire::onRead(Buffer&& chunk) {
  touch();
  Core& core = stream().core();
  if (core.life.destroyed()) return;
  if (handle_->movesReads()) {
    // It could not be moved: the destination is full or somebody listens. By copying for a while.
    gauge_.reset();
    handle_->moveReads(0);
  } else if (const unsigned slabs = gauge_.note(chunk.size()); slabs > 0) {
    handle_->moveReads(slabs);
  }
  const bool more =
      arrivalsAsked_ ? stream().takeArrived(&chunk) : core.readable.push(std::move(chunk));
  if (!more) stopAfterFullRead();
}

handles::StreamHandle* Wire::onReadDestination() {
  return hasOnRead() ? nullptr : PipeLink::soleDestination(stream());
}

void Wire::onMoved(std::size_t n) {
  touch();
  handle_->moveReads(gauge_.note(n));
}

void Wire::stopAfterFullRead() {
  reading_ = false;
  if (!stream().destroyed()) readStop();
}

void Wire::onReadInto(std::size_t n) {
  touch();
  if (stream().destroyed()) return;
  const bool more = into_->onread.callback(n, into_->memory);
  nextMemory();
  if (!more) stopAfterFullRead();
}

bool Wire::readInto(std::string_view bytes) {
  bool more = true;
  while (!bytes.empty() && !stream().destroyed()) {
    if (into_->memory.empty()) return stream().push(Buffer::copyOf(bytes));  // as the handle does
    const std::size_t size = std::min(bytes.size(), into_->memory.size());
    std::memcpy(into_->memory.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    more = into_->onread.callback(size, into_->memory);
    nextMemory();
  }
  return more;
}

void Wire::onReadEnd(int status) {
  touch();
  if (status != uverr::kEof) {
    stream().destroy(errnoError(status, "read"));
    return;
  }
  if (stream().readableEnded()) return;
  if (arrivalsAsked_) {
    stream().takeArrived(nullptr);
  } else {
    stream().pushEnd();
  }
  stream().read(0);  // starts the way to 'end' where nothing is buffered
}

void Wire::setOnRead(OnRead onread) {
  if (!onread.callback) return;
  const std::span<char> memory = onread.buffer;
  into_ = std::make_unique<Into>(Into{std::move(onread), memory});
  ownMemory = true;
}

// --- Out -----------------------------------------------------------------------------------------

std::ptrdiff_t Wire::failedToWrite(int status, std::unique_ptr<Error>& error) {
  error = std::make_unique<Error>(errnoError(status, "write"));
  return -1;
}

void Wire::write(std::span<Buffer> chunks, bool tried, Callback done) {
  touch();
  // With what was taken at once just now: that the write has moved, for the next look at the queue.
  std::size_t total = tried ? tried_ : 0;
  for (const Buffer& chunk : chunks) total += chunk.size();
  if (!tried) {
    int taken = handle_->tryWrite(chunks);
    if (taken < 0) {
      const Error error = errnoError(taken, "write");
      done(&error);
      return;
    }
    auto left = static_cast<std::size_t>(taken);
    while (!chunks.empty() && left >= chunks.front().size()) {
      left -= chunks.front().size();
      chunks = chunks.subspan(1);
    }
    if (chunks.empty()) {
      done(nullptr);
      return;
    }
    chunks.front().removePrefix(left);
  }
  wait(std::move(done));
  const int status = handle_->write(chunks, stream(), [this, request = request_.now()](int answer) {
    if (request_.is(request)) onWritten(answer);
  });
  if (status < 0) {
    const Error error = errnoError(status, "write");
    takeDone()(&error);
    return;
  }
  waiting_->queued = total;
}

void Wire::wait(Callback done) {
  request_.next();
  if (waiting_ == nullptr) waiting_ = std::make_unique<Waiting>();
  UVNET_ASSERT(!waiting_->done);
  waiting_->done = std::move(done);
  waiting_->context = handles::ContextScope::capture(stream().host());
}

bool Wire::alsoTell(Callback then) {
  if (waiting_ == nullptr || !waiting_->done) return false;
  waiting_->done = [first = takeDone(), then = std::move(then)](const Error* error) mutable {
    first(error);
    then(error);
  };
  return true;
}

void Wire::answer(const Error* error) {
  const Ref<AsyncContext> context = std::move(waiting_->context);
  const handles::ContextScope scope(stream().host(), context.get());
  if (Callback done = takeDone()) done(error);
}

void Wire::onWritten(int status) {
  if (waiting_ == nullptr || !waiting_->done) return;
  if (status < 0 && (cutWritesFail_ || !stream().destroyed())) {
    const Error error = errnoError(status, "write");
    answer(&error);
    return;
  }
  if (!stream().destroyed()) {
    touch();
    waiting_->queued = 0;
  }
  answer(nullptr);
}

void Wire::shutdown(Callback done) {
  // Of an end() before connect() and one after it: to libuv the second is ENOTCONN.
  if (waiting_ != nullptr && waiting_->done) return done(nullptr);
  wait(std::move(done));
  const int status = handle_->shutdown(stream(), [this, request = request_.now()](int) {
    if (!request_.is(request)) return;
    // However it went: a connection that is gone needs no FIN.
    answer(nullptr);
  });
  if (status >= 0) return;
  done = takeDone();
  if (status == uverr::kNotConn) {
    done(nullptr);
  } else {
    const Error error = errnoError(status, "shutdown");
    done(&error);
  }
}

// --- Idle ----------------------------------------------------------------------------------------

void Wire::setTimeout(handles::TimerLists& lists, std::uint64_t milliseconds, Idle onIdle) {
  stopTimeout();
  if (milliseconds == 0) return;
  if (timeout_ == nullptr) timeout_ = std::make_unique<Timeout>(*this, onIdle);
  timeout_->timer.start(lists, milliseconds);
}

void Wire::onTimeout(void* user) {
  Wire& wire = *static_cast<Wire*>(user);
  if (wire.waiting_ != nullptr && wire.waiting_->queued > 0 && wire.handle_ != nullptr) {
    // A slow write that has moved since the last look is not idle.
    const std::size_t queued = wire.handle_->writeQueueSize();
    if (queued != wire.waiting_->queued) {
      wire.waiting_->queued = queued;
      wire.touch();
      return;
    }
  }
  wire.timeout_->onIdle(wire.stream());
}

}  // namespace uvnet::stream
