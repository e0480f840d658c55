// Transform and PassThrough: output made of input, both sides' marks held.
#include "stream/kinds.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::TransformCallback;
using uvnet::test::Hooks;
using uvnet::test::Kinds;

namespace {

constexpr const char* kNoError = "data end prefinish finish close";

void failing(const Buffer&, TransformCallback done) {
  const Error error("no");
  done(&error, {});
}

void passing(Buffer chunk, TransformCallback done) { done(nullptr, std::move(chunk)); }

}  // namespace

TEST_CASE("a Transform gives what its chunks became, then what flush leaves",
          "[stream][stream:transform]") {
  Kinds w;
  auto& t = w.transform({.transform = Kinds::upper(), .flush = [&](TransformCallback done) {
                           w.say("flush");
                           done(nullptr, Buffer::copyOf("!"));
                         }});
  w.watch(t, "t", kNoError);
  t.write("a", w.told("a"));
  t.end("b", w.told("end"));
  CHECK(w.end() ==
        "t data A, t data B, flush, t data !, t prefinish, a ok, t end, end ok, t finish, t close");
}

TEST_CASE("an error out of doTransform() fails the Transform and all that waits",
          "[stream][stream:transform]") {
  Kinds w;
  auto& t = w.transform({.transform = failing});
  w.watch(t, "t", Kinds::kAll);
  t.write("a", w.told("a"));
  t.write("b", w.told("b"));
  CHECK(w.end() == "a no, b no, t error no, t close");
}

TEST_CASE("an error out of doTransform() may come late", "[stream][stream:transform]") {
  Kinds w;
  TransformCallback held;
  auto& t = w.transform(
      {.transform = [&](const Buffer&, TransformCallback done) { held = std::move(done); }});
  w.watch(t, "t", Kinds::kAll);
  t.write("a", w.told("a"));
  t.write("b", w.told("b"));
  w.tick();
  const Error late("late");
  std::exchange(held, {})(&late, {});
  CHECK(w.end() == "a late, b late, t error late, t close");
}

TEST_CASE("an error out of doFlush() is no end", "[stream][stream:transform]") {
  Kinds w;
  auto& t = w.transform({.transform = passing, .flush = [](TransformCallback done) {
                           const Error error("nof");
                           done(&error, {});
                         }});
  w.watch(t, "t", Kinds::kAll);
  t.end("a", w.told("end"));
  CHECK(w.end() == "t data a, t error nof, t close, end nof");
}

TEST_CASE("doFlush() may push and answer late", "[stream][stream:transform]") {
  Kinds w;
  TransformCallback held;
  auto& t = w.transform(
      {.transform = passing, .flush = [&](TransformCallback done) { held = std::move(done); }});
  w.watch(t, "t", Kinds::kAll);
  t.end("a", w.told("end"));
  CHECK(w.end() == "t data a");
  t.push("x");
  std::exchange(held, {})(nullptr, Buffer::copyOf("y"));
  CHECK(w.end() == "t data x, t data y, t prefinish, t end, end ok, t finish, t close");
}

TEST_CASE("one chunk may become several", "[stream][stream:transform]") {
  Kinds w;
  uvnet::test::MadeTransform* self = nullptr;
  auto& t = w.transform({.transform = [&](const Buffer& chunk, TransformCallback done) {
    for (const char c : chunk.view()) self->push(std::string_view(&c, 1));
    done(nullptr, {});
  }});
  self = &t;
  w.watch(t, "t", "data end");
  t.write("abc");
  t.end();
  CHECK(w.end() == "t data a, t data b, t data c, t end");
}

TEST_CASE("a Transform that has ended its output refuses what comes then",
          "[stream][stream:transform]") {
  Kinds w;
  uvnet::test::MadeTransform* self = nullptr;
  auto& t = w.transform({.transform = [&](Buffer chunk, TransformCallback done) {
    self->push(std::move(chunk));
    self->push(nullptr);
    done(nullptr, {});
  }});
  self = &t;
  w.watch(t, "t", Kinds::kAll);
  t.write("a", w.told("a"));
  t.write("b", w.told("b"));
  CHECK(w.end() == "t data a, t end, a ok, t error ERR_STREAM_PUSH_AFTER_EOF, t close, b ok");
}

TEST_CASE("a Transform takes the next chunk when its reader has made room",
          "[stream][stream:transform][stream:backpressure]") {
  Kinds w;
  auto& t = w.transform({.transform =
                             [&](Buffer chunk, TransformCallback done) {
                               w.say("transform", chunk.toString());
                               done(nullptr, std::move(chunk));
                             }},
                        {.readableHighWaterMark = 2, .writableHighWaterMark = 2});
  w.watch(t, "t", "drain");
  for (const char* x : {"a", "b", "c", "d", "e", "f"}) {
    const bool more = t.write(x, w.told(x));
    w.say(more, t.readableLength(), t.writableLength());
  }
  CHECK(w.said() ==
        "transform a, true 1 0, transform b, true 2 1, false 2 2, false 2 3, false 2 4, false 2 5");
  CHECK(w.end() == "a ok");
  CHECK((t.readableLength() == 2 && t.writableLength() == 5 && t.writableNeedDrain()));
  w.say("read", t.read());
  CHECK(w.end() == "transform c, b ok, read abc, transform d, transform e, c ok, d ok");
  CHECK((t.readableLength() == 2 && t.writableLength() == 2));
  w.say("read", t.read());
  CHECK(w.end() == "transform f, e ok, read def, t drain, f ok");
  CHECK((t.readableLength() == 0 && t.writableLength() == 0));
}

