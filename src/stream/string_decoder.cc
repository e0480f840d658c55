// Node's string_decoder: what is kept back at the end of a piece, and what the next piece adds.
//
// The utf8 part keeps back by the shape of the bytes alone: a lead byte says how many must follow,
// whether or not they can be valid. That is why ED A0 in one piece gives nothing until a third byte
// comes, and then three U+FFFD.
#include "stream/string_decoder.h"

#include "base/transcode.h"
#include "stream/text_units.h"

#include <algorithm>
#include <cstring>

namespace uvnet::stream {
namespace {

constexpr std::uint8_t byteAt(std::string_view bytes, std::size_t i) noexcept {
  return static_cast<std::uint8_t>(bytes[i]);
}

constexpr bool isContinuation(std::uint8_t byte) noexcept { return (byte & 0xC0) == 0x80; }

// The length a lead byte announces, by its high bits only: C0, F5 announce too, though no valid
// character begins with them; F8 and up do not.
constexpr std::size_t announcedLength(std::uint8_t lead) noexcept {
  if ((lead & 0xE0) == 0xC0) return 2;
  if ((lead & 0xF0) == 0xE0) return 3;
  if ((lead & 0xF8) == 0xF0) return 4;
  return 1;
}

struct Tail {
  std::size_t held;
  std::size_t missing;
};

Tail utf8Tail(std::string_view bytes) noexcept {
  const std::size_t reach = std::min<std::size_t>(bytes.size(), 4);
  for (std::size_t held = 1; held <= reach; ++held) {
    const std::uint8_t byte = byteAt(bytes, bytes.size() - held);
    if (isContinuation(byte)) continue;
    const std::size_t length = announcedLength(byte);
    return held < length ? Tail{held, length - held} : Tail{0, 0};
  }
  return {0, 0};  // continuation bytes that continue nothing: invalid, no need to wait
}

Tail utf16Tail(std::string_view bytes) noexcept {
  if (bytes.size() % 2 == 1) return {1, 1};
  const bool high = (byteAt(bytes, bytes.size() - 1) & 0xFC) == 0xD8;
  return high ? Tail{2, 2} : Tail{0, 0};
}

Tail base64Tail(std::string_view bytes) noexcept {
  const std::size_t rest = bytes.size() % 3;
  return rest == 0 ? Tail{0, 0} : Tail{rest, 3 - rest};
}

Tail incompleteTail(Encoding encoding, std::string_view bytes) noexcept {
  if (bytes.empty()) return {0, 0};
  switch (encoding.kind()) {
    case Encoding::kUtf8:
      return utf8Tail(bytes);
    case Encoding::kUtf16le:
      return utf16Tail(bytes);
    case Encoding::kBase64:
    case Encoding::kBase64url:
      return base64Tail(bytes);
    case Encoding::kLatin1:
    case Encoding::kAscii:
    case Encoding::kHex:
      break;  // each byte is complete
  }
  return {0, 0};
}

}  // namespace

void StringDecoder::decodeOnto(std::string& out, std::string_view bytes) const {
  const std::size_t seam = out.size();
  base::decode(bytes, encoding_, out);
  // Only utf16le gives lone surrogates; Node returns the halves of a pair in two pieces when the
  // high one itself came in two (3D | D8 | 00 DE).
  if (encoding_ == Encoding::utf16le) joinTextAt(out, seam);
}

std::string StringDecoder::write(std::string_view bytes) {
  std::string text;
  write(bytes, text);
  return text;
}

void StringDecoder::write(std::string_view bytes, std::string& out) {
  if (missing_ != 0) bytes = complete(bytes, out);
  // Nothing to look at: what is held stays held.
  if (bytes.empty()) return;
  const Tail tail = incompleteTail(encoding_, bytes);
  decodeOnto(out, bytes.substr(0, bytes.size() - tail.held));
  if (tail.held == 0) return;
  std::memcpy(bytes_, bytes.data() + (bytes.size() - tail.held), tail.held);
  held_ = static_cast<std::uint8_t>(tail.held);
  missing_ = static_cast<std::uint8_t>(tail.missing);
}

// Gives the held character its missing bytes from the front of `bytes`; returns the others.
std::string_view StringDecoder::complete(std::string_view bytes, std::string& out) {
  const std::size_t found = std::min<std::size_t>(bytes.size(), missing_);
  std::size_t taken = found;
  bool broken = false;  // a byte that begins a new character ends the wait for this one
  if (encoding_ == Encoding::utf8) {
    taken = 0;
    while (taken < found && isContinuation(byteAt(bytes, taken))) ++taken;
    broken = taken < found;
  }
  if (taken != 0) std::memcpy(bytes_ + held_, bytes.data(), taken);
  held_ = static_cast<std::uint8_t>(held_ + taken);
  missing_ = broken ? std::uint8_t{0} : static_cast<std::uint8_t>(missing_ - taken);
  if (missing_ == 0) {
    decodeOnto(out, held());
    held_ = 0;
  }
  return bytes.substr(taken);
}

std::string StringDecoder::end() {
  std::string text;
  end(text);
  return text;
}

void StringDecoder::end(std::string& out) {
  // Of utf16le an odd byte is no unit: decode() drops it, as Node does.
  decodeOnto(out, held());
  held_ = 0;
  missing_ = 0;
}

}  // namespace uvnet::stream
