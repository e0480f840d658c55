#include "base/arguments.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace uvnet::base {

namespace {

constexpr double kMaxPort = 65535;
// Node shows this much of a value, then dots.
constexpr std::size_t kShownText = 28;
constexpr std::size_t kCutText = 25;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<double> wholeNumber(std::string_view digits, int base) noexcept {
  double value = 0;
  if (digits.empty()) return std::nullopt;
  for (const char c : digits) {
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0 || digit >= base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

// "type number (65536)", "type string ('0x')": JavaScript's type and value.
std::string specificType(const Port& port) {
  if (!port.isText()) return fmt::format("type number ({})", formatNumber(port.number()));
  std::string text = port.text();
  if (text.size() > kShownText) text = text.substr(0, kCutText) + "...";
  if (text.find('\'') == std::string::npos) return fmt::format("type string ('{}')", text);
  return fmt::format("type string (\"{}\")", text);
}

}  // namespace

Error coded(std::string_view name, std::string_view code, std::string text) {
  return Error(std::move(text), std::string(code), std::string(name));
}

std::string formatNumber(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (number == 0) return std::signbit(number) ? "-0" : "0";
  return fmt::format("{}", number);
}

std::string quoted(std::string_view text) {
  const char quote = text.find('\'') == std::string_view::npos ? '\'' : '"';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == '\0') {
      out += "\\x00";
    } else {
      out += c;
    }
  }
  return out + quote;
}

Error badPort(std::string_view name, const Port& port) {
  return coded(
      "RangeError", "ERR_SOCKET_BAD_PORT",
      fmt::format("{} should be >= 0 and < 65536. Received {}.", name, specificType(port)));
}

Error invalidArgValue(std::string_view name, std::string_view received, std::string_view reason) {
  const std::string_view kind = name.find('.') == std::string_view::npos ? "argument" : "property";
  return coded("TypeError", "ERR_INVALID_ARG_VALUE",
               fmt::format("The {} '{}' {}. Received {}", kind, name, reason, received));
}

Error outOfRange(std::string_view name, std::string_view range, double received) {
  return coded("RangeError", "ERR_OUT_OF_RANGE",
               fmt::format("The value of \"{}\" is out of range. It must be {}. Received {}", name,
                           range, formatNumber(received)));
}

std::optional<double> numberFromText(std::string_view text) noexcept {
  text = trimmed(text);
  if (text.empty()) return 0;
  if (text.size() > 1 && text[0] == '0') {
    switch (text[1]) {
      case 'x':
      case 'X':
        return wholeNumber(text.substr(2), 16);
      case 'o':
      case 'O':
        return wholeNumber(text.substr(2), 8);
      case 'b':
      case 'B':
        return wholeNumber(text.substr(2), 2);
      default:
        break;
    }
  }
  bool negative = false;
  if (text[0] == '+' || text[0] == '-') {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == "Infinity") return negative ? -kInfinity : kInfinity;
  // from_chars knows "inf" and "nan" too, which JavaScript does not.
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return negative ? -kInfinity : kInfinity;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return negative ? -value : value;
}

int checkedPort(const Port& port, std::string_view name) {
  double number = port.number();
  if (port.isText()) {
    const std::optional<double> parsed =
        trimmed(port.text()).empty() ? std::nullopt : numberFromText(port.text());
    if (!parsed) throw badPort(name, port);
    number = *parsed;
  }
  if (!(number >= 0 && number <= kMaxPort) || number != std::floor(number)) {
    throw badPort(name, port);
  }
  return static_cast<int>(number);
}

}  // namespace uvnet::base
