// A steady pipe allocates nothing for a chunk, whatever stands between its ends. (Over a socket:
// test/net/allocation_test.cc.)
#include <uvnet/testing.h>

#include <string>

#include "stream/kinds.h"
#include "support/count_allocations.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::pipeline;
using uvnet::StreamOptions;
using uvnet::test::allocations;
using uvnet::test::countingAllocations;
using uvnet::test::Kinds;
using uvnet::test::MadeReadable;
using uvnet::test::MadeWritable;

namespace {

constexpr int kWarmUp = 500;  // chunks until every vector has what it needs
constexpr int kCounted = 5000;

// A source that never ends, a sink that takes; after the warm-up every allocation counts.
class Steady {
 public:
  Steady(Kinds& w, bool lateSink)
      : chunk_(Buffer::copyOf(std::string(1000, 'x'))),
        source(w.readable({.highWaterMark = 4000},
                          {.read = [this](std::size_t) { source.push(chunk_); }})),
        sink(w.writable({.highWaterMark = 4000},
                        {.write = [this, &w, lateSink](const Buffer&, Callback done) {
                          note();
                          if (!lateSink) return done(nullptr);
                          done_ = std::move(done);
                          w.host.nextTick([this] { std::exchange(done_, {})(nullptr); });
                        }})) {}
  Steady(const Steady&) = delete;
  Steady& operator=(const Steady&) = delete;
  ~Steady() { countingAllocations = false; }

  bool done() const { return over_; }
  std::uint64_t counted = 0;

 private:
  void note() {
    ++chunks_;
    if (chunks_ == kWarmUp) {
      allocations = 0;
      countingAllocations = true;
    }
    if (chunks_ == kWarmUp + kCounted) {
      countingAllocations = false;
      counted = allocations;
      over_ = true;
      source.pause();
      source.destroy();
    }
  }
  Buffer chunk_;
  int chunks_ = 0;
  bool over_ = false;
  Callback done_;

 public:
  MadeReadable& source;
  MadeWritable& sink;
};

}  // namespace

TEST_CASE("a steady pipe() allocates nothing for a chunk", "[stream][stream:pipe]") {
  const bool late = GENERATE(false, true);
  CAPTURE(late);
  Kinds w;
  Steady steady(w, late);
  steady.source.pipe(steady.sink);
  uvnet::test::runUntil(w.host, [&] { return steady.done(); });
  CHECK(steady.counted == 0);
}

TEST_CASE("a steady pipeline() allocates nothing for a chunk", "[stream][stream:pipeline]") {
  const bool late = GENERATE(false, true);
  CAPTURE(late);
  Kinds w;
  Steady steady(w, late);
  pipeline({steady.source, steady.sink}, [](const uvnet::Error*) {});
  uvnet::test::runUntil(w.host, [&] { return steady.done(); });
  CHECK(steady.counted == 0);
}

TEST_CASE("a PassThrough in a steady pipe allocates nothing for a chunk",
          "[stream][stream:transform][stream:pipe]") {
  const bool late = GENERATE(false, true);
  CAPTURE(late);
  Kinds w;
  Steady steady(w, late);
  auto& between = w.passThrough({.highWaterMark = 4000});
  steady.source.pipe(between).pipe(steady.sink);
  uvnet::test::runUntil(w.host, [&] { return steady.done(); });
  CHECK(steady.counted == 0);
}

TEST_CASE("a memory pair in a steady pipe allocates nothing for a chunk",
          "[stream][stream:memoryPair][stream:pipe]") {
  Kinds w;
  Steady steady(w, false);
  const auto pair = uvnet::testing::memoryPair(w.host);
  w.keep(pair.a);
  w.keep(pair.b);
  steady.source.pipe(*pair.a);
  pair.b->pipe(steady.sink);
  uvnet::test::runUntil(w.host, [&] { return steady.done(); });
  CHECK(steady.counted == 0);
}
