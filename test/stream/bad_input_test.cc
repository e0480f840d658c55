// Bad input: Node's error or Node's silence.
#include "stream/kinds.h"

using uvnet::Buffer;
using uvnet::Encoding;
using uvnet::Error;
using uvnet::test::Kinds;

namespace {

template <class F>
std::string thrownBy(F&& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.name + " " + e.code + " " + e.message;
  }
  return "nothing";
}

constexpr const char* kPiped = "pipe unpipe finish error close";

}  // namespace

TEST_CASE("push() after the end fails the stream",
          "[stream][stream:push][code:ERR_STREAM_PUSH_AFTER_EOF]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", Kinds::kAll);
  r.push(nullptr);
  CHECK_FALSE(r.push("a"));
  CHECK(r.destroyed());
  CHECK(w.end() == "r error ERR_STREAM_PUSH_AFTER_EOF, r close");

  auto& open = w.watch(w.readable({.autoDestroy = false}), "r", Kinds::kAll);
  open.push(nullptr);
  CHECK(w.end() == "r end");
  CHECK_FALSE(open.push("a"));
  CHECK(w.end() == "r error ERR_STREAM_PUSH_AFTER_EOF");
  CHECK_FALSE(open.destroyed());
}

TEST_CASE("a second end, and nothing after the end, are no error", "[stream][stream:push]") {
  Kinds w;
  auto& twice = w.watch(w.readable(), "r", Kinds::kAll);
  twice.push(nullptr);
  CHECK_FALSE(twice.push(nullptr));
  CHECK(w.end() == "r end, r close");
  auto& empty = w.watch(w.readable(), "r", Kinds::kAll);
  empty.push(nullptr);
  CHECK_FALSE(empty.push(""));
  CHECK(w.end() == "r end, r close");
}

TEST_CASE("push() after destroy() is silent", "[stream][stream:push][stream:destroy]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", Kinds::kAll);
  r.destroy();
  CHECK_FALSE(r.push("a"));
  CHECK_FALSE(r.push(nullptr));
  CHECK(w.end() == "r close");
}

TEST_CASE("unshift() after 'end' is an error, before it the data comes first",
          "[stream][stream:unshift][code:ERR_STREAM_UNSHIFT_AFTER_END_EVENT]") {
  Kinds w;
  auto& r = w.watch(w.readable({.autoDestroy = false}), "r", Kinds::kAll);
  r.push(nullptr);
  CHECK(w.end() == "r end");
  CHECK_FALSE(r.unshift("a"));
  CHECK(w.end() == "r error ERR_STREAM_UNSHIFT_AFTER_END_EVENT");

  auto& before = w.readable();
  before.push(nullptr);
  CHECK_FALSE(before.unshift("a"));
  w.watch(before, "r", Kinds::kAll);
  CHECK(w.end() == "r data a, r end, r close");
}

TEST_CASE("unshift() after destroy() or 'close', and of nothing, is silent",
          "[stream][stream:unshift]") {
  Kinds w;
  auto& closed = w.watch(w.readable(), "r", Kinds::kAll);
  closed.push(nullptr);
  CHECK(w.end() == "r end, r close");
  CHECK_FALSE(closed.unshift("a"));
  auto& destroyed = w.watch(w.readable(), "d", Kinds::kAll);
  destroyed.destroy();
  CHECK_FALSE(destroyed.unshift("a"));
  CHECK(w.end() == "d close");
  auto& r = w.readable();
  CHECK(r.unshift(""));
  CHECK(r.unshift(Buffer()));
  CHECK(r.readableLength() == 0);
}

TEST_CASE("nothing is written too", "[stream][stream:write]") {
  Kinds w;
  auto& s = w.writable();
  CHECK(s.write("", w.told("e")));
  CHECK(s.writableLength() == 0);
  CHECK(w.end() == "write , e ok");
  w.watch(s, "w").end("");
  CHECK(w.end() == "write , w prefinish, w finish, w close");
}

