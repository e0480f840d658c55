#include "address/ip_bits.h"

#include <array>
#include <cstddef>
#include <cstdio>

namespace uvnet::address {

namespace {

constexpr std::size_t kGroups = 8;  // of 16 bits
using Groups = std::array<std::uint16_t, kGroups>;

int hexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Groups groupsOf(const IpBits& bits) noexcept {
  Groups groups;
  for (std::size_t i = 0; i < kGroups; ++i) {
    const std::uint64_t half = i < kGroups / 2 ? bits.high : bits.low;
    groups[i] = static_cast<std::uint16_t>(half >> (48 - 16 * (i % (kGroups / 2))));
  }
  return groups;
}

IpBits bitsOf(const Groups& groups) noexcept {
  IpBits bits;
  for (std::size_t i = 0; i < kGroups; ++i) {
    std::uint64_t& half = i < kGroups / 2 ? bits.high : bits.low;
    half = half << 16 | groups[i];
  }
  return bits;
}

// Takes a group of one to four hexadecimal digits off the text.
bool takeGroup(std::string_view& text, std::uint16_t& group) noexcept {
  constexpr std::size_t kMaxDigits = 4;
  unsigned value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && hexDigit(text[digits]) >= 0) {
    if (digits == kMaxDigits) return false;
    value = value << 4 | static_cast<unsigned>(hexDigit(text[digits++]));
  }
  text.remove_prefix(digits);
  group = static_cast<std::uint16_t>(value);
  return digits > 0;
}

// The zeros that "::" stands for: the first of the longest runs of two groups or more.
struct Gap {
  std::size_t at = kGroups;
  std::size_t length = 0;
};

Gap longestGap(const Groups& groups) noexcept {
  Gap best;
  for (std::size_t i = 0; i < kGroups; ++i) {
    std::size_t length = 0;
    while (i + length < kGroups && groups[i + length] == 0) ++length;
    if (length > best.length && length > 1) best = {i, length};
    if (length > 0) i += length - 1;
  }
  return best;
}

}  // namespace

std::optional<std::uint32_t> parseIPv4(std::string_view text) noexcept {
  std::uint32_t bits = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text[0] != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    std::uint32_t value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9') {
      value = value * 10 + static_cast<std::uint32_t>(text[digits++] - '0');
    }
    if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0')) return std::nullopt;
    text.remove_prefix(digits);
    bits = bits << 8 | value;
  }
  if (!text.empty()) return std::nullopt;
  return bits;
}

std::optional<IpBits> parseIPv6(std::string_view text) noexcept {
  Groups groups{};
  std::size_t count = 0;
  std::size_t gap = kGroups + 1;  // where "::" stood
  if (text.substr(0, 2) == "::") {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (count == kGroups) return std::nullopt;
    const std::string_view rest = text;
    if (!takeGroup(text, groups[count])) return std::nullopt;
    if (!text.empty() && text[0] == '.') {
      // The last 32 bits may be written as IPv4.
      const std::optional<std::uint32_t> v4 = parseIPv4(rest);
      if (!v4 || count + 2 > kGroups) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*v4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*v4 & 0xffff);
      break;
    }
    ++count;
    if (text.empty()) break;
    if (text[0] != ':' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
    if (text[0] == ':') {
      if (gap <= kGroups) return std::nullopt;
      gap = count;
      text.remove_prefix(1);
    }
  }
  if (gap > kGroups) {
    if (count != kGroups) return std::nullopt;
    return bitsOf(groups);
  }
  if (count == kGroups) return std::nullopt;  // "::" is one group at least
  Groups spread{};
  for (std::size_t i = 0; i < count; ++i) {
    spread[i < gap ? i : i + kGroups - count] = groups[i];
  }
  return bitsOf(spread);
}

std::string formatIPv4(std::uint32_t v4) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (shift < 24) out += '.';
    out += std::to_string(v4 >> shift & 0xff);
  }
  return out;
}

std::string formatIPv6(const IpBits& bits) {
  const Groups groups = groupsOf(bits);
  const Gap gap = longestGap(groups);
  // Mapped and IPv4-compatible addresses show what they are.
  const bool dotted =
      gap.at == 0 && (gap.length == 6 || (gap.length == 5 && groups[gap.length] == 0xffff));
  std::string out;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (i == gap.at) {
      out += "::";
      i += gap.length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    if (dotted && i == 6) return out + formatIPv4(v4Of(bits));
    char digits[8];
    std::snprintf(digits, sizeof digits, "%x", static_cast<unsigned>(groups[i]));
    out += digits;
  }
  return out;
}

std::optional<bool> isV6Family(std::string_view family) noexcept {
  constexpr std::string_view kLower = "ipv";
  if (family.size() != kLower.size() + 1) return std::nullopt;
  for (std::size_t i = 0; i < kLower.size(); ++i) {
    if ((family[i] | 0x20) != kLower[i]) return std::nullopt;
  }
  if (family.back() == '4') return false;
  if (family.back() == '6') return true;
  return std::nullopt;
}

std::optional<IpAddress> parseIp(std::string_view text, bool v6) noexcept {
  if (!v6) {
    const std::optional<std::uint32_t> v4 = parseIPv4(text);
    if (!v4) return std::nullopt;
    return IpAddress{mapped(*v4), false};
  }
  const std::optional<IpBits> bits = parseIPv6(text.substr(0, text.find('%')));
  if (!bits) return std::nullopt;
  return IpAddress{*bits, true};
}

std::string formatIp(const IpAddress& address) {
  return address.v6 ? formatIPv6(address.bits) : formatIPv4(v4Of(address.bits));
}

}  // namespace uvnet::address
