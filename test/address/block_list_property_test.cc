// Properties with fixed seeds: the set of intervals against a list of them, and BlockList, with
// rules coming and going, against a model that compares each rule the way Node's documentation and
// sources tell it, on 128-bit integers.
#include <uvnet/net.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "address/interval_set.h"
#include "address/ip_bits.h"
#include "support/catch.h"

namespace {

using uvnet::BlockList;
using uvnet::address::IntervalSet;
using uvnet::address::IpBits;
__extension__ using U128 = unsigned __int128;

// --- The set -------------------------------------------------------------------------------------

template <class Key>
class ListOfIntervals {
 public:
  void insert(Key low, Key high) { all_.emplace_back(low, high); }
  bool erase(Key low, Key high) {
    const auto found = std::find(all_.begin(), all_.end(), std::pair(low, high));
    if (found == all_.end()) return false;
    *found = all_.back();
    all_.pop_back();
    return true;
  }
  bool covers(Key x) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const auto& one) { return !(x < one.first) && !(one.second < x); });
  }
  const std::vector<std::pair<Key, Key>>& all() const { return all_; }

 private:
  std::vector<std::pair<Key, Key>> all_;
};

// Grows and shrinks in turns, so that nodes are split, emptied and freed on every level.
template <class Key, class Make>
void compareSets(std::mt19937_64& random, std::size_t most, std::uint64_t domain, Make&& make) {
  IntervalSet<Key> set;
  ListOfIntervals<Key> list;
  const auto point = [&] { return random() % domain; };
  for (int phase = 0; phase < 4; ++phase) {
    const bool grows = phase % 2 == 0;
    for (std::size_t step = 0; step < most * 2; ++step) {
      if (random() % 8 < (grows ? 7 : 1)) {
        const std::uint64_t low = point();
        const std::uint64_t high =
            std::min(domain - 1, low + (random() % 4 == 0 ? random() % 9 : 0));
        set.insert(make(low), make(high));
        list.insert(make(low), make(high));
      } else if (!list.all().empty()) {
        const auto gone = list.all()[random() % list.all().size()];
        REQUIRE(set.erase(gone.first, gone.second));
        REQUIRE(list.erase(gone.first, gone.second));
      }
      const Key low = make(point());
      const Key high = make(point());
      if (low < high) REQUIRE(set.erase(low, high) == list.erase(low, high));
      if (step % 4 == 0) {
        const Key x = make(point());
        REQUIRE(set.covers(x) == list.covers(x));
      }
    }
  }
  while (!list.all().empty()) {
    const auto gone = list.all().back();
    REQUIRE(set.erase(gone.first, gone.second));
    list.erase(gone.first, gone.second);
    if (list.all().size() % 16 == 0) {
      const Key x = make(point());
      REQUIRE(set.covers(x) == list.covers(x));
    }
  }
  REQUIRE_FALSE(set.covers(make(0)));
  REQUIRE_FALSE(set.erase(make(0), make(0)));
}

// --- The model of a list -------------------------------------------------------------------------

struct Address {
  U128 value = 0;  // of IPv4: 32 bits
  bool v6 = false;
  friend bool operator==(const Address&, const Address&) = default;
};

constexpr U128 kMappedBase = U128{0xffff} << 32;

bool mappedForm(const Address& address) { return address.v6 && address.value >> 32 == 0xffff; }

U128 asV6(const Address& address) {
  return address.v6 ? address.value : kMappedBase | address.value;
}

std::partial_ordering compare(const Address& one, const Address& other) {
  if (one.v6 != other.v6 && !mappedForm(one.v6 ? one : other))
    return std::partial_ordering::unordered;
  const U128 a = asV6(one);
  const U128 b = asV6(other);
  return a < b   ? std::partial_ordering::less
         : a > b ? std::partial_ordering::greater
                 : std::partial_ordering::equivalent;
}

bool inSubnet(const Address& address, const Address& network, int prefix) {
  if (network.v6 || !address.v6) {
    const bool short32 = !network.v6;
    const U128 a = short32 ? address.value : asV6(address);
    const int left = (short32 ? 32 : 128) - prefix;
    return left == 128 || a >> left == network.value >> left;
  }
  if (!mappedForm(address)) return false;
  return inSubnet({address.value & 0xffffffff, false}, network, prefix);
}

struct ModelRule {
  char kind = 'a';
  Address first, last;
  int prefix = 0;
  friend bool operator==(const ModelRule&, const ModelRule&) = default;

