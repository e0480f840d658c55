// The readable side by itself: 'readable' and read(n), the end, the mark. The expected lines are
// what node v20.20.2 prints for the same steps on a stream.Duplex.
#include <optional>
#include <string>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::ListenerToken;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

// --- 'readable' and read() -----------------------------------------------------------------------

TEST_CASE("a 'readable' listener takes the flow over from 'data'",
          "[stream][stream:read][stream:data]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayData(d);
  w.tick();
  d.on<"readable">([&] { w.say("readable " + d.read()->toString()); });
  w.sayFlow(d);
  d.push("a");
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"flowing=false paused=true len=0", "data a", "readable a",
                           "flowing=false paused=true len=0"});
}

TEST_CASE("without the 'readable' listener the data flows again", "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayData(d);
  const ListenerToken token = d.on<"readable">(w.saying("readable"));
  d.push("a");
  w.tick();
  w.sayFlow(d);
  d.off(token);
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"readable", "flowing=false paused=true len=1", "data a",
                           "flowing=true paused=false len=0"});
}

TEST_CASE("without any listener left flowing is unset again", "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  const ListenerToken token = d.on<"readable">(w.saying("readable"));
  d.push("a");
  w.tick();
  d.off(token);
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"readable", "flowing=null paused=false len=1"});
}

TEST_CASE("resume() with a 'readable' listener does not flow",
          "[stream][stream:read][stream:pause]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"readable">(w.saying("readable"));
  d.resume();
  w.sayFlow(d);
  d.push("a");
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() ==
        Lines{"flowing=false paused=true len=0", "readable", "flowing=false paused=true len=1"});
}

TEST_CASE("read(n) gives exactly n bytes or nothing", "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(100);
  d.push("abc");
  d.push("defg");
  w.say(d.readableLength());
  w.say(d.read(2));
  w.say(d.read(4));
  w.say(d.read(5));
  w.say(d.readableLength());
  w.say(d.read());
  w.say(d.read());
  w.say(d.read(0));
  w.say(d.read(-1));
  CHECK(w.lines() == Lines{"7", "ab", "cdef", "null", "1", "g", "null", "null", "null"});
}

TEST_CASE("read(n) near the end gives what is left", "[stream][stream:read][stream:end-event]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"end">(w.saying("end"));
  d.push("abc");
  d.pushEnd();
  w.say(d.read(10));
  w.tick();
  w.say(d.readableEnded());
  CHECK(w.lines() == Lines{"abc", "end", "true"});
}

TEST_CASE("read() joins what is buffered, while flowing it gives the next chunk",
          "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& paused = w.make();
  paused.push("abc");
  paused.push("de");
  w.say(paused.read());
  MemoryDuplex& flowing = w.make();
  flowing.push("ab");
  flowing.push("cd");
  flowing.resume();
  w.say(flowing.read());
  w.say(flowing.read());
  CHECK(w.lines() == Lines{"abcde", "ab", "cd"});
}

TEST_CASE("'readable' comes for data and once more for the end",
          "[stream][stream:read][stream:end-event][stream:once]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"readable">([&] {
    const std::optional<Buffer> chunk = d.read();
    w.say("readable " + (chunk ? chunk->toString() : "null"));
  });
  d.on<"end">(w.saying("end"));
  d.push("a");
  w.tick();
  d.push("b");
  d.pushEnd();
  w.tick();
  CHECK(w.lines() == Lines{"readable a", "readable b", "readable null", "end"});
}

TEST_CASE("'readable' comes for an end without data", "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"readable">([&] { w.say(d.read()); });
  d.on<"end">(w.saying("end"));
  d.pushEnd();
  w.tick();
  CHECK(w.lines() == Lines{"null", "end"});
}

TEST_CASE("'readable' comes again only after a read() that left nothing", "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(4);
  d.on<"readable">([&] { w.say("readable " + std::to_string(d.readableLength())); });
  d.push("ab");
  w.tick();
  w.say(d.read(1));
  d.push("c");
  w.tick();
  w.say(d.read(5));
  d.push("defg");
  w.tick();
  w.say(d.read(5));
  CHECK(w.lines() == Lines{"readable 2", "a", "readable 2", "null", "readable 6", "bcdef"});
}

TEST_CASE("read() emits 'data' with what it gives", "[stream][stream:read][stream:data]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayData(d);
  d.pause();
  d.push("abc");
  w.say("read " + d.read()->toString());
  CHECK(w.lines() == Lines{"data abc", "read abc"});
}

TEST_CASE("'readable' and 'data' together: read(n) gives to both",
          "[stream][stream:read][stream:data]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"readable">([&] {
    while (const std::optional<Buffer> chunk = d.read(2)) w.say("read " + chunk->toString());
  });
  w.sayData(d);
  d.on<"end">(w.saying("end"));
  d.push("abc");
  w.tick();
  d.pushEnd();
  w.tick();
  CHECK(w.lines() == Lines{"data ab", "read ab", "data c", "read c", "end"});
}

