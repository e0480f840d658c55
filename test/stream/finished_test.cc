// finished(): the many ways in which a stream can be over, each told once.
#include "stream/kinds.h"

#include <stop_token>

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::finished;
using uvnet::test::Kinds;

TEST_CASE("finished() tells of the end of a Readable", "[stream][stream:finished]") {
  Kinds w;
  auto& r = w.readable();
  finished(r, w.told("fin"));
  w.watch(r, "r");
  r.resume();
  r.push(nullptr);
  CHECK(w.end() == "r end, fin ok, r close");
}

TEST_CASE("finished() tells of the finish of a Writable", "[stream][stream:finished]") {
  Kinds w;
  auto& s = w.writable({}, {.write = Kinds::taking()});
  finished(s, w.told("fin"));
  w.watch(s, "w", "finish error close");
  s.end("a");
  CHECK(w.end() == "w finish, fin ok, w close");
}

TEST_CASE("finished() of a Duplex waits for both sides, or for the one asked for",
          "[stream][stream:finished]") {
  Kinds w;
  auto& both = w.duplex();
  finished(both, w.told("fin"));
  w.watch(both, "d", Kinds::kEnds);
  both.resume();
  both.push(nullptr);
  CHECK(w.end() == "d end");
  both.end();
  CHECK(w.end() == "d finish, fin ok, d close");

  auto& read = w.duplex();
  finished(read, {.writable = false}, w.told("fin"));
  w.watch(read, "d", Kinds::kEnds);
  read.resume();
  read.push(nullptr);
  CHECK(w.end() == "fin ok, d end");
  read.end();
  CHECK(w.end() == "d finish, d close");

  auto& written = w.duplex();
  finished(written, {.readable = false}, w.told("fin"));
  w.watch(written, "d", Kinds::kEnds);
  written.end();
  CHECK(w.end() == "fin ok, d finish");
  written.push(nullptr);
  written.resume();
  CHECK(w.end() == "d end, d close");
}

TEST_CASE("finished() tells of an error, and hears it for others", "[stream][stream:finished]") {
  Kinds w;
  auto& heard = w.readable();
  finished(heard, w.told("fin"));
  w.watch(heard, "r");
  heard.destroy(Error("x"));
  CHECK(w.end() == "fin x, r error x, r close");
  auto& unheard = w.readable();
  finished(unheard, w.told("fin"));
  unheard.destroy(Error("x"));
  CHECK(w.end() == "fin x");
}

TEST_CASE("finished() with error off waits for 'close' and hears no error",
          "[stream][stream:finished]") {
  Kinds w;
  auto& r = w.readable();
  finished(r, {.error = false}, w.told("fin"));
  w.watch(r, "r");
  r.destroy(Error("x"));
  CHECK(w.end() == "r error x, fin x, r close");
  auto& unheard = w.readable();
  finished(unheard, {.error = false}, w.told("fin"));
  unheard.destroy(Error("x"));
  // In Node the process has ended before 'close' could be told; here the host takes the error.
  CHECK(w.end() == "uncaught x, fin x");
}

TEST_CASE("a stream that closes before its end is ERR_STREAM_PREMATURE_CLOSE",
          "[stream][stream:finished][code:ERR_STREAM_PREMATURE_CLOSE]") {
  Kinds w;
  const std::string told = "fin ERR_STREAM_PREMATURE_CLOSE";
  auto& r = w.readable();
  finished(r, w.told("fin"));
  w.watch(r, "r");
  r.destroy();
  CHECK(w.end() == told + ", r close");

  auto& s = w.writable({}, {.write = Kinds::taking()});
  finished(s, w.told("fin"));
  w.watch(s, "w");
  s.write("a");
  s.destroy();
  CHECK(w.end() == told + ", w close");

  auto& d = w.duplex();
  finished(d, w.told("fin"));
  w.watch(d, "d", Kinds::kEnds);
  d.resume();
  d.push(nullptr);
  w.tick();
  d.destroy();
  CHECK(w.end() == "d end, " + told + ", d close");

  auto& other = w.duplex();
  finished(other, {.writable = false}, w.told("fin"));
  w.watch(other, "d", Kinds::kEnds);
  other.end();
  w.tick();
  other.destroy();
  CHECK(w.end() == "d finish, " + told + ", d close");
}

