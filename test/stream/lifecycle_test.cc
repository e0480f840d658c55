// destroy(), autoDestroy, and listeners that throw or destroy. The expected lines are what node
// v20.20.2 prints for the same steps on a stream.Duplex, but where it says otherwise.
#include <stdexcept>
#include <string>
#include <utility>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::StreamOptions;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

namespace {

std::string erroredText(const MemoryDuplex& d) {
  return d.errored() == nullptr ? "null" : d.errored()->message;
}

}  // namespace

// --- destroy -------------------------------------------------------------------------------------

TEST_CASE("destroy() closes once, on a tick", "[stream][stream:destroy][stream:once][D09][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watch(d);
  d.destroy();
  CHECK(d.destroyed());
  CHECK(d.closed());
  d.destroy();
  CHECK(w.log.empty());
  w.tick();
  CHECK(w.lines() == Lines{"close"});
}

TEST_CASE("the first destroy() wins", "[stream][stream:destroy][D10]") {
  StreamWorld w;
  MemoryDuplex& first = w.make();
  w.watch(first);
  first.destroy(Error("one"));
  first.destroy(Error("two"));
  w.tick();
  CHECK(erroredText(first) == "one");
  CHECK(w.lines() == Lines{"error one", "close"});

  MemoryDuplex& silent = w.make();
  w.watch(silent);
  silent.destroy();
  silent.destroy(Error("two"));
  w.tick();
  CHECK(erroredText(silent) == "null");
  CHECK(w.lines() == Lines{"close"});
}

TEST_CASE("'close' says whether there was an error", "[stream][stream:destroy][V15]") {
  StreamWorld w;
  for (const bool failed : {true, false}) {
    MemoryDuplex& d = w.make();
    d.on<"error">([] {});
    d.on<"close">([&](bool hadError) { w.say(hadError); });
    if (failed) {
      d.destroy(Error("x"));
    } else {
      d.destroy();
    }
    w.tick();
  }
  CHECK(w.lines() == Lines{"true", "false"});
}

TEST_CASE("the events wait for the destroying step; its error is told, the first one kept",
          "[stream][stream:destroy][stream:callbacks][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  Callback done;
  d.destroyer = [&](const Error* error, Callback callback) {
    w.say("_destroy " + error->message);
    done = std::move(callback);
  };
  w.watch(d);
  d.destroy(Error("one"));
  w.tick();
  CHECK(d.destroyed());
  CHECK_FALSE(d.closed());
  const Error other("other");
  done(&other);
  CHECK(d.closed());
  CHECK(erroredText(d) == "one");
  w.tick();
  done = nullptr;
  CHECK(w.lines() == Lines{"_destroy one", "error other", "close"});
}

TEST_CASE("a destroying step may swallow the error", "[stream][stream:destroy][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.destroyer = [](const Error*, Callback done) { done(nullptr); };
  w.watch(d);
  d.destroy(Error("one"));
  w.tick();
  CHECK(erroredText(d) == "one");
  CHECK(w.lines() == Lines{"close"});
}

TEST_CASE("a destroying step may fail by itself", "[stream][stream:destroy][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.destroyer = [](const Error*, Callback done) {
    const Error own("own");
    done(&own);
  };
  w.watch(d);
  d.destroy();
  w.tick();
  CHECK(erroredText(d) == "own");
  CHECK(w.lines() == Lines{"error own", "close"});
}

TEST_CASE("destroy() in 'data' keeps the rest from being delivered",
          "[stream][stream:destroy][stream:data][D09]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.push("a");
  d.push("b");
  d.on<"data">([&](const Buffer& chunk) {
    w.say("data " + chunk.toString());
    d.destroy();
  });
  d.on<"end">(w.saying("end"));
  d.on<"close">(w.saying("close"));
  d.pushEnd();
  w.tick();
  // What was buffered already is still handed out, as in node: 'close' comes on the tick after.
  CHECK(w.lines() == Lines{"data a", "data b", "close"});
}

