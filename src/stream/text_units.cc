// The measuring, cutting and joining of text by UTF-16 units; see the header.
#include "stream/text_units.h"

#include "base/wtf8.h"

#include <algorithm>
#include <cstdint>

namespace uvnet::stream {
namespace {

using base::charAt;
using base::Form;

// The surrogate in three-byte form at `offset`; 0 if none is there.
std::uint32_t surrogateAt(std::string_view text, std::size_t offset) noexcept {
  constexpr std::size_t kSize = 3;
  if (text.size() < offset + kSize || text[offset] != '\xED') return 0;
  const char* p = text.data() + offset;
  const std::uint32_t code = charAt<Form::kWtf8>(p, p + kSize).code;
  return code >= 0xD800 && code <= 0xDFFF ? code : 0;
}

}  // namespace

std::size_t utf16Length(std::string_view wtf8) noexcept { return base::countUnits(wtf8); }

UnitPlace placeOfUnit(std::string_view wtf8, std::size_t units) noexcept {
  const char* const begin = wtf8.data();
  const char* const end = begin + wtf8.size();
  const char* p = begin;
  while (units > 0 && p != end) {
    // No byte beyond `units` can matter: a unit takes at least one.
    const char* const ascii =
        base::skipAscii(p, p + std::min(units, static_cast<std::size_t>(end - p)));
    units -= static_cast<std::size_t>(ascii - p);
    p = ascii;
    if (units == 0 || p == end) break;
    const base::Char c = charAt<Form::kWtf8>(p, end);
    const std::size_t width = c.code >= 0x10000 ? 2 : 1;
    if (units < width) return {static_cast<std::size_t>(p - begin), true};
    units -= width;
    p += c.size;
  }
  return {static_cast<std::size_t>(p - begin), false};
}

void takeUnits(std::string& text, std::size_t units, std::string& head) {
  const UnitPlace cut = placeOfUnit(text, units);
  if (!cut.inside) {
    appendText(head, std::string_view(text).substr(0, cut.offset));
    text.erase(0, cut.offset);
    return;
  }
  const char* p = text.data() + cut.offset;
  std::uint32_t halves[2] = {0, 0};
  std::size_t n = 0;
  base::eachUnitOf(p, text.data() + text.size(), [&](char16_t unit) { halves[n++] = unit; });

  appendText(head, std::string_view(text).substr(0, cut.offset));
  char half[4];
  char* halfEnd = base::putChar(half, halves[0]);
  // A high surrogate cannot join what is before it.
  head.append(half, halfEnd);

  halfEnd = base::putChar(half, halves[1]);
  text.replace(0, cut.offset + 4, half, static_cast<std::size_t>(halfEnd - half));
}

void appendText(std::string& out, std::string_view piece) {
  const std::size_t seam = out.size();
  out.append(piece);
  joinTextAt(out, seam);
}

void joinTextAt(std::string& text, std::size_t seam) {
  constexpr std::size_t kSize = 3;
  if (seam < kSize || seam >= text.size() || text[seam] != '\xED') return;
  const std::uint32_t high = surrogateAt(text, seam - kSize);
  const std::uint32_t low = surrogateAt(text, seam);
  if (!base::isHighSurrogate(high) || !base::isLowSurrogate(low)) return;
  char joined[4];
  const char* const end = base::putChar(joined, base::joinSurrogates(high, low));
  text.replace(seam - kSize, 2 * kSize, joined, static_cast<std::size_t>(end - joined));
}

}  // namespace uvnet::stream
