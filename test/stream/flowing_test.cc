// The three states of flowing, pause() and resume(). The expected lines are what node v20.20.2
// prints for the same steps on a stream.Duplex.
#include <stdexcept>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::ListenerToken;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

TEST_CASE("flowing is unset, then true with a 'data' listener, then false after pause()",
          "[stream][stream:readableFlowing][stream:pause][stream:data][D12][V05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayFlow(d);
  w.sayData(d);
  w.sayFlow(d);
  w.tick();
  w.sayFlow(d);
  d.pause();
  w.sayFlow(d);
  d.push("a");
  w.tick();
  w.sayFlow(d);
  d.resume();
  w.sayFlow(d);
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"flowing=null paused=false len=0", "flowing=true paused=false len=0",
                           "flowing=true paused=false len=0", "flowing=false paused=true len=0",
                           "flowing=false paused=true len=1", "flowing=true paused=false len=1",
                           "data a", "flowing=true paused=false len=0"});
}

TEST_CASE("a 'data' listener does not undo an explicit pause()",
          "[stream][stream:readableFlowing][stream:pause][stream:data][D12]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.pause();
  w.sayData(d);
  w.sayFlow(d);
  d.push("a");
  w.tick();
  w.sayFlow(d);
  d.resume();
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"flowing=false paused=true len=0", "flowing=false paused=true len=1",
                           "data a", "flowing=true paused=false len=0"});
}

TEST_CASE("'pause' comes at once and 'resume' on a tick, each only when something changes",
          "[stream][stream:readableFlowing][stream:once][D12]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"pause">(w.saying("pause"));
  d.on<"resume">(w.saying("resume"));
  d.pause();
  d.pause();
  w.say("-");
  d.resume();
  d.resume();
  w.say("-");
  w.tick();
  d.pause();
  w.tick();
  CHECK(w.lines() == Lines{"pause", "-", "-", "resume", "pause"});
}

TEST_CASE("pause() in the tick of resume() keeps the data back",
          "[stream][stream:readableFlowing][stream:pause][D12]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"pause">(w.saying("pause"));
  d.on<"resume">(w.saying("resume"));
  w.sayData(d);
  d.push("x");
  d.resume();
  d.pause();
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"pause", "resume", "flowing=false paused=true len=1"});
}

TEST_CASE("a flowing stream whose last 'data' listener went goes on losing data",
          "[stream][stream:readableFlowing][stream:data][V06]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  const ListenerToken token =
      d.on<"data">([&](const Buffer& chunk) { w.say("data " + chunk.toString()); });
  d.push("a");
  w.tick();
  d.off(token);
  w.sayFlow(d);
  d.push("b");
  w.tick();
  w.sayFlow(d);
  w.sayData(d);
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"data a", "flowing=true paused=false len=0",
                           "flowing=true paused=false len=0", "flowing=true paused=false len=0"});
}

TEST_CASE("data waits for the first listener: a stream starts unset, nothing is lost",
          "[stream][stream:readableFlowing][V06]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.push("early");
  w.tick();
  w.sayFlow(d);
  w.sayData(d);
  w.tick();
  CHECK(w.lines() == Lines{"flowing=null paused=false len=5", "data early"});
}

TEST_CASE("two 'data' listeners both get each chunk",
          "[stream][stream:readableFlowing][stream:data][V05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayData(d, "1 ");
  w.sayData(d, "2 ");
  d.push("a");
  w.tick();
  CHECK(w.lines() == Lines{"1 a", "2 a"});
}

TEST_CASE("pause() in 'data' stops after that chunk",
          "[stream][stream:readableFlowing][stream:pause][stream:data][D12]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.push("a");
  d.push("b");
  d.push("c");
  d.on<"data">([&](const Buffer& chunk) {
    w.say("data " + chunk.toString());
    if (chunk == "b") d.pause();
  });
  w.tick();
  w.sayFlow(d);
  d.resume();
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"data a", "data b", "flowing=false paused=true len=1", "data c",
                           "flowing=true paused=false len=0"});
}

TEST_CASE("a 'data' listener that throws gets the next chunk with the next push",
          "[stream][stream:readableFlowing][stream:data][V05]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.push("a");
  d.push("b");
  int calls = 0;
  d.on<"data">([&](const Buffer& chunk) {
    w.say("data " + chunk.toString());
    if (++calls == 1) throw std::runtime_error("x");
  });
  w.tick();
  w.tick();
  w.sayFlow(d);
  d.push("c");
  w.tick();
  w.sayFlow(d);
  CHECK(w.lines() == Lines{"data a", "uncaught x", "flowing=true paused=false len=1", "data b",
                           "data c", "flowing=true paused=false len=0"});
}
