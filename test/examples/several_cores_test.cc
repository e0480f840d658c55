// The example with one loop per thread, which is where ThreadSanitizer has something to look at.
#include <regex>
#include <string>

#include "examples/terminal.h"
#include "support/catch.h"

using uvnet::test::Example;
using uvnet::test::Terminal;

TEST_CASE("example: several loops share a port, and each connection is one loop's", "[examples]") {
  constexpr int kConnections = 12;
  Example server("several_cores", {"0", "3"});
  const std::string begun = server.until("\n");
  std::smatch found;
  REQUIRE(std::regex_match(begun, found, std::regex("3 loops on port (\\d+)\n")));
  const std::string port = found[1];

  int greeted[3] = {};
  for (int i = 0; i < kConnections; ++i) {
    Terminal nc("nc", {"-N", "127.0.0.1", port});
    const std::string greeting = nc.until("\n");
    REQUIRE(std::regex_match(greeting, found, std::regex("hello from loop ([123])\r\n")));
    ++greeted[std::stoi(found[1]) - 1];
    nc.type("one\n");
    CHECK(nc.until("\n") == "one\n");
    nc.typeEnd();
    CHECK(nc.rest().empty());
    CHECK(nc.exitStatus() == 0);
  }

  server.typeEnd();
  std::string told;
  for (int i = 0; i < 3; ++i) {
    told += "loop " + std::to_string(i + 1) + ": " + std::to_string(greeted[i]) + " connections\n";
  }
  CHECK(server.rest() == told);
  CHECK(server.exitStatus() == 0);
}
