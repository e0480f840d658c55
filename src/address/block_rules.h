// The rules of a BlockList: kept in the order they came, found again by their values, and answered
// from without looking at each. Single addresses are a hash table, everything else is two sets of
// intervals, because Node compares an IPv4 address with fewer rules than its mapped form (a range
// that begins or ends at an IPv6 address says nothing of IPv4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "address/interval_set.h"
#include "address/ip_bits.h"

namespace uvnet::address {

struct BlockRule {
  enum class Kind : std::uint8_t { kAddress, kRange, kSubnet };
  Kind kind = Kind::kAddress;
  std::uint8_t prefix = 0;  // of a subnet
  IpAddress first;          // the address, the start, the network as it was given
  IpAddress last;           // the end of a range
  friend bool operator==(const BlockRule&, const BlockRule&) = default;
};

class BlockRules {
 public:
  explicit BlockRules(bool strict);

  const bool strict;

  // False: it is there already.
  bool add(const BlockRule& rule);
  // False: it is not there.
  bool remove(const BlockRule& rule);
  void clear() noexcept;
  std::size_t size() const noexcept { return size_; }
  bool blocks(const IpAddress& address) const noexcept;

  template <class F>
  void eachNewestFirst(F&& f) const {
    for (std::size_t i = entries_.size(); i > 0; --i) {
      if (entries_[i - 1].alive) f(entries_[i - 1].rule);
    }
  }

 private:
  struct Entry {
    BlockRule rule;
    bool alive = true;
  };
  // Open addressing. The tag is part of the hash: most slots that are not it are passed without a
  // look at the rule.
  struct Slot {
    std::uint32_t index;
    std::uint32_t tag;
  };
  template <class Key>
  using Interval = std::optional<std::pair<Key, Key>>;

  std::uint64_t hashOf(const BlockRule& rule) const noexcept;
  std::uint64_t hashOf(const IpBits& bits) const noexcept;
  // The slot of the rule that `matches` says yes to; nullptr.
  template <class Matches>
  const Slot* find(std::uint64_t hash, Matches&& matches) const noexcept;
  void place(std::uint32_t index, std::uint64_t hash) noexcept;
  // Forgets removed rules, and makes room for one more.
  void rebuild();

  bool hasAddress(const IpBits& bits) const noexcept;
  static Interval<std::uint32_t> v4Interval(const BlockRule& rule) noexcept;
  static Interval<IpBits> v6Interval(const BlockRule& rule) noexcept;

  std::vector<Entry> entries_;  // oldest first; removed ones stay until the next rebuild()
  std::size_t size_ = 0;
  std::vector<Slot> slots_;  // a power of two, or none
  std::size_t used_ = 0;     // slots that are not empty
  const std::uint64_t seed_;
  IntervalSet<std::uint32_t> v4_;
  IntervalSet<IpBits> v6_;
};

// "Subnet: IPv4 10.0.0.0/8", as Node shows a rule.
std::string ruleText(const BlockRule& rule);
// From such a text. nullopt for what is none; throws what adding it would throw.
std::optional<BlockRule> ruleFromText(std::string_view text);
// Throws if the prefix is longer than an address of that family.
BlockRule subnetRule(const IpAddress& network, int prefix);
// Throws if start is after end (removing does not ask).
BlockRule rangeRule(const SocketAddress& start, const SocketAddress& end);
// "10.0.0.0/8"; throws as addCIDR().
BlockRule cidrRule(std::string_view cidr);
// A JSON array of strings; throws SyntaxError, or ERR_INVALID_ARG_TYPE for other JSON.
std::vector<std::string> stringsFromJson(std::string_view json);

}  // namespace uvnet::address