TEST_CASE("a Transform destroyed while it works ignores what comes of it",
          "[stream][stream:transform][stream:destroy]") {
  Kinds w;
  TransformCallback held;
  auto& t = w.transform(
      {.transform = [&](const Buffer&, TransformCallback done) { held = std::move(done); }});
  w.watch(t, "t", Kinds::kAll);
  t.write("a", w.told("a"));
  t.write("b", w.told("b"));
  t.destroy();
  w.tick();
  std::exchange(held, {})(nullptr, Buffer::copyOf("late"));
  CHECK(w.end() == "t close, a ok, b ERR_STREAM_DESTROYED");
}

TEST_CASE("an empty PassThrough ends", "[stream][stream:transform]") {
  Kinds w;
  auto& t = w.passThrough();
  w.watch(t, "t", Kinds::kAll);
  t.end();
  CHECK(w.end() == "t prefinish, t end, t finish, t close");
}

TEST_CASE("a PassThrough that nobody reads finishes and does not end",
          "[stream][stream:transform]") {
  Kinds w;
  auto& t = w.passThrough();
  w.watch(t, "t");
  t.end("abc", w.told("end"));
  CHECK(w.end() == "t prefinish, end ok, t finish");
  CHECK(t.readableLength() == 3);
  t.resume();
  CHECK(w.end() == "t end, t close");
}

TEST_CASE("a PassThrough in a pipe tells of it and closes",
          "[stream][stream:transform][stream:pipe-events][D12]") {
  Kinds w;
  const std::vector<std::string> chunks{"a", "b"};
  const auto r = uvnet::Readable::from(w.host, chunks);
  auto& t = w.passThrough();
  w.watch(t, "t", "data pipe unpipe end prefinish finish close");
  r->pipe(t);
  CHECK(w.end() == "t pipe, t data a, t data b, t prefinish, t end, t finish, t unpipe, t close");
}

TEST_CASE("a readable mark of 0 makes a Transform wait for its reader",
          "[stream][stream:transform][stream:highWaterMark]") {
  Kinds w;
  auto& t = w.transform({.transform =
                             [&](Buffer chunk, TransformCallback done) {
                               w.say("transform", chunk.toString());
                               done(nullptr, std::move(chunk));
                             }},
                        {.readableHighWaterMark = 0});
  CHECK(t.readableHighWaterMark() == 0);
  CHECK(t.writableHighWaterMark() == 0);
  CHECK_FALSE(t.write("a", w.told("a")));
  CHECK(w.end() == "transform a");
  CHECK_FALSE(t.write("b", w.told("b")));
  CHECK(w.end().empty());
  w.watch(t, "t", "data drain");
  CHECK(w.end() == "t data a, transform b, a ok, t data b, t drain, b ok");
}

TEST_CASE("the writable mark of a Transform stays what it was given beside a readable one of 0",
          "[stream][stream:transform][stream:highWaterMark]") {
  Kinds w;
  const auto& t = w.passThrough({.readableHighWaterMark = 0, .writableHighWaterMark = 5});
  CHECK((t.readableHighWaterMark() == 0 && t.writableHighWaterMark() == 5));
  const auto& u = w.passThrough({.highWaterMark = 0});
  CHECK((u.readableHighWaterMark() == 0 && u.writableHighWaterMark() == 0));
}

TEST_CASE("a chunk that is answered twice is ERR_MULTIPLE_CALLBACK", "[stream][stream:transform]") {
  Kinds w;
  auto& t = w.transform({.transform = [](const Buffer&, TransformCallback done) {
    done(nullptr, Buffer::copyOf("x"));
    done(nullptr, Buffer::copyOf("y"));
  }});
  w.watch(t, "t", Kinds::kAll);
  t.write("a", w.told("a"));
  CHECK(w.end() == "t data x, t data y, a ok, t error ERR_MULTIPLE_CALLBACK, t close");
}

TEST_CASE("what doTransform() throws leaves write()", "[stream][stream:transform]") {
  Kinds w;
  auto& t = w.transform(
      {.transform = [](const Buffer&, const TransformCallback&) { throw Error("thrown"); }});
  w.watch(t, "t", Kinds::kAll);
  CHECK_THROWS_AS(t.write("a", w.told("a")), Error);
  CHECK(w.end().empty());
}
