// The properties of a stream at every event of its life, as node's at the same events.
#include "stream/kinds.h"

using uvnet::Callback;
using uvnet::Error;
using uvnet::StreamOptions;
using uvnet::test::Kinds;

namespace {

std::string yes(bool value) { return value ? "1" : "0"; }

// readable, ended, aborted, didRead, flowing, length | errored, closed, destroyed
template <class S>
std::string readSide(const S& s) {
  const auto flowing = s.readableFlowing();
  return yes(s.readable()) + yes(s.readableEnded()) + yes(s.readableAborted()) +
         yes(s.readableDidRead()) + (!flowing ? "n" : yes(*flowing)) + " len " +
         std::to_string(s.readableLength()) + " " +
         (s.errored() == nullptr ? "null" : Kinds::code(s.errored())) + " " + yes(s.closed()) +
         yes(s.destroyed());
}

// writable, ended, finished, aborted, needDrain, corked, length | errored, closed
template <class S>
std::string writeSide(const S& s) {
  return yes(s.writable()) + yes(s.writableEnded()) + yes(s.writableFinished()) +
         yes(s.writableAborted()) + yes(s.writableNeedDrain()) + " corked " +
         std::to_string(s.writableCorked()) + " len " + std::to_string(s.writableLength()) + " " +
         (s.errored() == nullptr ? "null" : Kinds::code(s.errored())) + " " + yes(s.closed());
}

}  // namespace

TEST_CASE("the properties of a Readable through its life",
          "[stream][stream:readableLength][stream:readableEnded][stream:readableAborted]"
          "[stream:readableDidRead][stream:errored][stream:closed]") {
  Kinds w;
  auto& r = w.readable();
  r.on<"readable">([&] { w.say("readable", readSide(r)); });
  r.on<"end">([&] { w.say("end", readSide(r)); });
  r.on<"close">([&] { w.say("close", readSide(r)); });
  r.on<"data">([&] { w.say("data", readSide(r)); });
  CHECK(readSide(r) == "10000 len 0 null 00");
  r.push("abc");
  CHECK(readSide(r) == "10000 len 3 null 00");
  r.push(nullptr);
  CHECK(readSide(r) == "10000 len 3 null 00");
  CHECK(w.end() == "readable 10000 len 3 null 00");
  r.read(1);
  CHECK(w.said() == "data 10010 len 2 null 00");
  r.read();
  CHECK(w.said() == "data 10010 len 0 null 00");
  CHECK(w.end() == "end 01010 len 0 null 00, close 01010 len 0 null 11");
}

TEST_CASE("the properties of a Readable that is destroyed",
          "[stream][stream:readableAborted][stream:closed][stream:destroyed]") {
  Kinds w;
  auto& r = w.readable();
  r.on<"close">([&] { w.say("close", readSide(r)); });
  r.push("a");
  r.destroy();
  CHECK(readSide(r) == "0010n len 1 null 11");
  CHECK(w.end() == "close 0010n len 1 null 11");
}

TEST_CASE("the properties of a Readable that fails", "[stream][stream:errored][stream:closed]") {
  Kinds w;
  auto& r = w.readable();
  r.on<"error">([&] { w.say("error", readSide(r)); });
  r.on<"close">([&] { w.say("close", readSide(r)); });
  r.destroy(Error("x"));
  CHECK(readSide(r) == "0010n len 0 x 11");
  CHECK(w.end() == "error 0010n len 0 x 11, close 0010n len 0 x 11");
}

TEST_CASE("the properties of a Readable that fails without autoDestroy",
          "[stream][stream:errored][stream:autoDestroy]") {
  Kinds w;
  auto& r = w.readable({.autoDestroy = false});
  r.on<"error">([&] { w.say("error", readSide(r)); });
  r.on<"close">([&] { w.say("close", readSide(r)); });
  r.push(nullptr);
  r.push("x");
  CHECK(readSide(r) == "0010n len 0 ERR_STREAM_PUSH_AFTER_EOF 00");
  CHECK(w.end() == "error 0010n len 0 ERR_STREAM_PUSH_AFTER_EOF 00");
}

TEST_CASE("the properties of a Writable through its life",
          "[stream][stream:writableLength][stream:writableNeedDrain][stream:writableEnded]"
          "[stream:writableFinished][stream:writableCorked][stream:cork]") {
  Kinds w;
  Callback held;
  auto& s = w.writable({.highWaterMark = 3}, {.write = Kinds::holding(held)});
  s.on<"drain">([&] { w.say("drain", writeSide(s)); });
  s.on<"prefinish">([&] { w.say("prefinish", writeSide(s)); });
  s.on<"finish">([&] { w.say("finish", writeSide(s)); });
  s.on<"close">([&] { w.say("close", writeSide(s)); });
  CHECK(writeSide(s) == "10000 corked 0 len 0 null 0");
  s.cork();
  s.write("ab");
  CHECK(writeSide(s) == "10000 corked 1 len 2 null 0");
  s.write("cd");
  CHECK(writeSide(s) == "10001 corked 1 len 4 null 0");
  s.uncork();
  CHECK(writeSide(s) == "10001 corked 0 len 4 null 0");
  std::exchange(held, {})(nullptr);
  CHECK(writeSide(s) == "10001 corked 0 len 2 null 0");
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "drain 10000 corked 0 len 0 null 0");
  s.end("x");
  CHECK(writeSide(s) == "01000 corked 0 len 1 null 0");
  std::exchange(held, {})(nullptr);
  CHECK(w.end() ==
        "prefinish 01000 corked 0 len 0 null 0, finish 01100 corked 0 len 0 null 0, "
        "close 01100 corked 0 len 0 null 1");
}

