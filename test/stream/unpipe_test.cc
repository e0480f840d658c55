// How a pipe ends: unpipe(), and either end going first. The expected lines are what node v20.20.2
// prints for the same steps on a stream.Duplex.

#include "stream/memory_duplex.h"

using uvnet::Error;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

TEST_CASE("unpipe() pauses the source and takes the listeners away",
          "[stream][stream:pipe][stream:unpipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(a, "a ");
  w.watch(b, "b ");
  a.pipe(b);
  w.tick();
  a.unpipe(b);
  w.sayFlow(a);
  a.push("x");
  w.tick();
  w.sayFlow(a);
  a.unpipe(b);
  a.unpipe();
  CHECK(b.written.empty());
  CHECK(a.listenerCount<"data">() == 0);
  CHECK(b.listenerCount<"error">() == 1);  // the test's own
  CHECK(b.listenerCount<"drain">() == 1);
  CHECK(w.lines() == Lines{"b pipe", "a resume", "a pause", "b unpipe",
                           "flowing=false paused=true len=0", "flowing=false paused=true len=1"});
}

TEST_CASE("unpipe() without a destination undoes all pipes",
          "[stream][stream:pipe][stream:unpipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  MemoryDuplex& c = w.make();
  w.watch(b, "b ");
  w.watch(c, "c ");
  a.pipe(b);
  a.pipe(c);
  w.tick();
  a.unpipe();
  w.sayFlow(a);
  a.push("x");
  w.tick();
  CHECK(b.written.empty());
  CHECK(c.written.empty());
  CHECK(w.lines() ==
        Lines{"b pipe", "c pipe", "b unpipe", "c unpipe", "flowing=false paused=true len=0"});
}

TEST_CASE("unpipe() of one of two leaves the other flowing",
          "[stream][stream:pipe][stream:unpipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  MemoryDuplex& c = w.make();
  a.pipe(b);
  a.pipe(c);
  w.tick();
  a.unpipe(b);
  w.sayFlow(a);
  a.push("x");
  w.tick();
  w.sayFlow(a);
  CHECK(b.written.empty());
  CHECK(c.writtenText() == "x");
  CHECK(w.lines() == Lines{"flowing=true paused=false len=0", "flowing=true paused=false len=0"});
}

TEST_CASE("unpipe() of the slow one of two lets the source go on",
          "[stream][stream:pipe][stream:unpipe][stream:backpressure]") {
  StreamWorld w;
  MemoryDuplex& a = w.make(100);
  MemoryDuplex& slow = w.make(1);
  MemoryDuplex& fast = w.make(100);
  slow.hold = true;
  a.pipe(slow);
  a.pipe(fast);
  w.tick();
  a.push("xy");
  w.tick();
  w.sayFlow(a);
  a.unpipe(slow);
  w.tick();
  w.sayFlow(a);
  a.push("z");
  w.tick();
  CHECK(fast.writtenText() == "xy,z");
  CHECK(w.lines() == Lines{"flowing=false paused=true len=0", "flowing=true paused=false len=0"});
}

TEST_CASE("unpipe() from a full destination leaves no 'drain' listener there",
          "[stream][stream:pipe][stream:drain][stream:unpipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make(1);
  b.hold = true;
  a.pipe(b);
  w.tick();
  a.push("xx");
  w.tick();
  CHECK(b.listenerCount<"drain">() == 1);
  a.unpipe(b);
  w.sayFlow(a);
  CHECK(b.listenerCount<"drain">() == 0);
  b.answer();
  w.tick();
  w.sayFlow(a);
  CHECK(w.lines() == Lines{"flowing=false paused=true len=0", "flowing=false paused=true len=0"});
}

TEST_CASE("a destination that closes undoes the pipe", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(a, "a ");
  w.watch(b, "b ");
  a.pipe(b);
  w.tick();
  b.destroy();
  w.tick();
  a.push("x");
  w.tick();
  w.sayFlow(a);
  CHECK(w.lines() == Lines{"b pipe", "a resume", "b close", "a pause", "b unpipe",
                           "flowing=false paused=true len=1"});
}

