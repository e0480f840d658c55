#include "net/validate.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "handles/lookup.h"
#include "handles/pipe.h"
#include "net/errors.h"

namespace uvnet::impl {

namespace {

constexpr double kMaxPort = 65535;
// Node's timers hold a signed 32-bit number of milliseconds.
constexpr double kMaxTimeout = 2147483647.0;
// Shorter than this an attempt has no chance; Node raises smaller values to it.
constexpr int kMinAttemptTimeout = 10;

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

}  // namespace

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

bool isPipeName(std::string_view text) noexcept {
  const std::optional<double> number = numberFromText(text);
  return !number || *number < 0;
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

std::uint64_t checkedTimeout(double milliseconds) {
  if (!(milliseconds >= 0) || std::isinf(milliseconds)) {
    throw outOfRange("msecs", "a non-negative finite number", milliseconds);
  }
  if (milliseconds == 0) return 0;
  if (milliseconds > kMaxTimeout) return static_cast<std::uint64_t>(kMaxTimeout);
  return milliseconds < 1 ? 1 : static_cast<std::uint64_t>(milliseconds);
}

int checkedAttemptTimeout(int milliseconds, std::string_view name) {
  if (milliseconds < 1) throw outOfRange(name, ">= 1 && <= 2147483647", milliseconds);
  return milliseconds < kMinAttemptTimeout ? kMinAttemptTimeout : milliseconds;
}

unsigned checkedKeepAliveDelay(double milliseconds) noexcept {
  constexpr double kMillisecondsPerSecond = 1000;
  if (!(milliseconds > 0)) return 0;
  const double seconds = milliseconds / kMillisecondsPerSecond;
  return seconds > kMaxTimeout ? static_cast<unsigned>(kMaxTimeout)
                               : static_cast<unsigned>(seconds);
}

int checkedTypeOfService(int tos) {
  constexpr int kMax = 255;  // one byte of the header
  if (tos < 0 || tos > kMax) throw outOfRange("tos", ">= 0 && <= 255", tos);
  return tos;
}

void checkPath(const std::string& path) {
  if (path.size() > handles::Pipe::kMaxPath) {
    throw invalidArgValue(
        "options.path", quoted(path),
        "is longer than the system takes (" + std::to_string(handles::Pipe::kMaxPath) + " bytes)");
  }
  // A name that begins with NUL is Linux's abstract one; inside a path it would end it early.
  if (path.find('\0', 1) != std::string::npos && path[0] != '\0') {
    throw invalidArgValue("options.path", quoted(path), "must be without null bytes");
  }
}

int checkedFamily(const Family& family) {
  const int number = family.number();
  if (number == 0 || number == 4 || number == 6) return number;
  throw invalidArgValue("options.family", family.shown(), "must be one of: 0, 4, 6");
}

void checkHints(int hints) {
  using handles::LookupHints;
  if ((hints & ~(LookupHints::kAddrConfig | LookupHints::kV4Mapped | LookupHints::kAll)) != 0) {
    // Node takes them for 32 bits without a sign: -1 is 4294967295.
    throw invalidArgValue("hints", std::to_string(static_cast<unsigned>(hints)));
  }
}

int checkedFd(int fd) {
  if (fd < 0) throw outOfRange("fd", ">= 0 && <= 2147483647", fd);
  return fd;
}

}  // namespace uvnet::impl
