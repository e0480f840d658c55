// The writable side by itself: encodings, the queue and its length, 'drain'. The expected lines are
// what node v20.20.2 prints for the same steps on a stream.Duplex.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Encoding;
using uvnet::Error;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

namespace {

void sayHex(StreamWorld& w, MemoryDuplex& d) {
  d.sink = [&w](const Buffer& chunk, Callback done) {
    w.say(chunk.toString(Encoding::hex));
    done(nullptr);
  };
}

}  // namespace

// --- What is written -----------------------------------------------------------------------------

TEST_CASE("write() encodes text as asked, utf8 by default", "[stream][stream:write][D02][C01]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  sayHex(w, d);
  d.write("é€");
  for (const char* name : {"utf16le", "ucs2", "latin1", "binary", "ascii"}) {
    d.write("é€", Encoding(name));
  }
  d.write("aGk=", "base64");
  d.write("-_-_", "base64url");
  d.write("6869", "hex");
  d.write("686", "hex");
  d.write("UTF", "UTF-8");
  CHECK(w.lines() == Lines{"c3a9e282ac", "e900ac20", "e900ac20", "e9ac", "e9ac", "e9ac", "6869",
                           "fbffbf", "6869", "68", "555446"});
}

TEST_CASE("write() takes text, a Buffer, and bytes", "[stream][stream:write][D03]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  const std::uint8_t bytes[] = {1, 2, 255};
  d.write("text");
  d.write(Buffer::copyOf("buffer"));
  d.write(std::span<const std::uint8_t>(bytes));
  CHECK(d.writtenText() == "text,buffer,\x01\x02\xc3\xbf");
}

TEST_CASE("setDefaultEncoding() is for write() and end() without one",
          "[stream][stream:write][D02]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  sayHex(w, d);
  d.setDefaultEncoding("hex");
  d.write("6869");
  d.write("hi", "utf8");
  d.end("6a");
  CHECK(w.lines() == Lines{"6869", "6869", "6a"});
}

TEST_CASE("an unknown encoding is thrown at once", "[stream][stream:write][stream:once][D02]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  try {
    d.write("x", "nope");
    FAIL("write() took it");
  } catch (const Error& error) {
    CHECK(error.name == "TypeError");
    CHECK(error.code == "ERR_UNKNOWN_ENCODING");
    CHECK(error.message == "Unknown encoding: nope");
  }
  CHECK(d.written.empty());
  CHECK(d.writableLength() == 0);
}

TEST_CASE("writableLength() is exact in bytes, whatever the encoding",
          "[stream][stream:write][K27]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(100);
  d.hold = true;
  d.write("€");
  d.write(Buffer::alloc(5));
  d.write("0a0b", "hex");
  d.write("abc", "utf16le");
  CHECK(d.writableLength() == 16);
}

TEST_CASE("an empty write is answered too and counts nothing", "[stream][stream:write]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(1);
  d.hold = true;
  d.on<"drain">(w.saying("drain"));
  w.say(d.write("", w.answered("cb")));
  w.sayWritable(d);
  d.answer();
  w.tick();
  CHECK(w.lines() == Lines{"true", "len=0 need=false w=true ended=false fin=false", "cb ok"});
}

// --- The queue and 'drain' -----------------------------------------------------------------------

TEST_CASE("writes that are taken at once are answered on a tick, in order",
          "[stream][stream:write][stream:once][D05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.say(d.write("a", w.answered("cb a")));
  w.say(d.write("b", w.answered("cb b")));
  w.sayWritable(d);
  w.say("-");
  w.tick();
  CHECK(w.lines() == Lines{"true", "true", "len=0 need=false w=true ended=false fin=false", "-",
                           "cb a ok", "cb b ok"});
}

TEST_CASE("writes wait for the one under way; 'drain' comes before the last callback",
          "[stream][stream:write][stream:drain][stream:callbacks][D04][D05][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(3);
  d.hold = true;
  d.on<"drain">(w.saying("drain"));
  w.say(d.write("a", w.saying("cb a")));
  w.say(d.write("bc", w.saying("cb bc")));
  w.sayWritable(d);
  w.say(d.write("d", w.saying("cb d")));
  w.say(d.writtenText());
  d.answer();
  w.say("-");
  w.say(d.writtenText());
  w.sayWritable(d);
  d.answer();
  w.sayWritable(d);
  d.answer();
  w.sayWritable(d);
  w.tick();
  CHECK(w.lines() == Lines{"true", "false", "len=3 need=true w=true ended=false fin=false", "false",
                           "a", "cb a", "-", "a,bc", "len=3 need=true w=true ended=false fin=false",
                           "cb bc", "len=1 need=true w=true ended=false fin=false", "drain", "cb d",
                           "len=0 need=false w=true ended=false fin=false"});
}