TEST_CASE("an encoding that does not exist is thrown and changes nothing",
          "[stream][stream:setEncoding][stream:setDefaultEncoding][stream:write]") {
  Kinds w;
  auto& s = w.watch(w.writable(), "w");
  auto& r = w.watch(w.readable(), "r", "end error close");
  const std::string unknown = "TypeError ERR_UNKNOWN_ENCODING Unknown encoding: nope";
  CHECK(thrownBy([&] { s.write("a", "nope"); }) == unknown);
  CHECK(thrownBy([&] { s.end("a", "nope"); }) == unknown);
  CHECK(thrownBy([&] { s.setDefaultEncoding("nope"); }) == unknown);
  CHECK(thrownBy([&] { r.setEncoding("nope"); }) == unknown);
  CHECK(thrownBy([&] { r.push("a", "nope"); }) == unknown);
  CHECK(thrownBy([&] { r.unshift("a", "nope"); }) == unknown);
  CHECK(thrownBy([&] { w.readable({.encoding = "nope"}); }) == unknown);
  CHECK(thrownBy([&] { w.writable({.defaultEncoding = "nope"}); }) == unknown);
  CHECK(s.writable());
  CHECK(r.readableLength() == 0);
  CHECK_FALSE(r.readableEncoding());
  CHECK(w.end().empty());
}

TEST_CASE("read() of nothing or less gives nothing", "[stream][stream:read]") {
  Kinds w;
  auto& r = w.readable();
  r.push("abc");
  CHECK_FALSE(r.read(-1));
  CHECK_FALSE(r.read(0));
  CHECK_FALSE(r.read(-100));
  CHECK(r.readableLength() == 3);
  r.push(nullptr);
  CHECK_FALSE(r.read(-1));
  w.tick();
  w.watch(r, "r", Kinds::kAll);
  r.read();
  CHECK(w.end() == "r data abc, r end, r close");
}

TEST_CASE("read() of more than 1 GiB is ERR_OUT_OF_RANGE", "[stream][stream:read]") {
  Kinds w;
  auto& r = w.readable();
  CHECK(thrownBy([&] { r.read(0x40000001); }) ==
        "RangeError ERR_OUT_OF_RANGE The value of \"size\" is out of range. It must be <= 1GiB. "
        "Received 1073741825");
  CHECK(r.readableHighWaterMark() == w.host.defaultHighWaterMark());
}

TEST_CASE("a pipe into a stream that has closed waits for ever, as in node",
          "[stream][stream:pipe]") {
  const bool ended = GENERATE(true, false);
  Kinds w;
  auto& r = w.readable();
  auto& s = w.watch(w.writable(), "w", kPiped);
  if (ended) {
    s.end();
    CHECK(w.end() == "w finish, w close");
  } else {
    s.destroy();
    CHECK(w.end() == "w close");
  }
  r.pipe(s);
  r.push("a");
  CHECK(w.end() == "w pipe");
  CHECK_FALSE(r.destroyed());
  CHECK(r.readableFlowing() == false);
  CHECK(r.listenerCount<"data">() == 1);
  r.unpipe();
}

TEST_CASE("a pipe into a stream that is ending is undone by its 'finish'",
          "[stream][stream:pipe]") {
  Kinds w;
  auto& r = w.readable();
  auto& s = w.watch(w.writable(), "w", kPiped);
  s.end();
  r.pipe(s);
  r.push("a");
  CHECK(w.end() == "w pipe, w finish, w unpipe, w close");
  CHECK(r.readableFlowing() == false);
  CHECK(r.listenerCount<"data">() == 0);
}

TEST_CASE("a pipe that only brings the end to a stream that has ended is silent",
          "[stream][stream:pipe]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", "end close");
  auto& s = w.watch(w.writable(), "w", kPiped);
  s.end();
  CHECK(w.end() == "w finish, w close");
  r.pipe(s);
  r.push(nullptr);
  CHECK(w.end() == "w pipe, r end, r close");
}

