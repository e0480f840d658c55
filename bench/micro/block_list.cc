// What a BlockList costs with up to a million rules, a third each of addresses, ranges and subnets,
// half of them IPv4. The addresses asked for are spread over all rules, and most are not blocked:
// nothing ends a search early, and with a million rules most of what it touches is in no cache.
#include <benchmark/benchmark.h>
#include <uvnet/block_list.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace {

using uvnet::BlockList;
using uvnet::SocketAddress;

constexpr std::size_t kAsked = 1 << 16;  // different addresses, in turn

std::string v4Text(std::uint32_t bits) {
  char text[16];
  std::snprintf(text, sizeof text, "%u.%u.%u.%u", bits >> 24, bits >> 16 & 0xff, bits >> 8 & 0xff,
                bits & 0xff);
  return text;
}

// In 2001::/16, the rest of the upper half at random.
std::string v6Text(std::uint64_t high, unsigned low) {
  char text[40];
  std::snprintf(text, sizeof text, "2001:%x:%x:%x::%x", static_cast<unsigned>(high >> 32 & 0xffff),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xffff),
                low);
  return text;
}

class Random {
 public:
  std::uint32_t v4() { return static_cast<std::uint32_t>(engine_()); }
  std::uint64_t any() { return engine_(); }
  unsigned below(unsigned n) { return static_cast<unsigned>(engine_() % n); }

 private:
  std::mt19937_64 engine_{1};
};

void addRule(BlockList& list, Random& random) {
  const unsigned kind = random.below(6);
  const std::uint32_t v4 = random.v4();
  const std::uint64_t v6 = random.any();
  switch (kind) {
    case 0:
      list.addAddress(v4Text(v4));
      break;
    case 1:
      list.addAddress(v6Text(v6, 1), "ipv6");
      break;
    case 2:
      list.addRange(v4Text(v4 & 0xffffff00), v4Text(v4 | 0xff));
      break;
    case 3:
      list.addRange(v6Text(v6, 1), v6Text(v6, 0xffff), "ipv6");
      break;
    case 4:
      list.addSubnet(v4Text(v4), 24 + static_cast<int>(random.below(9)));
      break;
    default:
      list.addSubnet(v6Text(v6, 0), 48 + static_cast<int>(random.below(17)), "ipv6");
      break;
  }
}

// Made once for each size.
const BlockList& listOf(std::int64_t rules) {
  static std::vector<std::pair<std::int64_t, BlockList>> made;
  for (const auto& [size, list] : made) {
    if (size == rules) return list;
  }
  BlockList list;
  Random random;
  while (static_cast<std::int64_t>(list.size()) < rules) addRule(list, random);
  return made.emplace_back(rules, list).second;
}

struct Asked {
  std::vector<std::string> texts;
  std::vector<SocketAddress> addresses;
};

const Asked& asked() {
  static const Asked all = [] {
    Asked made;
    std::mt19937_64 random(2);
    for (std::size_t i = 0; i < kAsked; ++i) {
      const bool v6 = i % 2 == 1;
      made.texts.push_back(v6 ? v6Text(random(), static_cast<unsigned>(random() % 0x10000))
                              : v4Text(static_cast<std::uint32_t>(random())));
      made.addresses.emplace_back(uvnet::SocketAddressOptions{.address = made.texts.back(),
                                                              .family = v6 ? "ipv6" : "ipv4"});
    }
    return made;
  }();
  return all;
}

void checkAddress(benchmark::State& state) {
  const BlockList& list = listOf(state.range(0));
  const Asked& all = asked();
  std::size_t i = 0;
  std::int64_t blocked = 0;
  for ([[maybe_unused]] auto _ : state) {
    blocked += list.check(all.addresses[i]) ? 1 : 0;
    i = (i + 1) % kAsked;
  }
  state.counters["blocked"] =
      static_cast<double>(blocked) / static_cast<double>(state.iterations());
}
BENCHMARK(checkAddress)->Arg(10)->Arg(1000)->Arg(100000)->Arg(1000000);

void checkText(benchmark::State& state) {
  const BlockList& list = listOf(state.range(0));
  const Asked& all = asked();
  std::size_t i = 0;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(list.check(all.texts[i], i % 2 == 1 ? "ipv6" : "ipv4"));
    i = (i + 1) % kAsked;
  }
}
BENCHMARK(checkText)->Arg(10)->Arg(1000)->Arg(100000)->Arg(1000000);

// All the rules, with the making of their texts, which is about a third of it.
void addAll(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    BlockList list;
    Random random;
    for (std::int64_t i = 0; i < state.range(0); ++i) addRule(list, random);
    benchmark::DoNotOptimize(list.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(addAll)->Arg(1000)->Arg(1000000)->Unit(benchmark::kMillisecond);

// One rule comes, an address is asked for, the rule goes: nothing is put off until the check.
void addCheckRemove(benchmark::State& state) {
  BlockList list = listOf(state.range(0));
  const Asked& all = asked();
  std::mt19937_64 random(3);
  std::size_t i = 0;
  for ([[maybe_unused]] auto _ : state) {
    const SocketAddress& first = all.addresses[random() % kAsked];
    const int prefix = first.family() == "ipv6" ? 100 : 30;
    list.addSubnet(first, prefix);
    benchmark::DoNotOptimize(list.check(all.addresses[i]));
    list.removeSubnet(first, prefix);
    i = (i + 1) % kAsked;
  }
}
BENCHMARK(addCheckRemove)->Arg(1000)->Arg(1000000);

}  // namespace
