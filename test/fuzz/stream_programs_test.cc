// Random stream programs run in Node's own stream classes and in ours: the traces are the same. See
// README.md for the format of programs and for what to do with a failure.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "fuzz/differential.h"
#include "support/catch.h"

using namespace uvnet::test::fuzz;  // NOLINT: all of this file is about it

namespace {

constexpr std::size_t kSeedsShown = 20;
constexpr std::size_t kLeastKept = 21;

unsigned fromEnvironment(const char* name, unsigned otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(value, nullptr, 10));
}

// The shortest that differ are made small and shown.
void checkSeeds(unsigned seed, unsigned count) {
  unsigned programs = 0;
  std::vector<Traced> failed;
  traceSeeds(seed, count, [&](const Traced& traced) {
    ++programs;
    if (firstDifference(traced.node, run(traced.program)) >= 0) failed.push_back(traced);
  });
  CHECK(programs == count);
  std::string seeds = std::to_string(failed.size()) + " seeds differ:";
  for (std::size_t i = 0; i < failed.size() && i < kSeedsShown; ++i) {
    seeds += " " + failed[i].program["seed"].dump();
  }
  INFO(seeds);
  // The shortest are the easiest to understand. To stderr: Catch2 would break the lines.
  std::sort(failed.begin(), failed.end(),
            [](const Traced& a, const Traced& b) { return a.node.size() < b.node.size(); });
  const std::size_t shown = fromEnvironment("UVNET_FUZZ_SHOWN", 1);
  for (std::size_t i = 0; i < failed.size() && i < shown; ++i) {
    const Traced small = shrunk(failed[i]);
    std::cerr << report(small, run(small.program)) << std::endl;
  }
  CHECK(failed.empty());
}

}  // namespace

TEST_CASE("random stream programs give the same trace in node and here", "[fuzz][stream]") {
  checkSeeds(1, fromEnvironment("UVNET_FUZZ_COUNT", 2000));
}

TEST_CASE("stream programs of a fresh seed give the same trace in node and here",
          "[fuzz][stream]") {
  const unsigned fresh = std::random_device()() % 1'000'000'000;
  const unsigned seed = fromEnvironment("UVNET_FUZZ_SEED", fresh);
  INFO("UVNET_FUZZ_SEED=" << seed);
  checkSeeds(seed, fromEnvironment("UVNET_FUZZ_FRESH_COUNT", 1000));
}

TEST_CASE("stream programs that once found a bug give the trace they gave in node",
          "[fuzz][stream]") {
  std::vector<nlohmann::json> programs;
  std::vector<Lines> traces;
  for (const auto& entry :
       std::filesystem::directory_iterator(UVNET_TEST_SOURCE_DIR "/test/fuzz/kept")) {
    INFO(entry.path().filename().string());
    const nlohmann::json kept = nlohmann::json::parse(std::ifstream(entry.path()));
    const Traced traced{kept["program"], kept["trace"].get<Lines>()};
    const Lines ours = run(traced.program);
    INFO(kept["why"].get<std::string>());
    if (firstDifference(traced.node, ours) >= 0) FAIL_CHECK(report(traced, ours));
    programs.push_back(traced.program);
    traces.push_back(traced.node);
  }
  CHECK(programs.size() >= kLeastKept);
  // And that is still what node does.
  const std::vector<Traced> again = tracePrograms(programs);
  REQUIRE(again.size() == programs.size());
  for (std::size_t i = 0; i < again.size(); ++i) CHECK(again[i].node == traces[i]);
}
