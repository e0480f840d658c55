// cork() and vectored writes. The expected lines are what node v20.20.2 prints for the same steps
// on a stream.Duplex.
#include <string>

#include "stream/memory_duplex.h"

using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

TEST_CASE("cork() holds writes back, uncork() sends them as one", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = true;
  d.cork();
  d.write("a", w.saying("cb a"));
  d.write("b", w.saying("cb b"));
  CHECK(d.writableCorked() == 1);
  CHECK(d.writableLength() == 2);
  CHECK(d.written.empty());
  d.uncork();
  CHECK(d.writableLength() == 0);
  w.tick();
  CHECK(d.writtenText() == "v:a|b");
  CHECK(w.lines() == Lines{"cb a", "cb b"});
}

TEST_CASE("cork() counts, and one uncork() too many is harmless", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = true;
  d.cork();
  d.cork();
  d.write("a");
  d.write("b");
  d.uncork();
  CHECK(d.writtenText().empty());
  CHECK(d.writableCorked() == 1);
  d.uncork();
  CHECK(d.writtenText() == "v:a|b");
  d.uncork();
  CHECK(d.writableCorked() == 0);
  d.write("c");
  CHECK(d.writtenText() == "v:a|b,w:c");
}

TEST_CASE("one corked chunk is an ordinary write", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = true;
  d.cork();
  d.write("a");
  d.uncork();
  CHECK(d.writtenText() == "w:a");
}

TEST_CASE("without vectored writes corked chunks leave one by one", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.cork();
  d.write("a", w.saying("cb a"));
  d.write("b", w.saying("cb b"));
  d.uncork();
  CHECK(d.writtenText() == "a,b");
  w.tick();
  CHECK(w.lines() == Lines{"cb a", "cb b"});
}

TEST_CASE("end() uncorks however often cork() was called", "[stream][stream:cork][D06]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = true;
  d.on<"finish">(w.saying("finish"));
  d.cork();
  d.cork();
  d.write("a");
  d.write("b");
  d.end("c");
  CHECK(d.writtenText() == "v:a|b|c");
  CHECK(d.writableCorked() == 0);
  w.tick();
  CHECK(w.lines() == Lines{"finish"});
}

TEST_CASE("uncork() during a write leaves the rest for after it", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = d.hold = true;
  d.write("a");
  d.cork();
  d.write("b");
  d.write("c");
  d.uncork();
  CHECK(d.writtenText() == "w:a");
  d.answer();
  CHECK(d.writtenText() == "w:a,v:b|c");
}

TEST_CASE("a corked queue stays when the write under way ends", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = d.hold = true;
  d.write("a");
  d.cork();
  d.write("b");
  d.answer();
  w.tick();
  CHECK(d.writtenText() == "w:a");
  d.uncork();
  CHECK(d.writtenText() == "w:a,w:b");
}

TEST_CASE("what came during a write leaves as one vectored write", "[stream][stream:cork]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = d.hold = true;
  for (const char* one : {"a", "b", "c", "d"}) d.write(one, w.saying(std::string("cb ") + one));
  w.say(d.writtenText());
  d.answer();
  w.say(d.writtenText());
  w.sayWritable(d);
  d.answer();
  w.sayWritable(d);
  w.tick();
  CHECK(w.lines() == Lines{"w:a", "cb a", "w:a,v:b|c|d",
                           "len=3 need=false w=true ended=false fin=false", "cb b", "cb c", "cb d",
                           "len=0 need=false w=true ended=false fin=false"});
}

TEST_CASE("corked writes before end() are told before the end",
          "[stream][stream:cork][stream:end-event][stream:callbacks][D07]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.vectored = d.hold = true;
  d.cork();
  d.write("a", w.saying("a"));
  d.write("b", w.saying("b"));
  d.end(w.saying("end"));
  d.answer();
  w.tick();
  CHECK(w.lines() == Lines{"a", "b", "end"});
}
