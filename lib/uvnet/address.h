// Addresses as the documented calls give them: server.address(), socket.address(), lookups.
#pragma once

#include <string>
#include <string_view>

namespace uvnet {

// {port, family, address} of one end. All empty where there is none (Node's `{}`).
struct AddressInfo {
  std::string address;      // "127.0.0.1", "::1"
  std::string_view family;  // "IPv4", "IPv6", or empty
  int port = 0;

  bool empty() const noexcept { return family.empty(); }
  friend bool operator==(const AddressInfo&, const AddressInfo&) = default;
};

// One answer of a name lookup.
struct LookupAddress {
  std::string address;
  int family = 0;  // 4 or 6
};

}  // namespace uvnet
