#include "fuzz/differential.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <stdexcept>

namespace uvnet::test::fuzz {

namespace {

using Json = nlohmann::json;

constexpr const char* kScript = UVNET_TEST_SOURCE_DIR "/test/fuzz/stream_programs.js";
// Of a trace around the difference.
constexpr int kLinesBefore = 40;
constexpr int kLinesAfter = 12;

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void eachLine(const std::string& arguments, const std::function<void(const std::string&)>& each) {
  const char* const chosen = std::getenv("UVNET_NODE");
  const std::string node = chosen != nullptr ? chosen : "node";
  const std::string command = quoted(node) + " " + quoted(kScript) + " " + arguments;
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + command);
  struct Close {
    std::FILE* pipe;
    ~Close() {
      if (pipe != nullptr) pclose(pipe);
    }
  } close{pipe};
  std::string line;
  char piece[1 << 16];
  while (std::fgets(piece, sizeof piece, pipe) != nullptr) {
    line += piece;
    if (line.back() != '\n') continue;
    line.pop_back();
    each(line);
    line.clear();
  }
  if (pclose(std::exchange(close.pipe, nullptr)) != 0) {
    throw std::runtime_error("failed (UVNET_NODE must name a Node 20): " + command);
  }
}

Traced parsed(const std::string& line) {
  Json json = Json::parse(line);
  Traced traced;
  traced.program = std::move(json["program"]);
  traced.node = json["trace"].get<Lines>();
  return traced;
}

// --- Shrinking -----------------------------------------------------------------------------------

bool isStepList(const Json& json) {
  if (!json.is_array() || json.empty()) return false;
  for (const Json& one : json) {
    if (!one.is_array() || one.empty() || !one[0].is_string()) return false;
  }
  return true;
}

// Every program that has one thing less than this one.
std::vector<Json> smaller(const Json& program) {
  std::vector<Json> out;
  const auto without = [&](const Json::json_pointer& list, std::size_t i) {
    Json copy = program;
    copy[list].erase(i);
    out.push_back(std::move(copy));
  };
  const std::function<void(const Json&, const Json::json_pointer&)> walk =
      [&](const Json& list, const Json::json_pointer& at) {
        for (std::size_t i = 0; i < list.size(); ++i) without(at, i);
        for (std::size_t i = 0; i < list.size(); ++i) {
          for (std::size_t k = 1; k < list[i].size(); ++k) {
            if (isStepList(list[i][k])) walk(list[i][k], at / i / k);
          }
        }
      };
  const Json::json_pointer turns("/turns");
  for (std::size_t i = 0; i < program["turns"].size(); ++i) without(turns, i);
  for (std::size_t i = 0; i < program["turns"].size(); ++i) walk(program["turns"][i], turns / i);
  for (std::size_t s = 0; s < program["streams"].size(); ++s) {
    const Json& stream = program["streams"][s];
    const Json::json_pointer at = Json::json_pointer("/streams") / s;
    for (const auto& [key, value] : stream.items()) {
      if (key == "kind" || key == "options") continue;
      if (key == "read" || key == "write" || key == "transform") {
        for (std::size_t i = 0; i < value.size(); ++i) without(at / key, i);
        for (std::size_t i = 0; i < value.size(); ++i) {
          if (!value[i][1].is_array()) continue;
          for (std::size_t k = 0; k < value[i][1].size(); ++k) without(at / key / i / 1, k);
        }
      } else {
        Json copy = program;
        copy[at].erase(key);
        out.push_back(std::move(copy));
      }
    }
    for (const auto& [key, value] : stream["options"].items()) {
      Json copy = program;
      copy[at / "options"].erase(key);
      out.push_back(std::move(copy));
    }
  }
  return out;
}

}  // namespace

void traceSeeds(unsigned seed, unsigned count, const std::function<void(const Traced&)>& each) {
  eachLine("trace " + std::to_string(seed) + " " + std::to_string(count),
           [&](const std::string& line) { each(parsed(line)); });
}

std::vector<Traced> tracePrograms(const std::vector<Json>& programs) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() /
      ("uvnet-stream-programs-" + std::to_string(getpid()) + ".json");
  struct Remove {
    const std::filesystem::path& file;
    ~Remove() { std::filesystem::remove(file); }
  } const remove{file};
  {
    std::ofstream out(file);
    for (const Json& program : programs) out << program << '\n';
  }
  std::vector<Traced> traced;
  eachLine("run " + quoted(file.string()),
           [&](const std::string& line) { traced.push_back(parsed(line)); });
  return traced;
}

namespace {

// The names in differences.txt.
bool isKnown(const std::string& name) {
  static const std::set<std::string> names = [] {
    std::set<std::string> found;
    std::ifstream in(UVNET_TEST_SOURCE_DIR "/test/fuzz/differences.txt");
    for (std::string line; std::getline(in, line);) {
      const std::size_t colon = line.find(": ");
      if (!line.empty() && line[0] != '#' && colon != std::string::npos) {
        found.insert(line.substr(0, colon));
      }
    }
    return found;
  }();
  return names.count(name) != 0;
}

}  // namespace

int firstDifference(const Lines& node, const Lines& ours) {
  for (std::size_t i = 0; i < node.size() || i < ours.size(); ++i) {
    if (i < node.size() && node[i][0] == '!' && isKnown(node[i].substr(1))) return -1;
    if (i >= node.size() || i >= ours.size() || node[i] != ours[i]) return static_cast<int>(i);
  }
  return -1;
}

Traced shrunk(Traced traced) {
  for (bool found = true; found;) {
    found = false;
    for (Traced& candidate : tracePrograms(smaller(traced.program))) {
      if (firstDifference(candidate.node, run(candidate.program)) < 0) continue;
      traced = std::move(candidate);
      found = true;
      break;
    }
  }
  return traced;
}

std::string report(const Traced& traced, const Lines& ours) {
  const int at = firstDifference(traced.node, ours);
  std::string text = traced.program.dump() + "\n";
  for (int i = std::max(0, at - kLinesBefore); i < at; ++i) {
    text += "      " + ours[static_cast<std::size_t>(i)] + "\n";
  }
  for (const auto& [name, lines] : {std::pair{"node", &traced.node}, std::pair{"ours", &ours}}) {
    for (int i = at; i < at + kLinesAfter; ++i) {
      const auto index = static_cast<std::size_t>(i);
      text += std::string(name) + "  " + (index < lines->size() ? (*lines)[index] : "(nothing)");
      text += "\n";
      if (index >= lines->size()) break;
    }
  }
  return text;
}

}  // namespace uvnet::test::fuzz
