// net.BlockList as JSON and back; and strict lists, which Node does not have.
#include <uvnet/net.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support/loopback.h"

using uvnet::BlockList;
using uvnet::SocketAddress;

namespace {

// Without the fields that these errors do not have.
std::string thrownBy(const std::function<void()>& call) {
  const std::string text = uvnet::test::thrownBy(call);
  return text.substr(0, text.rfind(" {}"));
}

using Rules = std::vector<std::string>;

SocketAddress v6(const std::string& address) {
  return SocketAddress({.address = address, .family = "ipv6"});
}
SocketAddress v4(const std::string& address) { return SocketAddress({.address = address}); }

constexpr const char* kInvalid = "Error ERR_INVALID_ADDRESS: Invalid socket address";

}  // namespace

TEST_CASE("rules go through JSON and come back",
          "[net][net:BlockList.fromJSON][net:BlockList.toJSON]") {
  BlockList list;
  list.addAddress("10.0.0.5");
  list.addAddress("::", "ipv6");
  list.addAddress("::ffff:1.2.3.4", "ipv6");
  list.addSubnet("192.168.1.0", 24);
  list.addSubnet("::1.2.3.0", 120, "ipv6");
  list.addRange("192.168.2.1", "192.168.2.10");
  list.addRange("::1", "::f", "ipv6");
  list.addRange(v4("1.1.1.1"), v6("::ffff:1.1.1.9"));

  BlockList copy;
  copy.fromJSON(list.toJSON());
  Rules reversed = list.rules();
  std::reverse(reversed.begin(), reversed.end());
  CHECK(copy.rules() == reversed);  // as in Node: read in order, shown newest first

  std::string json = "[";
  for (const std::string& rule : list.rules())
    json += (json.size() > 1 ? ", \"" : "\"") + rule + '"';
  BlockList third;
  third.fromJSON(json + " ]\n");
  CHECK(third.rules() == reversed);

  BlockList added;
  added.addAddress("7.7.7.7");
  added.fromJSON({"Address: IPv4 10.0.0.5", "Subnet: IPv4 192.168.1.0/24"});
  CHECK(added.rules() ==
        Rules{"Subnet: IPv4 192.168.1.0/24", "Address: IPv4 10.0.0.5", "Address: IPv4 7.7.7.7"});
  added.fromJSON(R"(["Address: IPv4 \u0031.1.1.1", "\"\\\/\n", ""])");
  CHECK(added.rules().front() == "Address: IPv4 1.1.1.1");
  CHECK(added.size() == 4);
}

TEST_CASE("fromJSON() passes over texts that are no rules", "[net][net:BlockList.fromJSON]") {
  BlockList list;
  list.fromJSON({"1", "", "Address: IPv4 ", "Address: IPv4 hello", "Address: IPv5 1.1.1.1",
                 "address: IPv4 1.1.1.1", "Range: IPv4 1.1.1.1", "Subnet: IPv4 1.1.1.1/",
                 "Subnet: IPv6 ::/x", "Rule: IPv4 1.1.1.1", " Address: IPv4 1.1.1.1"});
  CHECK(list.size() == 0);
  list.fromJSON("[]");
  list.fromJSON(Rules());
  CHECK(list.size() == 0);
}

TEST_CASE("fromJSON() throws for what is no JSON, no strings or an invalid rule, and adds nothing",
          "[net][net:BlockList.fromJSON][code:ERR_INVALID_ARG_TYPE]") {
  BlockList list;
  const auto read = [&](std::string_view json) { return thrownBy([&] { list.fromJSON(json); }); };
  const std::string wrong =
      "TypeError ERR_INVALID_ARG_TYPE: The \"data\" argument must be of type string or string[]. "
      "Received ";
  CHECK(read("[1, 2, 3]") == wrong + "an instance of Array");
  CHECK(read("[\"Address: IPv4 1.1.1.1\", [\"x\", {\"a\": [null, -1.5e+3]}], 0]") ==
        wrong + "an instance of Array");
  CHECK(read("123") == wrong + "type number (123)");
  CHECK(read(" null ") == wrong + "null");
  CHECK(read("true") == wrong + "type boolean (true)");
  CHECK(read("{\"a\": 1}") == wrong + "an instance of Object");
  CHECK(read("\"x\"") == wrong + "type string ('x')");
  for (const std::string_view bad :
       {"",      "nope",    "[",           "[1,",    "[1",      "[\"a\" \"b\"]",
        "[,]",   "[1,]",    "[]]",         "[] []",  "{\"a\"}", "{\"a\":}",
        "{1:2}", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "\"",      "01",
        "1.",    "-",       "1e",          "+1",     "tru",     "\"\\"}) {
    CAPTURE(bad);
    CHECK(read(bad).rfind("SyntaxError : ", 0) == 0);
  }
  CHECK(read(std::string(100000, '[')).rfind("SyntaxError : ", 0) == 0);
  CHECK(read("[\"Address: IPv4 1.1.1.1\", \"Address: IPv4 999.1.1.1\"]") == kInvalid);
  CHECK(read("[\"Address: IPv4 1.1.1.1\", \"Subnet: IPv4 1.1.1.1/33\"]") ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"prefix\" is out of range. It must be >= 0 && "
        "<= 32. Received 33");
  CHECK(list.size() == 0);
}

TEST_CASE("a strict BlockList sees an IPv4 address inside IPv6 ones",
          "[net][net:BlockList.strict]") {
  const std::vector<std::string> forms = {"::1.2.3.4", "64:ff9b::1.2.3.4",
                                          "2002:102:304::", "2002:102:304:ffff::1"};
  BlockList asNode;
  BlockList strict({.strict = true});
  CHECK_FALSE(asNode.strict());
  CHECK(strict.strict());
  for (BlockList* list : {&asNode, &strict}) {
    list->addAddress("1.2.3.4");
    list->addCIDR("10.0.0.0/8");
    list->addRange("11.0.0.0", "11.0.0.9");
  }
  for (const std::string& form : forms) {
    CAPTURE(form);
    CHECK(strict.check(form, "ipv6"));
    CHECK_FALSE(asNode.check(form, "ipv6"));
  }
  CHECK(strict.check("::10.9.9.9", "ipv6"));
  CHECK(strict.check("64:ff9b::11.0.0.9", "ipv6"));
  CHECK(strict.check("::ffff:1.2.3.4", "ipv6"));
  CHECK(strict.check("1.2.3.4"));
  for (const std::string other :
       {"::1.2.3.5", "64:ff9b::1.2.3.5", "2002:102:305::", "64:ff9b:1::1.2.3.4",
        "64:ff9b:0:0:0:1:102:304", "2003:102:304::", "::1:0:1.2.3.4"}) {
    CAPTURE(other);
    CHECK_FALSE(strict.check(other, "ipv6"));
  }
}

TEST_CASE(
    "a strict BlockList takes :: and ::1 for themselves, and an IPv4 address for its mapped form",
    "[net][net:BlockList.strict]") {
  BlockList strict({.strict = true});
  strict.addCIDR("0.0.0.0/8");
  CHECK(strict.check("::2", "ipv6"));
  CHECK_FALSE(strict.check("::1", "ipv6"));
  CHECK_FALSE(strict.check("::", "ipv6"));
  // A range of which Node sees only the mapped form.
  strict.addRange("::fffe:0:0", "::ffff:10.0.0.0", "ipv6");
  CHECK(strict.check("1.2.3.4"));
  CHECK(strict.check("64:ff9b::1.2.3.4", "ipv6"));
  CHECK_FALSE(strict.check("11.2.3.4"));
}
