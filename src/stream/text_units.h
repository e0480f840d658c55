// Text as JavaScript measures it: in UTF-16 units, over text that is UTF-8/WTF-8.
//
// Relies on lib/ and handles/wtf8.h. A stream with an encoding counts, cuts and joins text by
// these, so that read(n), highWaterMark and readableLength are Node's numbers. Bytes that are no
// UTF-8 count as the U+FFFD they stand for, one for each maximal subpart.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace uvnet::stream {

// JavaScript's `text.length`.
std::size_t utf16Length(std::string_view wtf8) noexcept;

// Where unit number `units` begins. `offset` is the byte to cut at; when the unit is the second
// half of a four-byte character, `offset` is where that character begins, and `inside` is true.
// Past the end: the end.
struct UnitPlace {
  std::size_t offset;
  bool inside;
};
UnitPlace placeOfUnit(std::string_view wtf8, std::size_t units) noexcept;

// Appends the first `units` units of `text` to `head` (as appendText does) and takes them off
// `text`'s front: head += text.slice(0, n); text = text.slice(n). A cut inside a four-byte
// character leaves each side a lone surrogate of three bytes.
void takeUnits(std::string& text, std::size_t units, std::string& head);

// JavaScript's `out += piece`: where a high surrogate meets a low one they become one character.
void appendText(std::string& out, std::string_view piece);

// The same, when the bytes from `seam` on are already there.
void joinTextAt(std::string& text, std::size_t seam);

}  // namespace uvnet::stream