TEST_CASE("push() into a destroyed stream says no", "[stream][stream:destroy][stream:push][D09]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayData(d);
  d.destroy();
  CHECK_FALSE(d.push("a"));
  w.tick();
  CHECK(w.lines().empty());
}

TEST_CASE("pause() and resume() on a destroyed stream still answer",
          "[stream][stream:destroy][stream:pause][D12]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"pause">(w.saying("pause"));
  d.on<"resume">(w.saying("resume"));
  d.destroy();
  d.pause();
  w.sayFlow(d);
  d.resume();
  w.sayFlow(d);
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"pause", "flowing=false paused=true len=0",
                           "flowing=true paused=false len=0", "resume",
                           "flowing=true paused=false len=0"});
}

// --- autoDestroy ---------------------------------------------------------------------------------

TEST_CASE("a stream that ended and finished closes by itself",
          "[stream][stream:destroy][stream:finish][V15]") {
  const bool endFirst = GENERATE(true, false);
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watch(d);
  if (endFirst) {
    d.resume();
    w.tick();
    d.pushEnd();
    w.tick();
    CHECK_FALSE(d.destroyed());
    d.end();
    w.tick();
    CHECK(w.lines() == Lines{"resume", "end", "prefinish", "finish", "close"});
  } else {
    d.end();
    w.tick();
    CHECK_FALSE(d.destroyed());
    d.resume();
    d.pushEnd();
    w.tick();
    CHECK(w.lines() == Lines{"prefinish", "finish", "resume", "end", "close"});
  }
  CHECK(d.destroyed());
}

TEST_CASE("without autoDestroy nothing closes by itself",
          "[stream][stream:destroy][stream:autoDestroy]") {
  StreamWorld w;
  StreamOptions options;
  options.autoDestroy = false;
  MemoryDuplex& d = w.make(options);
  w.watch(d);
  d.end();
  d.resume();
  d.pushEnd();
  w.tick();
  CHECK_FALSE(d.destroyed());
  CHECK(w.lines() == Lines{"prefinish", "finish", "resume", "end"});
}

TEST_CASE("without autoDestroy a failed write is an 'error' and no 'close'",
          "[stream][stream:destroy][stream:autoDestroy]") {
  StreamWorld w;
  StreamOptions options;
  options.autoDestroy = false;
  MemoryDuplex& d = w.make(options);
  d.sink = [](const Buffer&, Callback done) {
    const Error bad("bad");
    done(&bad);
  };
  w.watch(d);
  d.write("a", w.answered("cb"));
  w.tick();
  CHECK_FALSE(d.destroyed());
  CHECK(erroredText(d) == "bad");
  CHECK_FALSE(d.write("b"));
  w.tick();
  CHECK(w.lines() == Lines{"cb bad", "error bad"});
}

TEST_CASE("emitClose off: the stream closes without 'close'",
          "[stream][stream:destroy][stream:emitClose]") {
  StreamWorld w;
  StreamOptions options;
  options.emitClose = false;
  MemoryDuplex& d = w.make(options);
  w.watch(d);
  d.destroy(Error("x"));
  w.tick();
  CHECK(d.closed());
  CHECK(w.lines() == Lines{"error x"});
}

TEST_CASE("a stream without one side closes with the other", "[stream][stream:destroy][K02]") {
  StreamWorld w;
  StreamOptions writeOnly;
  writeOnly.readable = false;
  MemoryDuplex& sink = w.make(writeOnly);
  w.watch(sink);
  CHECK_FALSE(sink.readable());
  CHECK(sink.writable());
  CHECK(sink.readableEnded());
  sink.end();
  w.tick();
  CHECK(sink.destroyed());
  CHECK(w.lines() == Lines{"prefinish", "finish", "close"});

  StreamOptions readOnly;
  readOnly.writable = false;
  MemoryDuplex& source = w.make(readOnly);
  w.watch(source);
  CHECK(source.readable());
  CHECK_FALSE(source.writable());
  CHECK(source.writableEnded());
  CHECK(source.writableFinished());
  source.resume();
  source.pushEnd();
  w.tick();
  CHECK(source.destroyed());
  CHECK(w.lines() == Lines{"resume", "end", "close"});
}

