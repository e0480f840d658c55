// Micro benchmarks: parts alone, without a network. `tools/dev micro --benchmark_filter=REGEX`.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
