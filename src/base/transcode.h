// Between bytes and text, in each of Node's encodings, exactly as Node's Buffer reads and writes
// them.
//
// Relies on lib/ and base/wtf8.h only. Text is UTF-8; a lone surrogate is kept in its three-byte
// form (WTF-8), as <uvnet/encoding.h> says. Every function takes any bytes whatever.
#pragma once

#include <uvnet/encoding.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace uvnet::base {

// The bytes as text, appended to `out` (buffer.toString(encoding)).
//   utf8     an invalid sequence becomes one U+FFFD per maximal subpart (WHATWG); a BOM stays
//   utf16le  pairs become one character, lone surrogates stay, an odd last byte is dropped
//   latin1   each byte is the character of that number
//   ascii    as latin1, the eighth bit cleared
//   base64   padded; base64url not padded; hex in lower case
// utf16le may begin with half a pair: who appends to text that ends with the other half wants
// stream::appendText.
void decode(std::string_view bytes, Encoding encoding, std::string& out);

// How many bytes encode() writes at most. Exact but for utf8 text that holds surrogates, and for
// base64 and hex text that holds something else.
std::size_t encodedSize(std::string_view text, Encoding encoding) noexcept;

// Writes the text's bytes at `to`, which has room for encodedSize(); returns how many it wrote
// (Buffer.from(text, encoding)).
//   utf8     as it is; only surrogates in WTF-8 form become what Node writes: U+FFFD, or the one
//            character where a high and a low one meet. Bytes that are no UTF-8 pass untouched:
//            a C++ string can hold them, a JavaScript string cannot, so Node has no rule
//   utf16le  each UTF-16 unit, low byte first; lone surrogates as they are
//   latin1   the low byte of each UTF-16 unit; ascii is the same
//   base64   and base64url: both alphabets, padded or not; everything else is skipped; ends at '='
//   hex      ends at the first pair that is not two digits; an odd last digit is dropped
// base64 and hex look at the low byte of each UTF-16 unit, as Node does. In all but utf8, bytes
// that are no UTF-8 count as U+FFFD.
std::size_t encode(std::string_view text, Encoding encoding, char* to) noexcept;

}  // namespace uvnet::base
