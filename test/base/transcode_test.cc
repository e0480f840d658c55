// Encodings by name, and text to bytes and back, compared with what node did (test/data).
#include <uvnet/buffer.h>
#include <uvnet/encoding.h>
#include <uvnet/error.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/transcode.h"
#include "support/catch.h"
#include "support/encoding_goldens.h"

using uvnet::Buffer;
using uvnet::Encoding;
using uvnet::Error;
using uvnet::test::encodingGoldens;
using uvnet::test::toHex;

namespace {

constexpr Encoding kAll[] = {Encoding::utf8,  Encoding::utf16le, Encoding::latin1,
                             Encoding::ascii, Encoding::base64,  Encoding::base64url,
                             Encoding::hex};

// In memory of exactly that size: a sanitizer sees a read past it.
class Exact {
 public:
  explicit Exact(std::string_view bytes)
      : bytes_(std::make_unique<char[]>(bytes.size())), size_(bytes.size()) {
    bytes.copy(bytes_.get(), size_);
  }
  operator std::string_view() const { return {bytes_.get(), size_}; }  // NOLINT: on purpose

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

std::string hexFrom(std::string_view text, Encoding encoding) {
  return toHex(Buffer::from(Exact(text), encoding));
}

}  // namespace

TEST_CASE("an encoding's name is known, and normalised, as node does it") {
  for (const auto& [name, normal] : encodingGoldens().names) {
    INFO("name \"" << name << '"');
    CHECK(Encoding::isEncoding(name) == normal.has_value());
    if (normal) {
      CHECK(Encoding(name).name() == *normal);
    } else {
      CHECK_THROWS_AS(Encoding(name), Error);
    }
  }
}

TEST_CASE("an unknown encoding throws node's error") {
  try {
    const Encoding encoding("utf-17");
    FAIL("did not throw, is " << encoding.name());
  } catch (const Error& error) {
    CHECK(error.name == "TypeError");
    CHECK(error.code == "ERR_UNKNOWN_ENCODING");
    CHECK(error.message == "Unknown encoding: utf-17");
  }
}

TEST_CASE("Buffer::from gives the bytes node gives, for every text and encoding of the corpus") {
  REQUIRE(!encodingGoldens().encode.empty());
  for (const auto& [encoding, text, bytes] : encodingGoldens().encode) {
    INFO(encoding.name() << " of text " << toHex(text));
    CHECK(hexFrom(text, encoding) == toHex(bytes));
  }
}

TEST_CASE("toString gives the text node gives, for all bytes and encodings of the corpus") {
  REQUIRE(!encodingGoldens().decode.empty());
  for (const auto& [encoding, bytes, text] : encodingGoldens().decode) {
    INFO(encoding.name() << " of bytes " << toHex(bytes));
    CHECK(toHex(Buffer::copyOf(Exact(bytes)).toString(encoding)) == toHex(text));
  }
}

TEST_CASE("encode never writes more than encodedSize") {
  for (const auto& [encoding, text, bytes] : encodingGoldens().encode) {
    INFO(encoding.name() << " of text " << toHex(text));
    CHECK(uvnet::base::encodedSize(text, encoding) >= bytes.size());
  }
}

TEST_CASE("encodedSize is exact for clean text") {
  const auto size = uvnet::base::encodedSize;
  CHECK(size("a\xC3\xA9\xF0\x9F\x98\x80", Encoding::utf8) == 7);
  CHECK(size("a\xC3\xA9\xF0\x9F\x98\x80", Encoding::utf16le) == 8);
  CHECK(size("a\xC3\xA9", Encoding::latin1) == 2);
  CHECK(size("YQ==", Encoding::base64) == 1);
  CHECK(size("YWI=", Encoding::base64) == 2);
  CHECK(size("YWJj", Encoding::base64) == 3);
  CHECK(size("YWI", Encoding::base64url) == 2);
  CHECK(size("6162", Encoding::hex) == 2);
}

TEST_CASE("all bytes survive every encoding that can hold them") {
  std::string bytes;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    bytes += 'x';  // another remainder for base64 each time
    for (const Encoding encoding :
         {Encoding::latin1, Encoding::base64, Encoding::base64url, Encoding::hex}) {
      INFO(encoding.name() << ", " << bytes.size() << " bytes");
      const std::string text = Buffer::copyOf(bytes).toString(encoding);
      CHECK(hexFrom(text, encoding) == toHex(bytes));
    }
  }
}

TEST_CASE("a character beyond ASCII is found wherever it stands in a long text") {
  for (std::size_t length = 0; length < 70; ++length) {
    for (std::size_t at = 0; at <= length; ++at) {
      std::string text(length, 'a');
      text.insert(at, "\xC3\xA9");
      std::string latin1(length, 'a');
      latin1.insert(at, "\xE9");
      CAPTURE(length, at);
      REQUIRE(Buffer::from(Exact(text), Encoding::latin1) == latin1);
      REQUIRE(Buffer::copyOf(Exact(latin1)).toString(Encoding::latin1) == text);
      REQUIRE(Buffer::copyOf(Exact(text)).toString() == text);
      REQUIRE(Buffer::from(Buffer::from(Exact(text), Encoding::utf16le).toString(Encoding::utf16le),
                           Encoding::utf16le)
                  .size() == 2 * (length + 1));
    }
  }
}

TEST_CASE("a base64 text with a line break at any place is read as without") {
  const std::string text = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=";
  for (std::size_t at = 0; at <= text.size(); ++at) {
    std::string broken = text;
    broken.insert(at, "\r\n");
    CAPTURE(at);
    CHECK(Buffer::from(Exact(broken), Encoding::base64) == "abcdefghijklmnopqrstuvwxyz");
  }
}

TEST_CASE("Buffer::from leaves bytes that are no UTF-8 as they are") {
  CHECK(hexFrom("\xFF\x41\xC3", Encoding::utf8) == "ff41c3");
  CHECK(hexFrom("\xED\xA0", Encoding::utf8) == "eda0");
  CHECK(hexFrom("\xED\xA0\x41", Encoding::utf8) == "eda041");
}

TEST_CASE("bytes that are no UTF-8 count as U+FFFD where text becomes UTF-16 or one byte each") {
  CHECK(hexFrom("a\xFF", Encoding::utf16le) == "6100fdff");
  CHECK(hexFrom("a\xE2\x82z", Encoding::latin1) == "61fd7a");
}

TEST_CASE("surrogates kept apart as WTF-8 become one character in UTF-8") {
  CHECK(hexFrom("x\xED\xA0\xBD\xED\xB8\x80y", Encoding::utf8) == "78f09f988079");
}

TEST_CASE("no text gives no bytes and no bytes give no text") {
  for (const Encoding encoding : kAll) {
    INFO(encoding.name());
    CHECK(Buffer::from("", encoding).empty());
    CHECK(Buffer().toString(encoding).empty());
  }
}

TEST_CASE("decode appends to what is there") {
  for (const Encoding encoding : kAll) {
    INFO(encoding.name());
    std::string text = "before ";
    uvnet::base::decode("z\0", encoding, text);
    CHECK(text == "before " + Buffer::copyOf("z\0").toString(encoding));
  }
}
