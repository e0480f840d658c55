// Writes that fail, queues that are given up, and callbacks that throw: each callback is told
// exactly once. The expected lines are what node v20.20.2 prints for the same steps on a
// stream.Duplex, but for those about throwing, where node forgets the callbacks behind.
#include <stdexcept>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

// --- Failing -------------------------------------------------------------------------------------

TEST_CASE("a write that fails fails those behind it and destroys", "[stream][stream:write][D05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.hold = true;
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  d.write("a", w.answered("cb a"));
  d.write("b", w.answered("cb b"));
  d.end(w.answered("end"));
  const Error bad("bad");
  d.answer(&bad);
  w.say("-");
  w.tick();
  w.sayWritable(d);
  CHECK(w.lines() == Lines{"cb a bad", "cb b bad", "end bad", "-", "error bad", "close",
                           "len=0 need=false w=false ended=true fin=false"});
}

TEST_CASE("a write that fails at once says false and is told on a tick",
          "[stream][stream:write][stream:callbacks][stream:once][D05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.sink = [](const Buffer&, Callback done) {
    const Error bad("bad");
    done(&bad);
  };
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  w.say(d.write("a", w.answered("cb a")));
  w.say(d.write("b", w.answered("cb b")));
  CHECK_FALSE(d.destroyed());
  REQUIRE(d.errored() != nullptr);
  CHECK(d.errored()->message == "bad");
  CHECK_FALSE(d.writable());
  w.tick();
  w.sayWritable(d);
  CHECK(w.lines() == Lines{"false", "false", "cb a bad", "cb b bad", "error bad", "close",
                           "len=0 need=false w=false ended=false fin=false"});
}

TEST_CASE("a sink that answers twice is an 'error'", "[stream][stream:write]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.sink = [](const Buffer&, Callback done) {
    done(nullptr);
    done(nullptr);
  };
  d.on<"error">([&](const Error& error) { w.say(error.code + " " + error.message); });
  d.write("a", w.answered("cb"));
  w.tick();
  CHECK(w.lines() == Lines{"cb ok", "ERR_MULTIPLE_CALLBACK Callback called multiple times"});
}

TEST_CASE("destroy() answers the queue after the write under way", "[stream][stream:write][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.hold = true;
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  d.write("a", w.answered("cb a"));
  d.write("b", w.answered("cb b"));
  d.end("c", w.answered("end"));
  d.destroy();
  CHECK(d.writableLength() == 3);
  w.tick();
  CHECK(d.writableLength() == 3);
  d.answer();
  w.tick();
  CHECK(d.writableLength() == 0);
  CHECK(w.lines() ==
        Lines{"close", "cb a ok", "cb b ERR_STREAM_DESTROYED", "end ERR_STREAM_DESTROYED"});
}

TEST_CASE("destroy(error) gives that error to the queue", "[stream][stream:write][D10]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.hold = true;
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  d.write("a", w.answered("cb a"));
  d.write("b", w.answered("cb b"));
  d.end("c", w.answered("end"));
  d.destroy(Error("boom"));
  w.tick();
  d.answer();
  w.tick();
  CHECK(d.writableLength() == 0);
  CHECK(w.lines() == Lines{"error boom", "close", "cb a ok", "cb b boom", "end boom"});
}

TEST_CASE("destroy() answers corked writes", "[stream][stream:write][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"close">(w.saying("close"));
  d.cork();
  d.write("a", w.answered("cb a"));
  d.destroy();
  w.tick();
  CHECK(d.writableLength() == 0);
  CHECK(w.lines() == Lines{"cb a ERR_STREAM_DESTROYED", "close"});
}

TEST_CASE("destroy() in a write callback lets the next write, under way already, end",
          "[stream][stream:write][stream:callbacks][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.hold = true;
  d.on<"close">(w.saying("close"));
  d.write("a", [&] {
    w.say("cb a");
    d.destroy();
  });
  d.write("b", w.answered("cb b"));
  d.answer();
  w.tick();
  d.answer();
  w.tick();
  CHECK(w.lines() == Lines{"cb a", "close", "cb b ok"});
}

TEST_CASE("writableAborted tells a destroy() before 'finish'",
          "[stream][stream:write][stream:finish][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  CHECK(d.writable());
  CHECK_FALSE(d.writableAborted());
  d.destroy();
  CHECK_FALSE(d.writable());
  CHECK(d.writableAborted());
  CHECK(d.destroyed());
  CHECK(d.closed());
}

// --- Throwing ------------------------------------------------------------------------------------

TEST_CASE("a write callback that throws costs no other callback its call",
          "[stream][stream:write][stream:callbacks][D05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.write("a", [&] {
    w.say("a");
    throw std::runtime_error("x");
  });
  d.write("b", w.saying("b"));
  w.tick();
  d.end(w.saying("end"));
  w.tick();
  CHECK(w.lines() == Lines{"a", "uncaught x", "b", "end"});
}

TEST_CASE("a callback of a vectored write that throws costs no other its call",
          "[stream][stream:write][stream:callbacks][D05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = true;
  d.on<"finish">(w.saying("finish"));
  d.cork();
  d.write("a", [] { throw std::runtime_error("x"); });
  d.write("b", w.saying("b"));
  d.uncork();
  w.tick();
  d.end(w.saying("end"));
  w.tick();
  CHECK(w.lines() == Lines{"uncaught x", "b", "end", "finish"});
}

TEST_CASE("a 'drain' listener that throws costs no callback its call and no 'finish'",
          "[stream][stream:write][stream:drain][stream:finish][stream:callbacks][V07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(1);
  d.hold = true;
  d.on<"drain">([] { throw std::runtime_error("x"); });
  d.on<"finish">(w.saying("finish"));
  d.write("a", w.saying("cb a"));
  d.answer();
  w.tick();
  d.hold = false;
  d.end(w.saying("end"));
  w.tick();
  CHECK(w.lines() == Lines{"uncaught x", "cb a", "end", "finish"});
}

TEST_CASE("an end callback that throws costs neither the other one nor 'finish'",
          "[stream][stream:write][stream:finish][stream:callbacks][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"finish">(w.saying("finish"));
  d.end([] { throw std::runtime_error("x"); });
  d.end(w.saying("second"));
  w.tick();
  CHECK(w.lines() == Lines{"uncaught x", "second", "finish"});
}

TEST_CASE("callbacks of a queue that was given up are told though one throws",
          "[stream][stream:write][stream:callbacks][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.cork();
  d.write("a", [] { throw std::runtime_error("x"); });
  d.write("b", w.answered("cb b"));
  d.destroy();
  w.tick();
  CHECK(w.lines() == Lines{"uncaught x", "cb b ERR_STREAM_DESTROYED"});
}

TEST_CASE("'finish' listeners that throw do not keep the stream from closing",
          "[stream][stream:write][stream:finish]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"finish">([] { throw std::runtime_error("x"); });
  d.on<"close">(w.saying("close"));
  d.resume();
  d.pushEnd();
  d.end(w.saying("end cb"));
  w.tick();
  CHECK(d.destroyed());
  CHECK(w.lines() == Lines{"end cb", "uncaught x", "close"});
}