TEST_CASE("finished() of a stream that is over tells on a tick", "[stream][stream:finished]") {
  Kinds w;
  auto& ended = w.readable();
  ended.resume();
  ended.push(nullptr);
  w.tick();
  CHECK(ended.closed());
  finished(ended, w.told("ended"));
  CHECK(w.said().empty());
  CHECK(w.end() == "ended ok");

  auto& done = w.writable();
  done.end();
  w.tick();
  finished(done, w.told("done"));
  CHECK(w.end() == "done ok");

  auto& failed = w.writable();
  failed.on<"error">([] {});
  failed.destroy(Error("x"));
  w.tick();
  finished(failed, w.told("failed"));
  CHECK(w.end() == "failed x");

  auto& cut = w.writable();
  cut.destroy();
  w.tick();
  finished(cut, w.told("cut"));
  CHECK(w.end() == "cut ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("finished() between destroy() and 'close'", "[stream][stream:finished]") {
  Kinds w;
  auto& cut = w.writable();
  cut.destroy();
  finished(cut, w.told("fin"));
  w.watch(cut, "w");
  CHECK(w.end() == "fin ERR_STREAM_PREMATURE_CLOSE, w close");
  auto& failed = w.writable();
  failed.destroy(Error("x"));
  finished(failed, w.told("fin"));
  w.watch(failed, "w");
  CHECK(w.end() == "fin x, w error x, w close");
}

TEST_CASE("finished() does not wait for a 'close' that will not come",
          "[stream][stream:finished][stream:autoDestroy][stream:emitClose]") {
  Kinds w;
  auto& r = w.readable({.autoDestroy = false});
  finished(r, w.told("fin"));
  w.watch(r, "r");
  r.resume();
  r.push(nullptr);
  CHECK(w.end() == "fin ok, r end");

  auto& done = w.writable({.autoDestroy = false});
  done.end();
  w.tick();
  finished(done, w.told("fin"));
  CHECK(w.end() == "fin ok");

  auto& silent = w.writable({.emitClose = false});
  finished(silent, w.told("fin"));
  w.watch(silent, "w");
  silent.end();
  CHECK(w.end() == "w prefinish, fin ok, w finish");

  auto& destroyed = w.writable({.emitClose = false});
  finished(destroyed, w.told("never"));
  w.watch(destroyed, "w");
  destroyed.destroy();
  CHECK(w.end().empty());  // Node's silence
  finished(destroyed, w.told("fin"));
  CHECK(w.end() == "fin ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("finished() leaves its listeners until its answer is called",
          "[stream][stream:finished]") {
  Kinds w;
  auto& r = w.readable();
  const auto counts = [&] {
    return std::to_string(r.listenerCount<"end">()) + std::to_string(r.listenerCount<"error">()) +
           std::to_string(r.listenerCount<"close">());
  };
  auto cleanup = finished(r, w.told("fin"));
  CHECK(counts() == "111");
  cleanup();
  CHECK(counts() == "000");
  cleanup();
  auto again = finished(r, w.told("fin"));
  r.resume();
  r.push(nullptr);
  CHECK(w.end() == "fin ok");
  CHECK(counts() == "111");
  again();
  CHECK(counts() == "000");
}

TEST_CASE("cleaned up, finished() tells nothing", "[stream][stream:finished]") {
  Kinds w;
  auto& r = w.readable();
  auto cleanup = finished(r, w.told("fin"));
  cleanup();
  r.resume();
  r.push(nullptr);
  CHECK(w.end().empty());
}

TEST_CASE("the cleanup of finished() may outlive its stream", "[stream][stream:finished]") {
  Kinds w;
  uvnet::Function<void()> cleanup;
  {
    const auto r = uvnet::make<uvnet::test::MadeReadable>(w.host, uvnet::StreamOptions{},
                                                          uvnet::test::Hooks{});
    cleanup = finished(*r, w.told("fin"));
  }
  CHECK(uvnet::test::livingStreams == 0);
  cleanup();
  CHECK(w.end().empty());
}

TEST_CASE("a signal ends the wait of finished(), not the stream",
          "[stream][stream:finished][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  auto& r = w.readable();
  finished(r, {.signal = source.get_token()}, w.told("fin"));
  w.tick();
  source.request_stop();
  CHECK(w.said() == "fin ABORT_ERR");
  CHECK_FALSE(r.destroyed());
  CHECK(r.listenerCount<"end">() == 0);

  finished(r, {.signal = source.get_token()}, w.told("again"));
  CHECK(w.said().empty());
  CHECK(w.end() == "again ABORT_ERR");

  std::stop_source late;
  finished(r, {.signal = late.get_token()}, w.told("fin"));
  r.resume();
  r.push(nullptr);
  CHECK(w.end() == "fin ok");
  late.request_stop();
  CHECK(w.end().empty());
  finished(r, {.signal = source.get_token()}, w.told("closed"));
  CHECK(w.end() == "closed ok");
}

TEST_CASE("several finished() on one stream are told in order", "[stream][stream:finished]") {
  Kinds w;
  auto& r = w.readable();
  finished(r, w.told("one"));
  finished(r, w.told("two"));
  r.resume();
  r.push(nullptr);
  CHECK(w.end() == "one ok, two ok");
}

TEST_CASE("finished() in finished(), and one that throws", "[stream][stream:finished]") {
  Kinds w;
  auto& r = w.readable();
  finished(r, [&](const Error*) {
    w.say("one");
    finished(r, w.told("two"));
  });
  r.resume();
  r.push(nullptr);
  CHECK(w.end() == "one, two ok");
  auto& s = w.readable();
  finished(s, [&](const Error*) {
    w.say("fin");
    throw Error("thrown");
  });
  s.resume();
  s.push(nullptr);
  CHECK(w.end() == "fin, uncaught thrown");
}

TEST_CASE("finished() waits until what there is has been read", "[stream][stream:finished]") {
  Kinds w;
  auto& r = w.readable();
  finished(r, w.told("fin"));
  r.push("a");
  r.push(nullptr);
  CHECK(w.end().empty());
  r.resume();
  CHECK(w.end() == "fin ok");

  auto& t = w.passThrough();
  finished(t, w.told("fin"));
  t.end("a");
  CHECK(w.end().empty());
  t.resume();
  CHECK(w.end() == "fin ok");
}

TEST_CASE("finished() asked for a side that is not there tells by the other",
          "[stream][stream:finished]") {
  Kinds w;
  auto& s = w.writable();
  finished(s, {.readable = true}, w.told("fin"));
  s.end();
  // Node takes the missing side for one that has ended.
  CHECK(w.end() == "fin ok");
}

TEST_CASE("finished() of a stream that has failed and lives on", "[stream][stream:finished]") {
  Kinds w;
  auto& s = w.writable({.autoDestroy = false}, {.write = [](const Buffer&, Callback done) {
                         const Error error("x");
                         done(&error);
                       }});
  w.watch(s, "w");
  s.write("a");
  w.tick();
  CHECK(w.said() == "w error x");
  finished(s, w.told("fin"));
  CHECK(w.end() == "fin x");
}
