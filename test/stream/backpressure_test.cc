// Backpressure that holds: each side of a pipe stops at its high-water mark and the chunk that
// reached it. The bytes are counted at every event and at every hook, and compared with what node
// held in the same program.
#include <uvnet/testing.h>

#include <algorithm>
#include <iterator>

#include "stream/kinds.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::pipeline;
using uvnet::StreamOptions;
using uvnet::TransformCallback;
using uvnet::test::Hooks;
using uvnet::test::Kinds;

namespace {

// Gives `total` bytes in chunks; as greedy as a source may be: it pushes until push() says no.
class Source {
 public:
  Source(Kinds& w, std::size_t chunk, std::size_t mark, bool greedy)
      : stream(w.readable({.highWaterMark = static_cast<std::int64_t>(mark)},
                          {.read = [this](std::size_t) { give(); }})),
        chunk_(chunk),
        greedy_(greedy) {}
  static constexpr std::size_t kTotal = 20000;
  std::size_t given = 0;
  std::function<void()> look = [] {};
  uvnet::test::MadeReadable& stream;

 private:
  void give() {
    for (;;) {
      if (given == kTotal) {
        stream.push(nullptr);
        return;
      }
      const std::size_t size = std::min(chunk_, kTotal - given);
      given += size;
      const bool more = stream.push(std::string(size, 'x'));
      look();
      if (!more || !greedy_) return;
    }
  }
  std::size_t chunk_;
  bool greedy_;
};

// Takes one chunk at a time, `late` ticks after it came.
class Sink {
 public:
  Sink(Kinds& w, std::size_t mark, int late)
      : stream(w.writable({.highWaterMark = static_cast<std::int64_t>(mark)},
                          {.write =
                               [this](const Buffer& chunk, Callback done) {
                                 pending_ = chunk.size();
                                 done_ = std::move(done);
                                 look();
                                 later(late_);
                               }})),
        host_(w.host),
        late_(late) {}
  std::size_t taken = 0;
  std::function<void()> look = [] {};
  uvnet::test::MadeWritable& stream;

 private:
  void later(int ticks) {
    if (ticks > 0) {
      host_.nextTick([this, ticks] { later(ticks - 1); });
      return;
    }
    taken += std::exchange(pending_, 0);
    look();
    std::exchange(done_, {})(nullptr);
    look();
  }
  uvnet::Host& host_;
  int late_;
  std::size_t pending_ = 0;
  Callback done_;
};

// And the most that node 20 held in the same program, without and with a PassThrough of 50 between.
struct Case {
  std::size_t chunk, from, to;
  int late;
  bool greedy;
  std::size_t inNode, withPassThroughInNode;
};

const Case kCases[] = {
    {1, 1, 1, 1, true, 2, 101},
    {10, 1, 1, 2, true, 20, 110},
    {10, 100, 35, 3, true, 140, 230},
    {100, 35, 100, 0, true, 200, 200},
    {7, 64, 64, 1, false, 140, 245},
    {1000, 64, 64, 1, true, 2000, 3000},
    {64, 64, 1000, 5, true, 1088, 1152},
    {64, 1000, 64, 5, true, 1088, 1152},
    {16, 0, 0, 1, true, 16, 128},
    {16, 0, 16, 1, false, 16, 128},
    {300, 1000, 1000, 0, false, 600, 600},
};

// A side says "enough" when its mark is reached: the chunk that reaches it may go beyond. An empty
// side always takes one.
std::size_t fullSide(std::size_t mark, std::size_t chunk) {
  return std::max<std::size_t>(mark, 1) + chunk - 1;
}

// Looks at every event of a stream.
template <class S>
void lookAtEvents(S& stream, const std::function<void()>& look) {
  if constexpr (!std::is_base_of_v<uvnet::Writable, S>) {
    stream.template on<"pause">(look);
    stream.template on<"resume">(look);
    stream.template on<"end">(look);
  }
  if constexpr (!std::is_base_of_v<uvnet::Readable, S>) {
    stream.template on<"drain">(look);
    stream.template on<"finish">(look);
  }
  stream.template on<"close">(look);
}

}  // namespace

