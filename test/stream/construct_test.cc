// doConstruct(): everything waits until the source is ready.
#include "stream/kinds.h"

#include <stop_token>

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::StreamOptions;
using uvnet::TransformCallback;
using uvnet::test::Hooks;
using uvnet::test::Kinds;

namespace {

// Says each step, and holds back the answer of doConstruct().
struct Slow {
  Kinds& w;
  Callback held;
  Hooks hooks(Hooks more = {}) {
    more.construct = [this](Callback done) {
      w.say("construct");
      held = std::move(done);
    };
    more.destroy = [this](const Error* error, Callback done) {
      w.say("destroy", error == nullptr ? "null" : error->message);
      done(error);
    };
    if (!more.final) {
      more.final = [this](Callback done) {
        w.say("final");
        done(nullptr);
      };
    }
    return more;
  }
  void ready() { std::exchange(held, {})(nullptr); }
  void fail(const char* message) {
    const Error error(message);
    std::exchange(held, {})(&error);
  }
};

}  // namespace

TEST_CASE("writes and end() wait for doConstruct()", "[stream][stream:construct]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks());
  w.watch(s, "w");
  CHECK(s.write("a", w.told("a")));
  s.end("b", w.told("end"));
  CHECK(s.writableLength() == 2);
  CHECK(w.end() == "construct");
  slow.ready();
  CHECK(w.said().empty());
  CHECK(w.end() ==
        "write a, write b, final, w prefinish, a ok, end ok, w finish, destroy null, w close");
}

TEST_CASE("end() without data waits for doConstruct()", "[stream][stream:construct]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks());
  w.watch(s, "w");
  s.end(w.told("end"));
  CHECK(w.end() == "construct");
  slow.ready();
  CHECK(w.end() == "final, w prefinish, end ok, w finish, destroy null, w close");
}

TEST_CASE("doRead() waits for doConstruct()", "[stream][stream:construct]") {
  Kinds w;
  Callback held;
  uvnet::test::MadeReadable* self = nullptr;
  auto& r = w.readable({}, {.read =
                                [&](std::size_t) {
                                  w.say("read");
                                  self->push("x");
                                  self->push(nullptr);
                                },
                            .construct =
                                [&](Callback done) {
                                  w.say("construct");
                                  held = std::move(done);
                                }});
  self = &r;
  w.watch(r, "r", "data end close");
  CHECK(w.end() == "construct");
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "read, r data x, r end, r close");
}

TEST_CASE("what was pushed before doConstruct() is over is given out at once",
          "[stream][stream:construct]") {
  Kinds w;
  Callback held;
  auto& r = w.readable({}, {.read = [&](std::size_t) { w.say("read"); },
                            .construct = [&](Callback done) { held = std::move(done); }});
  r.push("x");
  w.watch(r, "r", "data end close");
  CHECK(w.end() == "r data x");
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "read");
}

TEST_CASE("doConstruct() that fails destroys with its error", "[stream][stream:construct]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks());
  w.watch(s, "w");
  s.write("a", w.told("a"));
  w.tick();
  slow.fail("no");
  CHECK(w.end() == "construct, destroy no, a no, w error no, w close");

  auto& unheard = w.writable({}, slow.hooks());
  unheard.write("a", w.told("a"));
  w.tick();
  slow.fail("no");
  CHECK(w.end() == "construct, destroy no, a no, uncaught no");
}

TEST_CASE("destroy() waits for doConstruct()", "[stream][stream:construct][stream:destroy]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks());
  w.watch(s, "w");
  s.write("a", w.told("a"));
  s.destroy();
  CHECK(s.destroyed());
  CHECK_FALSE(s.closed());
  CHECK(w.end() == "construct, a ERR_STREAM_DESTROYED");
  slow.ready();
  CHECK(w.end() == "destroy null, w close");
  CHECK(s.closed());

  auto& failed = w.writable({}, slow.hooks());
  w.watch(failed, "w");
  failed.destroy(Error("mine"));
  CHECK(w.end() == "construct");
  slow.ready();
  CHECK(w.end() == "destroy mine, w error mine, w close");
}

