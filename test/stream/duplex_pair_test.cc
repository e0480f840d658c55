// duplexPair(): two ends in memory.
#include "stream/kinds.h"

using uvnet::Buffer;
using uvnet::Duplex;
using uvnet::duplexPair;
using uvnet::Error;
using uvnet::StreamOptions;
using uvnet::test::Kinds;

namespace {

struct Pair {
  explicit Pair(Kinds& w, const StreamOptions& options = {})
      : Pair(w, duplexPair(w.host, options)) {}
  Pair(Kinds& w, const std::pair<uvnet::Ref<Duplex>, uvnet::Ref<Duplex>>& ends)
      : a(w.keep(ends.first)), b(w.keep(ends.second)) {}
  Duplex& a;
  Duplex& b;
};

}  // namespace

TEST_CASE("what is written to one end of a pair is read from the other",
          "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.b, "b", Kinds::kAll);
  pair.a.write("x", w.told("x"));
  pair.a.write("y", w.told("y"));
  CHECK(w.end() == "x ok, y ok, b data x, b data y");
}

TEST_CASE("an end of a pair takes writes up to its reader's mark", "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  CHECK(pair.a.write("x", w.told("x")));
  CHECK(w.end() == "x ok");
  CHECK((pair.b.readableLength() == 1 && pair.a.writableLength() == 0));
  pair.a.write("y", w.told("y"));
  CHECK(w.end() == "y ok");
  CHECK(pair.b.readableLength() == 2);
  CHECK(pair.b.read()->view() == "xy");

  Pair small(w, {.highWaterMark = 2});
  CHECK((small.a.writableHighWaterMark() == 2 && small.b.readableHighWaterMark() == 2));
  for (const char* chunk : {"x", "y", "z"}) w.say(small.a.write(chunk));
  CHECK(w.end() == "true, false, false");
  CHECK((small.b.readableLength() == 2 && small.a.writableLength() == 2));
}

TEST_CASE("the end of a writer is the end of the other's reader", "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.a, "a", Kinds::kAll);
  w.watch(pair.b, "b", Kinds::kAll);
  pair.a.end("x", w.told("end"));
  CHECK(w.end() == "b data x, b end, a prefinish, end ok, a finish");
  pair.b.end("z");
  CHECK(w.end() == "a data z, a end, b prefinish, b finish, a close, b close");
}

TEST_CASE("a pair's end that nobody reads does not finish the writer",
          "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.a, "a", "finish close");
  pair.a.end(w.told("end"));
  CHECK(w.end().empty());
  pair.b.resume();
  CHECK(w.end() == "end ok, a finish");
}

// As Node 24; up to 22 the other end heard nothing.
TEST_CASE("destroying one end of a pair is the end of what the other reads, and fails its writes",
          "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.a, "a", Kinds::kAll);
  w.watch(pair.b, "b", Kinds::kAll);
  pair.a.destroy();
  CHECK(w.end() == "a close, b end");
  CHECK_FALSE(pair.b.destroyed());
  pair.b.write("x", w.told("x"));
  CHECK(w.end() == "x EPIPE, b error EPIPE, b close");
}

TEST_CASE("an end of a pair that is destroyed with an error takes the other with it",
          "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.a, "a", Kinds::kAll);
  w.watch(pair.b, "b", Kinds::kAll);
  pair.a.destroy(Error("boom", "EBOOM"));
  CHECK(w.end() == "a error EBOOM, a close, b error EBOOM, b close");
}

TEST_CASE("a write that was read before the reader was destroyed is told so",
          "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.a, "a", Kinds::kAll);
  pair.b.on<"data">([&] { pair.b.destroy(); });
  pair.a.write("x", w.told("x"));
  pair.a.end(w.told("end"));
  CHECK(w.end() == "x ok, a prefinish, end ok, a finish, a end, a close");
}

TEST_CASE("a pair takes an empty write without a reader", "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  w.watch(pair.b, "b", Kinds::kAll);
  pair.a.write("", w.told("e"));
  CHECK(w.end() == "e ok");
}

TEST_CASE("a pair that is not half-open ends both ways", "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w, {.allowHalfOpen = false});
  w.watch(pair.a, "a", Kinds::kAll);
  w.watch(pair.b, "b", Kinds::kAll);
  pair.a.end("x");
  CHECK(w.end() ==
        "b data x, b end, a prefinish, a finish, a end, b prefinish, b finish, a close, b close");
}

TEST_CASE("an end of a pair that is piped to itself echoes", "[stream][stream:duplexPair]") {
  Kinds w;
  Pair pair(w);
  pair.b.pipe(pair.b);
  w.watch(pair.a, "a", Kinds::kAll);
  pair.a.end("hello");
  CHECK(w.end() == "a data hello, a prefinish, a end, a finish, a close");
}

TEST_CASE("one end of a pair may go before the other", "[stream][stream:duplexPair]") {
  Kinds w;
  auto [a, b] = duplexPair(w.host);
  a->write("x");
  a->end();
  a.reset();
  w.tick();
  b->end("y");
  b->resume();
  w.tick();
  b.reset();
  // Nobody reads what it wrote any more.
  CHECK(w.end() == "uncaught EPIPE");
}

TEST_CASE("an end of a pair that is dropped fails the writes of the other",
          "[stream][stream:duplexPair]") {
  Kinds w;
  auto [a, b] = duplexPair(w.host, {.highWaterMark = 1});
  w.keep(a);
  w.watch(*a, "a", Kinds::kAll);
  a->write("read by nobody", w.told("first"));
  a->write("x", w.told("second"));
  w.tick();
  w.said();
  b.reset();
  a->resume();
  // That it was read is what a write waits for.
  CHECK(w.end() == "first EPIPE, second EPIPE, a error EPIPE, a close");
}

TEST_CASE("an end of a pair that is dropped is the end of what the other reads",
          "[stream][stream:duplexPair]") {
  Kinds w;
  auto [a, b] = duplexPair(w.host);
  w.keep(a);
  w.watch(*a, "a", Kinds::kAll);
  b->write("last");
  b.reset();
  a->resume();
  CHECK(w.end() == "a data last, a end");
}

TEST_CASE("end() of one end of a pair is told though the other was dropped",
          "[stream][stream:duplexPair]") {
  Kinds w;
  auto [a, b] = duplexPair(w.host);
  w.keep(a);
  w.watch(*a, "a", "finish error close");
  SECTION("before") { b.reset(); }
  a->end(w.told("end"));
  SECTION("afterwards") {
    w.tick();
    b.reset();
  }
  a->resume();
  CHECK(w.end() == "end ok, a finish, a close");
}
