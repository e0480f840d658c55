// base64, base64url and hex, as leniently as Node reads them.
//
// Clean text goes by the group (4 digits, 2 digits) through a table; the first thing that is no
// digit sends the rest by the UTF-16 unit, where Node's rules for odd input stand.
#include "base/transcode_radix.h"

#include "base/wtf8.h"

#include <array>

namespace uvnet::base {
namespace {

constexpr std::uint8_t kNoDigit = 0x80;
constexpr std::uint8_t kPadding = 0xC0;  // base64's '='; has kNoDigit's bit too

using Table = std::array<std::uint8_t, 256>;

constexpr std::string_view kStandardDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kUpperHexDigits = "0123456789ABCDEF";

constexpr Table valuesOf(std::string_view digits, std::string_view otherDigits) {
  Table values{};
  values.fill(kNoDigit);
  for (const std::string_view some : {digits, otherDigits}) {
    for (std::size_t i = 0; i < some.size(); ++i) {
      values[static_cast<std::uint8_t>(some[i])] = static_cast<std::uint8_t>(i);
    }
  }
  return values;
}

constexpr Table kBase64Values = [] {
  Table values = valuesOf(kStandardDigits, kUrlDigits);
  values['='] = kPadding;
  return values;
}();
constexpr Table kHexValues = valuesOf(kHexDigits, kUpperHexDigits);

std::uint32_t value(const Table& values, const char* p, int i = 0) noexcept {
  return values[static_cast<std::uint8_t>(p[i])];
}

std::uint32_t byteAt(const char* p, int i = 0) noexcept { return static_cast<std::uint8_t>(p[i]); }

// Appends n chars to `out` and returns where they go.
char* grow(std::string& out, std::size_t n) {
  const std::size_t before = out.size();
  out.resize(before + n);
  return out.data() + before;
}

// Takes base64 digits one at a time; writes each byte as soon as its bits are there.
class Base64Reader {
 public:
  explicit Base64Reader(char* to) noexcept : to_(to) {}

  bool betweenGroups() const noexcept { return held_ == 0; }
  bool ended() const noexcept { return ended_; }
  char* to() const noexcept { return to_; }
  void wrote(char* to) noexcept { to_ = to; }

  void take(std::uint8_t value) noexcept {
    if (value == kPadding) ended_ = true;
    if (ended_ || value >= kNoDigit) return;
    bits_ = (bits_ << 6) | value;
    held_ += 6;
    if (held_ < 8) return;
    held_ -= 8;
    *to_++ = static_cast<char>((bits_ >> held_) & 0xFF);
  }

 private:
  char* to_;
  std::uint32_t bits_ = 0;
  unsigned held_ = 0;  // how many low bits of bits_ are not written
  bool ended_ = false;
};

}  // namespace

void bytesToBase64(std::string_view bytes, Base64 alphabet, std::string& out) {
  const char* const digits = (alphabet == Base64::kUrl ? kUrlDigits : kStandardDigits).data();
  const bool padded = alphabet == Base64::kStandard;
  const std::size_t rest = bytes.size() % 3;
  const std::size_t tail = rest == 0 ? 0 : padded ? 4 : rest + 1;
  char* to = grow(out, bytes.size() / 3 * 4 + tail);
  const char* p = bytes.data();
  const auto put = [&to, digits](std::uint32_t bits) { *to++ = digits[bits & 0x3F]; };

  for (const char* const groups = p + (bytes.size() - rest); p != groups; p += 3) {
    const std::uint32_t bits = (byteAt(p, 0) << 16) | (byteAt(p, 1) << 8) | byteAt(p, 2);
    put(bits >> 18);
    put(bits >> 12);
    put(bits >> 6);
    put(bits);
  }
  if (rest == 0) return;
  const std::uint32_t bits = (byteAt(p, 0) << 16) | (rest == 2 ? byteAt(p, 1) << 8 : 0);
  put(bits >> 18);
  put(bits >> 12);
  if (rest == 2) put(bits >> 6);
  if (!padded) return;
  if (rest == 1) *to++ = '=';
  *to++ = '=';
}

std::size_t base64Size(std::string_view text) noexcept {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text.size() / 4 * 3 + text.size() % 4 * 3 / 4;
}

std::size_t base64ToBytes(std::string_view text, char* const start) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  Base64Reader reader(start);
  while (p != end && !reader.ended()) {
    if (reader.betweenGroups()) {
      char* to = reader.to();
      for (; end - p >= 4; p += 4) {
        const std::uint32_t a = value(kBase64Values, p, 0);
        const std::uint32_t b = value(kBase64Values, p, 1);
        const std::uint32_t c = value(kBase64Values, p, 2);
        const std::uint32_t d = value(kBase64Values, p, 3);
        if (((a | b | c | d) & kNoDigit) != 0) break;
        const std::uint32_t bits = (a << 18) | (b << 12) | (c << 6) | d;
        *to++ = static_cast<char>(bits >> 16);
        *to++ = static_cast<char>((bits >> 8) & 0xFF);
        *to++ = static_cast<char>(bits & 0xFF);
      }
      reader.wrote(to);
      if (p == end) break;
    }
    p = eachUnitOf(p, end, [&reader](char16_t unit) { reader.take(kBase64Values[unit & 0xFF]); });
  }
  return static_cast<std::size_t>(reader.to() - start);
}

void bytesToHex(std::string_view bytes, std::string& out) {
  char* to = grow(out, bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    *to++ = kHexDigits[byte >> 4];
    *to++ = kHexDigits[byte & 0x0F];
  }
}

std::size_t hexToBytes(std::string_view text, char* const start) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  char* to = start;
  for (; end - p >= 2; p += 2) {
    const std::uint32_t a = value(kHexValues, p, 0);
    const std::uint32_t b = value(kHexValues, p, 1);
    if (((a | b) & kNoDigit) != 0) break;
    *to++ = static_cast<char>((a << 4) | b);
  }
  // Here at a bad pair: either the end, or a character past ASCII whose low byte is a digit.
  std::uint32_t digits = 1;  // with a leading one, so that the second digit shows
  bool ended = false;
  while (p != end && !ended) {
    p = eachUnitOf(p, end, [&](char16_t unit) {
      const std::uint8_t digit = kHexValues[unit & 0xFF];
      ended = ended || digit == kNoDigit;
      if (ended) return;
      digits = (digits << 4) | digit;
      if (digits < 0x100) return;
      *to++ = static_cast<char>(digits & 0xFF);
      digits = 1;
    });
  }
  return static_cast<std::size_t>(to - start);
}

}  // namespace uvnet::base
