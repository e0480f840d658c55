// Between bytes and text: UTF-8, UTF-16 and the one-byte encodings, and the choice among all.
// Relies on wtf8.h; base64 and hex are in transcode_radix.cc.
//
// Most text on a socket is ASCII, so every loop first takes the ASCII run in front of it in bulk;
// what follows a run is taken one character at a time.
#include "base/transcode.h"

#include "base/transcode_radix.h"
#include "base/wtf8.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace uvnet::base {
namespace {

void decodeUtf8(std::string_view bytes, std::string& out) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  const char* valid = p;  // valid from here up to p, not yet in `out`
  while (p != end) {
    p = skipAscii(p, end);
    while (p != end && static_cast<signed char>(*p) < 0) {
      const Char c = charAt<Form::kUtf8>(p, end);
      if (!c.valid) {
        out.append(valid, p);
        out.append(kReplacementUtf8);
        valid = p + c.size;
      }
      p += c.size;
    }
  }
  out.append(valid, end);
}

std::uint32_t unitAt(const char* p) noexcept {
  return static_cast<std::uint8_t>(p[0]) |
         (static_cast<std::uint32_t>(static_cast<std::uint8_t>(p[1])) << 8);
}

// Four units in UTF-16LE, as the machine loads them in one word, and how far the low byte of each
// is from where arithmetic wants it.
constexpr bool kLittle = std::endian::native == std::endian::little;
constexpr std::uint64_t kNotAsciiUnits = kLittle ? 0xFF80FF80FF80FF80 : 0x80FF80FF80FF80FF;
constexpr unsigned kLowByte = kLittle ? 0 : 8;

std::uint64_t fourUnitsAt(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// Four ASCII units to four bytes, and back.
char* narrow(std::uint64_t units, char* to) noexcept {
  units >>= kLowByte;
  units = (units | (units >> 8)) & 0x0000FFFF0000FFFF;
  const auto four = static_cast<std::uint32_t>(units | (units >> 16));
  std::memcpy(to, &four, sizeof four);
  return to + sizeof four;
}

char* widen(const char* p, const char* end, char* to) noexcept {
  for (; end - p >= 4; p += 4) {
    std::uint32_t four;
    std::memcpy(&four, p, sizeof four);
    std::uint64_t units = four;
    units = (units | (units << 16)) & 0x0000FFFF0000FFFF;
    units = ((units | (units << 8)) & 0x00FF00FF00FF00FF) << kLowByte;
    std::memcpy(to, &units, sizeof units);
    to += sizeof units;
  }
  for (; p != end; ++p) {
    *to++ = *p;
    *to++ = 0;
  }
  return to;
}

void decodeUtf16le(std::string_view bytes, std::string& out) {
  const char* p = bytes.data();
  const char* const end = p + (bytes.size() & ~std::size_t{1});
  // By way of the stack: the size of the text is not known, and three bytes for each unit would
  // be thrice too much for ASCII.
  char piece[1024];
  while (p != end) {
    char* to = piece;
    while (p != end && piece + sizeof piece - to >= 4) {
      if (end - p >= 8) {
        const std::uint64_t units = fourUnitsAt(p);
        if ((units & kNotAsciiUnits) == 0) {
          to = narrow(units, to);
          p += 8;
          continue;
        }
      }
      std::uint32_t code = unitAt(p);
      p += 2;
      if (isHighSurrogate(code) && p != end && isLowSurrogate(unitAt(p))) {
        code = joinSurrogates(code, unitAt(p));
        p += 2;
      }
      to = putChar(to, code);
    }
    out.append(piece, to);
  }
}

void decodeLatin1(std::string_view bytes, std::string& out) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  const char* const firstHigh = skipAscii(p, end);
  std::size_t high = 0;
  for (const char* q = firstHigh; q != end; ++q) high += static_cast<std::uint8_t>(*q) >> 7;
  if (high == 0) {
    out.append(bytes);
    return;
  }
  const std::size_t before = out.size();
  out.resize(before + bytes.size() + high);
  char* to = out.data() + before;
  while (p != end) {
    const char* const ascii = skipAscii(p, end);
    std::memcpy(to, p, static_cast<std::size_t>(ascii - p));
    to += ascii - p;
    p = ascii;
    while (p != end && static_cast<signed char>(*p) < 0) {
      to = putChar(to, static_cast<std::uint8_t>(*p++));
    }
  }
}

void decodeAscii(std::string_view bytes, std::string& out) {
  const char* const end = bytes.data() + bytes.size();
  const std::size_t before = out.size();
  const std::size_t clean = static_cast<std::size_t>(skipAscii(bytes.data(), end) - bytes.data());
  out.append(bytes);
  char* const masked = out.data() + before;
  for (std::size_t i = clean; i < bytes.size(); ++i) masked[i] &= 0x7F;
}

