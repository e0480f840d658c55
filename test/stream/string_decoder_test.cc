// StringDecoder, piece by piece, compared with what node's returned (test/data).
#include "stream/string_decoder.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "support/encoding_goldens.h"

using uvnet::Encoding;
using uvnet::stream::StringDecoder;
using uvnet::test::EncodingGoldens;
using uvnet::test::encodingGoldens;
using uvnet::test::toHex;

namespace {

std::string describe(const EncodingGoldens::Feeding& feed) {
  std::string text(feed.encoding.name());
  for (const auto& step : feed.steps) text += step.end ? " | end" : " | " + toHex(step.bytes);
  return text;
}

void checkAll(const std::vector<EncodingGoldens::Feeding>& feedings) {
  REQUIRE(!feedings.empty());
  for (const auto& feed : feedings) {
    INFO(describe(feed));
    StringDecoder decoder(feed.encoding);
    for (const auto& step : feed.steps) {
      CHECK(toHex(step.end ? decoder.end() : decoder.write(step.bytes)) == toHex(step.text));
    }
  }
}

}  // namespace

TEST_CASE("StringDecoder gives node's pieces for bytes cut in two at every place") {
  checkAll(encodingGoldens().splits);
}

TEST_CASE("StringDecoder gives node's pieces for bytes that come one by one") {
  checkAll(encodingGoldens().singly);
}

TEST_CASE("a StringDecoder that was ended starts anew as node's does") {
  checkAll(encodingGoldens().sequences);
}

TEST_CASE("the pieces appended to one text make the text of the whole") {
  for (const auto& feed : encodingGoldens().splits) {
    INFO(describe(feed));
    std::string bytes;
    std::string pieces;
    StringDecoder inPieces(feed.encoding);
    for (const auto& step : feed.steps) {
      bytes += step.bytes;
      step.end ? inPieces.end(pieces) : inPieces.write(step.bytes, pieces);
    }
    StringDecoder atOnce(feed.encoding);
    std::string whole = atOnce.write(bytes);
    atOnce.end(whole);
    CHECK(toHex(pieces) == toHex(whole));
  }
}

TEST_CASE("halves of a pair that come in two pieces become one character in the text") {
  StringDecoder decoder(Encoding::utf16le);
  std::string text = "a";
  decoder.write("\x3D", text);
  decoder.write("\xD8", text);
  CHECK(toHex(text) == "61eda0bd");
  decoder.write(std::string_view("\x00\xDE", 2), text);
  CHECK(toHex(text) == "61f09f9880");
}

TEST_CASE("pending() counts the bytes that wait") {
  StringDecoder decoder(Encoding::utf8);
  CHECK(decoder.pending() == 0);
  decoder.write("a\xF0\x9F\x98");
  CHECK(decoder.pending() == 3);
  decoder.write("\x80");
  CHECK(decoder.pending() == 0);
}

TEST_CASE("a StringDecoder knows its encoding") {
  CHECK(StringDecoder("UCS-2").encoding() == Encoding::utf16le);
}
