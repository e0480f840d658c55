// net.SocketAddress: what node says of the same options and texts (v20; parse() by the URL class it
// is made of in newer ones), and addresses read and written as the system does.
#include <arpa/inet.h>
#include <uvnet/net.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "address/ip_bits.h"
#include "support/loopback.h"

using uvnet::SocketAddress;
using uvnet::SocketAddressOptions;

namespace {

// Without the fields that these errors do not have.
std::string thrownBy(const std::function<void()>& call) {
  const std::string text = uvnet::test::thrownBy(call);
  return text.substr(0, text.rfind(" {}"));
}

std::string shown(const SocketAddress& address) {
  return std::string(address.family()) + " " + address.address() + " " +
         std::to_string(address.port()) + " " + std::to_string(address.flowlabel());
}

std::string parsed(std::string_view text) {
  const std::optional<SocketAddress> address = SocketAddress::parse(text);
  return address ? address->address() + " " + std::to_string(address->port()) : "undefined";
}

std::string ipv6(const std::string& text) {
  return SocketAddress({.address = text, .family = "ipv6"}).address();
}

}  // namespace

TEST_CASE("a SocketAddress has Node's defaults and properties", "[net][net:SocketAddress]") {
  CHECK(shown(SocketAddress()) == "ipv4 127.0.0.1 0 0");
  CHECK(shown(SocketAddress({.family = "IPv6"})) == "ipv6 :: 0 0");
  CHECK(shown(SocketAddress({.address = "123.123.123.123", .port = 80})) ==
        "ipv4 123.123.123.123 80 0");
  CHECK(shown(SocketAddress(
            {.address = "::FFFF:1.2.3.4", .family = "ipv6", .flowlabel = 5, .port = 65535})) ==
        "ipv6 ::ffff:1.2.3.4 65535 5");
  CHECK(SocketAddress({.flowlabel = 7}).flowlabel() == 0);  // IPv4 has none
  CHECK(SocketAddress({.family = "ipv6", .flowlabel = 0xfffff}).flowlabel() == 0xfffff);
  CHECK(SocketAddress({.port = 1}) == SocketAddress({.address = "127.0.0.1", .port = 1}));
  CHECK_FALSE(SocketAddress({.address = "1.2.3.4"}) ==
              SocketAddress({.address = "::ffff:1.2.3.4", .family = "ipv6"}));
}

TEST_CASE("a SocketAddress of bad options throws Node's error", "[net][net:SocketAddress]") {
  const auto thrown = [](const SocketAddressOptions& options) {
    return thrownBy([&] { SocketAddress address(options); });
  };
  CHECK(thrown({.address = "hello"}) == "Error ERR_INVALID_ADDRESS: Invalid socket address");
  CHECK(thrown({.address = "::1"}) == "Error ERR_INVALID_ADDRESS: Invalid socket address");
  CHECK(thrown({.address = "1.2.3.4", .family = "ipv6"}) ==
        "Error ERR_INVALID_ADDRESS: Invalid socket address");
  CHECK(thrown({.address = ""}) == "Error ERR_INVALID_ADDRESS: Invalid socket address");
  CHECK(thrown({.family = "foo"}) ==
        "TypeError ERR_INVALID_ARG_VALUE: The property 'options.family' is invalid. Received "
        "'foo'");
  CHECK(thrown({.port = 65536}) ==
        "RangeError ERR_SOCKET_BAD_PORT: options.port should be >= 0 and < 65536. Received type "
        "number (65536).");
  CHECK(thrown({.port = -1}) ==
        "RangeError ERR_SOCKET_BAD_PORT: options.port should be >= 0 and < 65536. Received type "
        "number (-1).");
  CHECK(thrown({.flowlabel = -1}) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"options.flowlabel\" is out of range. It must "
        "be >= 0 && <= 4294967295. Received -1");
  // Node v20 aborts here.
  CHECK(thrown({.family = "ipv6", .flowlabel = 0x100000}) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"options.flowlabel\" is out of range. It must "
        "be >= 0 && <= 1048575. Received 1048576");
}

