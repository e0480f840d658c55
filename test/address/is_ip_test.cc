// isIP, isIPv4, isIPv6: a table, node's answers for 2400 texts that are nearly addresses
// (tools/is_ip_goldens.js), and inet_pton's for very many.
#include <arpa/inet.h>
#include <uvnet/net.h>

#include <array>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.h"

namespace uvnet {
namespace {

using namespace std::string_view_literals;

void check(std::string_view text, int version) {
  CAPTURE(text);
  CHECK(Net::isIP(text) == version);
  CHECK(Net::isIPv4(text) == (version == 4));
  CHECK(Net::isIPv6(text) == (version == 6));
}

TEST_CASE("isIP tells 4, 6, or 0 for what is no address", "[net][M19][M20]") {
  for (const auto text : {"127.0.0.1", "0.0.0.0", "255.255.255.255"}) check(text, 4);
  for (const auto text : {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
                          "::2:3:4:5:6:7:8", "::ffff:1.2.3.4", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4",
                          "FE80::ABCD", "::ffff:c0a8:101", "64:ff9b::192.0.2.33"}) {
    check(text, 6);
  }
  for (const auto text : {"",
                          "localhost",
                          "256.0.0.1",
                          "1.2.3",
                          "1.2.3.4.5",
                          "1.2.3.4:80",
                          "0x7f.1",
                          "127.1",
                          "2130706433",
                          "1e3.0.0.0",
                          "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9",
                          "1::2:3:4:5:6:7:8",
                          "1:::2",
                          "1::2::3",
                          ":1",
                          "1:",
                          ":::",
                          "12345::",
                          "g::",
                          "::1.2.3.256",
                          "1:2:3:4:5:6:7:1.2.3.4",
                          "::1.2.3.4:5",
                          "1.2.3.4::",
                          "[::1]"}) {
    check(text, 0);
  }
}

TEST_CASE("leading zeros, blanks, prefixes and a NUL make it no address", "[net][M19][M20]") {
  for (const auto text :
       {"01.2.3.4"sv, "1.2.3.04"sv, "00.0.0.0"sv, "::ffff:01.2.3.4"sv, "1.2.3.4 "sv, " 1.2.3.4"sv,
        "::1 "sv, "1.2.3.4/8"sv, "::1/128"sv, "1.2.3.4\0"sv, "::1\0"sv, "\uff11.2.3.4"sv}) {
    check(text, 0);
  }
}

TEST_CASE("an IPv6 address may have a zone", "[net][M19][M20]") {
  for (const auto text : {"fe80::1%eth0", "::1%lo", "::1%1", "::1%a.b", "::1%a-b", "::1%a:b"}) {
    check(text, 6);
  }
  for (const auto text : {"fe80::1%", "::1%a_b", "::1%a%b", "::1%a\u00e9", "1.2.3.4%eth0"}) {
    check(text, 0);
  }
}

TEST_CASE("isIP says what node says", "[net][M19][M20]") {
  std::ifstream file(UVNET_TEST_SOURCE_DIR "/test/data/is_ip.txt", std::ios::binary);
  int count = 0;
  std::array<int, 7> found{};
  for (std::string line; std::getline(file, line); ++count) {
    REQUIRE(line.size() >= 2);
    const int expected = line[0] - '0';
    const std::string_view text = std::string_view(line).substr(2);
    if (Net::isIP(text) != expected) {
      CAPTURE(text, expected);
      CHECK(Net::isIP(text) == expected);
    }
    ++found.at(static_cast<std::size_t>(Net::isIP(text)));
  }
  CHECK(count == 2400);
  CHECK(found[4] == 160);
  CHECK(found[6] == 864);
}

TEST_CASE("isIP says what inet_pton says of everything without a zone", "[net][M19][M20]") {
  std::mt19937 random(20);  // NOLINT: the same texts every time
  constexpr std::string_view kLetters = "0129afF:::...";
  std::array<int, 7> found{};
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    if (i % 2 == 0) {
      for (auto n = random() % 16; n > 0; --n) text += kLetters[random() % kLetters.size()];
    } else {
      // An address with a fault or none.
      const bool v6 = random() % 2 == 0;
      for (int part = 0; part < (v6 ? 8 : 4); ++part) {
        if (part > 0) text += v6 ? ':' : '.';
        const auto number = random() % (v6 ? 0x10100 : 258);
        std::array<char, 8> digits{};
        std::snprintf(digits.data(), digits.size(), v6 ? "%x" : "%u",
                      static_cast<unsigned>(number));
        text += digits.data();
      }
      if (v6 && random() % 2 == 0) text.erase(random() % text.size(), random() % 8);
      if (random() % 4 == 0) text[random() % text.size()] = kLetters[random() % kLetters.size()];
    }
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const int expected = ::inet_pton(AF_INET, text.c_str(), address.data()) == 1    ? 4
                         : ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1 ? 6
                                                                                    : 0;
    if (Net::isIP(text) != expected) {
      CAPTURE(text, expected);
      CHECK(Net::isIP(text) == expected);
    }
    ++found.at(static_cast<std::size_t>(expected));
  }
  CHECK(found[4] > 1000);
  CHECK(found[6] > 1000);
}

}  // namespace
}  // namespace uvnet
