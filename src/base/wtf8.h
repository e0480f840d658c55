// UTF-8 and WTF-8, one character at a time, and the ASCII run in front of it eight bytes at a time.
//
// Relies on the standard library only. The floor above and transcode.cc share it: everything is
// inline, because it is the inner loop of both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace uvnet::base {

inline constexpr std::uint32_t kReplacement = 0xFFFD;
inline constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

constexpr bool isHighSurrogate(std::uint32_t unit) noexcept { return (unit & ~0x3FFU) == 0xD800; }
constexpr bool isLowSurrogate(std::uint32_t unit) noexcept { return (unit & ~0x3FFU) == 0xDC00; }
constexpr std::uint32_t joinSurrogates(std::uint32_t high, std::uint32_t low) noexcept {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

// The first byte at or after `p` that is not ASCII; `end` if there is none.
inline const char* skipAscii(const char* p, const char* end) noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  while (end - p >= 32) {
    std::uint64_t w[4];
    std::memcpy(w, p, sizeof w);
    if (((w[0] | w[1] | w[2] | w[3]) & kHighBits) != 0) break;
    p += 32;
  }
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    if ((word & kHighBits) != 0) break;
    p += 8;
  }
  while (p != end && static_cast<signed char>(*p) >= 0) ++p;
  return p;
}

struct Char {
  std::uint32_t code;  // U+FFFD where the bytes are invalid
  std::uint8_t size;   // of a character, or of the maximal subpart that stands for none; never 0
  bool valid;
};

// kWtf8 takes surrogates in three-byte form as characters; kUtf8 takes them as invalid.
enum class Form : std::uint8_t { kUtf8, kWtf8 };

// The character at `p`, which is before `end`. The ranges are Unicode's table 3-7: the second byte
// alone decides about overlong forms, surrogates and numbers past U+10FFFF.
template <Form form>
inline Char charAt(const char* p, const char* end) noexcept {
  const auto byte = [p](std::size_t i) { return static_cast<std::uint8_t>(p[i]); };
  const auto left = static_cast<std::size_t>(end - p);
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {kReplacement, 1, false};
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  std::uint8_t size = 2;
  std::uint32_t code = lead & 0x1FU;
  if (lead >= 0xF0) {
    size = 4;
    code = lead & 0x07U;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else if (lead >= 0xE0) {
    size = 3;
    code = lead & 0x0FU;
    if (lead == 0xE0) low = 0xA0;
    if (form == Form::kUtf8 && lead == 0xED) high = 0x9F;
  }
  for (std::uint8_t i = 1; i < size; ++i) {
    if (i >= left || byte(i) < low || byte(i) > high) return {kReplacement, i, false};
    code = (code << 6) | (byte(i) & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {code, size, true};
}

// Writes the character, surrogates in three-byte form; returns the place behind it. Room for four.
inline char* putChar(char* to, std::uint32_t code) noexcept {
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return to;
}

inline void appendChar(std::string& out, std::uint32_t code) {
  char bytes[4];
  out.append(bytes, static_cast<std::size_t>(putChar(bytes, code) - bytes));
}

// How many UTF-16 units the text has: what JavaScript calls its length.
inline std::size_t countUnits(std::string_view wtf8) noexcept {
  const char* p = wtf8.data();
  const char* const end = p + wtf8.size();
  std::size_t units = 0;
  while (p != end) {
    const char* const ascii = skipAscii(p, end);
    units += static_cast<std::size_t>(ascii - p);
    p = ascii;
    while (p != end && static_cast<signed char>(*p) < 0) {
      const Char c = charAt<Form::kWtf8>(p, end);
      units += c.code >= 0x10000 ? 2 : 1;
      p += c.size;
    }
  }
  return units;
}

// Calls take(unit) with the one or two UTF-16 units of the character at `p`, which is before `end`;
// returns the place behind the character.
template <class Take>
inline const char* eachUnitOf(const char* p, const char* end, Take&& take) {
  const Char c = charAt<Form::kWtf8>(p, end);
  if (c.code >= 0x10000) {
    take(static_cast<char16_t>(0xD800 + ((c.code - 0x10000) >> 10)));
    take(static_cast<char16_t>(0xDC00 + ((c.code - 0x10000) & 0x3FF)));
  } else {
    take(static_cast<char16_t>(c.code));
  }
  return p + c.size;
}

}  // namespace uvnet::base
