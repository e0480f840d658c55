// A Socket whose stream is not on its wire: with a layer between the two, or over a Duplex.
#include <uvnet/duplex.h>

#include <memory>
#include <utility>

#include "net/carrier.h"
#include "net/errors.h"
#include "net/layer_joint.h"
#include "net/socket_state.h"
#include "stream/core.h"

namespace uvnet::impl {

void SocketState::putLayer(std::unique_ptr<Layer> layer) {
  if (layer == nullptr) throw invalidArgValue("layer", "nullptr");
  if (socket.destroyed() || net->gone()) throw socketClosed();
  if (joint() == nullptr) {
    changeSettings().joint = make<LayerJoint>(*this, wire.bytesRead(), wire.bytesWritten());
  } else if (joint()->layer() != nullptr) {
    throw layerAlreadyThere();
  }
  direct = false;
  joint()->put(std::move(layer), socket.core().writable.queuedBytes() + pendingBytes());
  if (open()) startLayer();
}

void SocketState::startLayer() {
  LayerJoint& joint = *this->joint();
  if (!joint.carried()) joint.carry(std::make_unique<WireCarrier>(joint, *this));
  stream::ReadableSide& readable = socket.core().readable;
  Buffer unread = readable.takeUnread();
  joint.start(std::move(unread), readable.takeEnd());
}

void SocketState::adoptDuplex(Duplex& below) {
  if (&below.host() != &net->host())
    throw invalidArgValue("options.over", "a stream of another host");
  if (below.destroyed() || net->gone()) throw socketClosed();
  hold();
  overDuplex = true;
  changeSettings().joint = make<LayerJoint>(*this);
  joint()->carry(std::make_unique<DuplexCarrier>(*joint(), *this, below));
}

void SocketState::readNow() {
  if (LayerJoint* through = joint()) {
    through->read();
  } else {
    wire.readStart();
  }
}

void SocketState::stopReading() {
  if (LayerJoint* through = joint()) {
    through->stopReading();
  } else {
    wire.readStop();
  }
}

std::ptrdiff_t SocketState::tryWriteIndirectly(std::string_view bytes,
                                               std::unique_ptr<Error>& error) {
  LayerJoint* through = joint();
  if (!open() || through == nullptr) return -1;
  nothingPending();
  return through->tryWrite(bytes, error);
}

}  // namespace uvnet::impl
