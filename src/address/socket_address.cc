// net.SocketAddress: made of options, or read from text the way a URL's host and port are.
#include <uvnet/address.h>
#include <uvnet/error.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "address/ip.h"
#include "address/ip_bits.h"
#include "base/arguments.h"

namespace uvnet {

namespace {

using address::IpAddress;

// 20 bits. Node checks for 32 and aborts beyond these.
constexpr std::int64_t kMaxFlowlabel = 0xfffff;
constexpr std::int64_t kMaxUint32 = 0xffffffff;

int digitOf(char c, int base) noexcept {
  int digit = -1;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  return digit < base ? digit : -1;
}

// A part of an IPv4 address in a URL: decimal, "0x" hexadecimal, "0" octal; "0x" alone is 0. More
// than 32 bits end as something larger than they hold.
std::optional<std::uint64_t> urlNumber(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const bool hex = text[1] == 'x' || text[1] == 'X';
    base = hex ? 16 : 8;
    text.remove_prefix(hex ? 2 : 1);
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = digitOf(c, base);
    if (digit < 0) return std::nullopt;
    if (value <= address::kV4Mask) {
      value = value * static_cast<unsigned>(base) + static_cast<unsigned>(digit);
    }
  }
  return value;
}

// "127.1" is 127.0.0.1: the last part has all the bits that are left.
std::optional<std::uint32_t> urlIPv4(std::string_view host) noexcept {
  constexpr std::size_t kMaxParts = 4;
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  std::uint64_t bits = 0;
  for (std::size_t count = 1; count <= kMaxParts; ++count) {
    const std::size_t dot = host.find('.');
    const std::optional<std::uint64_t> part = urlNumber(host.substr(0, dot));
    if (!part) return std::nullopt;
    if (dot == std::string_view::npos) {
      const std::size_t left = 8 * (kMaxParts + 1 - count);
      if (*part >> left != 0) return std::nullopt;
      return static_cast<std::uint32_t>(bits << left | *part);
    }
    if (*part > 255) return std::nullopt;
    bits = bits << 8 | *part;
    host.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

// "" or ":" and digits.
std::optional<std::uint16_t> urlPort(std::string_view text) noexcept {
  constexpr std::uint32_t kMaxPort = 65535;
  if (text.empty()) return 0;
  if (text[0] != ':') return std::nullopt;
  std::uint32_t port = 0;
  for (const char c : text.substr(1)) {
    const int digit = digitOf(c, 10);
    if (digit < 0) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(digit);
    if (port > kMaxPort) return std::nullopt;
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace

SocketAddress::SocketAddress(const SocketAddressOptions& options) {
  const std::optional<bool> v6 = address::isV6Family(options.family);
  if (!v6) throw base::invalidArgValue("options.family", base::quoted(options.family));
  port_ = static_cast<std::uint16_t>(base::checkedPort(options.port, "options.port"));
  if (options.flowlabel < 0 || options.flowlabel > kMaxUint32) {
    throw base::outOfRange("options.flowlabel", ">= 0 && <= 4294967295",
                           static_cast<double>(options.flowlabel));
  }
  if (options.flowlabel > kMaxFlowlabel) {
    throw base::outOfRange("options.flowlabel", ">= 0 && <= 1048575",
                           static_cast<double>(options.flowlabel));
  }
  const std::string_view given = options.address ? std::string_view(*options.address)
                                 : *v6           ? std::string_view("::")
                                                 : std::string_view("127.0.0.1");
  const std::optional<IpAddress> ip = address::parseIp(given, *v6);
  if (!ip) throw address::invalidAddress();
  high_ = ip->bits.high;
  low_ = ip->bits.low;
  v6_ = ip->v6;
  if (v6_) flowlabel_ = static_cast<std::uint32_t>(options.flowlabel);
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view input) {
  IpAddress ip;
  std::string_view rest;
  if (!input.empty() && input[0] == '[') {
    const std::size_t end = input.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::optional<address::IpBits> bits = address::parseIPv6(input.substr(1, end - 1));
    if (!bits) return std::nullopt;
    ip = {*bits, true};
    rest = input.substr(end + 1);
  } else {
    const std::size_t colon = input.find(':');
    const std::optional<std::uint32_t> v4 = urlIPv4(input.substr(0, colon));
    if (!v4) return std::nullopt;
    ip = {address::mapped(*v4), false};
    if (colon != std::string_view::npos) rest = input.substr(colon);
  }
  const std::optional<std::uint16_t> port = urlPort(rest);
  if (!port) return std::nullopt;
  return address::AddressAccess::make(ip, *port);
}

std::string SocketAddress::address() const {
  return address::formatIp(address::AddressAccess::ip(*this));
}

}  // namespace uvnet
