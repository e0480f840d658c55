#include "address/block_rules.h"

#include <algorithm>
#include <random>
#include <tuple>

namespace uvnet::address {

namespace {

constexpr std::uint32_t kEmpty = 0xffffffff;
constexpr std::uint32_t kRemoved = 0xfffffffe;
constexpr std::size_t kFirstSlots = 16;

// The finaliser of MurmurHash3: every bit of x moves every bit of the answer.
constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ x >> 33) * 0xff51afd7ed558ccd;
  x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53;
  return x ^ x >> 33;
}

constexpr std::uint32_t tagOf(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>(hash >> 32);
}

IpBits prefixMask(int prefix) noexcept {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  if (prefix == 0) return {};
  if (prefix <= 64) return {kAll << (64 - prefix), 0};
  return {kAll, kAll << (128 - prefix)};
}

bool asV4(const IpAddress& address) noexcept { return !address.v6 || isMapped(address.bits); }

// The first and last address of a subnet.
std::pair<IpBits, IpBits> subnetEnds(const BlockRule& rule) noexcept {
  const IpBits mask = prefixMask(rule.first.v6 ? rule.prefix : 96 + rule.prefix);
  const IpBits& bits = rule.first.bits;
  return {{bits.high & mask.high, bits.low & mask.low},
          {bits.high | ~mask.high, bits.low | ~mask.low}};
}

// The IPv4 address that others than mapped ones carry, for strict lists.
std::optional<std::uint32_t> carriedV4(const IpBits& bits) noexcept {
  constexpr std::uint64_t kNat64 = 0x0064ff9b00000000;  // 64:ff9b::/96, RFC 6052
  constexpr std::uint64_t k6to4 = 0x2002;               // 2002::/16, RFC 3056
  const bool short96 = (bits.low & ~kV4Mask) == 0;
  // "::" and "::1" are no IPv4-compatible addresses.
  if (bits.high == 0 && short96 && bits.low > 1) return v4Of(bits);
  if (bits.high == kNat64 && short96) return v4Of(bits);
  if (bits.high >> 48 == k6to4) return static_cast<std::uint32_t>(bits.high >> 16 & kV4Mask);
  return std::nullopt;
}

}  // namespace

// Who may choose addresses that get blocked must not be able to choose colliding ones.
BlockRules::BlockRules(bool isStrict)
    : strict(isStrict),
      seed_(std::uint64_t{std::random_device()()} << 32 ^ std::random_device()()) {}

bool BlockRules::add(const BlockRule& rule) {
  const std::uint64_t hash = hashOf(rule);
  if (find(hash, [&](const BlockRule& other) { return other == rule; }) != nullptr) return false;
  // At most 5/8 of the slots are used, or looking for what is not there gets long.
  if ((used_ + 1) * 8 > slots_.size() * 5) rebuild();
  if (entries_.size() == entries_.capacity()) entries_.reserve(entries_.size() * 2 + 1);
  if (rule.kind != BlockRule::Kind::kAddress) {
    if (const auto v4 = v4Interval(rule)) v4_.insert(v4->first, v4->second);
    if (const auto v6 = v6Interval(rule)) v6_.insert(v6->first, v6->second);
  }
  entries_.push_back({rule});
  place(static_cast<std::uint32_t>(entries_.size() - 1), hash);
  ++size_;
  return true;
}

bool BlockRules::remove(const BlockRule& rule) {
  const Slot* const slot =
      find(hashOf(rule), [&](const BlockRule& other) { return other == rule; });
  if (slot == nullptr) return false;
  entries_[slot->index].alive = false;
  slots_[static_cast<std::size_t>(slot - slots_.data())].index = kRemoved;
  --size_;
  if (rule.kind != BlockRule::Kind::kAddress) {
    if (const auto v4 = v4Interval(rule)) v4_.erase(v4->first, v4->second);
    if (const auto v6 = v6Interval(rule)) v6_.erase(v6->first, v6->second);
  }
  if (size_ == 0) clear();
  return true;
}

void BlockRules::clear() noexcept {
  entries_.clear();
  slots_.clear();
  used_ = size_ = 0;
  v4_.clear();
  v6_.clear();
}

