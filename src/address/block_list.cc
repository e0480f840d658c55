#include <uvnet/block_list.h>

#include <optional>

#include "address/block_rules.h"
#include "address/ip.h"
#include "address/ip_bits.h"
#include "base/arguments.h"

namespace uvnet {

namespace {

using address::AddressAccess;
using address::BlockRule;
using address::IpAddress;

IpAddress checkedIp(std::string_view address, std::string_view family) {
  const std::optional<bool> v6 = address::isV6Family(family);
  if (!v6) throw base::invalidArgValue("options.family", base::quoted(family));
  const std::optional<IpAddress> ip = address::parseIp(address, *v6);
  if (!ip) throw address::invalidAddress();
  return *ip;
}

BlockRule addressRule(const IpAddress& address) {
  BlockRule rule;
  rule.first = address;
  return rule;
}

// As added, whether or not it could be.
BlockRule uncheckedRange(const IpAddress& start, const IpAddress& end) {
  BlockRule rule;
  rule.kind = BlockRule::Kind::kRange;
  rule.first = start;
  rule.last = end;
  return rule;
}

}  // namespace

BlockList::BlockList(BlockListOptions options)
    : rules_(std::make_shared<address::BlockRules>(options.strict)) {}

void BlockList::addAddress(std::string_view address, std::string_view family) {
  rules_->add(addressRule(checkedIp(address, family)));
}
void BlockList::addAddress(const SocketAddress& address) {
  rules_->add(addressRule(AddressAccess::ip(address)));
}
void BlockList::addTexts(const std::vector<std::string_view>& addresses, std::string_view family) {
  std::vector<BlockRule> rules;
  rules.reserve(addresses.size());
  for (const std::string_view one : addresses) rules.push_back(addressRule(checkedIp(one, family)));
  for (const BlockRule& rule : rules) rules_->add(rule);
}
void BlockList::addAll(const std::vector<SocketAddress>& addresses) {
  for (const SocketAddress& one : addresses) addAddress(one);
}

void BlockList::addRange(std::string_view start, std::string_view end, std::string_view family) {
  const SocketAddress first = AddressAccess::make(checkedIp(start, family), 0);
  addRange(first, AddressAccess::make(checkedIp(end, family), 0));
}
void BlockList::addRange(const SocketAddress& start, const SocketAddress& end) {
  rules_->add(address::rangeRule(start, end));
}

void BlockList::addSubnet(std::string_view network, int prefix, std::string_view family) {
  rules_->add(address::subnetRule(checkedIp(network, family), prefix));
}
void BlockList::addSubnet(const SocketAddress& network, int prefix) {
  rules_->add(address::subnetRule(AddressAccess::ip(network), prefix));
}
void BlockList::addCIDR(std::string_view cidr) { rules_->add(address::cidrRule(cidr)); }
void BlockList::addSubnets(const std::vector<std::string_view>& cidrs) {
  std::vector<BlockRule> rules;
  rules.reserve(cidrs.size());
  for (const std::string_view one : cidrs) rules.push_back(address::cidrRule(one));
  for (const BlockRule& rule : rules) rules_->add(rule);
}

void BlockList::removeAddress(std::string_view address, std::string_view family) {
  rules_->remove(addressRule(checkedIp(address, family)));
}
void BlockList::removeAddress(const SocketAddress& address) {
  rules_->remove(addressRule(AddressAccess::ip(address)));
}
void BlockList::removeRange(std::string_view start, std::string_view end, std::string_view family) {
  const IpAddress first = checkedIp(start, family);
  rules_->remove(uncheckedRange(first, checkedIp(end, family)));
}
void BlockList::removeRange(const SocketAddress& start, const SocketAddress& end) {
  rules_->remove(uncheckedRange(AddressAccess::ip(start), AddressAccess::ip(end)));
}
void BlockList::removeSubnet(std::string_view network, int prefix, std::string_view family) {
  rules_->remove(address::subnetRule(checkedIp(network, family), prefix));
}
void BlockList::removeSubnet(const SocketAddress& network, int prefix) {
  rules_->remove(address::subnetRule(AddressAccess::ip(network), prefix));
}
void BlockList::removeCIDR(std::string_view cidr) { rules_->remove(address::cidrRule(cidr)); }

void BlockList::clear() noexcept { rules_->clear(); }

bool BlockList::check(std::string_view address, std::string_view family) const noexcept {
  const std::optional<bool> v6 = address::isV6Family(family);
  if (!v6) return false;
  const std::optional<IpAddress> ip = address::parseIp(address, *v6);
  return ip && rules_->blocks(*ip);
}
bool BlockList::check(const SocketAddress& address) const noexcept {
  return rules_->blocks(AddressAccess::ip(address));
}

std::size_t BlockList::size() const noexcept { return rules_->size(); }

std::vector<std::string> BlockList::rules() const {
  std::vector<std::string> texts;
  texts.reserve(rules_->size());
  rules_->eachNewestFirst([&](const BlockRule& rule) { texts.push_back(address::ruleText(rule)); });
  return texts;
}

void BlockList::fromJSON(const std::vector<std::string>& rules) {
  std::vector<BlockRule> read;
  read.reserve(rules.size());
  for (const std::string& text : rules) {
    if (const std::optional<BlockRule> rule = address::ruleFromText(text)) read.push_back(*rule);
  }
  for (const BlockRule& rule : read) rules_->add(rule);
}
void BlockList::fromJSON(std::string_view json) { fromJSON(address::stringsFromJson(json)); }

bool BlockList::strict() const noexcept { return rules_->strict; }

}  // namespace uvnet
