// The half-open rule. The expected lines are what node v20.20.2 prints for the same steps on a
// stream.Duplex.
#include <string>

#include "stream/memory_duplex.h"

using uvnet::StreamOptions;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

TEST_CASE("not half-open: 'end' ends the writable side too",
          "[stream][stream:allowHalfOpen][stream:end-event][V10][K03]") {
  StreamWorld w;
  StreamOptions options;
  options.allowHalfOpen = false;
  MemoryDuplex& d = w.make(options);
  w.watch(d);
  d.resume();
  w.tick();
  d.pushEnd();
  w.tick();
  CHECK(d.destroyed());
  CHECK(w.lines() == Lines{"resume", "end", "prefinish", "finish", "close"});
}

TEST_CASE("not half-open: the writes under way still go out",
          "[stream][stream:allowHalfOpen][V09][V10]") {
  StreamWorld w;
  StreamOptions options;
  options.allowHalfOpen = false;
  MemoryDuplex& d = w.make(options);
  d.hold = true;
  w.watch(d);
  d.resume();
  w.tick();
  d.write("a", w.saying("cb"));
  d.pushEnd();
  w.tick();
  CHECK_FALSE(d.writable());
  CHECK(d.writableEnded());
  d.answer();
  w.tick();
  CHECK(w.lines() == Lines{"resume", "end", "cb", "prefinish", "finish", "close"});
}

TEST_CASE("not half-open: the writable side ends when all was read, not before",
          "[stream][stream:allowHalfOpen][R5][V10]") {
  StreamWorld w;
  StreamOptions options;
  options.allowHalfOpen = false;
  MemoryDuplex& d = w.make(options);
  w.watch(d);
  d.push("a");
  d.pushEnd();
  w.tick();
  CHECK_FALSE(d.writableEnded());
  d.read();
  w.tick();
  CHECK(d.writableEnded());
  CHECK(w.lines() == Lines{"end", "prefinish", "finish", "close"});
}

TEST_CASE("allowHalfOpen can be changed until 'end'",
          "[stream][stream:allowHalfOpen][stream:end-event][V11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  CHECK(d.allowHalfOpen());
  w.watch(d);
  d.resume();
  d.pushEnd();
  d.setAllowHalfOpen(false);
  w.tick();
  CHECK(w.lines() == Lines{"resume", "end", "prefinish", "finish", "close"});
}

TEST_CASE("half-open: the writable side stays until end()", "[stream][stream:allowHalfOpen][V11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watch(d);
  d.resume();
  d.pushEnd();
  w.tick();
  CHECK(d.writable());
  d.write("later", w.answered("cb"));
  w.tick();
  CHECK(d.writtenText() == "later");
  d.end();
  w.tick();
  CHECK(w.lines() == Lines{"resume", "end", "cb ok", "prefinish", "finish", "close"});
}

TEST_CASE("not half-open: a write in 'end' still goes out",
          "[stream][stream:allowHalfOpen][stream:end-event][V10]") {
  StreamWorld w;
  StreamOptions options;
  options.allowHalfOpen = false;
  MemoryDuplex& d = w.make(options);
  w.watch(d);
  d.on<"end">([&] { w.say(d.write("bye", w.answered("cb"))); });
  d.resume();
  d.pushEnd();
  w.tick();
  CHECK(d.writtenText() == "bye");
  CHECK(w.lines() == Lines{"resume", "end", "true", "cb ok", "prefinish", "finish", "close"});
}