TEST_CASE("each side of a pipe() holds its mark and the chunk that reached it, no more",
          "[stream][stream:pipe][stream:backpressure]") {
  const Case c = GENERATE(from_range(std::begin(kCases), std::end(kCases)));
  const bool byPipeline = GENERATE(false, true);
  CAPTURE(c.chunk, c.from, c.to, c.late, c.greedy, byPipeline);
  Kinds w;
  Source source(w, c.chunk, c.from, c.greedy);
  Sink sink(w, c.to, c.late);
  std::size_t most = 0;
  std::size_t looks = 0;
  std::size_t mostRead = 0;
  std::size_t mostWritten = 0;
  const std::function<void()> look = [&] {
    ++looks;
    most = std::max(most, source.given - sink.taken);
    mostRead = std::max(mostRead, source.stream.readableLength());
    mostWritten = std::max(mostWritten, sink.stream.writableLength());
  };
  source.look = sink.look = look;
  lookAtEvents(source.stream, look);
  lookAtEvents(sink.stream, look);
  bool over = false;
  if (byPipeline) {
    pipeline({source.stream, sink.stream}, [&](const uvnet::Error* error) {
      CHECK(error == nullptr);
      over = true;
    });
  } else {
    source.stream.pipe(sink.stream);
    sink.stream.on<"close">([&] { over = true; });
  }
  uvnet::test::runUntil(w.host, [&] { return over; });
  CHECK(sink.taken == Source::kTotal);
  CHECK(looks > 10);
  // read() asks the source for more while it still counts the chunk it is about to give.
  CHECK(mostRead <= fullSide(c.from, c.chunk) + c.chunk);
  CHECK(mostWritten <= fullSide(c.to, c.chunk));
  CHECK(most <= c.inNode);
}

TEST_CASE("a PassThrough between adds its own marks and no more",
          "[stream][stream:pipeline][stream:transform][stream:backpressure]") {
  const Case c = GENERATE(from_range(std::begin(kCases), std::end(kCases)));
  CAPTURE(c.chunk, c.from, c.to, c.late, c.greedy);
  Kinds w;
  Source source(w, c.chunk, c.from, c.greedy);
  auto& between = w.passThrough({.highWaterMark = 50});
  Sink sink(w, c.to, c.late);
  std::size_t most = 0;
  const std::function<void()> look = [&] { most = std::max(most, source.given - sink.taken); };
  source.look = sink.look = look;
  lookAtEvents(source.stream, look);
  lookAtEvents(between, look);
  lookAtEvents(sink.stream, look);
  bool over = false;
  pipeline({source.stream, between, sink.stream}, [&](const uvnet::Error* error) {
    CHECK(error == nullptr);
    over = true;
  });
  uvnet::test::runUntil(w.host, [&] { return over; });
  CHECK(sink.taken == Source::kTotal);
  CHECK(most <= c.withPassThroughInNode);
}

TEST_CASE("pipe() through a pair with partial writes never holds more than its marks",
          "[stream][stream:pipe][stream:memoryPair][stream:backpressure]") {
  const std::size_t pieces = GENERATE(1U, 7U, 1000U);
  const unsigned delay = GENERATE(0U, 2U);
  CAPTURE(pieces, delay);
  Kinds w;
  Source source(w, 100, 64, true);
  uvnet::testing::MemoryPairOptions options;
  options.toB = {.pieces = pieces, .delay = delay};
  options.a = options.b = StreamOptions{.highWaterMark = 64, .allowHalfOpen = false};
  const auto pair = uvnet::testing::memoryPair(w.host, std::move(options));
  w.keep(pair.a);
  w.keep(pair.b);
  Sink sink(w, 64, 2);
  std::size_t most = 0;
  const std::function<void()> look = [&] { most = std::max(most, source.given - sink.taken); };
  source.look = sink.look = look;
  lookAtEvents(source.stream, look);
  lookAtEvents(*pair.a, look);
  lookAtEvents(*pair.b, look);
  source.stream.pipe(*pair.a);
  pair.b->pipe(sink.stream);
  uvnet::test::runUntil(w.host, [&] { return sink.stream.closed(); });
  CHECK(sink.taken == Source::kTotal);
  CHECK(most <= 4 * fullSide(64, 100));
}

TEST_CASE("of two destinations the slower one bounds what is held",
          "[stream][stream:pipe][stream:backpressure]") {
  Kinds w;
  Source source(w, 10, 40, true);
  Sink fast(w, 30, 0);
  Sink slow(w, 30, 6);
  std::size_t most = 0;
  const std::function<void()> look = [&] {
    most = std::max(most, source.given - std::min(fast.taken, slow.taken));
  };
  source.look = fast.look = slow.look = look;
  source.stream.pipe(fast.stream);
  source.stream.pipe(slow.stream);
  uvnet::test::runUntil(w.host, [&] { return fast.stream.closed() && slow.stream.closed(); });
  CHECK(fast.taken == Source::kTotal);
  CHECK(slow.taken == Source::kTotal);
  CHECK(most <= fullSide(40, 10) + fullSide(30, 10));
}
