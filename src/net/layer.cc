// What a Layer may call, and its hooks that need not be supplied.
#include <uvnet/layer.h>

#include <utility>

#include "base/assert.h"
#include "net/layer_joint.h"

namespace uvnet {

Layer::~Layer() = default;

void Layer::receivedEnd(const Error* error) {
  if (error == nullptr) deliverEnd();
}
void Layer::end() { sendEnd(); }

void Layer::send(std::string_view bytes) {
  if (joint_ != nullptr) joint_->send(bytes);
}
std::size_t Layer::unsent() const noexcept { return joint_ != nullptr ? joint_->unsent() : 0; }
void Layer::sendEnd() {
  if (joint_ != nullptr) joint_->sendEnd();
}
void Layer::ready() {
  if (joint_ != nullptr) joint_->ready();
}
bool Layer::deliver(Buffer bytes) { return joint_ != nullptr && joint_->deliver(std::move(bytes)); }
void Layer::deliverEnd() {
  if (joint_ != nullptr) joint_->deliverEnd();
}
void Layer::fail(const Error& error) {
  if (joint_ != nullptr) joint_->fail(error);
}
void Layer::setTimer(std::uint64_t milliseconds) {
  if (joint_ != nullptr) joint_->setTimer(milliseconds);
}
Socket& Layer::socket() const noexcept {
  UVNET_ASSERT(socket_ != nullptr);
  return *socket_;
}

}  // namespace uvnet
