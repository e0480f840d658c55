// pipeline(): pipes that fail together, and one answer when all is over. What is expected is what
// node printed for the same streams.
#include "stream/kinds.h"

#include <stop_token>

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::pipeline;
using uvnet::PipelineOptions;
using uvnet::TransformCallback;
using uvnet::test::Hooks;
using uvnet::test::Kinds;
using uvnet::test::MadePassThrough;
using uvnet::test::MadeReadable;
using uvnet::test::MadeWritable;

namespace {

// source r, between t, destination w; heard or not.
struct Three {
  explicit Three(Kinds& world, bool heard = true)
      : w(world), r(world.readable()), t(world.passThrough()), s(world.writable()) {
    if (!heard) return;
    w.watch(r, "r", Kinds::kEnds);
    w.watch(t, "t", Kinds::kEnds);
    w.watch(s, "w", Kinds::kEnds);
  }
  void start(const PipelineOptions& options = {}) { pipeline({r, t, s}, options, w.told("pl")); }
  bool allDestroyed() const { return r.destroyed() && t.destroyed() && s.destroyed(); }

  Kinds& w;
  MadeReadable& r;
  MadePassThrough& t;
  MadeWritable& s;
};

struct Two {
  explicit Two(Kinds& world, Hooks sink = {})
      : w(world), r(world.readable()), s(world.writable({}, std::move(sink))) {
    w.watch(r, "r", Kinds::kEnds);
    w.watch(s, "w", Kinds::kEnds);
  }
  void start(const PipelineOptions& options = {}) { pipeline({r, s}, options, w.told("pl")); }

  Kinds& w;
  MadeReadable& r;
  MadeWritable& s;
};

}  // namespace

TEST_CASE("pipeline() carries all and tells when the last stream is done",
          "[stream][stream:pipeline]") {
  Kinds w;
  Two two(w);
  CHECK(&pipeline({two.r, two.s}, w.told("pl")) == &two.s);
  two.r.push("a");
  two.r.push("b");
  two.r.push(nullptr);
  CHECK(w.end() == "write a, write b, r end, w finish, r close, w close, pl ok");
}

TEST_CASE("pipeline() goes through any number of streams", "[stream][stream:pipeline]") {
  Kinds w;
  Three three(w);
  three.start();
  three.r.push("a");
  three.r.push("b");
  three.r.push(nullptr);
  CHECK(w.end() ==
        "write a, write b, r end, t end, t finish, r close, w finish, t close, w close, pl ok");

  auto& r = w.watch(w.readable(), "r", Kinds::kEnds);
  auto& a = w.watch(w.passThrough(), "a", Kinds::kEnds);
  auto& b = w.watch(w.passThrough(), "b", Kinds::kEnds);
  auto& s = w.watch(w.writable(), "w", Kinds::kEnds);
  pipeline({r, a, b, s}, w.told("pl"));
  r.push("x");
  r.push(nullptr);
  CHECK(w.end() ==
        "write x, r end, a end, a finish, r close, b end, b finish, a close, w finish, b close, "
        "w close, pl ok");
}

TEST_CASE("pipeline(): a failure of the first stream destroys all", "[stream][stream:pipeline]") {
  Kinds w;
  Three three(w);
  three.start();
  three.r.push("a");
  w.tick();
  three.r.destroy(Error("x"));
  CHECK(w.end() == "write a, r error x, r close, t error x, t close, w error x, w close, pl x");
  CHECK(three.allDestroyed());
}

TEST_CASE("pipeline(): a failure of a middle stream destroys all", "[stream][stream:pipeline]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", Kinds::kEnds);
  auto& t = w.transform({.transform = [](const Buffer&, TransformCallback done) {
    const Error error("x");
    done(&error, {});
  }});
  w.watch(t, "t", Kinds::kEnds);
  auto& s = w.watch(w.writable(), "w", Kinds::kEnds);
  pipeline({r, t, s}, w.told("pl"));
  r.push("a");
  CHECK(w.end() == "t error x, t close, r error x, r close, w error x, w close, pl x");
  CHECK((r.destroyed() && t.destroyed() && s.destroyed()));
}

TEST_CASE("pipeline(): a failure of the last stream destroys all", "[stream][stream:pipeline]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", Kinds::kEnds);
  auto& t = w.watch(w.passThrough(), "t", Kinds::kEnds);
  auto& s = w.writable({}, {.write = [](const Buffer&, Callback done) {
                         const Error error("x");
                         done(&error);
                       }});
  w.watch(s, "w", Kinds::kEnds);
  pipeline({r, t, s}, w.told("pl"));
  r.push("a");
  CHECK(w.end() == "w error x, w close, r error x, r close, t error x, t close, pl x");
  CHECK((r.destroyed() && t.destroyed() && s.destroyed()));
}

