// The option autoCork. The expected lines are what node v20.20.2 prints for a stream.Duplex whose
// program calls cork() before the first write of a turn and uncork() with process.nextTick();
// what goes beyond that (the mark) is said where it is tested.
#include <string>

#include "stream/memory_duplex.h"

using uvnet::Error;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

namespace {

MemoryDuplex& corking(StreamWorld& world, std::int64_t mark = 64 * 1024) {
  MemoryDuplex& d = world.make({.writableHighWaterMark = mark, .autoCork = true});
  d.vectored = true;
  return d;
}

// A turn of the loop with writes in it: within a callback, so that the ticks come after all of f.
template <class F>
void inOneTurn(StreamWorld& world, F f) {
  world.host.enter();
  f();
  world.host.leave();
}

}  // namespace

TEST_CASE("autoCork: the writes of a turn leave together, with the first tick",
          "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  inOneTurn(w, [&] {
    w.say(d.write("a", w.answered("a")));
    w.say(d.write("b", w.answered("b")));
    w.say(d.writableLength());
    CHECK(d.writableCorked() == 0);
    CHECK(d.written.empty());
    w.host.nextTick([&] {
      w.say("tick");
      w.say(d.writableLength());
    });
  });
  CHECK(w.lines() == Lines{"true", "true", "2", "tick", "0", "a ok", "b ok"});
  CHECK(d.writtenText() == "v:a|b");
}

TEST_CASE("autoCork: without it each write leaves by itself", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = true;
  inOneTurn(w, [&] {
    d.write("a");
    d.write("b");
  });
  CHECK(d.writtenText() == "w:a,w:b");
}

TEST_CASE("autoCork: what ticks and callbacks write is the next to leave",
          "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  inOneTurn(w, [&] {
    d.write("a", [&](const Error*) {
      w.say("a");
      d.write("d", w.answered("d"));
      d.write("e");
      w.say(d.writtenText());
    });
    w.host.nextTick([&] {
      w.say(d.writtenText());
      d.write("b", w.answered("b"));
      d.write("c");
    });
  });
  // The callback of a was queued before the tick that lets b and c go.
  CHECK(w.lines() == Lines{"w:a", "a", "w:a", "b ok", "d ok"});
  CHECK(d.writtenText() == "w:a,v:b|c|d|e");
}

TEST_CASE("autoCork: outside of any callback the turn ends with the next of the loop",
          "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  d.write("a");
  d.write("b");
  CHECK(d.written.empty());
  w.tick();
  CHECK(d.writtenText() == "v:a|b");
}

// Node's own cork() would go on holding, and say false.
TEST_CASE("autoCork: from the mark on what is held leaves at once", "[stream][stream:cork][D04]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w, 4);
  d.on<"drain">(w.saying("drain"));
  inOneTurn(w, [&] {
    CHECK(d.write("ab"));
    CHECK(d.written.empty());
    CHECK(d.write("cd"));  // the sink has taken it, so there is room
    CHECK(d.writtenText() == "v:ab|cd");
    CHECK(d.write("e"));
    CHECK(d.writableLength() == 1);
  });
  CHECK(d.writtenText() == "v:ab|cd,w:e");
  CHECK(w.lines().empty());
}

TEST_CASE("autoCork: a write as large as the mark is not held", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w, 4);
  inOneTurn(w, [&] {
    CHECK(d.write("abcd"));
    CHECK(d.writtenText() == "w:abcd");
  });
  CHECK(d.writtenText() == "w:abcd");
}

TEST_CASE("autoCork: with the mark reached and a slow sink write() says no, and 'drain' follows",
          "[stream][stream:cork][D04][V07]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w, 4);
  d.on<"drain">(w.saying("drain"));
  d.hold = true;
  inOneTurn(w, [&] {
    w.say(d.write("ab"));
    w.say(d.write("cd", w.answered("cd")));
    w.say(d.write("e", w.answered("e")));
    w.say(d.writableLength());
  });
  CHECK(w.lines() == Lines{"true", "false", "false", "5"});
  CHECK(d.writtenText() == "v:ab|cd");
  inOneTurn(w, [&] { d.answer(); });
  CHECK(d.writtenText() == "v:ab|cd,w:e");
  CHECK(w.lines() == Lines{"cd ok"});
  inOneTurn(w, [&] { d.answer(); });
  CHECK(w.lines() == Lines{"drain", "e ok"});
}

TEST_CASE("autoCork: end() lets what is held go first", "[stream][stream:cork][D06]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  d.on<"finish">(w.saying("finish"));
  d.final = [&](uvnet::Callback done) {
    w.say("final");
    done(nullptr);
  };
  inOneTurn(w, [&] {
    d.write("a", w.answered("a"));
    d.write("b", w.answered("b"));
    d.end(w.answered("end"));
    w.say(d.writtenText());
    w.say(d.writableLength());
    w.host.nextTick(w.saying("tick"));
  });
  // Node says "final" before "ended" where the sink has answered at once; so do we.
  CHECK(w.lines() == Lines{"final", "v:a|b", "0", "a ok", "b ok", "end ok", "finish", "tick"});
}

TEST_CASE("autoCork: end(text) leaves with what is held", "[stream][stream:cork][D06]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  inOneTurn(w, [&] {
    d.write("a");
    d.end("b");
    CHECK(d.writtenText() == "v:a|b");
  });
}

TEST_CASE("autoCork: destroy() answers what is held", "[stream][stream:cork][D11]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  d.on<"close">(w.saying("close"));
  inOneTurn(w, [&] {
    w.say(d.write("a", w.answered("a")));
    d.write("b", w.answered("b"));
    d.destroy();
    w.say(d.write("c", w.answered("c")));
  });
  CHECK(w.lines() == Lines{"true", "false", "a ERR_STREAM_DESTROYED", "b ERR_STREAM_DESTROYED",
                           "close", "c ERR_STREAM_DESTROYED"});
  CHECK(d.written.empty());
}

TEST_CASE("autoCork: destroy(error) answers what is held with it", "[stream][stream:cork][D11]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  inOneTurn(w, [&] {
    d.write("a", w.answered("a"));
    d.destroy(Error("x", "X"));
  });
  CHECK(w.lines() == Lines{"a X", "error X", "close"});
  CHECK(d.written.empty());
}

TEST_CASE("autoCork: uncork() of the program's own cork() does not end the turn",
          "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  inOneTurn(w, [&] {
    d.write("a");
    d.cork();
    d.write("b");
    d.uncork();
    CHECK(d.written.empty());
    d.uncork();  // one too many
    CHECK(d.written.empty());
  });
  CHECK(d.writtenText() == "v:a|b");
}

TEST_CASE("autoCork: the program's own cork() outlasts the turn", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  inOneTurn(w, [&] {
    d.write("a");
    d.cork();
    d.write("b");
  });
  CHECK(d.writableLength() == 2);
  inOneTurn(w, [&] {
    d.write("c");
    d.uncork();
    CHECK(d.writtenText() == "v:a|b|c");
  });
  CHECK(d.writtenText() == "v:a|b|c");
}

TEST_CASE("autoCork: what comes during a write leaves when that is answered",
          "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = corking(w);
  d.hold = true;
  inOneTurn(w, [&] { d.write("a", w.answered("a")); });
  inOneTurn(w, [&] {
    d.write("b");
    d.write("c", w.answered("c"));
  });
  CHECK(d.writtenText() == "w:a");
  d.hold = false;
  inOneTurn(w, [&] { d.answer(); });
  CHECK(d.writtenText() == "w:a,v:b|c");
  CHECK(w.lines() == Lines{"a ok", "c ok"});
}
