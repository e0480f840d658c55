#include "net/net_state.h"

#include <utility>

#include "handles/callback_scope.h"

namespace uvnet::impl {

Living::Living(Ref<NetState> state) : net(std::move(state)), next_(net->first_) {
  captureContext();
  if (next_ != nullptr) next_->previous_ = this;
  net->first_ = this;
}

void Living::captureContext() noexcept { context = handles::ContextScope::capture(net->host()); }

Living::~Living() {
  if (net->first_ == this) net->first_ = next_;
  if (previous_ != nullptr) previous_->next_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

void NetState::shutdown() noexcept {
  gone_ = true;
  // Ending one may free others (a pipe's destination, a captured Ref), so those that were ended
  // move to a list of their own and the head is asked again.
  while (first_ != nullptr) {
    Living* const living = first_;
    first_ = living->next_;
    if (first_ != nullptr) first_->previous_ = nullptr;
    living->next_ = living->previous_ = nullptr;
    living->netIsGoing();
  }
  loop_->shutdown();
}

}  // namespace uvnet::impl