TEST_CASE("a SocketAddress shows IPv6 in its shortest form, and no zone",
          "[net][net:SocketAddress]") {
  const std::vector<std::pair<std::string, std::string>> node = {
      {"1:0:0:2::", "1:0:0:2::"},
      {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
      {"0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1"},
      {"::1.2.3.4", "::1.2.3.4"},
      {"::0.1.0.0", "::0.1.0.0"},
      {"::0.0.1.0", "::100"},
      {"::1:0:0", "::1:0:0"},
      {"0:0:0:0:1:0:0:0", "::1:0:0:0"},
      {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
      {"::ffff:0:0", "::ffff:0.0.0.0"},
      {"1::3:0:0:0:4", "1:0:0:3::4"},
      {"a:0:0:b:c::", "a:0:0:b:c::"},
      {"::ffff", "::ffff"},
      {"::1:ffff:1.2.3.4", "::1:ffff:102:304"},
      {"::ffff:0:1.2.3.4", "::ffff:0:102:304"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"::1%lo0%2", "::1"},
      {"fe80::1%eth0", "fe80::1"},
      {"fe80::%", "fe80::"},
  };
  for (const auto& [given, told] : node) {
    CAPTURE(given);
    CHECK(ipv6(given) == told);
  }
}

TEST_CASE("SocketAddress::parse() reads an address and an optional port",
          "[net][net:SocketAddress.parse]") {
  // The first eight and the bad ones below are those of Node's own tests.
  const std::vector<std::pair<std::string, std::string>> node = {
      {"1.2.3.4", "1.2.3.4 0"},
      {"192.168.257:1", "192.168.1.1 1"},
      {"256", "0.0.1.0 0"},
      {"999999999:12", "59.154.201.255 12"},
      {"0xffffffff", "255.255.255.255 0"},
      {"0x.0x.0", "0.0.0.0 0"},
      {"[1:0::]", "1:: 0"},
      {"[1::8]:123", "1::8 123"},
      {"1.2.3.4:00081", "1.2.3.4 81"},
      {"1.2.3.4:", "1.2.3.4 0"},
      {"1.2.3.4.:5", "1.2.3.4 5"},
      {"0x7f.1", "127.0.0.1 0"},
      {"0300.1", "192.0.0.1 0"},
      {"1.2.65535", "1.2.255.255 0"},
      {"1.", "0.0.0.1 0"},
      {"1.0x.0", "1.0.0.0 0"},
      {"[::ffff:1.2.3.4]:65535", "::ffff:1.2.3.4 65535"},
      {"[1::8]:", "1::8 0"},
      {"[0:0:0:0:0:0:1.2.3.4]:9", "::1.2.3.4 9"},
  };
  for (const auto& [given, told] : node) {
    CAPTURE(given);
    CHECK(parsed(given) == told);
  }
  CHECK(SocketAddress::parse("[1::8]:123")->family() == "ipv6");
  CHECK(SocketAddress::parse("1.2.3.4:123")->family() == "ipv4");
  for (const std::string bad : {"not an ip",
                                "abc.123",
                                "259.1.1.1",
                                "12:12:12",
                                "",
                                ".",
                                "1.2.3.4..",
                                "08.1",
                                "[::1%25lo]",
                                "1.2.3.4:65536",
                                "4294967296",
                                "1.2.65536",
                                "[::1]x",
                                "[::1",
                                "::1",
                                "1.2.3.4:8a",
                                "0xffffffffffffffffff",
                                "1 .2",
                                "[::00001]",
                                "1.2.3.4.5",
                                "-1",
                                "1e3",
                                "[]",
                                "[]:1",
                                ":1"}) {
    CAPTURE(bad);
    CHECK(parsed(bad) == "undefined");
  }
  CHECK(parsed("1.2.3.4:80") == "1.2.3.4 80");  // Node: 0
}

TEST_CASE("addresses are read and written as by the system", "[net][net:SocketAddress]") {
  std::mt19937_64 random(4);
  constexpr std::string_view kPieces[] = {
      "0",   "1",       "ffff", "12345", ":",  "::",  ":", ".",  "255",
      "256", "1.2.3.4", "00",   "a0b0",  "01", ":0:", "g", "-1", " "};
  int valid = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    if (i % 2 == 0) {
      for (auto n = random() % 12; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    } else {
      // One that is right, with many zeros, and then perhaps a byte of it changed.
      in6_addr raw{};
      for (auto& byte : raw.s6_addr) {
        byte = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0);
      }
      if (random() % 4 == 0) raw.s6_addr[10] = raw.s6_addr[11] = 0xff;
      char buffer[INET6_ADDRSTRLEN];
      text = inet_ntop(AF_INET6, &raw, buffer, sizeof buffer);
      if (random() % 2 == 0) text[random() % text.size()] = ":.0f9"[random() % 5];
    }
    CAPTURE(text);
    in6_addr v6{};
    const bool isV6 = inet_pton(AF_INET6, text.c_str(), &v6) == 1;
    const auto bits = uvnet::address::parseIPv6(text);
    REQUIRE(bits.has_value() == isV6);
    if (isV6) {
      ++valid;
      char buffer[INET6_ADDRSTRLEN];
      // glibc writes ::0.0.1.0 for what libuv, and so Node, writes as ::100.
      const std::string system = inet_ntop(AF_INET6, &v6, buffer, sizeof buffer);
      const std::string own = uvnet::address::formatIPv6(*bits);
      if (own != system) {
        CAPTURE(own, system);
        REQUIRE(bits->high == 0);
        REQUIRE(bits->low < 0x10000);
        REQUIRE(uvnet::address::parseIPv6(own) == bits);
      }
    }
    in_addr v4{};
    const bool isV4 = inet_pton(AF_INET, text.c_str(), &v4) == 1;
    const auto v4Bits = uvnet::address::parseIPv4(text);
    REQUIRE(v4Bits.has_value() == isV4);
    if (isV4) REQUIRE(*v4Bits == ntohl(v4.s_addr));
  }
  CHECK(valid > 50000);
}