TEST_CASE("once('readable') in once('readable') is asked again",
          "[stream][stream:read][stream:once]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.once<"readable">([&] {
    w.say("readable " + d.read()->toString());
    d.once<"readable">([&] { w.say("readable2 " + d.read()->toString()); });
  });
  d.push("a");
  w.tick();
  d.push("b");
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"readable a", "readable2 b", "flowing=null paused=false len=0"});
}

// --- The end -------------------------------------------------------------------------------------

TEST_CASE("'end' waits until everything was read", "[stream][stream:read][stream:end-event][V08]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"end">(w.saying("end"));
  d.push("a");
  d.pushEnd();
  w.tick();
  w.sayFlow(d);
  d.resume();
  w.tick();
  w.sayFlow(d);
  w.say(d.readableEnded());
  CHECK(w.lines() ==
        Lines{"flowing=null paused=false len=1", "end", "flowing=true paused=false len=0", "true"});
}

TEST_CASE("an end without data still wants somebody who reads", "[stream][stream:read][V08]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"end">(w.saying("end"));
  d.pushEnd();
  w.tick();
  w.sayFlow(d);
  d.read(0);
  w.tick();
  w.say(d.readableEnded());
  CHECK(w.lines() == Lines{"flowing=null paused=false len=0", "end", "true"});
}

TEST_CASE("push() after the end is an error",
          "[stream][stream:read][stream:end-event][stream:push]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"error">([&](const Error& error) { w.say(error.code + " " + error.message); });
  d.on<"close">(w.saying("close"));
  d.pushEnd();
  w.say(d.push("a"));
  w.tick();
  CHECK(w.lines() == Lines{"false", "ERR_STREAM_PUSH_AFTER_EOF stream.push() after EOF", "close"});
}

TEST_CASE("an empty push() is no data and no end", "[stream][stream:read][stream:push]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayData(d);
  d.push("");
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"flowing=true paused=false len=0"});
}

TEST_CASE("readableDidRead and readableAborted tell what happened to the data",
          "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  const auto state = [&] {
    w.say(d.readableDidRead());
    w.say(d.readableAborted());
    w.say(d.readable());
  };
  state();
  d.push("a");
  d.read();
  state();
  d.destroy();
  state();
  CHECK(w.lines() ==
        Lines{"false", "false", "true", "true", "false", "true", "true", "true", "false"});
}

TEST_CASE("a stream that ended is not aborted by destroy()", "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.resume();
  d.pushEnd();
  w.tick();
  CHECK_FALSE(d.readableDidRead());
  CHECK_FALSE(d.readable());
  CHECK(d.readableEnded());
  d.destroy();
  CHECK_FALSE(d.readableAborted());
}

// --- The mark ------------------------------------------------------------------------------------

TEST_CASE("push() says no from the mark on", "[stream][stream:read][stream:push]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(3);
  for (const char* one : {"a", "b", "c", "d"}) w.say(d.push(one));
  w.say(d.read(1));
  w.say(d.push(""));
  w.say(d.readableLength());
  CHECK(w.lines() == Lines{"true", "true", "false", "false", "a", "false", "3"});
}

TEST_CASE("a mark of 0 still lets data through", "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(std::size_t{0});
  w.say(d.push("a"));
  w.say(d.read());
  w.say(d.push(""));
  CHECK(w.lines() == Lines{"false", "a", "true"});
}

TEST_CASE("read(n) beyond the mark raises it to a power of two, up to 1 GiB",
          "[stream][stream:read]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(3);
  d.read(9);
  CHECK(d.readableHighWaterMark() == 16);
  try {
    d.read(0x40000001);
    FAIL("read() took it");
  } catch (const Error& error) {
    CHECK(error.code == "ERR_OUT_OF_RANGE");
    CHECK(error.name == "RangeError");
    CHECK(error.message ==
          "The value of \"size\" is out of range. It must be <= 1GiB. Received 1073741825");
  }
}

TEST_CASE("the source is asked until the end, with the mark as its size",
          "[stream][stream:read][stream:end-event][stream:push]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(4);
  Lines chunks{"ef", "cd", "ab"};
  d.source = [&](std::size_t size) {
    w.say("_read " + std::to_string(size));
    if (chunks.empty()) return d.pushEnd();
    const std::string chunk = chunks.back();
    chunks.pop_back();
    d.push(chunk);
  };
  w.sayData(d);
  d.on<"end">(w.saying("end"));
  w.tick();
  CHECK(w.lines() ==
        Lines{"_read 4", "_read 4", "data ab", "_read 4", "data cd", "_read 4", "data ef", "end"});
}

TEST_CASE("without a reader the source is asked up to the mark",
          "[stream][stream:read][stream:push]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(4);
  d.source = [&](std::size_t) {
    w.say("_read");
    d.push("ab");
  };
  d.read(0);
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"_read", "_read", "flowing=null paused=false len=4"});
}

TEST_CASE("the source is not asked again before it has pushed",
          "[stream][stream:read][stream:push]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(4);
  d.source = [&](std::size_t) { w.say("_read"); };
  d.read();
  d.read();
  w.tick();
  d.push("a");
  w.tick();
  w.say(d.read());
  w.tick();
  CHECK(w.lines() == Lines{"_read", "_read", "a"});
}
