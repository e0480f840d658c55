// Readable and Writable as base classes: a hook for what a kind of stream does, the rest is theirs.
// What is expected is what node printed for the same streams.
#include "stream/kinds.h"

#include <stdexcept>

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::Host;
using uvnet::test::Hooks;
using uvnet::test::Kinds;

namespace {

// The example of <uvnet/readable.h>, to the letter but for its end.
class Counter : public uvnet::Readable {
 public:
  explicit Counter(Host& host) : Readable(host) {}

 private:
  void doRead(std::size_t) override {
    if (next_ == 3) {
      push(nullptr);
    } else {
      push(std::to_string(next_++));
    }
  }
  int next_ = 0;
};

// That of <uvnet/writable.h>.
class ByteCounter : public uvnet::Writable {
 public:
  explicit ByteCounter(Host& host) : Writable(host) {}
  std::size_t bytes = 0;

 private:
  void doWrite(Buffer chunk, Callback done) override {
    bytes += chunk.size();
    done(nullptr);
  }
};

struct BareReadable final : uvnet::Readable {
  explicit BareReadable(Host& host) : Readable(host) {}
};
struct BareWritable final : uvnet::Writable {
  explicit BareWritable(Host& host) : Writable(host) {}
};
struct BareTransform final : uvnet::Transform {
  explicit BareTransform(Host& host) : Transform(host) {}
};

}  // namespace

TEST_CASE("a Readable that only supplies doRead() gives its chunks, ends and closes",
          "[stream][stream:readable]") {
  Kinds w;
  w.watch(w.keep(uvnet::make<Counter>(w.host)), "r", "data end close");
  CHECK(w.end() == "r data 0, r data 1, r data 2, r end, r close");
}

TEST_CASE("a Writable that only supplies doWrite() takes all, finishes and closes",
          "[stream][stream:writable]") {
  Kinds w;
  ByteCounter& counter = w.keep(uvnet::make<ByteCounter>(w.host));
  w.watch(counter, "w");
  counter.write("ab", w.told("ab"));
  counter.end("c", w.told("end"));
  CHECK(w.end() == "w prefinish, ab ok, end ok, w finish, w close");
  CHECK(counter.bytes == 3);
}

TEST_CASE("a Writable that answers late gets one chunk at a time", "[stream][stream:writable]") {
  Kinds w;
  Callback held;
  auto& s = w.writable({}, {.write = [&](const Buffer& chunk, Callback done) {
                         w.say("write", chunk.toString());
                         held = std::move(done);
                       }});
  w.watch(s, "w");
  s.write("a", w.told("a"));
  s.write("b", w.told("b"));
  s.end(w.told("end"));
  std::exchange(held, {})(nullptr);
  w.say("one");
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "write a, write b, a ok, one, b ok, w prefinish, end ok, w finish, w close");
}

TEST_CASE("a Writable with only doWritev() gets single chunks through it too",
          "[stream][stream:writable][stream:cork]") {
  Kinds w;
  auto& s = w.writable({}, {.writev = [&](std::span<Buffer> chunks, Callback done) {
                         std::string all;
                         for (const Buffer& chunk : chunks) all += "|" + chunk.toString();
                         w.say("writev", all);
                         done(nullptr);
                       }});
  w.watch(s, "w");
  s.cork();
  s.write("a");
  s.write("b");
  s.uncork();
  s.end("c");
  CHECK(w.end() == "writev |a|b, writev |c, w prefinish, w finish, w close");
}

