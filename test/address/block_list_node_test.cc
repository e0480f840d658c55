// net.BlockList against the running node's: the same random rules, checks and errors.
#include <uvnet/net.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "support/loopback.h"

namespace {

using uvnet::BlockList;

// The lines that node prints. Fails the test unless it ends well.
std::vector<std::vector<std::string>> wordsOfNode(const std::string& arguments) {
  const char* const chosen = std::getenv("UVNET_NODE");
  const std::string command = "'" + std::string(chosen != nullptr ? chosen : "node") +
                              "' '" UVNET_TEST_SOURCE_DIR "/test/address/block_list_cases.js' " +
                              arguments;
  std::vector<std::vector<std::string>> lines(1, std::vector<std::string>(1));
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c == '\n') {
      lines.emplace_back(1);
    } else if (c == '\t') {
      lines.back().emplace_back();
    } else {
      lines.back().back() += static_cast<char>(c);
    }
  }
  REQUIRE(pclose(pipe) == 0);
  lines.pop_back();
  return lines;
}

std::string saidBy(const std::function<void()>& call) {
  const std::string text = uvnet::test::thrownBy(call);
  if (text == "nothing") return "-";
  std::string line;
  for (const char c : text.substr(0, text.rfind(" {}"))) {
    line += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return line;
}

}  // namespace

TEST_CASE("a BlockList answers, shows and throws what the running node's does",
          "[net][net:BlockList]") {
  constexpr const char* kSeedAndLists = "20261120 3000";
  BlockList list;
  std::size_t shown = 0;
  std::vector<std::string> rules;
  int lists = 0;
  int blocked = 0;
  for (const std::vector<std::string>& words : wordsOfNode(kSeedAndLists)) {
    const std::string& what = words[0];
    CAPTURE(lists, words);
    if (what == "list") {
      REQUIRE(shown == list.size());
      list = BlockList();
      shown = 0;
      ++lists;
    } else if (what == "a") {
      REQUIRE(saidBy([&] { list.addAddress(words[2], words[1]); }) == words[4]);
    } else if (what == "r") {
      REQUIRE(saidBy([&] { list.addRange(words[2], words[3], words[1]); }) == words[4]);
    } else if (what == "s") {
      REQUIRE(saidBy([&] { list.addSubnet(words[2], std::stoi(words[3]), words[1]); }) == words[4]);
    } else if (what == "c") {
      REQUIRE(list.check(words[2], words[1]) == (words[3] == "1"));
      blocked += words[3] == "1";
      rules = list.rules();
    } else {
      REQUIRE(what == "R");
      REQUIRE(shown < rules.size());
      REQUIRE(rules[shown++] == words[1]);
    }
  }
  CHECK(lists == 3000);
  CHECK(blocked > 3000);  // the questions meet the rules
}
