// What a stream can be told when it is made, and high-water marks.
#include "stream/kinds.h"

#include <stop_token>

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Encoding;
using uvnet::Error;
using uvnet::StreamOptions;
using uvnet::test::Hooks;
using uvnet::test::Kinds;
using uvnet::test::MadeDuplex;
using uvnet::test::MadePassThrough;
using uvnet::test::MadeReadable;
using uvnet::test::MadeWritable;

namespace {

template <class S>
std::string refusal(Kinds& w, StreamOptions options) {
  try {
    uvnet::make<S>(w.host, options, Hooks{});
  } catch (const Error& e) {
    return e.name + " " + e.code + " " + e.message;
  }
  return "none";
}

}  // namespace

TEST_CASE("a negative high-water mark is refused in Node's words",
          "[stream][stream:highWaterMark]") {
  Kinds w;
  const std::string start = "TypeError ERR_INVALID_ARG_VALUE The property 'options.";
  CHECK(refusal<MadeReadable>(w, {.highWaterMark = -1}) ==
        start + "highWaterMark' is invalid. Received -1");
  CHECK(refusal<MadeWritable>(w, {.highWaterMark = -1}) ==
        start + "highWaterMark' is invalid. Received -1");
  CHECK(refusal<MadeDuplex>(w, {.highWaterMark = -5}) ==
        start + "readableHighWaterMark' is invalid. Received -5");
  CHECK(refusal<MadeDuplex>(w, {.readableHighWaterMark = -5}) ==
        start + "readableHighWaterMark' is invalid. Received -5");
  CHECK(refusal<MadeDuplex>(w, {.writableHighWaterMark = -5}) ==
        start + "writableHighWaterMark' is invalid. Received -5");
  CHECK(refusal<MadePassThrough>(w, {.writableHighWaterMark = -5}) ==
        start + "writableHighWaterMark' is invalid. Received -5");
}

TEST_CASE("highWaterMark is for both sides and goes before theirs",
          "[stream][stream:highWaterMark]") {
  Kinds w;
  const auto& d =
      w.duplex({.highWaterMark = 3, .readableHighWaterMark = 5, .writableHighWaterMark = 6});
  CHECK((d.readableHighWaterMark() == 3 && d.writableHighWaterMark() == 3));
  const auto& one = w.duplex({.readableHighWaterMark = 5});
  CHECK(one.readableHighWaterMark() == 5);
  CHECK(one.writableHighWaterMark() == w.host.defaultHighWaterMark());
}

TEST_CASE("the default high-water mark is the host's, for streams made from then on",
          "[stream][stream:highWaterMark][stream:defaultHighWaterMark]") {
  Kinds w;
  CHECK(w.host.defaultHighWaterMark() == 65536);
  const auto& before = w.duplex();
  w.host.setDefaultHighWaterMark(32000);
  CHECK(w.host.defaultHighWaterMark() == 32000);
  const auto& after = w.duplex();
  CHECK((before.readableHighWaterMark() == 65536 && before.writableHighWaterMark() == 65536));
  CHECK((after.readableHighWaterMark() == 32000 && after.writableHighWaterMark() == 32000));
  CHECK(w.passThrough().writableHighWaterMark() == 32000);
}

TEST_CASE("a writable mark of 0 still says yes to what is taken at once",
          "[stream][stream:highWaterMark]") {
  Kinds w;
  auto& s = w.writable({.highWaterMark = 0});
  CHECK(s.write("a"));
  CHECK(s.write(""));
  CHECK(w.end() == "write a, write ");
}

TEST_CASE("the encoding option is setEncoding()", "[stream][stream:setEncoding]") {
  Kinds w;
  auto& r = w.readable({.encoding = Encoding::hex});
  w.watch(r, "r", "data end");
  CHECK(r.readableEncoding() == Encoding::hex);
  r.push("ab");
  r.push(nullptr);
  CHECK(w.end() == "r data 6162, r end");
}

TEST_CASE("the encoding option keeps split characters", "[stream][stream:setEncoding]") {
  Kinds w;
  auto& r = w.readable({.encoding = Encoding::utf8});
  w.watch(r, "r", "data end");
  r.push(Buffer::copyOf("\xc3"));
  r.push(Buffer::copyOf("\xa4"));
  r.push(nullptr);
  CHECK(w.end() == "r data \xc3\xa4, r end");
}

