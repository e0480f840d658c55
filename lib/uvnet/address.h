// Addresses as the documented calls give them: server.address(), socket.address(), lookups; and
// net.SocketAddress, an address as a value.
#pragma once

#include <uvnet/export.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uvnet {

namespace address {
struct AddressAccess;
}  // namespace address

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

struct SocketAddressOptions {
  std::optional<std::string> address = {};  // default "127.0.0.1", or "::" of family "ipv6"
  std::string family = "ipv4";              // or "ipv6", in any case
  std::int64_t flowlabel = 0;               // of IPv6: up to 0xfffff
  int port = 0;
};

// net.SocketAddress: an IP address and a port that are known to be valid.
class UVNET_API SocketAddress {
 public:
  // Throws ERR_INVALID_ADDRESS, ERR_INVALID_ARG_VALUE (family), ERR_SOCKET_BAD_PORT,
  // ERR_OUT_OF_RANGE (flowlabel). An IPv6 zone ("%eth0") is taken and forgotten, as Node does.
  explicit SocketAddress(const SocketAddressOptions& options = {});

  // "1.2.3.4", "1.2.3.4:80", "[::1]", "[::1]:80"; IPv4 in any of the forms a URL may have it in
  // ("0x7f.1:80"). nullopt for anything else. Node forgets port 80 here, the default of a URL.
  static std::optional<SocketAddress> parse(std::string_view input);

  std::string address() const;  // in its shortest form
  std::string_view family() const noexcept { return v6_ ? "ipv6" : "ipv4"; }
  std::uint32_t flowlabel() const noexcept { return flowlabel_; }
  int port() const noexcept { return port_; }

  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;

 private:
  friend struct address::AddressAccess;
  SocketAddress(std::uint64_t high, std::uint64_t low, bool v6, std::uint16_t port) noexcept
      : high_(high), low_(low), port_(port), v6_(v6) {}

  std::uint64_t high_ = 0;  // the 128 bits; of IPv4 those of its mapped form
  std::uint64_t low_ = 0;
  std::uint32_t flowlabel_ = 0;
  std::uint16_t port_ = 0;
  bool v6_ = false;
};

}  // namespace uvnet
