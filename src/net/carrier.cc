#include "net/carrier.h"

#include <utility>

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

}  // namespace uvnet::impl
