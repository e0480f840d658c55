// unshift(), and queues that become long. The expected lines are what node v20.20.2 prints for the
// same steps on a stream.Duplex.
#include <cstdint>
#include <string>
#include <utility>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

// --- unshift -------------------------------------------------------------------------------------

TEST_CASE("unshift() puts bytes in front and answers as push() does",
          "[stream][stream:unshift][stream:push]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(10);
  d.push("cd");
  w.say(d.unshift("ab"));
  w.say(d.read(3));
  w.say(d.unshift("0123456789"));
  w.say(d.read());
  CHECK(w.lines() == Lines{"true", "abc", "false", "0123456789d"});
}

TEST_CASE("unshift() in 'data' comes back as the next 'data'",
          "[stream][stream:unshift][stream:data]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  bool once = true;
  d.on<"data">([&](const Buffer& chunk) {
    w.say("data " + chunk.toString());
    if (std::exchange(once, false)) d.unshift("X");
  });
  d.push("a");
  w.tick();
  CHECK(w.lines() == Lines{"data a", "data X"});
}

TEST_CASE("unshift() after 'end' is an error", "[stream][stream:unshift][stream:end-event]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"error">([&](const Error& error) { w.say(error.code + " " + error.message); });
  d.resume();
  d.pushEnd();
  w.tick();
  w.say(d.unshift("a"));
  w.tick();
  CHECK(w.lines() == Lines{"false",
                           "ERR_STREAM_UNSHIFT_AFTER_END_EVENT stream.unshift() after end "
                           "event"});
}

TEST_CASE("unshift() between the source's end and 'end' is still read",
          "[stream][stream:unshift][stream:end-event]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  w.sayData(d);
  d.on<"end">(w.saying("end"));
  d.pause();
  d.push("b");
  d.pushEnd();
  d.unshift("a");
  d.resume();
  w.tick();
  CHECK(w.lines() == Lines{"data a", "data b", "end"});
}

TEST_CASE("unshift() while 'end' is on its way holds it back",
          "[stream][stream:unshift][stream:end-event]") {
  StreamWorld w;
  MemoryDuplex& d = w.make();
  d.on<"end">(w.saying("end"));
  d.push("b");
  d.pushEnd();
  w.say(d.read());
  d.unshift("again");
  w.tick();
  w.say(d.readableEnded());
  w.say(d.read());
  w.tick();
  CHECK(w.lines() == Lines{"b", "false", "again", "end"});
}

// --- Long queues ---------------------------------------------------------------------------------

TEST_CASE("a long queue of chunks is read in order, whole and in parts",
          "[stream][stream:unshift]") {
  StreamWorld w;
  MemoryDuplex& d = w.make(std::size_t{1} << 20);
  std::string all;
  for (int i = 0; i < 2000; ++i) {
    const std::string chunk = std::to_string(i) + ";";
    all += chunk;
    d.push(chunk);
  }
  CHECK(d.readableLength() == all.size());
  std::string got;
  for (std::int64_t n = 1; got.size() < all.size(); n = n % 17 + 1) {
    const auto left = static_cast<std::int64_t>(all.size() - got.size());
    got += d.read(n < left ? n : left)->view();
    if (n == 5) d.unshift(Buffer::copyOf(std::string(1, got.back()))), got.pop_back();
  }
  CHECK(got == all);
  CHECK(d.readableLength() == 0);
}