TEST_CASE("end() takes back the need for 'drain'", "[stream][stream:writableNeedDrain]") {
  Kinds w;
  Callback held;
  auto& s = w.writable({.highWaterMark = 3}, {.write = Kinds::holding(held)});
  w.watch(s, "w", "drain finish");
  s.write("abcd");
  CHECK(writeSide(s) == "10001 corked 0 len 4 null 0");
  s.end();
  CHECK(writeSide(s) == "01000 corked 0 len 4 null 0");
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "w finish");
}

TEST_CASE("the properties of a Writable that is destroyed with writes waiting",
          "[stream][stream:writableAborted][stream:closed]") {
  Kinds w;
  Callback held;
  auto& s = w.writable({.highWaterMark = 3}, {.write = Kinds::holding(held)});
  s.on<"close">([&] { w.say("close", writeSide(s)); });
  s.write("abc");
  s.write("d");
  CHECK(writeSide(s) == "10001 corked 0 len 4 null 0");
  s.destroy();
  CHECK(writeSide(s) == "00010 corked 0 len 4 null 1");
  CHECK(w.end() == "close 00010 corked 0 len 4 null 1");
}

TEST_CASE("the properties of a Writable whose write fails",
          "[stream][stream:writableAborted][stream:errored]") {
  Kinds w;
  Callback held;
  auto& s = w.writable({.highWaterMark = 3}, {.write = Kinds::holding(held)});
  s.on<"error">([&] { w.say("error", writeSide(s)); });
  s.on<"close">([&] { w.say("close", writeSide(s)); });
  s.write("abc");
  s.write("d");
  const Error error("x");
  std::exchange(held, {})(&error);
  CHECK(writeSide(s) == "00010 corked 0 len 0 x 1");
  CHECK(w.end() == "error 00010 corked 0 len 0 x 1, close 00010 corked 0 len 0 x 1");
}

TEST_CASE("a write that fails at once without autoDestroy leaves the stream refusing",
          "[stream][stream:writableAborted][stream:autoDestroy]") {
  Kinds w;
  auto& s = w.writable({.autoDestroy = false}, {.write = [](const auto&, Callback done) {
                         const Error error("x");
                         done(&error);
                       }});
  s.on<"error">([&] { w.say("error", writeSide(s)); });
  s.on<"close">([&] { w.say("close", writeSide(s)); });
  CHECK_FALSE(s.write("a"));
  CHECK(writeSide(s) == "00010 corked 0 len 0 x 0");
  CHECK(w.end() == "error 00010 corked 0 len 0 x 0");
  CHECK_FALSE(s.write("b", w.told("b")));
  w.tick();
  CHECK(writeSide(s) == "00010 corked 0 len 1 x 0");
  CHECK(w.said().empty());
}

TEST_CASE("the properties of a Duplex when one side ends after the other",
          "[stream][stream:readableEnded][stream:writableFinished]") {
  Kinds w;
  auto& d = w.duplex();
  const auto both = [&](const char* event) {
    return [&, event] { w.say(event, readSide(d), "/", writeSide(d)); };
  };
  d.on<"end">(both("end"));
  d.on<"finish">(both("finish"));
  d.on<"close">(both("close"));
  d.resume();
  d.push(nullptr);
  CHECK(w.end() == "end 01001 len 0 null 00 / 10000 corked 0 len 0 null 0");
  d.end();
  // (Node 20 has no writableAborted on a Duplex; here it is the Writable's.)
  CHECK(w.end() ==
        "finish 01001 len 0 null 00 / 01100 corked 0 len 0 null 0, "
        "close 01001 len 0 null 11 / 01100 corked 0 len 0 null 1");
}

TEST_CASE("destroy() after the end aborts nothing",
          "[stream][stream:readableAborted][stream:writableAborted]") {
  Kinds w;
  auto& r = w.readable();
  r.push(nullptr);
  r.resume();
  w.tick();
  r.destroy();
  CHECK(readSide(r) == "01001 len 0 null 11");
  auto& s = w.writable();
  s.end();
  w.tick();
  s.destroy();
  CHECK(writeSide(s) == "01100 corked 0 len 0 null 1");
}
