// Several addresses, tried in turn: Node's autoSelectFamily.
#pragma once

#include <uvnet/address.h>
#include <uvnet/error.h>

#include <cstddef>
#include <vector>

#include "handles/timer.h"
#include "net/socket_state.h"

namespace uvnet::impl {

struct SocketState::Race {
  Race(SocketState& state, std::vector<LookupAddress> list)
      : addresses(std::move(list)), timer(state.socket, &SocketState::onRaceTimeout, &state) {}
  std::vector<LookupAddress> addresses;
  std::size_t current = 0;  // the next one to try
  std::vector<Error> errors;
  handles::Timer timer;  // for the attempt under way
};

}  // namespace uvnet::impl
