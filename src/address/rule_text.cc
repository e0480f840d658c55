// Rules of a BlockList as text: what `rules` shows, what fromJSON() reads, CIDR notation; and the
// checks that adding a rule makes.
#include <cctype>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "address/block_rules.h"
#include "address/ip.h"
#include "base/arguments.h"

namespace uvnet::address {

namespace {

std::string_view familyName(bool v6) noexcept { return v6 ? "IPv6" : "IPv4"; }

bool takePrefix(std::string_view& text, std::string_view prefix) noexcept {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// What was meant to be an address, though it may be none.
bool looksLikeIp(std::string_view text, bool v6) noexcept {
  const std::string_view all = v6 ? "0123456789abcdefABCDEF:." : "0123456789.";
  return !text.empty() && text.find_first_not_of(all) == std::string_view::npos;
}

IpAddress ipFrom(std::string_view text, bool v6) {
  const std::optional<IpAddress> ip = parseIp(text, v6);
  if (!ip) throw invalidAddress();
  return *ip;
}

// A whole number as JavaScript would write it; nullopt for other text.
std::optional<double> plainNumber(std::string_view text) noexcept {
  std::string_view digits = text;
  takePrefix(digits, "-");
  if (digits.empty() || (text.size() > 1 && digits[0] == '0')) return std::nullopt;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// As Node's util.inspect() shows it: on one line while that is short enough.
std::string inspected(const SocketAddress& address) {
  constexpr std::size_t kLongestAddress = 17;  // without port and flow label
  const std::string shown = address.address();
  const std::string port = std::to_string(address.port());
  const std::string flowlabel = std::to_string(address.flowlabel());
  const bool wide = shown.size() + port.size() + flowlabel.size() > kLongestAddress + 2;
  const std::string between = wide ? ",\n  " : ", ";
  return std::string("SocketAddress {") + (wide ? "\n  " : " ") +
         "address: " + base::quoted(shown) + between + "port: " + port + between + "family: '" +
         std::string(address.family()) + "'" + between + "flowlabel: " + flowlabel +
         (wide ? "\n}" : " }");
}

BlockRule subnetOf(const IpAddress& network, double prefix) {
  const int most = network.v6 ? 128 : 32;
  if (!(prefix >= 0 && prefix <= most)) {
    throw base::outOfRange("prefix", ">= 0 && <= " + std::to_string(most), prefix);
  }
  BlockRule rule;
  rule.kind = BlockRule::Kind::kSubnet;
  rule.prefix = static_cast<std::uint8_t>(prefix);
  rule.first = network;
  return rule;
}

// JSON as much of it as tells an array of strings from everything else.
class JsonStrings {
 public:
  explicit JsonStrings(std::string_view text) : text_(text) {}

  std::vector<std::string> read() {
    const std::size_t begin = skipBlank();
    bool strings = peek() == '[';
    std::vector<std::string> found;
    if (strings) {
      ++at_;
      for (bool first = true; skipBlank(), !take(']'); first = false) {
        if (!first) need(',');
        skipBlank();
        if (peek() == '"') {
          found.push_back(string());
        } else {
          strings = false;
          skipValue(0);
        }
      }
    } else {
      skipValue(0);
    }
    const std::size_t end = at_;
    if (skipBlank() != text_.size()) fail();
    if (!strings) throw wrongType(text_.substr(begin, end - begin));
    return found;
  }

 private:
  [[noreturn]] void fail() const {
    if (at_ >= text_.size()) throw Error("Unexpected end of JSON input", {}, "SyntaxError");
    throw Error("Unexpected token at position " + std::to_string(at_) + " in JSON", {},
                "SyntaxError");
  }
  // Node's words for what JSON.parse() would have made of it.
  static Error wrongType(std::string_view value) {
    std::string received;
    switch (value[0]) {
      case '[':
        received = "an instance of Array";
        break;
      case '{':
        received = "an instance of Object";
        break;
      case 'n':
        received = "null";
        break;
      case '"':
        received = "type string (" + base::quoted(JsonStrings(value).string()) + ")";
        break;
      case 't':
      case 'f':
        received = "type boolean (" + std::string(value) + ")";
        break;
      default:
        received = "type number (" + std::string(value) + ")";
        break;
    }
    return Error("The \"data\" argument must be of type string or string[]. Received " + received,
                 "ERR_INVALID_ARG_TYPE", "TypeError");
  }

  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) noexcept {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void need(char c) {
    if (!take(c)) fail();
  }
  std::size_t skipBlank() noexcept {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
    return at_;
  }

  std::string string() {
    need('"');
    std::string out;
    while (!take('"')) {
      const char c = peek();
      if (at_ >= text_.size() || static_cast<unsigned char>(c) < 0x20) fail();
      ++at_;
      out += c == '\\' ? escaped() : c;
    }
    return out;
  }
  // What is not ASCII is in no rule: one character that is in none either stands for it.
  char escaped() {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (take('u')) {
      unsigned value = 0;
      for (int i = 0; i < 4; ++i) {
        if (std::isxdigit(static_cast<unsigned char>(peek())) == 0) fail();
        unsigned digit = 0;
        std::from_chars(&text_[at_], &text_[at_] + 1, digit, 16);
        value = value * 16 + digit;
        ++at_;
      }
      return value < 0x80 ? static_cast<char>(value) : '?';
    }
    const std::size_t name = kNames.find(peek());
    if (at_ >= text_.size() || name == std::string_view::npos) fail();
    ++at_;
    return kMeant[name];
  }

  void skipValue(int depth) {
    constexpr int kDeepest = 100;  // calls; no list of rules is nested
    if (depth > kDeepest) fail();
    skipBlank();
    if (peek() == '"') {
      string();
    } else if (take('[')) {
      for (bool first = true; skipBlank(), !take(']'); first = false) {
        if (!first) need(',');
        skipValue(depth + 1);
      }
    } else if (take('{')) {
      for (bool first = true; skipBlank(), !take('}'); first = false) {
        if (!first) need(',');
        skipBlank();
        string();
        skipBlank();
        need(':');
        skipValue(depth + 1);
      }
    } else {
      skipWord();
    }
    skipBlank();
  }
  // true, false, null, a number.
  void skipWord() {
    const std::size_t begin = at_;
    std::string_view rest = text_.substr(at_);
    for (const std::string_view word : {"true", "false", "null"}) {
      if (takePrefix(rest, word)) {
        at_ += word.size();
        return;
      }
    }
    take('-');
    const bool zero = peek() == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) fail();
    if (take('.') && digits() == 0) fail();
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (digits() == 0) fail();
    }
    if (at_ == begin) fail();
  }
  std::size_t digits() noexcept {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ - begin;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string ruleText(const BlockRule& rule) {
  const std::string family = std::string(familyName(rule.first.v6)) + " ";
  const std::string first = formatIp(rule.first);
  switch (rule.kind) {
    case BlockRule::Kind::kAddress:
      return "Address: " + family + first;
    case BlockRule::Kind::kRange:
      return "Range: " + family + first + "-" + formatIp(rule.last);
    case BlockRule::Kind::kSubnet:
      return "Subnet: " + family + first + "/" + std::to_string(rule.prefix);
  }
  return {};
}

std::optional<BlockRule> ruleFromText(std::string_view text) {
  BlockRule::Kind kind = BlockRule::Kind::kAddress;
  if (takePrefix(text, "Range: ")) {
    kind = BlockRule::Kind::kRange;
  } else if (takePrefix(text, "Subnet: ")) {
    kind = BlockRule::Kind::kSubnet;
  } else if (!takePrefix(text, "Address: ")) {
    return std::nullopt;
  }
  const bool v6 = takePrefix(text, "IPv6 ");
  if (!v6 && !takePrefix(text, "IPv4 ")) return std::nullopt;

  const std::size_t split = kind == BlockRule::Kind::kAddress ? std::string_view::npos
                            : kind == BlockRule::Kind::kRange ? text.find('-')
                                                              : text.find('/');
  const std::string_view first = text.substr(0, split);
  if (!looksLikeIp(first, v6)) return std::nullopt;
  if (kind == BlockRule::Kind::kAddress) return BlockRule{kind, 0, ipFrom(first, v6), {}};
  if (split == std::string_view::npos) return std::nullopt;

  const std::string_view second = text.substr(split + 1);
  if (kind == BlockRule::Kind::kSubnet) {
    const std::optional<double> prefix = plainNumber(second);
    if (!prefix) return std::nullopt;
    return subnetOf(ipFrom(first, v6), *prefix);
  }
  // The ends may be of two families; only the first one's is named.
  const bool lastV6 = second.find(':') != std::string_view::npos;
  if (!looksLikeIp(second, lastV6)) return std::nullopt;
  const IpAddress start = ipFrom(first, v6);
  return rangeRule(AddressAccess::make(start, 0), AddressAccess::make(ipFrom(second, lastV6), 0));
}

BlockRule subnetRule(const IpAddress& network, int prefix) { return subnetOf(network, prefix); }

BlockRule rangeRule(const SocketAddress& start, const SocketAddress& end) {
  BlockRule rule;
  rule.kind = BlockRule::Kind::kRange;
  rule.first = AddressAccess::ip(start);
  rule.last = AddressAccess::ip(end);
  // An IPv4 address is neither before nor after an IPv6 one that is not mapped.
  const bool comparable =
      rule.first.v6 == rule.last.v6 || isMapped(rule.first.v6 ? rule.first.bits : rule.last.bits);
  if (comparable && rule.last.bits < rule.first.bits) {
    throw base::invalidArgValue("start", inspected(start), "must come before end");
  }
  return rule;
}

BlockRule cidrRule(std::string_view cidr) {
  const std::size_t slash = cidr.rfind('/');
  if (slash == std::string_view::npos) {
    throw base::invalidArgValue("cidr", base::quoted(cidr),
                                "must contain a prefix length (e.g. \"10.0.0.0/8\")");
  }
  const std::optional<double> prefix = plainNumber(cidr.substr(slash + 1));
  if (!prefix) {
    throw base::invalidArgValue("cidr", base::quoted(cidr),
                                "prefix length must be a valid integer");
  }
  const std::string_view address = cidr.substr(0, slash);
  return subnetOf(ipFrom(address, address.find(':') != std::string_view::npos), *prefix);
}

std::vector<std::string> stringsFromJson(std::string_view json) { return JsonStrings(json).read(); }

}  // namespace uvnet::address