  bool matches(const Address& address) const {
    if (kind == 'a') return compare(address, first) == 0;
    if (kind == 'r') return compare(address, first) >= 0 && compare(address, last) <= 0;
    return inSubnet(address, first, prefix);
  }
};

bool modelBlocks(const std::vector<ModelRule>& rules, const Address& address) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const ModelRule& rule) { return rule.matches(address); });
}

// Every form of the IPv4 address in it is asked for, the mapped one too.
bool strictlyBlocks(const std::vector<ModelRule>& rules, const Address& address) {
  if (modelBlocks(rules, address)) return true;
  const auto v4Blocked = [&](U128 v4) {
    return modelBlocks(rules, {v4 & 0xffffffff, false}) ||
           modelBlocks(rules, {kMappedBase | (v4 & 0xffffffff), true});
  };
  const U128 value = address.value;
  if (!address.v6) return v4Blocked(value);
  if (mappedForm(address)) return v4Blocked(value);
  if (value >> 32 == 0) return value > 1 && v4Blocked(value);
  if (value >> 32 == (U128{0x64ff9b} << 64)) return v4Blocked(value);
  if (value >> 112 == 0x2002) return v4Blocked(value >> 80);
  return false;
}

uvnet::SocketAddress publicForm(const Address& address) {
  const IpBits bits{static_cast<std::uint64_t>(address.value >> 64),
                    static_cast<std::uint64_t>(address.value)};
  return uvnet::SocketAddress(
      {.address = address.v6
                      ? uvnet::address::formatIPv6(bits)
                      : uvnet::address::formatIPv4(static_cast<std::uint32_t>(address.value)),
       .family = address.v6 ? "ipv6" : "ipv4"});
}

class Addresses {
 public:
  explicit Addresses(std::mt19937_64& random) : random_(random) {}

  // Close to each other, over all lengths of common prefixes, and in every form.
  Address any() {
    const std::uint32_t v4 = near32();
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2:
        return {v4, false};
      case 3:
        return {kMappedBase | v4, true};
      case 4:
        return {v4, true};
      case 5:
        return {(U128{0x64ff9b} << 96) | v4, true};
      case 6:
        return {(U128{0x2002} << 112) | (U128{v4} << 80) | random_() % 3, true};
      default:
        return {(U128{random_() % 3} << (random_() % 128)) + random_() % 5 - 2, true};
    }
  }

 private:
  std::uint32_t near32() {
    const auto base = static_cast<std::uint32_t>(random_() % 3 == 0 ? 0x7fffffff : 0x0a000000);
    return base ^ static_cast<std::uint32_t>((random_() % 4) << (random_() % 32));
  }
  std::mt19937_64& random_;
};

void apply(BlockList& list, const ModelRule& rule, bool add) {
  const uvnet::SocketAddress first = publicForm(rule.first);
  if (rule.kind == 'a') {
    add ? list.addAddress(first) : list.removeAddress(first);
  } else if (rule.kind == 'r') {
    const uvnet::SocketAddress last = publicForm(rule.last);
    add ? list.addRange(first, last) : list.removeRange(first, last);
  } else {
    add ? list.addSubnet(first, rule.prefix) : list.removeSubnet(first, rule.prefix);
  }
}

ModelRule anyRule(std::mt19937_64& random, Addresses& addresses) {
  ModelRule rule;
  rule.kind = "aaarrs"[random() % 6];
  rule.first = addresses.any();
  if (rule.kind == 'r') {
    do {
      rule.last = addresses.any();
    } while (compare(rule.first, rule.last) == std::partial_ordering::greater);
    // Most ranges of the others would block everything.
    if (random() % 4 != 0) {
      rule.last = rule.first;
      const U128 most = rule.first.v6 ? ~U128{0} : U128{0xffffffff};
      rule.last.value = std::min<U128>(most - 3, rule.last.value) + random() % 4;
      rule.last.value = std::max(rule.last.value, rule.first.value);
    }
  }
  if (rule.kind == 's') {
    const int most = rule.first.v6 ? 128 : 32;
    rule.prefix = most - static_cast<int>(random() % 12);
    if (random() % 6 == 0)
      rule.prefix = static_cast<int>(random() % static_cast<unsigned>(most + 1));
  }
  return rule;
}

}  // namespace

