#include "net/carrier.h"

#include <utility>

#include "handles/callback_scope.h"
#include "handles/uv_error.h"
#include "net/errors.h"
#include "net/socket_state.h"

namespace uvnet::impl {

WireCarrier::WireCarrier(Listener& listener, SocketState& state)
    : ReadListener(state.socket), listener_(listener), state_(state) {
  handles::StreamHandle& handle = *state.wire.handle();
  handle.moveReads(0);  // nothing may pass by any more
  handle.setReadListener(this);
}

void WireCarrier::readStart() { state_.wire.readStart(); }
void WireCarrier::readStop() { state_.wire.readStop(); }

std::size_t WireCarrier::tryWrite(std::string_view bytes, std::unique_ptr<Error>& error) {
  const std::ptrdiff_t taken = state_.wire.tryWrite(bytes, error);
  return taken < 0 ? 0 : static_cast<std::size_t>(taken);
}

void WireCarrier::write(std::span<Buffer> chunks, Callback done) {
  state_.wire.write(chunks, false, std::move(done));
}

void WireCarrier::end(Callback done) { state_.wire.shutdown(std::move(done)); }

bool WireCarrier::afterWrite(Callback done) { return state_.wire.alsoTell(std::move(done)); }

void WireCarrier::onRead(Buffer&& chunk) {
  state_.wire.touch();
  if (!state_.socket.destroyed()) listener_.onRead(std::move(chunk));
}

void WireCarrier::onReadEnd(int status) {
  state_.wire.touch();
  if (status == handles::uverr::kEof) return listener_.onReadEnd(nullptr);
  const Error error = errnoError(status, "read");
  listener_.onReadEnd(&error);
}

// -------------------------------------------------------------------------------------------------

DuplexCarrier::DuplexCarrier(Listener& listener, SocketState& state, Duplex& below)
    : listener_(listener), state_(state), below_(&below), ended_(below.readableEnded()) {
  // When this side ends is the socket's to say.
  below.setAllowHalfOpen(true);
  link_->carrier = this;
  const auto told = [link = link_](auto&& tell) {
    if (link->carrier != nullptr) tell(*link->carrier);
  };
  data_ = below.on<"data">([told](const Buffer& chunk) {
    told([&](DuplexCarrier& self) { self.tell([&] { self.listener_.onRead(Buffer(chunk)); }); });
  });
  end_ = below.on<"end">([told] {
    told([](DuplexCarrier& self) {
      self.ended_ = true;
      self.tell([&] { self.listener_.onReadEnd(nullptr); });
    });
  });
  error_ = below.on<"error">([told](const Error& error) {
    told([&](DuplexCarrier& self) { self.tell([&] { self.listener_.onReadEnd(&error); }); });
  });
  close_ = below.on<"close">([told] {
    told([](DuplexCarrier& self) {
      // Not if both its sides had come to their end: there may still be something to read here.
      if (self.ended_ && self.below_->writableFinished()) return;
      self.tell([&] { self.listener_.onLost(); });
    });
  });
  below.pause();
}

DuplexCarrier::~DuplexCarrier() { leave(); }

// As out of the loop: the socket lives until it was told, and what nobody caught is the host's.
template <class F>
void DuplexCarrier::tell(F&& f) {
  const CallGuard guard(state_.socket);
  state_.wire.touch();
  handles::shielded(state_.socket.host(), std::forward<F>(f));
}

void DuplexCarrier::write(std::span<Buffer> chunks, Callback done) {
  state_.wire.touch();
  handles::shielded(state_.socket.host(), [&] {
    const Ref<Duplex> below = below_;
    below->cork();
    for (const Buffer& chunk : chunks.first(chunks.size() - 1)) below->write(chunk);
    below->write(chunks.back(), std::move(done));
    below->uncork();
  });
}

void DuplexCarrier::end(Callback done) {
  // However it goes: a stream that is gone needs no end.
  below_->end([done = std::move(done)](const Error*) mutable { done(nullptr); });
}

void DuplexCarrier::leave() noexcept {
  // It may hold a callback of ours that it will never call.
  const Ref<Duplex> below = std::exchange(below_, {});
  link_->carrier = nullptr;
  if (!below) return;
  for (const ListenerToken& token : {data_, end_, error_, close_}) below->off(token);
}

void DuplexCarrier::close() {
  const Ref<Duplex> below = below_;
  leave();
  if (below->closed()) return;
  below->on<"error">([] {});  // what it still has to say is nobody's any more
  handles::shielded(state_.socket.host(), [&] { below->destroy(); });
}

}  // namespace uvnet::impl
