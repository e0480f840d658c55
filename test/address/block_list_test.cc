// net.BlockList: what node v20 answers, shows and throws, and for what is newer what its
// documentation and its tests say.
#include <uvnet/net.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
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

TEST_CASE("a BlockList blocks addresses, also in their IPv4-mapped form",
          "[net][net:BlockList.addAddress][net:BlockList.check]") {
  BlockList list;
  list.addAddress("1.1.1.1");
  list.addAddress("8592:757c:efae:4e45:fb5d:d62a:0d00:8e17", "ipv6");
  list.addAddress("::ffff:1.1.1.2", "ipv6");
  list.addAddress(v4("1.1.1.3"));
  CHECK(list.check("1.1.1.1"));
  CHECK(list.check(SocketAddress({.address = "1.1.1.1", .port = 80})));
  CHECK_FALSE(list.check("1.1.1.1", "ipv6"));
  CHECK_FALSE(list.check("8592:757c:efae:4e45:fb5d:d62a:0d00:8e17"));
  CHECK(list.check("8592:757c:efae:4e45:fb5d:d62a:0d00:8e17", "ipv6"));
  CHECK(list.check("::ffff:1.1.1.1", "ipv6"));
  CHECK(list.check("::ffff:101:101", "IPV6"));
  CHECK(list.check("0:0:0:0:0:ffff:1.1.1.1", "IPv6"));
  CHECK(list.check("1.1.1.2"));
  CHECK(list.check(v6("::ffff:1.1.1.3")));
  CHECK_FALSE(list.check("1.2.3.4"));
  CHECK_FALSE(list.check("::1", "ipv6"));
  list.addAddress("fe80::1%eth0", "ipv6");
  CHECK(list.check("fe80::1", "ipv6"));
  CHECK(list.check("fe80::1%lo", "ipv6"));
}

TEST_CASE("a BlockList does not block what is no address or family", "[net][net:BlockList.check]") {
  BlockList list;
  list.addSubnet("0.0.0.0", 0);
  list.addSubnet("::", 0, "ipv6");
  CHECK(list.check("9.9.9.9"));
  CHECK(list.check("9::", "ipv6"));
  CHECK_FALSE(list.check(""));
  CHECK_FALSE(list.check("nope"));
  CHECK_FALSE(list.check("::1"));
  CHECK_FALSE(list.check("01.2.3.4"));
  CHECK_FALSE(list.check("1.1.1.1", "ipv5"));
  CHECK_FALSE(list.check("1.1.1.1", ""));
}

TEST_CASE("a BlockList blocks ranges with both ends", "[net][net:BlockList.addRange]") {
  BlockList list;
  list.addRange("10.0.0.2", "10.0.0.10");
  list.addRange("::1", "::f", "ipv6");
  list.addRange(v4("10.0.1.0"), v4("10.0.1.0"));
  CHECK_FALSE(list.check("10.0.0.1"));
  CHECK(list.check("10.0.0.2"));
  CHECK(list.check("10.0.0.10"));
  CHECK_FALSE(list.check("10.0.0.11"));
  CHECK_FALSE(list.check("2.2.2.2"));
  CHECK_FALSE(list.check("255.255.255.255"));
  CHECK(list.check("::ffff:0a00:0002", "ipv6"));
  CHECK(list.check("::ffff:0a00:000a", "ipv6"));
  CHECK_FALSE(list.check("::ffff:c0a8:0003", "ipv6"));
  CHECK_FALSE(list.check("::", "ipv6"));
  CHECK(list.check("::1", "ipv6"));
  CHECK(list.check("::f", "ipv6"));
  CHECK_FALSE(list.check("::10", "ipv6"));
  CHECK(list.check("10.0.1.0"));
}

