#include "support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

void fail(const std::string& text) {
  std::fprintf(stderr, "uvnet-bench-load: %s\n", text.c_str());
  std::exit(1);
}

void failErrno(const char* what) { fail(std::string(what) + ": " + std::strerror(errno)); }

namespace {

std::uint64_t clockNs(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) failErrno("clock_gettime");
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

std::uint64_t nowNs() { return clockNs(CLOCK_MONOTONIC); }

std::uint64_t cpuOfProcessNs(pid_t pid) {
  if (pid == 0) return 0;
  clockid_t clock;
  if (clock_getcpuclockid(pid, &clock) != 0) fail("the server is gone");
  return clockNs(clock);
}

Pattern::Pattern(std::size_t period, std::size_t longest) : period_(period) {
  bytes_.resize(period + longest);
  for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = patternByte(i % period);
}

void Histogram::add(std::uint64_t ns) {
  std::size_t index = ns;
  const auto width = static_cast<unsigned>(std::bit_width(ns));
  if (width > kStepBits + 1) {
    const unsigned shift = width - kStepBits - 1;
    index = (static_cast<std::size_t>(shift) << kStepBits) + (ns >> shift);
  }
  ++buckets_[index];
  ++count_;
}

void Histogram::clear() {
  buckets_.fill(0);
  count_ = 0;
}

double Histogram::quantileUs(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (buckets_[i] == 0 || seen < std::max<std::uint64_t>(wanted, 1)) continue;
    if (i < (2U << kStepBits)) return static_cast<double>(i) / 1e3;
    const std::size_t shift = (i >> kStepBits) - 1;
    return static_cast<double>((i - (shift << kStepBits)) << shift) / 1e3;
  }
  return 0;
}

int connectTo(const Where& where, bool noDelay, unsigned localAddress, int receiveBuffer) {
  const int fd = socket(where.isUnix() ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) failErrno("socket");
  const int on = 1;
  if (receiveBuffer > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
  }
  if (where.isUnix()) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (where.path.size() >= sizeof address.sun_path) fail("the path is too long");
    std::memcpy(address.sun_path, where.path.data(), where.path.size());
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      failErrno("connect");
    }
    return fd;
  }
  if (noDelay) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (localAddress != 0) {
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + localAddress);
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) failErrno("bind");
  }
  address.sin_port = htons(static_cast<std::uint16_t>(where.port));
  if (inet_pton(AF_INET, where.host.c_str(), &address.sin_addr) != 1) fail("bad host");
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) failErrno("connect");
  return fd;
}

void setNonBlocking(int fd) {
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) failErrno("fcntl");
}

void exchange(int fd, const char* bytes, std::size_t size) {
  std::vector<char> back(std::min<std::size_t>(size, 64 * 1024));
  std::size_t sent = 0;
  std::size_t got = 0;
  // In parts, so that neither side's buffers can fill up.
  while (got < size) {
    if (sent == got) {
      const std::size_t part = std::min(size - sent, back.size());
      const ssize_t count = send(fd, bytes + sent, part, MSG_NOSIGNAL);
      if (count <= 0) failErrno("send");
      sent += static_cast<std::size_t>(count);
    }
    const ssize_t count = recv(fd, back.data(), sent - got, 0);
    if (count <= 0) fail("a connection ended at its first message");
    if (std::memcmp(back.data(), bytes + got, static_cast<std::size_t>(count)) != 0) {
      fail("other bytes came back");
    }
    got += static_cast<std::size_t>(count);
  }
}

}  // namespace bench
