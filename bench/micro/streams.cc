// What a stream's own machinery costs per chunk, in memory: writing into a sink that takes all at
// once, reading what the other end of a pair wrote, and reading it as text.
#include <benchmark/benchmark.h>
#include <uvnet/testing.h>
#include <uvnet/writable.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using uvnet::Buffer;
using uvnet::Callback;

// Chunks per turn of the loop, whose own price is shared by them.
constexpr int kPerTurn = 16;

class Sink final : public uvnet::Writable {
 public:
  explicit Sink(uvnet::Host& host) : Writable(host) {}
  std::size_t taken = 0;

 private:
  void doWrite(Buffer chunk, Callback done) override {
    taken += chunk.size();
    done(nullptr);
  }
};

void perChunk(benchmark::State& state, std::size_t size) {
  state.SetItemsProcessed(state.iterations() * kPerTurn);
  state.SetBytesProcessed(state.iterations() * kPerTurn * static_cast<std::int64_t>(size));
}

void write(benchmark::State& state) {
  uvnet::LoopHost host;
  // In a vector, because clang's analyzer takes the end of a Ref on the stack for a leak.
  std::vector<uvnet::Ref<Sink>> kept;
  kept.push_back(uvnet::make<Sink>(host));
  Sink* sink = kept.front().get();
  const auto size = static_cast<std::size_t>(state.range(0));
  const Buffer chunk = Buffer::alloc(size);
  for (auto _ : state) {
    for (int i = 0; i < kPerTurn; ++i) sink->write(chunk);
    host.runNoWait();
  }
  if (sink->taken != static_cast<std::size_t>(state.iterations()) * kPerTurn * size) {
    state.SkipWithError("bytes are missing");
  }
  perChunk(state, size);
}
BENCHMARK(write)->Arg(64)->Arg(16 * 1024);

// One chunk at a time through a pair: write, 'data', the callback of the write.
void read(benchmark::State& state, bool text, const std::string& bytes) {
  uvnet::LoopHost host;
  const auto pair = uvnet::testing::memoryPair(host);
  std::size_t got = 0;
  if (text) pair.b->setEncoding("utf8");
  pair.b->on<"data">([&got](const Buffer& chunk) { got += chunk.size(); });
  const Buffer chunk = Buffer::copyOf(bytes);
  for (auto _ : state) {
    for (int i = 0; i < kPerTurn; ++i) pair.a->write(chunk);
    host.runNoWait();
  }
  host.run();
  if (got != static_cast<std::size_t>(state.iterations()) * kPerTurn * bytes.size()) {
    state.SkipWithError("bytes are missing");
  }
  perChunk(state, bytes.size());
}

std::string repeated(const std::string& text, std::size_t size) {
  std::string all;
  while (all.size() + text.size() <= size) all += text;
  return all;
}

void readData(benchmark::State& state) {
  read(state, false, repeated("a", static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(readData)->Arg(64)->Arg(16 * 1024);

void readAscii(benchmark::State& state) {
  read(state, true, repeated("a", static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(readAscii)->Arg(64)->Arg(16 * 1024);

// Two, three and four bytes a character.
void readUtf8(benchmark::State& state) {
  read(state, true, repeated("\u00e4\u20ac\U0001f600", static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(readUtf8)->Arg(64)->Arg(16 * 1024);

}  // namespace