TEST_CASE("doConstruct() that fails after destroy() tells both errors",
          "[stream][stream:construct][stream:destroy]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks());
  s.on<"error">([&](const Error& error) {
    std::string causes;
    for (const Error& cause : error.errors) causes += cause.message + ";";
    w.say("error", error.name, error.message, causes);
  });
  s.destroy(Error("mine"));
  w.tick();
  slow.fail("theirs");
  CHECK(w.end() == "construct, destroy mine, error AggregateError mine mine;theirs;");
  REQUIRE(s.errored() != nullptr);
  CHECK(s.errored()->message == "mine");

  auto& plain = w.writable({}, slow.hooks());
  w.watch(plain, "w");
  plain.destroy();
  w.tick();
  slow.fail("theirs");
  CHECK(w.end() == "construct, destroy theirs, w error theirs, w close");
}

TEST_CASE("doConstruct() that is answered twice is ERR_MULTIPLE_CALLBACK",
          "[stream][stream:construct]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks());
  w.watch(s, "w");
  w.tick();
  slow.held(nullptr);
  w.tick();
  slow.held(nullptr);
  slow.held = {};
  CHECK(w.end() ==
        "construct, destroy Callback called multiple times, w error ERR_MULTIPLE_CALLBACK, "
        "w close");
}

TEST_CASE("doConstruct() that answers at once lets the writes go on a tick",
          "[stream][stream:construct]") {
  Kinds w;
  auto& s = w.writable({}, {.construct = [&](Callback done) {
                         w.say("construct");
                         done(nullptr);
                       }});
  w.watch(s, "w");
  s.write("a", w.told("a"));
  CHECK(w.said().empty());
  CHECK(w.end() == "construct, write a, a ok");
}

TEST_CASE("a Transform waits for doConstruct() too", "[stream][stream:construct]") {
  Kinds w;
  Callback held;
  auto& t = w.transform(
      {.transform = [](Buffer chunk, TransformCallback done) { done(nullptr, std::move(chunk)); },
       .construct = [&](Callback done) { held = std::move(done); }});
  w.watch(t, "t", Kinds::kAll);
  t.end("a");
  CHECK(w.end().empty());
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "t data a, t prefinish, t end, t finish, t close");
}

TEST_CASE("an abort while doConstruct() runs waits for it", "[stream][stream:construct]") {
  Kinds w;
  Slow slow{w, {}};
  std::stop_source source;
  auto& s = w.writable({.signal = source.get_token()}, slow.hooks());
  w.watch(s, "w");
  w.tick();
  source.request_stop();
  CHECK(w.end() == "construct");
  slow.ready();
  CHECK(w.end() == "destroy The operation was aborted, w error ABORT_ERR, w close");
}

TEST_CASE("what was written while doConstruct() ran leaves as one vectored write",
          "[stream][stream:construct][stream:cork]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks({.writev = [&](std::span<Buffer> chunks, Callback done) {
    w.say("writev", chunks.size());
    done(nullptr);
  }}));
  s.write("a", w.told("a"));
  s.write("b", w.told("b"));
  w.tick();
  slow.ready();
  CHECK(w.end() == "construct, writev 2, a ok, b ok");
}

TEST_CASE("a pipe into a stream that is not ready waits", "[stream][stream:construct]") {
  Kinds w;
  Slow slow{w, {}};
  auto& s = w.writable({}, slow.hooks());
  w.watch(s, "w");
  const std::vector<std::string> chunks{"a", "b"};
  uvnet::Readable::from(w.host, chunks)->pipe(s);
  CHECK(w.end() == "construct");
  slow.ready();
  CHECK(w.end() == "write a, write b, final, w prefinish, w finish, destroy null, w close");
}

TEST_CASE("what doConstruct() throws fails the stream", "[stream][stream:construct]") {
  Kinds w;
  auto& s = w.writable({}, {.construct = [](const Callback&) { throw Error("thrown"); }});
  w.watch(s, "w");
  CHECK(w.end() == "w error thrown, w close");
}
