// IP addresses as numbers: read, written and taken apart. An IPv4 address has the 128 bits of its
// mapped form, ::ffff:a.b.c.d.
#pragma once

#include <uvnet/address.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uvnet::address {

struct IpBits {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const IpBits&, const IpBits&) = default;
};

inline constexpr std::uint64_t kMappedPrefix = 0xffff00000000;  // of low; high is 0
inline constexpr std::uint64_t kV4Mask = 0xffffffff;
inline constexpr IpBits kMappedFirst{0, kMappedPrefix};
inline constexpr IpBits kMappedLast{0, kMappedPrefix | kV4Mask};

constexpr IpBits mapped(std::uint32_t v4) noexcept { return {0, kMappedPrefix | v4}; }
constexpr bool isMapped(const IpBits& bits) noexcept {
  return bits.high == 0 && (bits.low & ~kV4Mask) == kMappedPrefix;
}
constexpr std::uint32_t v4Of(const IpBits& bits) noexcept {
  return static_cast<std::uint32_t>(bits.low & kV4Mask);
}

// What the system's inet_pton takes: no leading zeros, no blanks, no zone.
std::optional<std::uint32_t> parseIPv4(std::string_view text) noexcept;
std::optional<IpBits> parseIPv6(std::string_view text) noexcept;
// As inet_ntop writes it.
std::string formatIPv4(std::uint32_t v4);
std::string formatIPv6(const IpBits& bits);

// An address and how it was given: "1.2.3.4" is not what "::ffff:1.2.3.4" is, to Node.
struct IpAddress {
  IpBits bits;
  bool v6 = false;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// family: "ipv4" or "ipv6" in any case. An IPv6 zone is passed over.
std::optional<bool> isV6Family(std::string_view family) noexcept;
std::optional<IpAddress> parseIp(std::string_view text, bool v6) noexcept;
std::string formatIp(const IpAddress& address);

// The way to what a SocketAddress keeps.
struct AddressAccess {
  static IpAddress ip(const SocketAddress& address) noexcept {
    return {{address.high_, address.low_}, address.v6_};
  }
  static SocketAddress make(const IpAddress& ip, std::uint16_t port) noexcept {
    return SocketAddress(ip.bits.high, ip.bits.low, ip.v6, port);
  }
};

}  // namespace uvnet::address