bool BlockRules::blocks(const IpAddress& address) const noexcept {
  const IpBits& bits = address.bits;
  if (size_ == 0) return false;
  if (hasAddress(bits)) return true;
  if (asV4(address) && v4_.covers(v4Of(bits))) return true;
  if ((address.v6 || strict) && v6_.covers(bits)) return true;
  if (!strict) return false;
  const std::optional<std::uint32_t> carried = carriedV4(bits);
  return carried && blocks({mapped(*carried), false});
}

// --- The table -----------------------------------------------------------------------------------

std::uint64_t BlockRules::hashOf(const IpBits& bits) const noexcept {
  return mixed(mixed(bits.low ^ seed_) ^ bits.high);
}

// That of an address does not say which family it was given as: check() looks for both at once.
std::uint64_t BlockRules::hashOf(const BlockRule& rule) const noexcept {
  const std::uint64_t first = hashOf(rule.first.bits);
  switch (rule.kind) {
    case BlockRule::Kind::kAddress:
      return first;
    case BlockRule::Kind::kRange:
      return mixed(first ^ hashOf(rule.last.bits) >> 1);
    case BlockRule::Kind::kSubnet:
      return mixed(first + rule.prefix + 1);
  }
  return first;
}

template <class Matches>
const BlockRules::Slot* BlockRules::find(std::uint64_t hash, Matches&& matches) const noexcept {
  if (slots_.empty()) return nullptr;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask; slots_[i].index != kEmpty; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.index != kRemoved && slot.tag == tagOf(hash) && matches(entries_[slot.index].rule)) {
      return &slot;
    }
  }
  return nullptr;
}

void BlockRules::place(std::uint32_t index, std::uint64_t hash) noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].index != kEmpty) i = (i + 1) & mask;
  slots_[i] = {index, tagOf(hash)};
  ++used_;
}

void BlockRules::rebuild() {
  // A quarter full afterwards or less, so that the next time is as many rules away as there are.
  std::size_t count = kFirstSlots;
  while (count < (size_ + 1) * 4) count *= 2;
  std::vector<Slot> slots(count, Slot{kEmpty, 0});
  slots_.swap(slots);
  used_ = 0;
  entries_.erase(
      std::remove_if(entries_.begin(), entries_.end(), [](const Entry& one) { return !one.alive; }),
      entries_.end());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    place(static_cast<std::uint32_t>(i), hashOf(entries_[i].rule));
  }
}

bool BlockRules::hasAddress(const IpBits& bits) const noexcept {
  return find(hashOf(bits), [&](const BlockRule& rule) {
           return rule.kind == BlockRule::Kind::kAddress && rule.first.bits == bits;
         }) != nullptr;
}

// --- What a rule blocks --------------------------------------------------------------------------

// Of IPv4 addresses, in either form.
BlockRules::Interval<std::uint32_t> BlockRules::v4Interval(const BlockRule& rule) noexcept {
  IpBits first = rule.first.bits;
  IpBits last = rule.last.bits;
  if (rule.kind == BlockRule::Kind::kSubnet) {
    std::tie(first, last) = subnetEnds(rule);
    if (last < kMappedFirst || kMappedLast < first) return std::nullopt;
    first = std::max(first, kMappedFirst);
    last = std::min(last, kMappedLast);
  } else if (!asV4(rule.first) || !asV4(rule.last)) {
    return std::nullopt;
  }
  return std::pair(v4Of(first), v4Of(last));
}

// Of IPv6 addresses, where that is more than what the IPv4 interval has.
BlockRules::Interval<IpBits> BlockRules::v6Interval(const BlockRule& rule) noexcept {
  IpBits first = rule.first.bits;
  IpBits last = rule.last.bits;
  if (rule.kind == BlockRule::Kind::kSubnet) {
    std::tie(first, last) = subnetEnds(rule);
  } else if (!rule.first.v6) {
    // What is compared with an IPv4 address must be mapped itself.
    last = std::min(last, kMappedLast);
  } else if (!rule.last.v6) {
    first = std::max(first, kMappedFirst);
  }
  if (last < first || (isMapped(first) && isMapped(last) && v4Interval(rule))) return std::nullopt;
  return std::pair(first, last);
}

}  // namespace uvnet::address