TEST_CASE("pipeline() hears the errors of its streams: none is uncaught",
          "[stream][stream:pipeline]") {
  const int failing = GENERATE(0, 1, 2);
  Kinds w;
  Three three(w, false);
  three.start();
  three.r.push("a");
  w.tick();
  if (failing == 0) three.r.destroy(Error("x"));
  if (failing == 1) three.t.destroy(Error("x"));
  if (failing == 2) three.s.destroy(Error("x"));
  CHECK(w.end() == "write a, pl x");
  CHECK(three.allDestroyed());
}

TEST_CASE("pipeline(): a stream that closes too soon is ERR_STREAM_PREMATURE_CLOSE for all",
          "[stream][stream:pipeline]") {
  const int closing = GENERATE(0, 1, 2);
  Kinds w;
  Three three(w);
  three.start();
  three.r.push("a");
  w.tick();
  const auto failed = [](const std::string& name) {
    return ", " + name + " error ERR_STREAM_PREMATURE_CLOSE, " + name + " close";
  };
  const std::string end = ", pl ERR_STREAM_PREMATURE_CLOSE";
  if (closing == 0) {
    three.r.destroy();
    CHECK(w.end() == "write a, r close" + failed("t") + failed("w") + end);
  } else if (closing == 1) {
    three.t.destroy();
    CHECK(w.end() == "write a, t close" + failed("r") + failed("w") + end);
  } else {
    three.s.destroy();
    CHECK(w.end() == "write a, w close" + failed("r") + failed("t") + end);
  }
}

TEST_CASE("pipeline(): its signal destroys all with an AbortError",
          "[stream][stream:pipeline][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  Three three(w);
  three.start({.signal = source.get_token()});
  three.r.push("a");
  w.tick();
  source.request_stop();
  CHECK(three.allDestroyed());
  CHECK(w.end() ==
        "write a, r error ABORT_ERR, r close, t error ABORT_ERR, t close, w error ABORT_ERR, "
        "w close, pl ABORT_ERR");
}

TEST_CASE("pipeline(): a signal that has fired already, and one that fires afterwards",
          "[stream][stream:pipeline][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  source.request_stop();
  Two already(w);
  already.start({.signal = source.get_token()});
  CHECK_FALSE(already.r.destroyed());
  CHECK(w.end() == "r error ABORT_ERR, r close, w error ABORT_ERR, w close, pl ABORT_ERR");
  std::stop_source late;
  Two after(w);
  after.start({.signal = late.get_token()});
  after.r.push(nullptr);
  CHECK(w.end() == "r end, w finish, r close, w close, pl ok");
  late.request_stop();
  CHECK(w.end().empty());
}

TEST_CASE("pipeline() with end off leaves the last stream open", "[stream][stream:pipeline]") {
  Kinds w;
  Two two(w);
  two.start({.end = false});
  two.r.push("a");
  two.r.push(nullptr);
  CHECK(w.end() == "write a, r end, r close, pl ok");
  CHECK(two.s.writable());
  two.s.end("b");
  CHECK(w.end() == "write b, w finish, w close");

  Three three(w);
  three.start({.end = false});
  three.r.push("a");
  three.r.push(nullptr);
  CHECK(w.end() == "write a, r end, t end, t finish, r close, t close, pl ok");
  CHECK(three.s.writable());
}

