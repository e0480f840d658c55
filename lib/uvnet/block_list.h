// net.BlockList: rules that say which IP addresses a server does not accept connections from and a
// socket does not connect to.
//
//   uvnet::BlockList blockList;
//   blockList.addCIDRs(uvnet::BlockList::PRIVATE_RANGES);
//   net.createServer({.blockList = blockList}, ...);
//   blockList.addAddress("123.123.123.123");  // counts from now on
//
// A copy is the same list, as it is with objects in JavaScript. A million rules cost a check no
// more than some tens of comparisons: check() takes O(log n), add and remove take O(log n) (add
// amortised), in any order; `rules`, toJSON() and clear() take O(n). Several threads may check one
// list while nobody changes it.
#pragma once

#include <uvnet/address.h>
#include <uvnet/export.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace uvnet {

namespace address {
class BlockRules;
}  // namespace address

struct BlockListOptions {
  // Node takes an IPv4 address for what a rule blocks in two forms: "1.2.3.4" and "::ffff:1.2.3.4".
  // Strict: in those that carry it elsewhere too, "::1.2.3.4" (IPv4-compatible), "64:ff9b::1.2.3.4"
  // (NAT64) and all of "2002:102:304::/48" (6to4).
  bool strict = false;
};

class UVNET_API BlockList {
 public:
  // 'family' is "ipv4" or "ipv6", in any case: socket.remoteFamily() will do.
  // What adds or removes throws ERR_INVALID_ADDRESS, ERR_INVALID_ARG_VALUE or ERR_OUT_OF_RANGE (a
  // prefix) before anything changes. A rule that is there already is not added again.
  explicit BlockList(BlockListOptions options = {});
  BlockList(const BlockList&) = default;  // and no move: there is always a list
  BlockList& operator=(const BlockList&) = default;
  ~BlockList() = default;

  void addAddress(std::string_view address, std::string_view family = "ipv4");
  void addAddress(const SocketAddress& address);
  // Any range of texts or of SocketAddress. All of them or, when one is invalid, none.
  template <class Range>
  void addAddresses(const Range& addresses, std::string_view family = "ipv4");
  void addAddresses(std::initializer_list<std::string_view> addresses,
                    std::string_view family = "ipv4") {
    addTexts({addresses.begin(), addresses.end()}, family);
  }
  // Both ends are blocked too. Throws if start comes after end.
  void addRange(std::string_view start, std::string_view end, std::string_view family = "ipv4");
  void addRange(const SocketAddress& start, const SocketAddress& end);
  void addSubnet(std::string_view network, int prefix, std::string_view family = "ipv4");
  void addSubnet(const SocketAddress& network, int prefix);
  // "10.0.0.0/8", "2001:db8::/32": the family is seen from the address.
  void addCIDR(std::string_view cidr);
  // Any range of texts. All of them or, when one is invalid, none.
  template <class Range>
  void addCIDRs(const Range& cidrs) {
    addSubnets({std::begin(cidrs), std::end(cidrs)});
  }
  void addCIDRs(std::initializer_list<std::string_view> cidrs) {
    addSubnets({cidrs.begin(), cidrs.end()});
  }

  // Take away the rule that was added with the same values; nothing happens where there is none.
  void removeAddress(std::string_view address, std::string_view family = "ipv4");
  void removeAddress(const SocketAddress& address);
  void removeRange(std::string_view start, std::string_view end, std::string_view family = "ipv4");
  void removeRange(const SocketAddress& start, const SocketAddress& end);
  void removeSubnet(std::string_view network, int prefix, std::string_view family = "ipv4");
  void removeSubnet(const SocketAddress& network, int prefix);
  void removeCIDR(std::string_view cidr);
  void clear() noexcept;

  // False also for what is no address of that family.
  bool check(std::string_view address, std::string_view family = "ipv4") const noexcept;
  bool check(const SocketAddress& address) const noexcept;

  std::size_t size() const noexcept;  // how many rules
  // "Address: IPv4 10.0.0.5", "Range: IPv4 10.0.0.1-10.0.0.9", "Subnet: IPv6 2001:db8::/32"; the
  // newest first.
  std::vector<std::string> rules() const;
  std::vector<std::string> toJSON() const { return rules(); }
  // Adds rules given as rules() shows them, or as a JSON array of such texts. Texts that are no
  // rules are passed over, as in Node; a rule with an invalid address throws, as does what is no
  // JSON (SyntaxError) or JSON of something else (ERR_INVALID_ARG_TYPE), and nothing is added.
  void fromJSON(const std::vector<std::string>& rules);
  void fromJSON(std::initializer_list<std::string> rules) {
    fromJSON(std::vector<std::string>(rules));
  }
  void fromJSON(std::string_view json);

  bool strict() const noexcept;

  // Private, loopback and link-local addresses, for addCIDRs().
  static constexpr std::array<std::string_view, 8> PRIVATE_RANGES = {
      "10.0.0.0/8", "172.16.0.0/12",  "192.168.0.0/16", "127.0.0.0/8",
      "::1/128",    "169.254.0.0/16", "fe80::/10",      "fc00::/7"};

  template <class T>
  static constexpr bool isBlockList(const T&) noexcept {
    return std::is_same_v<T, BlockList>;
  }
  // The same list, not equal rules.
  friend bool operator==(const BlockList& a, const BlockList& b) noexcept {
    return a.rules_ == b.rules_;
  }

 private:
  void addTexts(const std::vector<std::string_view>& addresses, std::string_view family);
  void addAll(const std::vector<SocketAddress>& addresses);
  void addSubnets(const std::vector<std::string_view>& cidrs);

  std::shared_ptr<address::BlockRules> rules_;  // never null
};

template <class Range>
void BlockList::addAddresses(const Range& addresses, std::string_view family) {
  using One = std::remove_cvref_t<decltype(*std::begin(addresses))>;
  if constexpr (std::is_same_v<One, SocketAddress>) {
    addAll({std::begin(addresses), std::end(addresses)});
  } else {
    addTexts({std::begin(addresses), std::end(addresses)}, family);
  }
}

}  // namespace uvnet
