// end() in all its forms, 'finish', and writing where one must not. The expected lines are what
// node v20.20.2 prints for the same steps on a stream.Duplex.

#include <utility>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

// --- end -----------------------------------------------------------------------------------------

TEST_CASE("end(data, callback) writes, then finishes, callback before 'finish'",
          "[stream][stream:end][stream:finish][stream:callbacks][D06][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"finish">(w.saying("finish"));
  d.on<"prefinish">(w.saying("prefinish"));
  d.write("a", w.saying("cb a"));
  d.end("b", w.saying("end cb"));
  w.say(d.writtenText());
  w.sayWritable(d);
  w.tick();
  w.sayWritable(d);
  CHECK(w.lines() == Lines{"prefinish", "a,b", "len=0 need=false w=false ended=true fin=false",
                           "cb a", "end cb", "finish",
                           "len=0 need=false w=false ended=true fin=true"});
}

TEST_CASE("end(text, encoding, callback) encodes", "[stream][stream:end][stream:callbacks][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.end("6869", "hex", w.answered("end cb"));
  CHECK(d.writtenText() == "hi");
  w.tick();
  CHECK(w.lines() == Lines{"end cb ok"});
}

TEST_CASE("end(Buffer) and end(callback)", "[stream][stream:end][stream:callbacks][D06][D07]") {
  StreamWorld w;
  MemoryDuplex& withData = w.make();
  withData.end(Buffer::copyOf("bytes"));
  CHECK(withData.writtenText() == "bytes");
  MemoryDuplex& without = w.make();
  without.on<"finish">(w.saying("finish"));
  without.end(w.answered("end cb"));
  w.tick();
  CHECK(w.lines() == Lines{"end cb ok", "finish"});
}

TEST_CASE("end() waits for the writes before it", "[stream][stream:end][D06]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.hold = true;
  d.on<"finish">(w.saying("finish"));
  d.write("a");
  d.end("b", w.saying("end cb"));
  w.sayWritable(d);
  d.answer();
  w.say(d.writtenText());
  d.answer();
  w.tick();
  w.sayWritable(d);
  CHECK(w.lines() == Lines{"len=2 need=false w=false ended=true fin=false", "a,b", "end cb",
                           "finish", "len=0 need=false w=false ended=true fin=true"});
}

TEST_CASE("end() twice is one 'finish'; after it the callback gets an error",
          "[stream][stream:end][stream:finish][stream:callbacks][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watchError(d);
  d.on<"finish">(w.saying("finish"));
  d.end(w.answered("1"));
  d.end(w.answered("2"));
  w.tick();
  d.end(w.answered("3"));
  w.tick();
  CHECK(w.lines() == Lines{"1 ok", "2 ok", "finish", "3 ERR_STREAM_ALREADY_FINISHED"});
}

TEST_CASE("end() in a write callback finishes",
          "[stream][stream:end][stream:finish][stream:callbacks][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"finish">(w.saying("finish"));
  d.write("a", [&] {
    w.say("cb");
    d.end(w.saying("end cb"));
  });
  w.tick();
  CHECK(w.lines() == Lines{"cb", "end cb", "finish"});
}

TEST_CASE("the final step comes after the writes and before 'finish'",
          "[stream][stream:end][stream:finish][D06]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  Callback finalDone;
  d.final = [&](Callback done) {
    w.say("final");
    finalDone = std::move(done);
  };
  d.on<"prefinish">(w.saying("prefinish"));
  d.on<"finish">(w.saying("finish"));
  d.write("a", w.saying("cb"));
  d.end(w.saying("end cb"));
  w.tick();
  w.sayWritable(d);
  finalDone(nullptr);
  w.say("-");
  w.tick();
  w.sayWritable(d);
  finalDone = nullptr;
  Lines lines = w.lines();
  CHECK(lines == Lines{"final", "cb", "len=0 need=false w=false ended=true fin=false", "prefinish",
                       "-", "end cb", "finish", "len=0 need=false w=false ended=true fin=true"});
}

TEST_CASE("a final step that is done at once finishes on a tick",
          "[stream][stream:end][stream:finish][stream:once][D06]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.final = [&](Callback done) {
    w.say("final");
    done(nullptr);
  };
  d.on<"prefinish">(w.saying("prefinish"));
  d.on<"finish">(w.saying("finish"));
  d.end(w.saying("end cb"));
  w.say("-");
  w.tick();
  CHECK(w.lines() == Lines{"final", "prefinish", "-", "end cb", "finish"});
}

TEST_CASE("a final step that fails is an 'error' and no 'finish'",
          "[stream][stream:end][stream:finish][D07]") {
  StreamWorld w;
  MemoryDuplex& late = w.make();
  Callback finalDone;
  late.final = [&](Callback done) { finalDone = std::move(done); };
  w.watchError(late);
  late.on<"finish">(w.saying("finish"));
  late.on<"close">(w.saying("close"));
  late.end(w.answered("end cb"));
  w.tick();
  const Error bad("bad");
  finalDone(&bad);
  w.tick();
  finalDone = nullptr;
  CHECK(w.lines() == Lines{"end cb bad", "error bad", "close"});
}

// --- Writing where one must not ------------------------------------------------------------------

TEST_CASE("write after end is an 'error', told to the callback too",
          "[stream][stream:end][stream:callbacks]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"error">([&](const Error& error) { w.say("error " + error.code + " " + error.message); });
  d.on<"finish">(w.saying("finish"));
  d.on<"close">(w.saying("close"));
  d.end();
  w.say(d.write("a", w.answered("cb")));
  w.say(d.destroyed());
  w.tick();
  CHECK(w.lines() == Lines{"false", "true", "cb ERR_STREAM_WRITE_AFTER_END",
                           "error ERR_STREAM_WRITE_AFTER_END write after end", "close"});
}

TEST_CASE("end(data) after end(data) is a write after end for both callbacks",
          "[stream][stream:end][stream:callbacks][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  d.on<"finish">(w.saying("finish"));
  d.end("a", w.answered("1"));
  d.end("b", w.answered("2"));
  w.tick();
  CHECK(w.lines() == Lines{"1 ERR_STREAM_WRITE_AFTER_END", "error ERR_STREAM_WRITE_AFTER_END",
                           "close", "2 ERR_STREAM_WRITE_AFTER_END"});
}

TEST_CASE("write after destroy tells the callback and nobody else",
          "[stream][stream:end][stream:callbacks][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  d.destroy();
  w.say(
      d.write("a", [&](const Error* error) { w.say("cb " + error->code + " " + error->message); }));
  w.tick();
  w.say(d.write("a", w.answered("cb")));
  w.tick();
  CHECK(w.lines() == Lines{"false", "close",
                           "cb ERR_STREAM_DESTROYED Cannot call write after a stream was destroyed",
                           "false", "cb ERR_STREAM_DESTROYED"});
}

TEST_CASE("end() after destroy tells the callback", "[stream][stream:end][stream:callbacks][D11]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.watchError(d);
  d.on<"close">(w.saying("close"));
  d.destroy();
  d.end("x", w.answered("end"));
  w.tick();
  CHECK(w.lines() == Lines{"close", "end ERR_STREAM_DESTROYED"});
}