// The first surrogate in three-byte form at or after `p`; null if there is none. 0xED is always a
// lead byte, so looking for it alone cannot hit the middle of another character.
const char* findSurrogate(const char* p, const char* end) noexcept {
  while (end - p >= 3) {
    p = static_cast<const char*>(std::memchr(p, 0xED, static_cast<std::size_t>(end - p) - 2));
    if (p == nullptr) return nullptr;
    if (static_cast<std::uint8_t>(p[1]) >= 0xA0 && charAt<Form::kWtf8>(p, end).valid) return p;
    ++p;
  }
  return nullptr;
}

char* copy(const char* from, const char* end, char* to) noexcept {
  const auto n = static_cast<std::size_t>(end - from);
  if (n != 0) std::memcpy(to, from, n);
  return to + n;
}

std::size_t encodeUtf8(std::string_view text, char* const start) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  char* to = start;
  while (const char* const found = findSurrogate(p, end)) {
    to = copy(p, found, to);
    std::uint32_t code = charAt<Form::kWtf8>(found, end).code;
    p = found + 3;
    if (isHighSurrogate(code) && p != end) {
      const std::uint32_t next = charAt<Form::kWtf8>(p, end).code;
      if (isLowSurrogate(next)) {
        to = putChar(to, joinSurrogates(code, next));
        p += 3;
        continue;
      }
    }
    to = putChar(to, kReplacement);
  }
  return static_cast<std::size_t>(copy(p, end, to) - start);
}

std::size_t encodeUtf16le(std::string_view text, char* const start) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  char* to = start;
  const auto put = [&to](char16_t unit) {
    *to++ = static_cast<char>(unit & 0xFF);
    *to++ = static_cast<char>(unit >> 8);
  };
  while (p != end) {
    const char* const ascii = skipAscii(p, end);
    to = widen(p, ascii, to);
    p = ascii;
    while (p != end && static_cast<signed char>(*p) < 0) p = eachUnitOf(p, end, put);
  }
  return static_cast<std::size_t>(to - start);
}

std::size_t encodeLatin1(std::string_view text, char* const start) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  char* to = start;
  const auto put = [&to](char16_t unit) { *to++ = static_cast<char>(unit & 0xFF); };
  while (p != end) {
    const char* const ascii = skipAscii(p, end);
    to = copy(p, ascii, to);
    p = ascii;
    while (p != end && static_cast<signed char>(*p) < 0) p = eachUnitOf(p, end, put);
  }
  return static_cast<std::size_t>(to - start);
}

}  // namespace

void decode(std::string_view bytes, Encoding encoding, std::string& out) {
  if (bytes.empty()) return;
  switch (encoding.kind()) {
    case Encoding::kUtf8:
      return decodeUtf8(bytes, out);
    case Encoding::kUtf16le:
      return decodeUtf16le(bytes, out);
    case Encoding::kLatin1:
      return decodeLatin1(bytes, out);
    case Encoding::kAscii:
      return decodeAscii(bytes, out);
    case Encoding::kBase64:
      return bytesToBase64(bytes, Base64::kStandard, out);
    case Encoding::kBase64url:
      return bytesToBase64(bytes, Base64::kUrl, out);
    case Encoding::kHex:
      return bytesToHex(bytes, out);
  }
}

std::size_t encodedSize(std::string_view text, Encoding encoding) noexcept {
  switch (encoding.kind()) {
    case Encoding::kUtf8:
      return text.size();
    case Encoding::kUtf16le:
      return 2 * countUnits(text);
    case Encoding::kLatin1:
    case Encoding::kAscii:
      return countUnits(text);
    case Encoding::kBase64:
    case Encoding::kBase64url:
      return base64Size(text);
    case Encoding::kHex:
      return text.size() / 2;
  }
  return 0;
}

std::size_t encode(std::string_view text, Encoding encoding, char* to) noexcept {
  if (text.empty()) return 0;
  switch (encoding.kind()) {
    case Encoding::kUtf8:
      return encodeUtf8(text, to);
    case Encoding::kUtf16le:
      return encodeUtf16le(text, to);
    case Encoding::kLatin1:
    case Encoding::kAscii:
      return encodeLatin1(text, to);
    case Encoding::kBase64:
    case Encoding::kBase64url:
      return base64ToBytes(text, to);
    case Encoding::kHex:
      return hexToBytes(text, to);
  }
  return 0;
}

}  // namespace uvnet::base