TEST_CASE("pipeline() with end off: the last stream outlives a failure, and its own is told",
          "[stream][stream:pipeline]") {
  Kinds w;
  Two first(w);
  first.start({.end = false});
  first.r.push("a");
  w.tick();
  first.r.destroy(Error("x"));
  CHECK(w.end() == "write a, r error x, r close, pl x");
  CHECK(first.s.writable());

  Two last(w);
  last.start({.end = false});
  last.r.push("a");
  w.tick();
  last.s.destroy(Error("x"));
  CHECK(w.end() == "write a, w error x, w close, r error x, r close, pl x");

  Two ended(w);
  ended.start({.end = false});
  w.tick();
  ended.s.end();
  CHECK(w.end() ==
        "w finish, w close, r error ERR_STREAM_PREMATURE_CLOSE, r close, "
        "pl ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("pipeline() of fewer than two streams is ERR_MISSING_ARGS", "[stream][stream:pipeline]") {
  Kinds w;
  const auto thrown = [&](uvnet::StreamList streams) {
    try {
      pipeline(streams, w.told("pl"));
    } catch (const Error& e) {
      return e.name + " " + e.code + " " + e.message;
    }
    return std::string("nothing");
  };
  const std::string expected =
      "TypeError ERR_MISSING_ARGS The \"streams\" argument must be specified";
  CHECK(thrown({}) == expected);
  auto& r = w.readable();
  CHECK(thrown({r}) == expected);
  CHECK(r.listenerCount<"close">() == 0);
  CHECK(w.end().empty());
}

TEST_CASE("pipeline() from a source that is over", "[stream][stream:pipeline]") {
  Kinds w;
  Two ended(w);
  ended.r.push("a");
  ended.r.push(nullptr);
  ended.r.resume();
  CHECK(w.end() == "r end, r close");
  ended.start();
  CHECK(w.end() == "w finish, w close, pl ok");

  Two unread(w);
  unread.r.push(nullptr);
  w.tick();
  unread.start();
  CHECK(w.end() == "r end, w finish, r close, w close, pl ok");

  Two destroyed(w);
  destroyed.r.destroy();
  CHECK(w.end() == "r close");
  destroyed.start();
  CHECK(w.end() == "w error ERR_STREAM_PREMATURE_CLOSE, w close, pl ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("pipeline() into a destination that is over", "[stream][stream:pipeline]") {
  Kinds w;
  Two destroyed(w);
  destroyed.s.destroy();
  CHECK(w.end() == "w close");
  destroyed.start();
  CHECK(w.end() == "r error ERR_STREAM_PREMATURE_CLOSE, r close, pl ERR_STREAM_PREMATURE_CLOSE");
  // Node waits for the source to end, whatever the destination has been through.
  Two ended(w);
  ended.s.end();
  CHECK(w.end() == "w finish, w close");
  ended.start();
  CHECK(w.end().empty());
}

TEST_CASE("pipeline(): what its callback throws is the host's", "[stream][stream:pipeline]") {
  Kinds w;
  auto& r = w.readable();
  pipeline({r, w.writable()}, [&](const Error* error) {
    w.say("pl", Kinds::code(error));
    throw Error("thrown");
  });
  r.push(nullptr);
  CHECK(w.end() == "pl ok, uncaught thrown");
}

TEST_CASE("pipeline(): a source destroyed by its destination's write",
          "[stream][stream:pipeline]") {
  Kinds w;
  auto& r = w.readable();
  auto& s = w.writable({}, {.write = [&](const Buffer& chunk, Callback done) {
                         w.say("write", chunk.toString());
                         r.destroy();
                         done(nullptr);
                       }});
  pipeline({r, s}, w.told("pl"));
  r.push("a");
  r.push("b");
  CHECK(w.end() == "write a, write b, pl ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("pipeline(): a final step that fails is its failure", "[stream][stream:pipeline]") {
  Kinds w;
  Two two(w, {.final = [](Callback done) {
            const Error error("x");
            done(&error);
          }});
  two.start();
  two.r.push("a");
  two.r.push(nullptr);
  CHECK(w.end() == "write a, r end, w error x, w close, r close, pl x");
}

TEST_CASE("pipeline(): a destination that its user ends early has closed too soon",
          "[stream][stream:pipeline]") {
  Kinds w;
  Two two(w);
  two.start();
  w.tick();
  two.s.end("z");
  CHECK(w.end() ==
        "write z, w finish, w close, r error ERR_STREAM_PREMATURE_CLOSE, r close, "
        "pl ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("pipeline() keeps its streams until all is over", "[stream][stream:pipeline]") {
  Kinds w;
  Callback held;
  {
    const auto r = uvnet::make<MadeReadable>(w.host, uvnet::StreamOptions{}, Hooks{});
    const auto s = uvnet::make<MadeWritable>(w.host, uvnet::StreamOptions{.highWaterMark = 1},
                                             Hooks{.write = Kinds::holding(held)});
    pipeline({*r, *s}, w.told("pl"));
    r->push("a");
    r->push("b");
    r->push(nullptr);
  }
  CHECK(w.end().empty());
  CHECK(uvnet::test::livingStreams == 2);
  std::exchange(held, {})(nullptr);
  CHECK(w.end().empty());
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "pl ok");
  CHECK(uvnet::test::livingStreams == 0);
}