TEST_CASE("a range of IPv6 addresses says nothing of an IPv4 one unless both its ends are mapped",
          "[net][net:BlockList.addRange]") {
  {
    BlockList list;
    list.addRange("::fffe:0:0", "::ffff:10.0.0.0", "ipv6");
    CHECK_FALSE(list.check("1.2.3.4"));
    CHECK(list.check("::ffff:1.2.3.4", "ipv6"));
  }
  {
    BlockList list;
    list.addRange(v4("1.1.1.1"), v6("::ffff:1.1.1.9"));
    CHECK(list.check("1.1.1.5"));
    CHECK(list.check("::ffff:1.1.1.5", "ipv6"));
    CHECK(list.rules() == Rules{"Range: IPv4 1.1.1.1-::ffff:1.1.1.9"});
  }
  {
    BlockList list;
    list.addRange(v4("1.1.1.1"), v6("2::"));
    CHECK_FALSE(list.check("1.1.1.10"));
    CHECK_FALSE(list.check("1::", "ipv6"));
    CHECK(list.check("::ffff:1.1.1.10", "ipv6"));
    CHECK_FALSE(list.check("::ffff:0.1.1.10", "ipv6"));
  }
  {
    BlockList list;
    list.addRange(v6("2::"), v4("1.1.1.1"));  // nothing is in it
    CHECK_FALSE(list.check("1.1.1.1"));
    CHECK_FALSE(list.check("1::", "ipv6"));
    CHECK(list.size() == 1);
  }
}

TEST_CASE("a BlockList blocks subnets of any prefix", "[net][net:BlockList.addSubnet]") {
  BlockList list;
  list.addSubnet("10.0.0.0", 27);
  list.addSubnet("8592:757c:efaf::", 51, "ipv6");
  CHECK(list.check("10.0.0.31"));
  CHECK_FALSE(list.check("10.0.0.32"));
  CHECK(list.check("8592:757c:efaf:1fff:ffff:ffff:ffff:ffff", "ipv6"));
  CHECK_FALSE(list.check("8592:757c:efaf:2000::", "ipv6"));

  BlockList one;
  one.addSubnet("1.2.3.4", 32);
  CHECK(one.check("1.2.3.4"));
  CHECK(one.check("::ffff:1.2.3.4", "ipv6"));
  CHECK_FALSE(one.check("9.9.9.9"));
  CHECK_FALSE(one.check("::ffff:9.9.9.9", "ipv6"));

  BlockList every;
  every.addSubnet(v4("1.2.3.4"), 0);
  CHECK(every.check("9.9.9.9"));
  CHECK(every.check("::ffff:9.9.9.9", "ipv6"));
  CHECK_FALSE(every.check("9::", "ipv6"));
  CHECK(every.rules() == Rules{"Subnet: IPv4 1.2.3.4/0"});
}

TEST_CASE("an IPv6 subnet blocks the IPv4 addresses whose mapped form it has",
          "[net][net:BlockList.addSubnet]") {
  const auto blocks = [](const std::string& network, int prefix, std::string_view address) {
    BlockList list;
    list.addSubnet(network, prefix, "ipv6");
    return list.check(address);
  };
  CHECK(blocks("::ffff:0:0", 96, "9.9.9.9"));
  CHECK(blocks("::", 80, "9.9.9.9"));
  CHECK(blocks("::", 0, "9.9.9.9"));
  CHECK_FALSE(blocks("::", 81, "9.9.9.9"));
  CHECK(blocks("::ffff:10.0.0.0", 104, "10.2.3.4"));
  CHECK_FALSE(blocks("::ffff:10.0.0.0", 104, "11.2.3.4"));
  CHECK(blocks("::ffff:1.2.3.4", 128, "1.2.3.4"));
  CHECK_FALSE(blocks("::ffff:1.2.3.4", 128, "1.2.3.5"));
}

TEST_CASE("a BlockList shows its rules, the newest first, and counts them",
          "[net][net:BlockList.rules][net:BlockList.size]") {
  BlockList list;
  CHECK(list.rules().empty());
  CHECK(list.size() == 0);
  list.addAddress("1.1.1.1");
  list.addRange("10.0.0.1", "10.0.0.10");
  list.addSubnet("8592:757c:efae:4e45::", 64, "IpV6");
  CHECK(list.rules() == Rules{"Subnet: IPv6 8592:757c:efae:4e45::/64",
                              "Range: IPv4 10.0.0.1-10.0.0.10", "Address: IPv4 1.1.1.1"});
  CHECK(list.size() == 3);
  CHECK(list.toJSON() == list.rules());
}

