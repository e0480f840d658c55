// compose(): several streams as one Duplex.
#include <vector>

#include "stream/kinds.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::compose;
using uvnet::Duplex;
using uvnet::Error;
using uvnet::pipeline;
using uvnet::Readable;
using uvnet::TransformCallback;
using uvnet::test::Hooks;
using uvnet::test::Kinds;

namespace {

void doubling(const Buffer& chunk, TransformCallback done) {
  done(nullptr, Buffer::copyOf(chunk.toString() + chunk.toString()));
}

}  // namespace

TEST_CASE("compose() writes to the first stream and reads from the last",
          "[stream][stream:compose]") {
  Kinds w;
  auto& c = w.keep(
      compose({w.transform({.transform = Kinds::upper()}), w.transform({.transform = doubling})}));
  w.watch(c, "c", Kinds::kAll);
  CHECK((c.readable() && c.writable()));
  c.write("a", w.told("a"));
  c.end("b", w.told("end"));
  const std::string said = w.end();
  // Chunks that come in one tick may come as one.
  CHECK(said == "c data AABB, a ok, c end, c prefinish, end ok, c finish, c close");
}

TEST_CASE("compose() of one stream is as that stream", "[stream][stream:compose]") {
  Kinds w;
  auto& c = w.keep(compose({w.transform({.transform = Kinds::upper()})}));
  w.watch(c, "c", "data end finish close");
  c.end("b", w.told("end"));
  const std::string said = w.end();
  CHECK(said.find("c data B") == 0);
  CHECK(said.find("end ok") != std::string::npos);
  CHECK(said.find("c close") == said.size() - 7);
}

TEST_CASE("compose() has the sides that its ends have", "[stream][stream:compose]") {
  Kinds w;
  const std::vector<std::string> chunks{"a", "b"};
  auto& r = w.keep(
      compose({*Readable::from(w.host, chunks), w.transform({.transform = Kinds::upper()})}));
  w.watch(r, "c", "data end close");
  CHECK((r.readable() && !r.writable()));
  CHECK(w.end() == "c data AB, c end, c close");

  auto& s = w.keep(compose({w.transform({.transform = Kinds::upper()}), w.writable()}));
  w.watch(s, "c");
  CHECK((!s.readable() && s.writable()));
  s.end("ab");
  CHECK(w.end() == "write AB, c prefinish, c finish, c close");

  auto& source = w.readable();
  auto& n = w.keep(compose({source, w.writable()}));
  w.watch(n, "c");
  CHECK((!n.readable() && !n.writable()));
  source.push("a");
  source.push(nullptr);
  CHECK(w.end() == "write a, c close");
}

TEST_CASE("compose(): a failure of any of its streams is its own", "[stream][stream:compose]") {
  const int failing = GENERATE(0, 1, 2);
  Kinds w;
  auto& a = w.passThrough();
  auto& b = w.passThrough();
  auto& d = w.passThrough();
  auto& c = w.keep(compose({a, b, d}));
  w.watch(c, "c", Kinds::kAll);
  w.tick();
  if (failing == 0) a.destroy(Error("x"));
  if (failing == 1) b.destroy(Error("x"));
  if (failing == 2) d.destroy(Error("x"));
  CHECK(w.end() == "c error x, c close");
  CHECK((a.destroyed() && b.destroyed() && d.destroyed()));
}

TEST_CASE("compose(): a stream that closes too soon is its failure", "[stream][stream:compose]") {
  Kinds w;
  auto& a = w.passThrough();
  auto& c = w.keep(compose({a, w.passThrough()}));
  w.watch(c, "c", Kinds::kAll);
  w.tick();
  a.destroy();
  CHECK(w.end() == "c error ERR_STREAM_PREMATURE_CLOSE, c close");
}

TEST_CASE("compose(): destroy() destroys all", "[stream][stream:compose][stream:destroy]") {
  Kinds w;
  const bool withError = GENERATE(false, true);
  auto& a = w.watch(w.passThrough(), "a", "error close");
  auto& b = w.watch(w.passThrough(), "b", "error close");
  auto& c = w.keep(compose({a, b}));
  w.watch(c, "c", Kinds::kAll);
  if (withError) {
    c.destroy(Error("x"));
    CHECK(w.end() == "b error x, b close, a error x, a close, c error x, c close");
  } else {
    c.destroy();
    CHECK(w.end() ==
          "b error ABORT_ERR, b close, a error ABORT_ERR, a close, c error ABORT_ERR, c close");
  }
}

TEST_CASE("compose() refuses what cannot be piped", "[stream][stream:compose]") {
  Kinds w;
  const auto thrown = [&](uvnet::StreamList streams) {
    try {
      compose(streams);
    } catch (const Error& e) {
      return e.name + " " + e.code + " " + e.message;
    }
    return std::string("nothing");
  };
  CHECK(thrown({}) == "TypeError ERR_MISSING_ARGS The \"streams\" argument must be specified");
  // Node adds a picture of the stream ("Received Writable {...").
  CHECK(thrown({w.writable(), w.passThrough()}) ==
        "TypeError ERR_INVALID_ARG_VALUE The argument 'streams[0]' must be readable");
  CHECK(thrown({w.passThrough(), w.readable()}) ==
        "TypeError ERR_INVALID_ARG_VALUE The argument 'streams[1]' must be writable");
}

TEST_CASE("compose() holds back a writer that is too fast",
          "[stream][stream:compose][stream:backpressure]") {
  Kinds w;
  auto& c =
      w.keep(compose({w.passThrough({.highWaterMark = 2}), w.passThrough({.highWaterMark = 2})}));
  std::size_t written = 0;
  do {
    ++written;
  } while (c.write("x") && written < 200000);
  CHECK(written >= c.writableHighWaterMark());
  CHECK(written <= c.writableHighWaterMark() + 8);
  w.tick();
  CHECK(c.writableLength() >= c.writableHighWaterMark() - 8);
  std::size_t read = 0;
  c.on<"data">([&](const Buffer& chunk) { read += chunk.size(); });
  c.end();
  w.tick();
  CHECK(read == written);
}

TEST_CASE("compose() works in a pipe and in a pipeline",
          "[stream][stream:compose][stream:pipeline]") {
  Kinds w;
  const std::vector<std::string> chunks{"a", "b"};
  auto& s = w.watch(w.writable(), "w");
  auto& c = w.keep(
      compose({w.transform({.transform = Kinds::upper()}), w.transform({.transform = doubling})}));
  Readable::from(w.host, chunks)->pipe(c).pipe(s);
  CHECK(w.end() == "write AABB, w prefinish, w finish, w close");

  auto& c2 = w.keep(
      compose({w.transform({.transform = Kinds::upper()}), w.transform({.transform = doubling})}));
  const std::vector<std::string> one{"a"};
  pipeline({*Readable::from(w.host, one), c2, w.writable()}, w.told("pl"));
  CHECK(w.end() == "write AA, pl ok");
}