TEST_CASE("a hook that is missing is ERR_METHOD_NOT_IMPLEMENTED",
          "[stream][stream:readable][stream:writable][stream:transform]") {
  Kinds w;
  auto& r = w.keep(uvnet::make<BareReadable>(w.host));
  w.watch(r, "r");
  r.read();
  CHECK(w.end() == "r error ERR_METHOD_NOT_IMPLEMENTED, r close");
  // Node throws out of write(); here a failure of a write is a failure of the stream.
  auto& s = w.keep(uvnet::make<BareWritable>(w.host));
  w.watch(s, "w");
  s.write("a", w.told("a"));
  CHECK(w.end() == "a ERR_METHOD_NOT_IMPLEMENTED, w error ERR_METHOD_NOT_IMPLEMENTED, w close");
  auto& t = w.keep(uvnet::make<BareTransform>(w.host));
  w.watch(t, "t");
  t.write("a", w.told("a"));
  CHECK(w.end() == "a ERR_METHOD_NOT_IMPLEMENTED, t error ERR_METHOD_NOT_IMPLEMENTED, t close");
}

TEST_CASE("doFinal() that fails fails the stream before its end is told",
          "[stream][stream:end][stream:finish]") {
  Kinds w;
  auto& s = w.writable({}, {.final = [](Callback done) {
                         const Error error("nofinal");
                         done(&error);
                       }});
  w.watch(s, "w");
  s.end("a", w.told("end"));
  // Node tells the end callback after 'close' when _final fails at once.
  CHECK(w.end() == "write a, w error nofinal, w close, end nofinal");
}

TEST_CASE("a write that is answered twice is ERR_MULTIPLE_CALLBACK", "[stream][stream:write]") {
  Kinds w;
  auto& s = w.writable({}, {.write = [](const Buffer&, Callback done) {
                         done(nullptr);
                         done(nullptr);
                       }});
  w.watch(s, "w");
  s.write("a", w.told("a"));
  CHECK(w.end() == "a ok, w error ERR_MULTIPLE_CALLBACK, w close");
}

TEST_CASE("what doRead(), doFinal() and doDestroy() throw is a failure of the stream",
          "[stream][stream:readable][stream:writable][stream:destroy]") {
  Kinds w;
  auto& r = w.readable({}, {.read = [](std::size_t) { throw Error("thrown"); }});
  w.watch(r, "r");
  CHECK_FALSE(r.read());
  CHECK(w.end() == "r error thrown, r close");

  auto& kept = w.readable({.autoDestroy = false},
                          {.read = [](std::size_t) { throw std::runtime_error("other"); }});
  w.watch(kept, "r");
  CHECK_FALSE(kept.read());
  CHECK(w.said() == "r error other");

  auto& s = w.writable({}, {.final = [](const Callback&) { throw Error("t"); }});
  w.watch(s, "w");
  s.end(w.told("end"));
  CHECK(w.end() == "w error t, w close, end t");

  auto& d = w.writable({}, {.destroy = [](const Error*, const Callback&) { throw Error("t"); }});
  w.watch(d, "w");
  d.destroy();
  CHECK(w.end() == "w error t, w close");
  auto& e = w.writable({}, {.destroy = [](const Error*, const Callback&) { throw Error("t"); }});
  w.watch(e, "w");
  e.destroy(Error("mine"));
  CHECK(w.end() == "w error t, w close");
  REQUIRE(e.errored() != nullptr);
  CHECK(e.errored()->message == "mine");
}

TEST_CASE("what doRead() pushed before it threw is read first", "[stream][stream:readable]") {
  Kinds w;
  uvnet::test::MadeReadable* self = nullptr;
  bool again = false;
  auto& r = w.readable({}, {.read = [&](std::size_t) {
                         if (std::exchange(again, true)) throw Error("x");
                         self->push("a");
                       }});
  self = &r;
  w.watch(r, "r", "data end error close");
  CHECK(w.end() == "r data a, r error x, r close");
}

TEST_CASE("what doWrite() throws leaves write()", "[stream][stream:write]") {
  Kinds w;
  auto& s = w.writable({}, {.write = [](const Buffer&, const Callback&) { throw Error("t"); }});
  w.watch(s, "w");
  CHECK_THROWS_AS(s.write("a", w.told("a")), Error);
  CHECK(s.writableLength() == 1);
  CHECK(w.end().empty());
}
