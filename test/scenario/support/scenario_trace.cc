// See scenario_trace.h. The files are read from the source tree.
#include "scenario/support/scenario_trace.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <stdexcept>

#include "scenario/support/scenario.h"
#include "support/catch.h"

namespace uvnet::test {
namespace {

using Lines = std::vector<std::string>;

Lines linesOf(const std::string& file) {
  std::ifstream in(UVNET_TEST_SOURCE_DIR "/test/scenario/" + file);
  if (!in) throw std::runtime_error("test/scenario/" + file + " cannot be read");
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

Lines split(std::string_view text, std::string_view separator) {
  Lines parts;
  for (std::size_t at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator)) {
    parts.push_back(trimmed(text.substr(0, at)));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(trimmed(text));
  return parts;
}

struct Difference {
  Lines node;
  Lines ours;
};

// A field with several lines has "\n" between them; an empty one stands for none.
Lines block(const std::string& field) { return field.empty() ? Lines() : split(field, "\\n"); }

std::vector<Difference> differencesOf(std::string_view name) {
  std::vector<Difference> all;
  for (const std::string& line : linesOf("differences.txt")) {
    if (line.empty() || line[0] == '#') continue;
    const Lines parts = split(line, " | ");
    if (parts.size() != 4 || parts[1].empty() || parts[3].empty()) {
      throw std::runtime_error("differences.txt: not `scenario | node | ours | reason`: " + line);
    }
    if (parts[0] == name) all.push_back({block(parts[1]), block(parts[2])});
  }
  return all;
}

}  // namespace

std::vector<std::string> expectedTrace(std::string_view name) {
  Lines lines = linesOf(std::string(name) + ".trace");
  for (const Difference& difference : differencesOf(name)) {
    bool used = false;
    auto from = lines.begin();
    while (true) {
      from = std::search(from, lines.end(), difference.node.begin(), difference.node.end());
      if (from == lines.end()) break;
      used = true;
      from = lines.erase(from, from + static_cast<std::ptrdiff_t>(difference.node.size()));
      from = lines.insert(from, difference.ours.begin(), difference.ours.end());
      from += static_cast<std::ptrdiff_t>(difference.ours.size());
    }
    if (!used) FAIL_CHECK("differences.txt: Node does not print `" << difference.node[0] << "`");
  }
  return lines;
}

std::string traceDiff(const Lines& node, const Lines& ours) {
  if (node == ours) return {};
  // common[i][j]: the length of the longest common subsequence of node[i..] and ours[j..].
  std::vector<std::vector<int>> common(node.size() + 1, std::vector<int>(ours.size() + 1, 0));
  for (std::size_t i = node.size(); i-- > 0;) {
    for (std::size_t j = ours.size(); j-- > 0;) {
      common[i][j] = node[i] == ours[j] ? common[i + 1][j + 1] + 1
                                        : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::string text;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < node.size() || j < ours.size()) {
    if (i < node.size() && j < ours.size() && node[i] == ours[j]) {
      text += "  " + node[i++] + "\n";
      ++j;
    } else if (j == ours.size() || (i < node.size() && common[i + 1][j] >= common[i][j + 1])) {
      text += "- " + node[i++] + "\n";
    } else {
      text += "+ " + ours[j++] + "\n";
    }
  }
  return text;
}

std::string twinTitle(std::string_view name) {
  return "scenario " + std::string(name) + ": the events come in Node's order";
}

std::string twinTags(std::string_view name) {
  const Lines words = split(linesOf(std::string(name) + ".js").at(0), " ");
  const auto isRow = [](const std::string& word) {
    return word.size() >= 2 && std::isupper(static_cast<unsigned char>(word[0])) != 0 &&
           std::all_of(word.begin() + 1, word.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
  };
  std::string tags = "[scenario]";
  auto row = words.end();
  while (row != words.begin() && isRow(*(row - 1))) --row;
  for (; row != words.end(); ++row) tags += "[" + *row + "]";
  return tags;
}

}  // namespace uvnet::test
