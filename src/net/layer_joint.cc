#include "net/layer_joint.h"

#include <uvnet/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "handles/callback_scope.h"
#include "handles/uv_error.h"
#include "net/errors.h"
#include "net/socket_state.h"
#include "stream/core.h"
#include "stream/errors.h"

namespace uvnet::impl {

namespace uverr = handles::uverr;

// One of the layer's hooks is below us on the stack: what it asks for is done when it has returned.
class LayerJoint::Hook {
 public:
  explicit Hook(LayerJoint& joint) noexcept : guard_(joint), joint_(joint) { ++joint.hooks_; }
  Hook(const Hook&) = delete;
  Hook& operator=(const Hook&) = delete;
  ~Hook() { --joint_.hooks_; }

 private:
  CallGuard guard_;
  LayerJoint& joint_;
};

template <class F>
void LayerJoint::tell(F&& hook) {
  if (is_ != State::kOpen) return;
  const CallGuard guard(*this);
  {
    const Hook inside(*this);
    stream::guarded(hook, [this](const Error& error) { fail(error); });
  }
  pump();
}

LayerJoint::~LayerJoint() { detachLayer(); }

void LayerJoint::detachLayer() noexcept {
  if (layer_ != nullptr) layer_->joint_ = nullptr;
}

void LayerJoint::put(std::unique_ptr<Layer> layer, std::size_t plain) {
  layer_ = std::move(layer);
  layer_->joint_ = this;
  layer_->socket_ = &state_.socket;
  plainLeft_ = plain;
  for (std::size_t i = next_; i < chunks_.size(); ++i) plainLeft_ += chunks_[i].size();
}

void LayerJoint::carry(std::unique_ptr<Carrier> carrier) {
  UVNET_ASSERT(is_ == State::kWaiting);
  is_ = State::kOpen;
  carrier_ = std::move(carrier);
  writing_ = carrier_->afterWrite(
      [self = Ref<LayerJoint>(this)](const Error* error) { self->onWritten(error); });
  const stream::Core& core = state_.socket.core();
  if (core.writable.finalCalled()) fin_ = Fin::kGone;
  ended_ = endDelivered_ = core.readable.endEmitted();
}

void LayerJoint::start(Buffer unread, bool sourceEnded) {
  UVNET_ASSERT(is_ == State::kOpen && layer_ != nullptr && !started_);
  const CallGuard guard(*this);
  started_ = true;
  unread_ = std::move(unread);
  unreadEnd_ = sourceEnded;
  bytesRead_ -= std::min<std::uint64_t>(bytesRead_, unread_.size());
  // Taken back, if the stream had it from here.
  if (sourceEnded) endDelivered_ = false;
  ended_ = ended_ || sourceEnded;
  wants_ = true;
  carrier_->readStop();
  tell([this] { layer_->start(); });
  if (is_ != State::kOpen) return;
  // Not at once: the bytes may be those behind a 'data' that is being told.
  state_.tick([self = Ref<LayerJoint>(this)] { self->tellUnread(); });
}

// --- In ------------------------------------------------------------------------------------------

void LayerJoint::onRead(Buffer&& bytes) {
  if (started_) return tell([&] { layer_->received(std::move(bytes)); });
  deliver(std::move(bytes));
}

void LayerJoint::onReadEnd(const Error* error) {
  if (is_ != State::kOpen) return;
  const CallGuard guard(*this);
  ended_ = true;
  if (started_) {
    tell([&] { layer_->receivedEnd(error); });
  } else if (error == nullptr) {
    deliverEnd();
  }
  if (error != nullptr) fail(*error);
}

void LayerJoint::onLost() {
  if (is_ == State::kOpen) state_.socket.destroy();
}

void LayerJoint::tellUnread() {
  const CallGuard guard(*this);
  if (is_ != State::kOpen || !wants_) return;
  if (!unread_.empty()) onRead(std::exchange(unread_, {}));
  if (is_ != State::kOpen || !wants_) return;
  if (std::exchange(unreadEnd_, false)) {
    onReadEnd(nullptr);
  } else if (!ended_) {
    carrier_->readStart();
  }
}

void LayerJoint::read() {
  const CallGuard guard(*this);
  if (is_ != State::kOpen) return;
  if (!std::exchange(wants_, true) && started_) tell([this] { layer_->wanted(); });
  tellUnread();
}

void LayerJoint::stopReading() {
  wants_ = false;
  if (is_ == State::kOpen && !ended_) carrier_->readStop();
}

bool LayerJoint::deliver(Buffer&& bytes) {
  if (is_ != State::kOpen || endDelivered_ || state_.socket.destroyed()) return false;
  if (bytes.empty()) return wants_;
  const CallGuard guard(*this);
  bytesRead_ += bytes.size();
  bool more = true;
  // A listener's exception is not the layer's.
  handles::shielded(state_.socket.host(), [&] {
    more = state_.wire.hasOnRead() ? state_.wire.readInto(bytes)
                                   : state_.socket.core().readable.push(std::move(bytes));
  });
  if (!more) stopReading();
  return more && is_ == State::kOpen;
}

void LayerJoint::deliverEnd() {
  if (is_ != State::kOpen || std::exchange(endDelivered_, true)) return;
  const CallGuard guard(*this);
  Socket& socket = state_.socket;
  handles::shielded(socket.host(), [&] {
    socket.core().readable.pushEnd();
    socket.read(0);  // starts the way to 'end' where nothing is buffered
  });
}

// --- Out -----------------------------------------------------------------------------------------

void LayerJoint::send(std::string_view bytes) {
  const bool closing = is_ == State::kClosing && !state_.resetAndClosing;
  if ((is_ != State::kOpen && !closing) || fin_ != Fin::kNo) return;
  const CallGuard guard(*this);
  if (!writing_ && plainLeft_ == 0 && kept_.empty() && !bytes.empty()) {
    std::unique_ptr<Error> error;
    bytes.remove_prefix(carrier_->tryWrite(bytes, error));
    if (error != nullptr) return fail(*error);
  }
  if (bytes.empty() || closing) return;
  kept_ += bytes;
  owesSent_ = true;
  if (hooks_ == 0) pumpNextTick();  // not at once: sent() is no answer to who is still sending
}

void LayerJoint::setTimer(std::uint64_t milliseconds) {
  if (is_ != State::kOpen) return;
  timer_.reset();
  if (milliseconds == 0) return;
  const auto fired = [](void* user) {
    auto& self = *static_cast<LayerJoint*>(user);
    self.tell([&self] { self.layer_->timedOut(); });
  };
  timer_ = std::make_unique<handles::Timer>(*this, fired, this);
  timer_->start(state_.net->loop()->timers(), milliseconds);
}

void LayerJoint::sendEnd() {
  if (is_ != State::kOpen || fin_ != Fin::kNo) return;
  fin_ = Fin::kWanted;
  if (hooks_ == 0) pumpNextTick();
}

std::ptrdiff_t LayerJoint::tryWrite(std::string_view bytes, std::unique_ptr<Error>& error) {
  if (is_ != State::kOpen || writing_ || isPlain() || !kept_.empty() || waits()) return -1;
  const CallGuard guard(*this);
  std::size_t done = 0;
  std::size_t taken = 0;
  do {
    taken = offer(bytes.substr(done, kPiece));
    done += taken;
  } while (taken > 0 && done < bytes.size() && unsent() == 0 && is_ == State::kOpen);
  bytesWritten_ += done;
  if (const Error* failed = state_.socket.errored()) error = std::make_unique<Error>(*failed);
  // All is taken, but not all has gone, and the write is over only then: the last byte stands for
  // it, which the stream brings to write() next.
  standIn_ = done == bytes.size() && unsent() > 0 && error == nullptr;
  return static_cast<std::ptrdiff_t>(done - (standIn_ ? 1 : 0));
}

void LayerJoint::write(std::span<Buffer> chunks, Callback done) {
  const CallGuard guard(*this);
  UVNET_ASSERT(!done_ && !waits());
  done_ = std::move(done);
  if (!std::exchange(standIn_, false)) {
    next_ = 0;
    chunks_.clear();
    for (Buffer& chunk : chunks) {
      bytesWritten_ += chunk.size();
      if (!chunk.empty()) chunks_.push_back(std::move(chunk));
    }
  }
  if (is_ != State::kOpen) answerCut();
  pump();
}

void LayerJoint::end(Callback done) {
  if (fin_ == Fin::kGone) return done(nullptr);
  finalDone_ = std::move(done);
  if (started_) return tell([this] { layer_->end(); });
  fin_ = Fin::kWanted;
  pump();
}

void LayerJoint::pumpNextTick() {
  if (std::exchange(pumpScheduled_, true)) return;
  state_.tick([self = Ref<LayerJoint>(this)] {
    self->pumpScheduled_ = false;
    self->pump();
  });
}

// Everything that can go on goes on here, one step after the other, never within a hook.
void LayerJoint::pump() {
  if (pumping_ || hooks_ > 0) return;
  const CallGuard guard(*this);
  struct Pumping {
    explicit Pumping(LayerJoint& one) noexcept : joint(one) { joint.pumping_ = true; }
    ~Pumping() { joint.pumping_ = false; }
    LayerJoint& joint;
  };
  const Pumping pumping(*this);
  while (is_ == State::kOpen && !writing_ && step()) {
  }
}

// False: nothing can go on.
bool LayerJoint::step() {
  if (isPlain()) {
    if (waits()) return writePlain(), true;
    if (done_) return answer(nullptr), true;
    if (plainLeft_ > 0) return false;  // the stream still has it
  }
  if (!kept_.empty()) return flush(), true;
  if (std::exchange(owesSent_, false)) return tell([this] { layer_->sent(); }), true;
  if (waits()) return offerWaiting();
  if (done_) return answer(nullptr), true;
  if (fin_ == Fin::kWanted) return finish(), true;
  return false;
}

std::size_t LayerJoint::offer(std::string_view bytes) {
  const Hook inside(*this);
  std::size_t taken = 0;
  stream::guarded([&] { taken = layer_->write(bytes); }, [this](const Error& e) { fail(e); });
  UVNET_ASSERT(taken <= bytes.size());
  return std::min(taken, bytes.size());
}

bool LayerJoint::offerWaiting() {
  const Buffer front = chunks_[next_];  // kept while the layer looks at it
  std::string_view piece = front.view().substr(0, kPiece);
  std::array<char, kJoined> joined;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  if (piece.size() < joined.size() && next_ + 1 < chunks_.size()) {
    std::size_t size = 0;
    for (std::size_t i = next_; i < chunks_.size() && size < joined.size(); ++i) {
      const std::string_view part = chunks_[i].view().substr(0, joined.size() - size);
      std::memcpy(joined.data() + size, part.data(), part.size());
      size += part.size();
    }
    piece = {joined.data(), size};
  }
  const std::size_t taken = offer(piece);
  drop(taken);
  return taken > 0;
}

void LayerJoint::drop(std::size_t bytes) noexcept {
  while (bytes > 0 && waits()) {
    Buffer& front = chunks_[next_];
    const std::size_t part = std::min(bytes, front.size());
    front.removePrefix(part);
    bytes -= part;
    if (front.empty()) {
      front = {};
      ++next_;
    }
  }
}

void LayerJoint::writePlain() {
  std::vector<Buffer> plain;
  std::size_t size = 0;
  const std::size_t limit = layer_ != nullptr ? plainLeft_ : SIZE_MAX;
  for (std::size_t i = next_; i < chunks_.size() && size < limit; ++i) {
    plain.push_back(chunks_[i].subarray(0, limit - size));
    size += plain.back().size();
  }
  drop(size);
  if (layer_ != nullptr) plainLeft_ -= size;
  writeDown(plain);
}

void LayerJoint::flush() {
  Buffer bytes = Buffer::adopt(std::exchange(kept_, {}));
  flying_ = bytes.size();
  writeDown({&bytes, 1});
}

void LayerJoint::writeDown(std::span<Buffer> chunks) {
  writing_ = true;
  carrier_->write(chunks,
                  [self = Ref<LayerJoint>(this)](const Error* error) { self->onWritten(error); });
}

void LayerJoint::onWritten(const Error* error) {
  const CallGuard guard(*this);
  writing_ = false;
  flying_ = 0;
  if (is_ != State::kOpen || error != nullptr) {
    // That fails the stream, unless nobody there waits.
    if (done_) answer(error);
    if (error != nullptr) fail(*error);
  }
  pump();
}

// Last: the stream goes on with its next write.
void LayerJoint::answer(const Error* error) {
  if (chunks_.capacity() > kKeep) std::vector<Buffer>().swap(chunks_);
  std::exchange(done_, {})(error);
}

void LayerJoint::finish() {
  fin_ = Fin::kGoing;
  writing_ = true;
  carrier_->end([self = Ref<LayerJoint>(this)](const Error* error) { self->onFinished(error); });
}

void LayerJoint::onFinished(const Error* error) {
  const CallGuard guard(*this);
  fin_ = Fin::kGone;
  writing_ = false;
  if (finalDone_) {
    std::exchange(finalDone_, {})(error);
  } else if (error != nullptr) {
    fail(*error);
  }
  pump();
}

// --- The end -------------------------------------------------------------------------------------

void LayerJoint::fail(const Error& error) {
  if (is_ != State::kOpen) return;
  failed_ = true;
  state_.socket.destroy(error);
}

void LayerJoint::close() noexcept {
  const CallGuard guard(*this);
  const bool open = is_ == State::kOpen;
  if (open && started_) {
    is_ = State::kClosing;
    const Hook inside(*this);
    layer_->closing();
  }
  is_ = State::kClosed;
  timer_.reset();
  detachLayer();
  chunks_.clear();
  next_ = 0;
  kept_ = {};
  unread_ = {};
  if (open) carrier_->close();
}

void LayerJoint::answerCut() {
  finalDone_ = {};
  if (!done_) return;
  if (const Error* errored = state_.socket.errored(); failed_ && errored != nullptr) {
    const Error why = *errored;
    answer(&why);
  } else if (state_.net->options.cutWritesFail) {
    const Error canceled = errnoError(uverr::kCanceled, "write");
    answer(&canceled);
  } else {
    answer(nullptr);
  }
}

void LayerJoint::abandon() noexcept {
  is_ = State::kClosed;
  timer_.reset();
  detachLayer();
  done_ = {};
  finalDone_ = {};
  chunks_.clear();
  if (carrier_ != nullptr) carrier_->abandon();
}

}  // namespace uvnet::impl