TEST_CASE("an IntervalSet answers as a list of intervals does", "[net][net:BlockList]") {
  std::mt19937_64 random(22);
  for (int round = 0; round < 30; ++round) {
    compareSets<std::uint32_t>(
        random, 100, 40, [](std::uint64_t x) { return static_cast<std::uint32_t>(x * 0x6666666); });
  }
  // Three levels, sparse and with many that begin alike.
  compareSets<std::uint32_t>(random, 3000, 100000,
                             [](std::uint64_t x) { return static_cast<std::uint32_t>(x); });
  compareSets<std::uint32_t>(random, 3000, 16,
                             [](std::uint64_t x) { return static_cast<std::uint32_t>(x); });
  compareSets<IpBits>(random, 3000, 100000, [](std::uint64_t x) { return IpBits{x / 7, x % 7}; });
}

TEST_CASE("an IntervalSet that was filled in order answers at every end", "[net][net:BlockList]") {
  const bool upwards = GENERATE(true, false);
  IntervalSet<std::uint32_t> set;
  constexpr std::uint32_t kCount = 50000;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const std::uint32_t at = (upwards ? i : kCount - 1 - i) * 4;
    set.insert(at + 1, at + 2);
  }
  std::uint32_t wrong = 0;
  for (std::uint32_t x = 0; x < kCount * 4; ++x)
    wrong += set.covers(x) != (x % 4 == 1 || x % 4 == 2);
  CHECK(wrong == 0);
  set.insert(2, kCount * 4);  // over all of them
  CHECK(set.covers(kCount * 2));
  CHECK(set.covers(kCount * 4));
  CHECK_FALSE(set.covers(kCount * 4 + 1));
  CHECK_FALSE(set.covers(0));
  CHECK(set.erase(2, kCount * 4));
  CHECK_FALSE(set.covers(kCount * 2));
}

TEST_CASE("a BlockList answers as a model of it, while rules come and go",
          "[net][net:BlockList][net:BlockList.strict]") {
  std::mt19937_64 random(33);
  Addresses addresses(random);
  int blocked = 0;
  int passed = 0;
  for (int round = 0; round < 400; ++round) {
    BlockList asNode;
    BlockList strict({.strict = true});
    std::vector<ModelRule> rules;
    const std::size_t most = random() % 3 == 0 ? 60 : 6;
    for (int step = 0; step < 100; ++step) {
      if (rules.size() < most && random() % 2 == 0) {
        const ModelRule rule = anyRule(random, addresses);
        apply(asNode, rule, true);
        apply(strict, rule, true);
        if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
      } else if (!rules.empty() && random() % 3 == 0) {
        const std::size_t i = random() % rules.size();
        apply(asNode, rules[i], false);
        apply(strict, rules[i], false);
        rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(i));
      }
      const Address probe = addresses.any();
      const uvnet::SocketAddress shown = publicForm(probe);
      CAPTURE(round, step, shown.address(), asNode.rules());
      REQUIRE(asNode.size() == rules.size());
      REQUIRE(asNode.check(shown) == modelBlocks(rules, probe));
      REQUIRE(strict.check(shown) == strictlyBlocks(rules, probe));
      REQUIRE(asNode.check(shown.address(), shown.family()) == modelBlocks(rules, probe));
      ++(modelBlocks(rules, probe) ? blocked : passed);
    }
    // What is shown can be read, and is the same list then.
    BlockList copy;
    copy.fromJSON(asNode.toJSON());
    std::vector<std::string> reversed = asNode.rules();
    std::reverse(reversed.begin(), reversed.end());
    REQUIRE(copy.rules() == reversed);
  }
  CHECK(blocked > 5000);
  CHECK(passed > 5000);
}

TEST_CASE("a BlockList of many rules forgets the removed ones and keeps the order of the others",
          "[net][net:BlockList.rules]") {
  BlockList list;
  std::vector<std::string> expected;
  for (int i = 0; i < 5000; ++i) {
    list.addAddress("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    if (i % 3 == 0) continue;
    expected.push_back("Address: IPv4 10.0." + std::to_string(i / 250) + "." +
                       std::to_string(i % 250));
  }
  for (int i = 0; i < 5000; i += 3) {
    list.removeAddress("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  }
  // One place, used over and over.
  for (int i = 0; i < 20000; ++i) {
    list.addRange("11.0.0.0", "11.0.0.9");
    list.removeRange("11.0.0.0", "11.0.0.9");
  }
  std::reverse(expected.begin(), expected.end());
  CHECK(list.rules() == expected);
  CHECK_FALSE(list.check("10.0.0.0"));
  CHECK(list.check("10.0.0.1"));
  CHECK_FALSE(list.check("11.0.0.1"));
}
