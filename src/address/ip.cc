// isIP as Node reads it: strict dotted quads without leading zeros, RFC 4291 text for IPv6, an
// optional zone of letters, digits, '-', '.' and ':'.
#include <cstddef>

#include "address/ip.h"

namespace uvnet::address {

namespace {

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }
bool isHex(char c) noexcept {
  return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool isV4(std::string_view text) noexcept {
  for (int part = 0; part < 4; ++part) {
    std::size_t length = 0;
    int value = 0;
    while (length < text.size() && length < 3 && isDigit(text[length])) {
      value = value * 10 + (text[length] - '0');
      ++length;
    }
    if (length == 0 || value > 255 || (length > 1 && text[0] == '0')) return false;
    text.remove_prefix(length);
    if (part == 3) return text.empty();
    if (text.empty() || text[0] != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

bool isZone(std::string_view zone) noexcept {
  for (const char c : zone) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !isDigit(c) && c != '-' && c != '.' && c != ':') return false;
  }
  return !zone.empty();
}

bool isV6(std::string_view text) noexcept {
  if (const std::size_t percent = text.find('%'); percent != std::string_view::npos) {
    if (!isZone(text.substr(percent + 1))) return false;
    text = text.substr(0, percent);
  }
  constexpr int kGroups = 8;
  int groups = 0;
  bool gap = false;
  if (text.size() >= 2 && text[0] == ':' && text[1] == ':') {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  while (true) {
    std::size_t length = 0;
    while (length < text.size() && isHex(text[length])) ++length;
    // The last 32 bits may be written as a dotted quad.
    if (length < text.size() && text[length] == '.') {
      return isV4(text) && (gap ? groups + 2 < kGroups : groups + 2 == kGroups);
    }
    if (length == 0 || length > 4) return false;
    ++groups;
    text.remove_prefix(length);
    if (text.empty()) return gap ? groups < kGroups : groups == kGroups;
    if (text[0] != ':' || groups >= kGroups) return false;
    text.remove_prefix(1);
    if (text.empty()) return false;
    if (text[0] == ':') {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
      if (text.empty()) return groups < kGroups;
    }
  }
}

}  // namespace

int ipVersion(std::string_view text) noexcept {
  if (isV4(text)) return 4;
  return isV6(text) ? 6 : 0;
}

}  // namespace uvnet::address
