// pipe(): order, backpressure, several destinations. The expected lines are what node v20.20.2
// prints for the same steps on a stream.Duplex.

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::PipeOptions;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

TEST_CASE("a pipe carries data and the end, and says goodbye",
          "[stream][stream:pipe][stream:end-event][D12]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(a, "a ");
  w.watch(b, "b ");
  w.say(&a.pipe(b) == &b);
  w.sayFlow(a);
  a.push("x");
  w.tick();
  w.say(b.writtenText());
  a.pushEnd();
  w.tick();
  w.sayFlow(a);
  CHECK(b.writableEnded());
  CHECK(w.lines() == Lines{"b pipe", "true", "flowing=true paused=false len=0", "a resume", "x",
                           "a end", "b prefinish", "b finish", "a pause", "b unpipe",
                           "flowing=false paused=true len=0"});
}

TEST_CASE("pipe with end off leaves the destination open", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(b, "b ");
  a.pipe(b, PipeOptions{.end = false});
  a.push("x");
  a.pushEnd();
  w.tick();
  CHECK(b.writtenText() == "x");
  CHECK_FALSE(b.writableEnded());
  CHECK(w.lines() == Lines{"b pipe", "b unpipe"});
}

TEST_CASE("a source that has ended already ends its destination", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.watch(b, "b ");
  a.resume();
  a.pushEnd();
  w.tick();
  a.pipe(b);
  w.tick();
  CHECK(b.writableEnded());
  CHECK(w.lines() == Lines{"b pipe", "b prefinish", "b finish", "b unpipe"});
}

TEST_CASE("a full destination pauses the source until 'drain'",
          "[stream][stream:pipe][stream:drain][D12][V07]") {
  StreamWorld w;
  MemoryDuplex& a = w.make(100);
  MemoryDuplex& b = w.make(2);
  b.hold = true;
  w.watch(a, "a ");
  w.watch(b, "b ");
  a.pipe(b);
  w.tick();
  a.push("xy");
  w.sayFlow(a);
  a.push("z");
  w.tick();
  w.sayFlow(a);
  w.say(b.writtenText());
  b.answer();
  w.sayFlow(a);
  w.tick();
  w.sayFlow(a);
  w.say(b.writtenText());
  CHECK(w.lines() == Lines{"b pipe", "a resume", "a pause", "flowing=false paused=true len=0",
                           "flowing=false paused=true len=1", "xy", "b drain",
                           "flowing=true paused=false len=1", "a resume",
                           "flowing=true paused=false len=0", "xy,z"});
}

TEST_CASE("of two destinations the slowest sets the pace",
          "[stream][stream:pipe][stream:backpressure]") {
  StreamWorld w;
  MemoryDuplex& a = w.make(100);
  MemoryDuplex& b = w.make(2);
  MemoryDuplex& c = w.make(2);
  b.hold = c.hold = true;
  w.watch(a, "a ");
  a.pipe(b);
  a.pipe(c);
  w.tick();
  a.push("xy");
  w.sayFlow(a);
  b.answer();
  w.tick();
  w.say("b drained");
  w.sayFlow(a);
  c.answer();
  w.tick();
  w.say("c drained");
  w.sayFlow(a);
  a.push("zz");
  w.tick();
  CHECK(b.writtenText() == "xy,zz");
  CHECK(c.writtenText() == "xy,zz");
  CHECK(w.lines() == Lines{"a resume", "a pause", "flowing=false paused=true len=0", "b drained",
                           "flowing=false paused=true len=0", "a resume", "c drained",
                           "flowing=true paused=false len=0", "a pause"});
}

TEST_CASE("one slow destination holds a fast one back too",
          "[stream][stream:pipe][stream:backpressure]") {
  StreamWorld w;
  MemoryDuplex& a = w.make(100);
  MemoryDuplex& slow = w.make(2);
  MemoryDuplex& fast = w.make(200);
  slow.hold = true;
  a.pipe(slow);
  a.pipe(fast);
  w.tick();
  a.push("xy");
  a.push("zw");
  w.tick();
  CHECK(a.readableLength() == 2);
  CHECK(slow.writtenText() == "xy");
  CHECK(fast.writtenText() == "xy");
  slow.answer();
  w.tick();
  CHECK(a.readableLength() == 0);
  CHECK(slow.writtenText() == "xy,zw");
  CHECK(fast.writtenText() == "xy,zw");
}

TEST_CASE("pipe() into a destination that owes a 'drain' waits for it",
          "[stream][stream:pipe][stream:drain]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make(1);
  b.hold = true;
  b.write("q");
  a.pipe(b);
  w.sayFlow(a);
  w.tick();
  b.answer();
  w.tick();
  w.sayFlow(a);
  CHECK(w.lines() == Lines{"flowing=false paused=true len=0", "flowing=true paused=false len=0"});
}

TEST_CASE("pipe() lets a paused source flow", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  a.pause();
  a.push("x");
  a.pipe(b);
  w.sayFlow(a);
  w.tick();
  w.sayFlow(a);
  CHECK(b.writtenText() == "x");
  CHECK(w.lines() == Lines{"flowing=true paused=false len=1", "flowing=true paused=false len=0"});
}

TEST_CASE("a stream piped into itself echoes and closes", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  a.pipe(a);
  a.push("x");
  w.tick();
  CHECK(a.writtenText() == "x");
  a.pushEnd();
  w.tick();
  CHECK(a.destroyed());
}

TEST_CASE("pause() and resume() work beside a pipe", "[stream][stream:pipe][stream:pause][D12]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  a.pipe(b);
  w.tick();
  a.pause();
  a.push("x");
  w.tick();
  CHECK(b.written.empty());
  a.resume();
  w.tick();
  CHECK(b.writtenText() == "x");
}

TEST_CASE("a 'data' listener beside a pipe hears the same", "[stream][stream:pipe][stream:data]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& b = w.make();
  w.sayData(a);
  a.pipe(b);
  a.push("x");
  w.tick();
  CHECK(b.writtenText() == "x");
  CHECK(w.lines() == Lines{"data x"});
}

TEST_CASE("pipes chain", "[stream][stream:pipe]") {
  StreamWorld w;
  MemoryDuplex& a = w.make();
  MemoryDuplex& through = w.make();
  MemoryDuplex& c = w.make();
  through.sink = [&](const Buffer& chunk, uvnet::Callback done) {
    through.push(chunk.view());
    done(nullptr);
  };
  through.final = [&](uvnet::Callback done) {
    through.pushEnd();
    done(nullptr);
  };
  a.pipe(through).pipe(c);
  a.push("x");
  a.pushEnd();
  w.tick();
  CHECK(c.writtenText() == "x");
  CHECK(c.writableEnded());
}
