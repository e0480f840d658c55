// Node and uvnet side by side: starts node with stream_programs.js, runs the same programs here,
// and where the traces differ makes the program as small as it can be.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/program_runner.h"

namespace uvnet::test::fuzz {

// A program and what node printed for it.
struct Traced {
  nlohmann::json program;
  Lines node;
};

// Gives the programs of these seeds to `each` as they come. Throws std::runtime_error where node
// cannot be run or prints something else. The node is $UVNET_NODE, or the one on the path.
void traceSeeds(unsigned seed, unsigned count, const std::function<void(const Traced&)>& each);
std::vector<Traced> tracePrograms(const std::vector<nlohmann::json>& programs);

// Where the two part, or -1. A line of Node's that begins with '!' names a known difference: what
// comes after it is not compared.
int firstDifference(const Lines& node, const Lines& ours);

// The same program without all that the difference does not need.
Traced shrunk(Traced traced);

// What a person wants to see of it.
std::string report(const Traced& traced, const Lines& ours);

}  // namespace uvnet::test::fuzz
