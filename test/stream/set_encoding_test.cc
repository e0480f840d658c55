// setEncoding(): characters split over chunks, what is buffered already, and what is counted. The
// expected lines are what node v20.20.2 prints for the same steps on a stream.Duplex.
#include <string>

#include "stream/memory_duplex.h"

using uvnet::Encoding;
using uvnet::Error;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

TEST_CASE("a character split over chunks comes whole", "[stream][stream:setEncoding][D14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.setEncoding("utf8");
  w.sayData(d);
  const std::string text = "a€b😀c";
  for (const char c : text) d.push(std::string_view(&c, 1));
  w.tick();
  CHECK(d.readableEncoding() == Encoding::utf8);
  CHECK(w.lines() == Lines{"data a", "data €", "data b", "data 😀", "data c"});
}

TEST_CASE("setEncoding() without a name means utf8", "[stream][stream:setEncoding][D14][C02]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  CHECK_FALSE(d.readableEncoding().has_value());
  d.setEncoding();
  CHECK(d.readableEncoding() == Encoding::utf8);
}

TEST_CASE("a character cut off by the end is replaced",
          "[stream][stream:setEncoding][stream:end-event][D14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.setEncoding("utf8");
  w.sayData(d);
  d.on<"end">(w.saying("end"));
  d.push("a\xe2\x82");
  d.pushEnd();
  w.tick();
  CHECK(w.lines() == Lines{"data a", "data \xef\xbf\xbd", "end"});
}

TEST_CASE("setEncoding() decodes what is buffered already", "[stream][stream:setEncoding][D14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.push("\xe2\x82");
  d.push(
      "\xac"
      "a");
  d.setEncoding("utf8");
  w.say(d.readableLength());
  w.say(d.read(1));
  w.say(d.read());
  CHECK(w.lines() == Lines{"2", "€", "a"});
}

TEST_CASE("a stream of text counts UTF-16 units", "[stream][stream:setEncoding][D14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(4);
  d.setEncoding("utf8");
  w.say(d.push("€€€"));
  w.say(d.readableLength());
  w.say(d.push("€"));
  w.say(d.readableLength());
  w.say(d.read(2));
  w.say(d.readableLength());
  CHECK(w.lines() == Lines{"true", "3", "false", "4", "€€", "2"});
}

TEST_CASE("each encoding keeps what does not fill a unit for the next chunk",
          "[stream][stream:setEncoding][D14]") {
  const auto [name, expected] = GENERATE(table<std::string, Lines>({
      {"hex", {"data 6100", "data fbff62", "end"}},
      {"base64", {"data YQD7", "data /2I=", "end"}},
      {"base64url", {"data YQD7", "data _2I", "end"}},
      {"latin1", {std::string("data a\0", 7), "data ûÿb", "end"}},
      {"ascii",
       {std::string("data a\0", 7),
        "data {\x7f"
        "b",
        "end"}},
      {"utf16le", {"data a", "data \xef\xbf\xbb", "end"}},
  }));
  CAPTURE(name);
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.setEncoding(std::string_view(name));
  w.sayData(d);
  d.on<"end">(w.saying("end"));
  d.push(std::string_view("a\0", 2));
  d.push(
      "\xfb\xff"
      "b");
  d.pushEnd();
  w.tick();
  CHECK(w.lines() == expected);
}

TEST_CASE("an unknown name is thrown and changes nothing", "[stream][stream:setEncoding][D14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  try {
    d.setEncoding("nope");
    FAIL("setEncoding() took it");
  } catch (const Error& error) {
    CHECK(error.name == "TypeError");
    CHECK(error.code == "ERR_UNKNOWN_ENCODING");
    CHECK(error.message == "Unknown encoding: nope");
  }
  CHECK_FALSE(d.readableEncoding().has_value());
}

TEST_CASE("the last setEncoding() counts", "[stream][stream:setEncoding][D14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.setEncoding("utf8");
  d.setEncoding("hex");
  w.sayData(d);
  d.push("ab");
  w.tick();
  CHECK(d.readableEncoding() == Encoding::hex);
  CHECK(w.lines() == Lines{"data 6162"});
}

TEST_CASE("unshift() of text goes in front of text", "[stream][stream:setEncoding][D14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.setEncoding("utf8");
  d.push("b€");
  d.unshift("ä");
  d.unshift("e282ac", "hex");
  w.say(d.readableLength());
  w.say(d.read());
  CHECK(w.lines() == Lines{"4", "€äb€"});
}

TEST_CASE("setEncoding() after the end gives all that was there", "[stream][stream:setEncoding]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.push("abcd");
  d.pushEnd();
  d.setEncoding("base64");
  w.sayData(d);
  w.tick();
  CHECK(w.lines() == Lines{"data YWJjZA=="});
}