TEST_CASE("a destination that fails undoes the pipe before its own listeners hear it",
          "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(a, "a ");
  w.watch(b, "b ");
  a.pipe(b);
  w.tick();
  b.destroy(Error("bad"));
  w.tick();
  CHECK_FALSE(a.destroyed());
  CHECK(w.lines() == Lines{"b pipe", "a resume", "a pause", "b unpipe", "b error bad", "b close"});
}

TEST_CASE("a destination's 'error' that only the pipe hears is uncaught",
          "[stream][stream:pipe][stream:unhandledError]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  b.on<"unpipe">(w.saying("unpipe"));
  a.pipe(b);
  w.tick();
  b.destroy(Error("bad"));
  w.tick();
  CHECK_FALSE(a.destroyed());
  CHECK(w.lines() == Lines{"unpipe", "uncaught bad"});
}

TEST_CASE("a destination that is ended by somebody else undoes the pipe", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(a, "a ");
  w.watch(b, "b ");
  a.pipe(b);
  w.tick();
  b.end();
  w.tick();
  w.sayFlow(a);
  CHECK(w.lines() == Lines{"b pipe", "a resume", "b prefinish", "b finish", "a pause", "b unpipe",
                           "flowing=false paused=true len=0"});
}

TEST_CASE("a full destination that closes lets the source flow on to its other listeners",
          "[stream][stream:pipe][stream:unpipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  std::string seen;
  a.on<"data">([&](const uvnet::Buffer& chunk) { seen += chunk.view(); });
  b.cork();
  b.write(std::string(70000, 'x'));
  a.pipe(b);
  w.tick();
  w.sayFlow(a);
  b.destroy();
  w.tick();
  w.sayFlow(a);
  a.push("y");
  w.tick();
  CHECK(seen == "y");
  CHECK(w.lines() == Lines{"flowing=false paused=true len=0", "flowing=true paused=false len=0"});
}

TEST_CASE("a source that is destroyed leaves its destination open", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(a, "a ");
  w.watch(b, "b ");
  a.pipe(b);
  w.tick();
  a.destroy();
  w.tick();
  CHECK(b.writable());
  CHECK(w.lines() == Lines{"b pipe", "a resume", "a close"});
}

TEST_CASE("piped twice to one destination, each unpipe() takes one pipe away",
          "[stream][stream:pipe][stream:unpipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  a.pipe(b);
  a.pipe(b);
  a.push("x");
  w.tick();
  CHECK(b.writtenText() == "x,x");
  a.unpipe(b);
  a.push("y");
  w.tick();
  CHECK(b.writtenText() == "x,x,y");
  CHECK(a.readableFlowing() == true);
}

TEST_CASE("the source goes while piped: the destination hears no more", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& b = w.make();
  {
    uvnet::Ref<MemoryDuplex> a = uvnet::make<MemoryDuplex>(w.host);
    a->pipe(b);
    w.tick();
    a.reset();
  }
  CHECK(MemoryDuplex::living == 1);
  CHECK(b.listenerCount<"close">() == 0);
  CHECK(b.listenerCount<"error">() == 0);
}

TEST_CASE("a destination nobody holds lives as long as it is piped to", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  a.pipe(*uvnet::make<MemoryDuplex>(w.host));
  w.tick();
  CHECK(MemoryDuplex::living == 2);
  a.push("x");
  w.tick();
  a.unpipe();
  w.tick();
  CHECK(MemoryDuplex::living == 1);
}

TEST_CASE("a pipe that lost its 'unpipe' listener goes with its source", "[stream]") {
  StreamWorld w;
  MemoryDuplex& b = w.make();
  {
    const uvnet::Ref<MemoryDuplex> a = uvnet::make<MemoryDuplex>(w.host);
    a->pipe(b);
    b.removeAllListeners<"unpipe">();
    a->unpipe();
    w.tick();
    // As in node: the pipe did not hear of it.
    CHECK(b.listenerCount<"finish">() == 1);
  }
  CHECK(b.listenerCount<"finish">() == 0);
  CHECK(b.listenerCount<"error">() == 0);
  b.end();
  w.tick();
  CHECK(b.writableFinished());
}
