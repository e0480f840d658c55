// Bytes in pieces to text in pieces: Node's string_decoder.
//
// Relies on handles/transcode. Promises Node's own pieces for every encoding and every way to cut
// the bytes: what each write() returns, not only the whole.
#pragma once

#include <uvnet/encoding.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace uvnet::stream {

// Keeps the bytes of a character that is not complete (in base64: of a group of three) for the
// next write. Nothing is allocated but the text.
class StringDecoder {
 public:
  explicit StringDecoder(Encoding encoding) noexcept : encoding_(encoding) {}

  Encoding encoding() const noexcept { return encoding_; }
  // How many bytes wait for the rest of their character, at most 3.
  std::size_t pending() const noexcept { return held_; }
  std::string_view held() const noexcept { return {bytes_, held_}; }  // those

  // The text that is complete with these bytes; may be empty.
  std::string write(std::string_view bytes);
  // The same appended to `out`, as JavaScript's += does: see appendText in text_units.h.
  void write(std::string_view bytes, std::string& out);

  // What is left, as text: an incomplete character as the encoding reads it (U+FFFD, a lone high
  // surrogate, a padded group). The decoder is then as new.
  std::string end();
  void end(std::string& out);

 private:
  void decodeOnto(std::string& out, std::string_view bytes) const;
  std::string_view complete(std::string_view bytes, std::string& out);

  Encoding encoding_;
  std::uint8_t held_ = 0;     // bytes of an incomplete character, in bytes_
  std::uint8_t missing_ = 0;  // how many more its first bytes ask for
  char bytes_[4] = {};
};

}  // namespace uvnet::stream
