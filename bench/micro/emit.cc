// What an event costs: nobody, one or three listeners, with an argument as 'data' has one.
#include <benchmark/benchmark.h>
#include <uvnet/testing.h>

namespace {

using uvnet::Buffer;

void emitDrain(benchmark::State& state) {
  uvnet::LoopHost host;
  const auto pair = uvnet::testing::memoryPair(host);
  int heard = 0;
  for (int i = 0; i < state.range(0); ++i) pair.a->on<"drain">([&heard] { ++heard; });
  for (auto _ : state) {
    pair.a->emit<"drain">();
    benchmark::DoNotOptimize(heard);
  }
}
BENCHMARK(emitDrain)->Arg(0)->Arg(1)->Arg(3);

void emitData(benchmark::State& state) {
  uvnet::LoopHost host;
  const auto pair = uvnet::testing::memoryPair(host);
  std::size_t heard = 0;
  for (int i = 0; i < state.range(0); ++i) {
    pair.a->on<"data">([&heard](const Buffer& chunk) { heard += chunk.size(); });
  }
  const Buffer chunk = Buffer::literal("hello");
  for (auto _ : state) {
    pair.a->emit<"data">(chunk);
    benchmark::DoNotOptimize(heard);
  }
}
BENCHMARK(emitData)->Arg(1)->Arg(3);

}  // namespace
