// Text measured, cut and joined by UTF-16 units, compared with JavaScript's strings (test/data).
#include "stream/text_units.h"

#include <string>

#include "support/catch.h"
#include "support/encoding_goldens.h"

using uvnet::stream::appendText;
using uvnet::stream::placeOfUnit;
using uvnet::stream::takeUnits;
using uvnet::stream::utf16Length;
using uvnet::test::encodingGoldens;
using uvnet::test::toHex;

TEST_CASE("utf16Length is JavaScript's length") {
  for (const auto& slices : encodingGoldens().slices) {
    INFO("text " << toHex(slices.text));
    CHECK(utf16Length(slices.text) == slices.length);
  }
}

TEST_CASE("takeUnits cuts where JavaScript's slice cuts, through a pair too") {
  REQUIRE(!encodingGoldens().slices.empty());
  for (const auto& slices : encodingGoldens().slices) {
    for (std::size_t at = 0; at < slices.sides.size(); ++at) {
      INFO("text " << toHex(slices.text) << " at " << at);
      std::string rest = slices.text;
      std::string head;
      takeUnits(rest, at, head);
      CHECK(toHex(head) == toHex(slices.sides[at].first));
      CHECK(toHex(rest) == toHex(slices.sides[at].second));
    }
  }
}

TEST_CASE("appendText makes one text again of the two sides of any cut") {
  for (const auto& slices : encodingGoldens().slices) {
    for (const auto& [left, right] : slices.sides) {
      INFO("text " << toHex(left) << " and " << toHex(right));
      std::string text = left;
      appendText(text, right);
      CHECK(toHex(text) == toHex(slices.text));
    }
  }
}

TEST_CASE("takeUnits joins what it takes to what is there") {
  std::string head = "a\xED\xA0\xBD";
  std::string rest = "\xED\xB8\x80z";
  takeUnits(rest, 1, head);
  CHECK(toHex(head) == "61f09f9880");
  CHECK(rest == "z");
}

TEST_CASE("appendText joins no surrogates but a high one followed by a low one") {
  std::string lowHigh = "\xED\xB8\x80";
  appendText(lowHigh, "\xED\xA0\xBD");
  CHECK(toHex(lowHigh) == "edb880eda0bd");
  std::string highHigh = "\xED\xA0\xBD";
  appendText(highHigh, "\xED\xA0\xBD");
  CHECK(toHex(highHigh) == "eda0bdeda0bd");
  std::string highLetter = "\xED\xA0\xBD";
  appendText(highLetter, "x");
  CHECK(toHex(highLetter) == "eda0bd78");
}

TEST_CASE("appendText takes nothing, and text that is cut short, as it is") {
  std::string text;
  appendText(text, "");
  CHECK(text.empty());
  appendText(text, "\xED");
  appendText(text, "\xED\xB8");
  CHECK(toHex(text) == "ededb8");
}

TEST_CASE("placeOfUnit says when the unit is inside a four-byte character") {
  const std::string text = "ab\xF0\x9F\x98\x80z";
  CHECK(placeOfUnit(text, 2).offset == 2);
  CHECK(!placeOfUnit(text, 2).inside);
  CHECK(placeOfUnit(text, 3).offset == 2);
  CHECK(placeOfUnit(text, 3).inside);
  CHECK(placeOfUnit(text, 4).offset == 6);
  CHECK(!placeOfUnit(text, 4).inside);
  CHECK(placeOfUnit(text, 99).offset == text.size());
}

TEST_CASE("placeOfUnit finds its place in long text") {
  std::string text(100, 'a');
  text += "\xC3\xA9";
  text.append(100, 'b');
  CHECK(placeOfUnit(text, 100).offset == 100);
  CHECK(placeOfUnit(text, 101).offset == 102);
  CHECK(placeOfUnit(text, 150).offset == 151);
  CHECK(placeOfUnit(text, 201).offset == 202);
}