TEST_CASE("a stream piped to its own ended side fails with the first chunk",
          "[stream][stream:pipe]") {
  Kinds w;
  auto& d = w.watch(w.duplex(), "d", "pipe unpipe end finish error close");
  d.end();
  CHECK(w.end() == "d finish");
  d.pipe(d);
  d.push("a");
  CHECK(w.end() == "d pipe, d unpipe, d error ERR_STREAM_WRITE_AFTER_END, d close");
}

TEST_CASE("unpipe() of a stranger changes nothing", "[stream][stream:unpipe]") {
  Kinds w;
  auto& r = w.readable();
  auto& s = w.watch(w.writable(), "w", "pipe unpipe");
  auto& x = w.watch(w.writable(), "x", "pipe unpipe");
  r.unpipe(x);
  r.unpipe();
  CHECK_FALSE(r.readableFlowing());
  r.pipe(s);
  r.unpipe(x);
  r.push("a");
  CHECK(w.end() == "w pipe, write a");
  CHECK(r.readableFlowing() == true);
  r.unpipe(s);
  r.unpipe(s);
  r.unpipe();
  CHECK(r.readableFlowing() == false);
  CHECK(w.end() == "w unpipe");
}

TEST_CASE("end() again tells with the first, or that it was finished",
          "[stream][stream:end][code:ERR_STREAM_ALREADY_FINISHED]") {
  Kinds w;
  auto& s = w.watch(w.writable(), "w");
  s.end(w.told("one"));
  s.end(w.told("two"));
  CHECK(w.end() == "w prefinish, one ok, two ok, w finish, w close");
  s.end(w.told("three"));
  CHECK(w.end() == "three ERR_STREAM_ALREADY_FINISHED");
}

TEST_CASE("write() after end() fails the stream, after destroy() only its callback",
          "[stream][stream:refused]") {
  Kinds w;
  auto& s = w.watch(w.writable(), "w");
  s.end();
  CHECK_FALSE(s.write("a", w.told("a")));
  CHECK(w.end() ==
        "w prefinish, a ERR_STREAM_WRITE_AFTER_END, w error ERR_STREAM_WRITE_AFTER_END, w close");
  auto& d = w.watch(w.writable(), "d");
  d.destroy();
  CHECK_FALSE(d.write("a", w.told("a")));
  CHECK(w.end() == "d close, a ERR_STREAM_DESTROYED");
  CHECK_FALSE(d.write("b", w.told("b")));
  CHECK(w.end() == "b ERR_STREAM_DESTROYED");
}

TEST_CASE("end() with data after end() is a write after the end", "[stream][stream:end]") {
  Kinds w;
  auto& s = w.watch(w.writable(), "w");
  s.end("a");
  s.end("b", w.told("b"));
  CHECK(w.end() ==
        "write a, w prefinish, w error ERR_STREAM_WRITE_AFTER_END, w close, "
        "b ERR_STREAM_WRITE_AFTER_END");
}

TEST_CASE("uncork() without cork() is silent", "[stream][stream:cork]") {
  Kinds w;
  auto& s = w.writable();
  s.uncork();
  CHECK(s.writableCorked() == 0);
  CHECK(s.write("a"));
  CHECK(w.end() == "write a");
}

TEST_CASE("resume() and pause() of a stream that is over only tell of a change",
          "[stream][stream:resume]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", "end close resume pause");
  r.resume();
  r.push(nullptr);
  CHECK(w.end() == "r resume, r end, r close");
  r.resume();
  r.pause();
  CHECK(w.end() == "r pause");
  CHECK_FALSE(r.read());
  CHECK_FALSE(r.read(3));
  r.setEncoding(Encoding::hex);
  CHECK(r.readableEncoding() == Encoding::hex);
}

TEST_CASE("read() between destroy() and 'close' still gives what was there",
          "[stream][stream:read][stream:destroy]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", "end close data");
  r.pause();
  r.push("abc");
  r.destroy();
  w.say(r.read());
  w.say(r.read(1));
  CHECK(w.end() == "r data abc, abc, null, r close");
  r.push("x");
  CHECK_FALSE(r.read());
}