TEST_CASE("defaultEncoding is that of text written without one",
          "[stream][stream:setDefaultEncoding]") {
  Kinds w;
  auto& s = w.writable({.defaultEncoding = Encoding::hex},
                       {.write = [&](const Buffer& chunk, Callback done) {
                         w.say(chunk.toString(Encoding::hex));
                         done(nullptr);
                       }});
  s.write("abcd");
  s.setDefaultEncoding(Encoding::latin1);
  s.write("\xc3\xa4");
  s.write("e4", Encoding::hex);
  s.end("ff");
  CHECK(w.end() == "abcd, e4, e4, 6666");
}

TEST_CASE("a stream whose signal has fired already is destroyed before it writes",
          "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  source.request_stop();
  auto& s = w.writable({.signal = source.get_token()});
  w.watch(s, "w");
  // Node has destroyed it within the constructor; here the derived class is not there yet, so
  // that happens on the next tick.
  w.tick();
  CHECK(s.destroyed());
  CHECK_FALSE(s.write("a", w.told("a")));
  CHECK(w.end() == "w error ABORT_ERR, w close, a ERR_STREAM_DESTROYED");
}

TEST_CASE("the signal option destroys with an AbortError", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  Callback held;
  auto& s = w.writable({.signal = source.get_token()}, {.write = Kinds::holding(held)});
  w.watch(s, "w");
  s.write("a", w.told("a"));
  s.write("b", w.told("b"));
  w.tick();
  source.request_stop();
  CHECK(s.destroyed());
  REQUIRE(s.errored() != nullptr);
  CHECK(s.errored()->message == "The operation was aborted");
  CHECK(w.end() == "w error ABORT_ERR, w close");
  std::exchange(held, {})(nullptr);  // what is under way is answered by its own
  CHECK(w.end() == "a ok, b ABORT_ERR");
}

TEST_CASE("the signal option after the end changes nothing", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  auto& r = w.readable({.signal = source.get_token()});
  w.watch(r, "r", Kinds::kAll);
  r.push(nullptr);
  w.tick();
  source.request_stop();
  CHECK(w.end() == "r end, r close");
}

TEST_CASE("autoDestroy off: the end of a stream is not its close", "[stream][stream:autoDestroy]") {
  Kinds w;
  auto& s = w.writable({.autoDestroy = false});
  w.watch(s, "w");
  s.end();
  CHECK(w.end() == "w prefinish, w finish");
  CHECK_FALSE(s.destroyed());
  s.destroy();
  CHECK(w.end() == "w close");
  auto& r = w.readable({.autoDestroy = false});
  w.watch(r, "r", Kinds::kAll);
  r.push(nullptr);
  CHECK(w.end() == "r end");
  CHECK_FALSE(r.destroyed());
  CHECK_FALSE(r.readable());
  r.destroy();
  CHECK(w.end() == "r close");
}

TEST_CASE("emitClose off: closed without saying so", "[stream][stream:emitClose]") {
  Kinds w;
  auto& s = w.writable({.emitClose = false});
  w.watch(s, "w");
  s.end();
  CHECK(w.end() == "w prefinish, w finish");
  CHECK((s.destroyed() && s.closed()));
  auto& failed = w.writable({.emitClose = false});
  w.watch(failed, "w");
  failed.destroy(Error("x"));
  CHECK(w.end() == "w error x");
  CHECK((failed.destroyed() && failed.closed()));
}

TEST_CASE("allowHalfOpen off ends the writable side with the readable one",
          "[stream][stream:allowHalfOpen]") {
  Kinds w;
  auto& d = w.duplex({.allowHalfOpen = false});
  w.watch(d, "d");
  CHECK_FALSE(d.allowHalfOpen());
  d.push(nullptr);
  d.resume();
  CHECK(w.end() == "d end, d prefinish, d finish, d close");
  auto& open = w.duplex();
  w.watch(open, "d");
  CHECK(open.allowHalfOpen());
  open.push(nullptr);
  open.resume();
  CHECK(w.end() == "d end");
  CHECK(open.writable());
  open.end();
  CHECK(w.end() == "d prefinish, d finish, d close");
}

TEST_CASE("a Duplex made without one side has only the other", "[stream][stream:options]") {
  Kinds w;
  auto& d = w.duplex({.readable = false});
  w.watch(d, "d", "data end prefinish finish close");
  CHECK_FALSE(d.readable());
  CHECK(d.writable());
  CHECK(d.readableEnded());
  d.end("a");
  CHECK(w.end() == "d prefinish, d finish, d close");
  auto& e = w.duplex({.writable = false});
  w.watch(e, "d", "data end prefinish finish close");
  CHECK((e.readable() && !e.writable() && e.writableEnded() && e.writableFinished()));
  e.push(nullptr);
  CHECK(w.end() == "d end, d close");
}