TEST_CASE("'drain' comes only after a write() that said false",
          "[stream][stream:write][stream:drain][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(3);
  d.hold = true;
  d.on<"drain">(w.saying("drain"));
  d.write("ab");
  d.answer();
  w.tick();
  w.sayWritable(d);
  d.write("abc");
  w.sayWritable(d);
  d.answer();
  w.tick();
  w.sayWritable(d);
  CHECK(w.lines() == Lines{"len=0 need=false w=true ended=false fin=false",
                           "len=3 need=true w=true ended=false fin=false", "drain",
                           "len=0 need=false w=true ended=false fin=false"});
}

TEST_CASE("what was taken at once is judged after the attempt: true and no 'drain'",
          "[stream][stream:write][stream:drain][stream:once][D04][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(3);
  d.on<"drain">(w.saying("drain"));
  w.say(d.write("abcdef"));
  w.sayWritable(d);
  w.tick();
  CHECK(w.lines() == Lines{"true", "len=0 need=false w=true ended=false fin=false"});
}

TEST_CASE("several refused writes owe one 'drain'", "[stream][stream:write][stream:drain][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(1);
  d.hold = true;
  d.on<"drain">(w.saying("drain"));
  for (const char* one : {"a", "b", "c"}) CHECK_FALSE(d.write(one));
  for (int i = 0; i < 3; ++i) d.answer();
  w.tick();
  CHECK(w.lines() == Lines{"drain"});
}

TEST_CASE("there is no 'drain' after end()", "[stream][stream:write][stream:drain][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(1);
  d.hold = true;
  d.on<"drain">(w.saying("drain"));
  d.on<"finish">(w.saying("finish"));
  d.write("a");
  d.end();
  w.sayWritable(d);
  d.answer();
  w.tick();
  CHECK(w.lines() == Lines{"len=1 need=false w=false ended=true fin=false", "finish"});
}

TEST_CASE("write() in 'drain' earns the next 'drain'",
          "[stream][stream:write][stream:drain][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(1);
  d.hold = true;
  int again = 2;
  d.on<"drain">([&] {
    w.say("drain");
    if (again-- > 0) w.say(d.write("x"));
  });
  d.write("a");
  while (!d.held.empty()) {
    d.answer();
    w.tick();
  }
  w.say(d.writtenText());
  CHECK(w.lines() == Lines{"drain", "false", "drain", "false", "drain", "a,x,x"});
}

TEST_CASE("with a mark of 0 every held write owes a 'drain'",
          "[stream][stream:write][stream:drain][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(std::size_t{0});
  d.hold = true;
  d.on<"drain">(w.saying("drain"));
  w.say(d.write("a"));
  d.answer();
  w.tick();
  CHECK(w.lines() == Lines{"false", "drain"});
}

TEST_CASE("a long queue goes out in order and its length comes down to 0",
          "[stream][stream:write][K27]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(10);
  d.hold = true;
  std::string expected;
  int answered = 0;
  for (int i = 0; i < 1000; ++i) {
    d.write(std::to_string(i), [&answered, i](const Error* error) {
      CHECK(error == nullptr);
      CHECK(answered == i);
      ++answered;
    });
    expected += (i == 0 ? "" : ",") + std::to_string(i);
  }
  CHECK(d.writableLength() == 10 + 90 * 2 + 900 * 3);
  while (!d.held.empty()) d.answer();
  CHECK(answered == 1000);
  CHECK(d.writtenText() == expected);
  CHECK(d.writableLength() == 0);
}

TEST_CASE("write() within the sink waits its turn", "[stream][stream:write]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  int more = 0;
  d.sink = [&](const Buffer& chunk, Callback done) {
    w.say("w " + chunk.toString());
    if (more++ < 2) d.write("n" + std::to_string(more), w.saying("cb n" + std::to_string(more)));
    done(nullptr);
  };
  d.write("a", w.saying("cb a"));
  w.tick();
  Lines lines = w.lines();
  REQUIRE(lines.size() == 6);
  CHECK(Lines(lines.begin(), lines.begin() + 3) == Lines{"w a", "w n1", "w n2"});
  // node tells them from the inside out; each once is what counts.
  std::sort(lines.begin() + 3, lines.end());
  CHECK(Lines(lines.begin() + 3, lines.end()) == Lines{"cb a", "cb n1", "cb n2"});
}
