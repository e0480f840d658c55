// What the load client is made of: bytes that can be checked, times of a server's CPU, a histogram
// of latencies, connected sockets. Everything fails by ending the program with what went wrong.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../common/where.h"

namespace bench {

[[noreturn]] void fail(const std::string& text);
// With the text of errno.
[[noreturn]] void failErrno(const char* what);

std::uint64_t nowNs();

// User + system time of all threads of a process, living and dead, to the nanosecond: the kernel's
// own clock of that process. 0 for pid 0.
std::uint64_t cpuOfProcessNs(pid_t pid);

// The byte at a position of an endless stream, for any length up to `longest` without copying.
class Pattern {
 public:
  Pattern(std::size_t period, std::size_t longest);
  const char* at(std::uint64_t position) const { return bytes_.data() + position % period_; }

 private:
  std::size_t period_;
  std::vector<char> bytes_;
};

// Latencies in ns, within 1.6 % (64 steps per power of two).
class Histogram {
 public:
  void add(std::uint64_t ns);
  void clear();
  // In microseconds; 0 when empty.
  double quantileUs(double share) const;
  std::uint64_t count() const { return count_; }

 private:
  static constexpr unsigned kStepBits = 6;
  std::array<std::uint64_t, (64 - kStepBits + 1) << kStepBits> buckets_{};
  std::uint64_t count_ = 0;
};

// A connected socket, still blocking. `localAddress` is the last byte of 127.0.0.x, for those who
// need more ports than one address has. receiveBuffer 0: the kernel's choice.
int connectTo(const Where& where, bool noDelay, unsigned localAddress = 0, int receiveBuffer = 0);
void setNonBlocking(int fd);

// Blocking: sends all and reads the same number of bytes back, for the first message.
void exchange(int fd, const char* bytes, std::size_t size);

}  // namespace bench
