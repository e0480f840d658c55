// What isIP says, and what SocketAddress and BlockList say of an address they cannot read.
#pragma once

#include <uvnet/error.h>

#include <string_view>

namespace uvnet::address {

// 4, 6, or 0 for what is no IP address.
int ipVersion(std::string_view text) noexcept;

inline Error invalidAddress() { return Error("Invalid socket address", "ERR_INVALID_ADDRESS"); }

}  // namespace uvnet::address
