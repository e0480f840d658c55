// Net::isIP() of what is asked most: addresses of both families, a name, and what is nearly one.
#include <benchmark/benchmark.h>
#include <uvnet/net.h>

#include <string_view>

namespace {

void isIP(benchmark::State& state, std::string_view text) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    benchmark::DoNotOptimize(uvnet::Net::isIP(text));
  }
}
BENCHMARK_CAPTURE(isIP, v4, "192.168.100.200");
BENCHMARK_CAPTURE(isIP, v6, "2001:db8:85a3:8d3:1319:8a2e:370:7348");
BENCHMARK_CAPTURE(isIP, v4_in_v6, "::ffff:192.168.100.200");
BENCHMARK_CAPTURE(isIP, zone, "fe80::1%eth0");
BENCHMARK_CAPTURE(isIP, name, "www.example.com");
BENCHMARK_CAPTURE(isIP, nearly, "192.168.100.256");

}  // namespace