// --- Destroying and throwing in listeners --------------------------------------------------------

TEST_CASE("destroy() in 'error' changes nothing", "[stream][stream:destroy][V14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watch(d);
  d.on<"error">([&] { d.destroy(Error("z")); });
  d.destroy(Error("x"));
  w.tick();
  CHECK(erroredText(d) == "x");
  CHECK(w.lines() == Lines{"error x", "close"});
}

TEST_CASE("destroy() in 'finish', 'end' and 'prefinish' closes once",
          "[stream][stream:destroy][stream:finish][stream:end-event][stream:once][D09]") {
  StreamWorld w;
  MemoryDuplex& atFinish = w.make();
  w.watch(atFinish);
  atFinish.on<"finish">([&] { atFinish.destroy(); });
  atFinish.end();
  w.tick();
  CHECK(w.lines() == Lines{"prefinish", "finish", "close"});

  MemoryDuplex& atEnd = w.make();
  w.watch(atEnd);
  atEnd.on<"end">([&] { atEnd.destroy(); });
  atEnd.resume();
  atEnd.pushEnd();
  w.tick();
  CHECK_FALSE(atEnd.readableAborted());
  CHECK(w.lines() == Lines{"resume", "end", "close"});

  MemoryDuplex& atPrefinish = w.make();
  w.watch(atPrefinish);
  atPrefinish.on<"prefinish">([&] { atPrefinish.destroy(); });
  atPrefinish.end();
  w.tick();
  CHECK(w.lines() == Lines{"prefinish", "close"});
}

TEST_CASE("an end callback is answered when 'prefinish' destroys",
          "[stream][stream:destroy][stream:finish][stream:callbacks][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watch(d);
  d.on<"prefinish">([&] { d.destroy(); });
  d.end(w.answered("end cb"));
  w.tick();
  CHECK(w.lines() == Lines{"prefinish", "close", "end cb ERR_STREAM_DESTROYED"});
}

TEST_CASE("a source that fails while it is asked destroys", "[stream][stream:destroy][V14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.source = [&](std::size_t) { d.destroy(Error("r")); };
  w.watch(d);
  d.resume();
  w.tick();
  CHECK(w.lines() == Lines{"resume", "error r", "close"});
}

TEST_CASE("an 'error' that nobody hears is uncaught, and the stream still closes",
          "[stream][stream:destroy][stream:unhandledError][V14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"close">(w.saying("close"));
  d.destroy(Error("x"));
  w.tick();
  CHECK(d.closed());
  CHECK(w.lines() == Lines{"uncaught x", "close"});
}

TEST_CASE("an 'error' listener that throws does not cost 'close'",
          "[stream][stream:destroy][V14]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"error">([] { throw std::runtime_error("y"); });
  d.on<"close">(w.saying("close"));
  d.destroy(Error("x"));
  w.tick();
  CHECK(w.lines() == Lines{"uncaught y", "close"});
}

TEST_CASE("an 'end' listener that throws leaves the stream open, as in node",
          "[stream][stream:destroy][stream:end-event][V08]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"end">([] { throw std::runtime_error("y"); });
  w.watch(d);
  d.resume();
  d.pushEnd();
  d.end();
  w.tick();
  CHECK_FALSE(d.destroyed());
  d.destroy();
  w.tick();
  CHECK(w.lines() == Lines{"prefinish", "resume", "finish", "uncaught y", "close"});
}

TEST_CASE("a 'close' listener that throws ends nothing but the listeners behind it",
          "[stream][stream:destroy][V15]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"close">([] { throw std::runtime_error("y"); });
  d.on<"close">(w.saying("close2"));
  d.destroy();
  w.tick();
  CHECK(d.closed());
  CHECK(w.lines() == Lines{"uncaught y"});
}
