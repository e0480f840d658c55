// Files of a scenario: what Node printed, which lines shall differ, and how two traces are
// compared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace uvnet::test {

// The trace that a twin must show: <name>.trace with the differences of differences.txt put in.
// Fails the test where a difference has nothing to apply to.
std::vector<std::string> expectedTrace(std::string_view name);

// "" where both are equal; else all lines, with those only in one of them marked - (Node) or +
// (ours).
std::string traceDiff(const std::vector<std::string>& node, const std::vector<std::string>& ours);

}  // namespace uvnet::test
