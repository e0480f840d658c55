// What node makes of a corpus in every encoding: test/data/encodings.json, read once.
// tools/encoding_goldens.js prints that file and says what is in it.
#pragma once

#include <uvnet/encoding.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uvnet::test {

struct EncodingGoldens {
  struct Name {
    std::string name;
    std::optional<std::string> normal;  // nothing: Node knows no such encoding
  };
  struct Transcoding {  // of text to bytes, or of bytes to text
    Encoding encoding;
    std::string from;
    std::string to;
  };
  struct Feeding {  // of a StringDecoder
    struct Step {
      bool end;           // end() rather than write(bytes)
      std::string bytes;  // nothing when end
      std::string text;   // what node returned
    };
    Encoding encoding;
    std::vector<Step> steps;
  };
  struct Slices {
    std::string text;
    std::size_t length;                                      // in UTF-16 units
    std::vector<std::pair<std::string, std::string>> sides;  // text.slice(0, i), text.slice(i)
  };

  std::vector<Name> names;
  std::vector<Transcoding> encode;
  std::vector<Transcoding> decode;
  std::vector<Feeding> splits;     // in two pieces, at every place
  std::vector<Feeding> singly;     // byte by byte
  std::vector<Feeding> sequences;  // with end() between
  std::vector<Slices> slices;
};

const EncodingGoldens& encodingGoldens();

// Hexadecimal, for what a failing test shows (and for tests' own data).
std::string toHex(std::string_view bytes);
std::string fromHex(std::string_view hex);

}  // namespace uvnet::test