TEST_CASE("a rule that is there already is not added again",
          "[net][net:BlockList.rules][net:BlockList.size]") {
  BlockList list;
  for (int i = 0; i < 2; ++i) {
    list.addAddress("1.1.1.1");
    list.addAddress(SocketAddress({.address = "1.1.1.1", .port = 5}));
    list.addAddress("::ffff:1.1.1.1", "ipv6");  // another rule, of the same address
    list.addRange("1.1.1.1", "1.1.1.1");
    list.addSubnet("1.1.1.1", 32);
  }
  CHECK(list.rules() == Rules{"Subnet: IPv4 1.1.1.1/32", "Range: IPv4 1.1.1.1-1.1.1.1",
                              "Address: IPv6 ::ffff:1.1.1.1", "Address: IPv4 1.1.1.1"});
}

TEST_CASE("a BlockList throws Node's errors and is as before",
          "[net][net:BlockList.addAddress][net:BlockList.addRange][net:BlockList.addSubnet]") {
  BlockList list;
  list.addAddress("9.9.9.9");
  CHECK(thrownBy([&] { list.addAddress("::1"); }) == kInvalid);
  CHECK(thrownBy([&] { list.addAddress("1.1.1.1", "ipv6"); }) == kInvalid);
  CHECK(thrownBy([&] { list.addAddress("1.1.1.1", "ipv7"); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The property 'options.family' is invalid. Received "
        "'ipv7'");
  CHECK(thrownBy([&] { list.addRange("1.1.1.2", "1.1.1.1"); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The argument 'start' must come before end. Received "
        "SocketAddress { address: '1.1.1.2', port: 0, family: 'ipv4', flowlabel: 0 }");
  CHECK(thrownBy([&] { list.addRange("::ffff:1.1.1.2", "::ffff:1.1.1.1", "ipv6"); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The argument 'start' must come before end. Received "
        "SocketAddress { address: '::ffff:1.1.1.2', port: 0, family: 'ipv6', flowlabel: 0 }");
  CHECK(thrownBy([&] { list.addRange(v4("1.1.1.2"), v6("::ffff:1.1.1.1")); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The argument 'start' must come before end. Received "
        "SocketAddress { address: '1.1.1.2', port: 0, family: 'ipv4', flowlabel: 0 }");
  CHECK(thrownBy([&] { list.addRange("1.1.1.1", "x"); }) == kInvalid);
  CHECK(thrownBy([&] { list.addSubnet("1.1.1.2", 33); }) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"prefix\" is out of range. It must be >= 0 && "
        "<= 32. Received 33");
  CHECK(thrownBy([&] { list.addSubnet("::", -1, "ipv6"); }) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"prefix\" is out of range. It must be >= 0 && "
        "<= 128. Received -1");
  CHECK(thrownBy([&] { list.addSubnet("1.1.1", 40); }) == kInvalid);
  CHECK(list.rules() == Rules{"Address: IPv4 9.9.9.9"});
}

TEST_CASE("addAddresses() adds texts and SocketAddresses, all or none",
          "[net][net:BlockList.addAddresses]") {
  BlockList list;
  list.addAddresses({"1.1.1.1", "2.2.2.2"});
  list.addAddresses(std::vector<std::string>{"::1", "::2"}, "ipv6");
  list.addAddresses(std::array{v4("10.0.0.1"), v6("::3")});
  CHECK(list.size() == 6);
  CHECK(list.check("2.2.2.2"));
  CHECK(list.check("::ffff:1.1.1.1", "ipv6"));
  CHECK(list.check("::2", "ipv6"));
  CHECK(list.check("::3", "ipv6"));
  CHECK(list.check("10.0.0.1"));
  CHECK(thrownBy([&] { list.addAddresses({"3.3.3.3", "x", "4.4.4.4"}); }) == kInvalid);
  CHECK(list.size() == 6);
  CHECK_FALSE(list.check("3.3.3.3"));
  list.addAddresses(std::vector<std::string>());
  CHECK(list.size() == 6);
}

TEST_CASE("addCIDR() and addCIDRs() add subnets of either family",
          "[net][net:BlockList.addCIDR][net:BlockList.addCIDRs]") {
  BlockList list;
  list.addCIDR("10.0.0.0/8");
  list.addCIDRs({"192.168.0.0/16", "2001:db8::/32"});
  list.addCIDRs(std::vector<std::string>{"1.1.1.1/32"});
  CHECK(list.check("10.1.2.3"));
  CHECK(list.check("::ffff:10.0.0.1", "ipv6"));
  CHECK_FALSE(list.check("11.0.0.1"));
  CHECK(list.check("2001:db8:ffff::1", "ipv6"));
  CHECK_FALSE(list.check("2001:db9::1", "ipv6"));
  CHECK(list.rules() == Rules{"Subnet: IPv4 1.1.1.1/32", "Subnet: IPv6 2001:db8::/32",
                              "Subnet: IPv4 192.168.0.0/16", "Subnet: IPv4 10.0.0.0/8"});
}

TEST_CASE("addCIDR() throws Node's errors, and addCIDRs() adds nothing then",
          "[net][net:BlockList.addCIDR][net:BlockList.addCIDRs]") {
  BlockList list;
  CHECK(thrownBy([&] { list.addCIDR("10.0.0.0"); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The argument 'cidr' must contain a prefix length (e.g. "
        "\"10.0.0.0/8\"). Received '10.0.0.0'");
  for (const std::string bad : {"10.0.0.0/abc", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/8.0",
                                "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/-0", "10.0.0.0/-"}) {
    CHECK(thrownBy([&] { list.addCIDR(bad); }) ==
          "TypeError ERR_INVALID_ARG_VALUE: The argument 'cidr' prefix length must be a valid "
          "integer. Received '" +
              bad + "'");
  }
  CHECK(thrownBy([&] { list.addCIDR("10.0.0.0/33"); }) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"prefix\" is out of range. It must be >= 0 && "
        "<= 32. Received 33");
  CHECK(thrownBy([&] { list.addCIDR("::/-1"); }) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"prefix\" is out of range. It must be >= 0 && "
        "<= 128. Received -1");
  CHECK(thrownBy([&] { list.addCIDR("10.0.0/8"); }) == kInvalid);
  CHECK(thrownBy([&] { list.addCIDR("10.0.0.0/8/8"); }) == kInvalid);
  CHECK(thrownBy([&] { list.addCIDRs({"10.0.0.0/8", "10.0.0.x/8"}); }) == kInvalid);
  CHECK(list.size() == 0);
}

TEST_CASE("what was added can be removed, with the same values only",
          "[net][net:BlockList.removeAddress][net:BlockList.removeRange]"
          "[net:BlockList.removeSubnet][net:BlockList.removeCIDR]") {
  BlockList list;
  list.addAddress("3.3.3.3");
  list.addAddress("::1", "ipv6");
  list.addRange("10.0.0.1", "10.0.0.100");
  list.addSubnet("11.1.0.0", 16);
  list.addSubnet("11.0.0.0", 8);
  list.addCIDR("2001:db8::/32");

  list.removeAddress("9.9.9.9");
  list.removeAddress("::ffff:3.3.3.3", "ipv6");  // was given as IPv4
  list.removeRange("10.0.0.1", "10.0.0.99");
  list.removeRange("10.0.0.100", "10.0.0.1");
  list.removeSubnet("11.0.0.1", 8);
  list.removeCIDR("2001:db8::/33");
  CHECK(list.size() == 6);

  list.removeAddress(SocketAddress({.address = "3.3.3.3", .port = 80}));
  CHECK_FALSE(list.check("3.3.3.3"));
  CHECK_FALSE(list.check("::ffff:3.3.3.3", "ipv6"));
  list.removeAddress("::1", "ipv6");
  CHECK_FALSE(list.check("::1", "ipv6"));
  list.removeRange(v4("10.0.0.1"), v4("10.0.0.100"));
  CHECK_FALSE(list.check("10.0.0.50"));
  list.removeSubnet("11.0.0.0", 8);
  CHECK_FALSE(list.check("11.2.3.4"));
  CHECK(list.check("11.1.3.4"));  // the narrower one is still there
  list.removeSubnet(v6("2001:db8::"), 32);
  CHECK_FALSE(list.check("2001:db8::1", "ipv6"));
  CHECK(list.rules() == Rules{"Subnet: IPv4 11.1.0.0/16"});
  list.removeCIDR("11.1.0.0/16");
  CHECK(list.size() == 0);
  CHECK_FALSE(list.check("11.1.3.4"));

  CHECK(thrownBy([&] { list.removeAddress("x"); }) == kInvalid);
  CHECK(thrownBy([&] { list.removeSubnet("1.1.1.1", 33); }) != "nothing");
  CHECK(thrownBy([&] { list.removeCIDR("1.1.1.1"); }) != "nothing");
}

TEST_CASE("clear() removes every rule, and rules can be added again",
          "[net][net:BlockList.clear]") {
  BlockList list;
  list.addAddress("1.1.1.1");
  list.addRange("10.0.0.1", "10.0.0.10");
  list.addSubnet("::", 16, "ipv6");
  list.clear();
  CHECK(list.size() == 0);
  CHECK(list.rules().empty());
  CHECK_FALSE(list.check("1.1.1.1"));
  CHECK_FALSE(list.check("10.0.0.5"));
  CHECK_FALSE(list.check("::1", "ipv6"));
  list.addAddress("2.2.2.2");
  CHECK(list.check("2.2.2.2"));
  CHECK(list.size() == 1);
}

TEST_CASE("PRIVATE_RANGES are what addCIDRs() takes", "[net][net:BlockList.PRIVATE_RANGES]") {
  BlockList list;
  list.addCIDRs(BlockList::PRIVATE_RANGES);
  CHECK(list.size() == 8);
  for (const std::string in :
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1"}) {
    CHECK(list.check(in));
  }
  for (const std::string in : {"::1", "fe80::1", "febf::1", "fc00::1", "fdff::1"}) {
    CHECK(list.check(in, "ipv6"));
  }
  for (const std::string out : {"8.8.8.8", "172.32.0.1", "192.169.0.1", "128.0.0.1"}) {
    CHECK_FALSE(list.check(out));
  }
  for (const std::string out : {"::2", "fec0::1", "2001:db8::1", "fe00::1"}) {
    CHECK_FALSE(list.check(out, "ipv6"));
  }
}

TEST_CASE("a copy of a BlockList is the same list", "[net][net:BlockList]") {
  BlockList list;
  const BlockList same = list;
  BlockList moved = std::move(list);
  moved.addAddress("1.1.1.1");
  CHECK(same.check("1.1.1.1"));
  CHECK(list.check("1.1.1.1"));  // NOLINT: there is no move
  CHECK(same == moved);
  CHECK_FALSE(same == BlockList());
}

TEST_CASE("isBlockList() tells a BlockList from everything else",
          "[net][net:BlockList.isBlockList]") {
  CHECK(BlockList::isBlockList(BlockList()));
  CHECK_FALSE(BlockList::isBlockList(1));
  CHECK_FALSE(BlockList::isBlockList(SocketAddress()));
  static_assert(!BlockList::isBlockList("list"));
}

TEST_CASE("threads may check one BlockList that nobody changes", "[net][net:BlockList.check]") {
  BlockList list;
  for (int i = 0; i < 1000; ++i) list.addCIDR("10." + std::to_string(i % 256) + ".0.0/16");
  list.addAddress("1.1.1.1");
  std::array<int, 2> found{};
  std::array<std::thread, 2> threads;
  for (std::size_t t = 0; t < threads.size(); ++t) {
    threads[t] = std::thread([&found, t, list] {
      for (int i = 0; i < 1000; ++i) {
        found[t] += list.check("10.1.2.3") && list.check("1.1.1.1") && !list.check("11.1.1.1");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(found[0] == 1000);
  CHECK(found[1] == 1000);
}
