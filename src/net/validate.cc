#include "net/validate.h"

#include <cmath>

#include "handles/lookup.h"
#include "handles/pipe.h"
#include "net/errors.h"

namespace uvnet::impl {

namespace {

// Node's timers hold a signed 32-bit number of milliseconds.
constexpr double kMaxTimeout = 2147483647.0;
// Shorter than this an attempt has no chance; Node raises smaller values to it.
constexpr int kMinAttemptTimeout = 10;

}  // namespace

bool isPipeName(std::string_view text) noexcept {
  const std::optional<double> number = numberFromText(text);
  return !number || *number < 0;
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

namespace {

bool isTooLong(const std::string& path) noexcept { return path.size() > handles::Pipe::kMaxPath; }
// A name that begins with NUL is Linux's abstract one; inside a path it would end it early.
bool isCut(const std::string& path) noexcept {
  return path[0] != '\0' && path.find('\0', 1) != std::string::npos;
}

}  // namespace

bool isBadPath(const std::string& path) noexcept { return isTooLong(path) || isCut(path); }

void checkPath(const std::string& path) {
  if (isTooLong(path)) {
    throw invalidArgValue(
        "options.path", quoted(path),
        "is longer than the system takes (" + std::to_string(handles::Pipe::kMaxPath) + " bytes)");
  }
  if (isCut(path)) {
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
