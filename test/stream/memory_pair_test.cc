// testing::memoryPair(): each fault it can bring about, told as a program under test would see it.
#include <uvnet/testing.h>

#include "stream/kinds.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::StreamOptions;
using uvnet::test::Kinds;
using uvnet::testing::Faults;
using uvnet::testing::MemoryEnd;
using uvnet::testing::memoryPair;
using uvnet::testing::MemoryPairOptions;

namespace {

struct Pair {
  Pair(Kinds& w, MemoryPairOptions options = {})
      : Pair(w, memoryPair(w.host, std::move(options))) {}
  Pair(Kinds& w, const uvnet::testing::MemoryPair& ends) : a(w.keep(ends.a)), b(w.keep(ends.b)) {}
  MemoryEnd& a;
  MemoryEnd& b;
};

MemoryPairOptions toB(Faults faults) {
  MemoryPairOptions options;
  options.toB = std::move(faults);
  return options;
}

}  // namespace

TEST_CASE("a memory pair without faults carries bytes and ends both ways",
          "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.a, "a", Kinds::kAll);
  w.watch(pair.b, "b", Kinds::kAll);
  pair.b.write("to a");
  pair.a.end("to b", w.told("end"));
  const std::string said = w.end();
  for (const char* part : {"b data to b", "a data to a", "b end", "a end", "end ok", "a finish",
                           "b finish", "a close", "b close"}) {
    CAPTURE(part, said);
    CHECK(said.find(part) != std::string::npos);
  }
  CHECK(said.find("error") == std::string::npos);
  CHECK(pair.a.arrived() == 4);
  CHECK(pair.b.arrived() == 4);
}

TEST_CASE("pieces: a write arrives in parts, and is told when the last one has",
          "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w, toB({.pieces = 2}));
  w.watch(pair.b, "b", "data end");
  pair.a.write("abcde", w.told("a"));
  CHECK(w.end() == "b data ab, b data cd, b data e, a ok");
  CHECK(pair.a.arrived() == 5);
}

TEST_CASE("delay: a write is over some ticks after its bytes have arrived",
          "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w, toB({.delay = 3}));
  w.watch(pair.b, "b", "data");
  pair.b.resume();
  w.tick();
  pair.a.write("x", w.told("x"));
  CHECK(pair.a.writableLength() == 1);  // an undelayed one would be over
  for (int i = 1; i <= 2; ++i) {
    w.host.nextTick([&, i] { w.say(i); });
  }
  CHECK(w.end() == "b data x, 1, 2, x ok");
  CHECK(pair.a.writableLength() == 0);
}

TEST_CASE("errorAfter: the write fails once so many bytes have arrived",
          "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w, toB({.errorAfter = 3}));
  w.watch(pair.a, "a");
  w.watch(pair.b, "b", "data end error close");
  pair.a.write("abcde", w.told("w"));
  CHECK(w.end() == "b data abc, w EPIPE, a error EPIPE, a close");
  CHECK(pair.a.arrived() == 3);
  CHECK_FALSE(pair.b.destroyed());

  Pair own(w, toB({.errorAfter = 0, .error = Error("no way", "ENOWAY")}));
  w.watch(own.a, "a");
  own.a.write("x", w.told("w"));
  CHECK(w.end() == "w ENOWAY, a error ENOWAY, a close");
  CHECK(own.a.arrived() == 0);
}

TEST_CASE("errorAfter with pieces fails between two of them", "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w, toB({.pieces = 2, .errorAfter = 3}));
  w.watch(pair.a, "a", "error close");
  w.watch(pair.b, "b", "data");
  pair.a.write("abcde", w.told("w"));
  CHECK(w.end() == "b data ab, b data c, w EPIPE, a error EPIPE, a close");
}

TEST_CASE("endAfter: the reader is told an early end, what follows is swallowed",
          "[stream][stream:memoryPair]") {
  Kinds w;
  MemoryPairOptions options = toB({.endAfter = 3});
  options.b = {.allowHalfOpen = true};
  Pair pair(w, std::move(options));
  w.watch(pair.b, "b", "data end");
  pair.a.write("abcde", w.told("w"));
  pair.a.write("f", w.told("f"));
  CHECK(w.end() == "b data abc, w ok, b end, f ok");
  CHECK(pair.a.arrived() == 3);
  CHECK_FALSE(pair.a.destroyed());
}

TEST_CASE("blockAfter: nothing moves until unblock()", "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w, toB({.blockAfter = 2}));
  w.watch(pair.b, "b", "data");
  pair.a.write("abcd", w.told("w"));
  CHECK(w.end() == "b data ab");
  CHECK(pair.a.arrived() == 2);
  pair.a.unblock();
  CHECK(w.end() == "b data cd, w ok");
  pair.a.unblock();
  pair.a.write("e", w.told("e"));
  CHECK(w.end() == "b data e, e ok");
}

TEST_CASE("a blocked memory pair can be destroyed", "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w, toB({.blockAfter = 0}));
  w.watch(pair.a, "a", "error close");
  pair.a.write("abcd", w.told("w"));
  pair.a.write("next", w.told("n"));
  pair.a.destroy();
  pair.a.unblock();
  w.tick();
  CHECK(pair.a.closed());
  const std::string said = w.said();
  CAPTURE(said);
  CHECK(said.find("a close") != std::string::npos);
  CHECK(said.find("w ok") == std::string::npos);
  CHECK(said.find("n ok") == std::string::npos);
}

TEST_CASE("a reader that is full holds the writer of a memory pair back",
          "[stream][stream:memoryPair][stream:backpressure]") {
  Kinds w;
  MemoryPairOptions options;
  options.a = options.b = StreamOptions{.highWaterMark = 4};
  Pair pair(w, std::move(options));
  CHECK_FALSE(pair.a.write("abcd", w.told("1")));
  CHECK_FALSE(pair.a.write("efgh", w.told("2")));
  w.tick();
  CHECK(pair.b.readableLength() <= 8);
  CHECK(w.said().empty());
  CHECK(pair.b.read()->size() == 4);
  w.tick();
  CHECK(w.said() == "1 ok");
  pair.b.resume();
  CHECK(w.end() == "2 ok");
}

TEST_CASE("faults in one direction leave the other alone", "[stream][stream:memoryPair]") {
  Kinds w;
  Pair pair(w, toB({.pieces = 1, .delay = 2}));
  w.watch(pair.a, "a", "data");
  w.watch(pair.b, "b", "data");
  pair.b.write("xyz", w.told("b"));
  CHECK(w.end() == "a data xyz, b ok");
  pair.a.write("ab", w.told("a"));
  CHECK(w.end() == "b data a, b data b, a ok");
}

TEST_CASE("one end of a memory pair may go before the other", "[stream][stream:memoryPair]") {
  Kinds w;
  auto pair = memoryPair(w.host);
  pair.a->write("x");
  pair.a.reset();
  w.tick();
  pair.b->write("y", w.told("y"));
  CHECK(w.end() == "y ok");
  pair.b->end();
  pair.b->resume();
  w.tick();
  pair.b.reset();
}
