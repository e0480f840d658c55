// Messages that come back: `inFlight` of `size` bytes on each connection, each byte checked. Also
// the connections that only stay, for measuring memory.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "load.h"

namespace bench {
namespace {

// Not a multiple of any message size, so that an old answer is a wrong one.
constexpr std::size_t kPeriod = 65521;
// More connections than that at once would overflow a server's queue of those to accept.
constexpr std::size_t kBatch = 100;

struct Connection {
  int fd = -1;
  std::uint64_t seed = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  bool blocked = false;
  std::vector<std::uint64_t> began;  // of the messages on their way, by number modulo inFlight
};

void skipLine(int fd) {
  char byte = 0;
  while (byte != '\n') {
    if (recv(fd, &byte, 1, 0) != 1) fail("no line came");
  }
}

// Connected, and each has echoed its first message.
std::vector<Connection> connectAll(const Options& options, const Pattern& pattern) {
  std::vector<Connection> all(options.connections);
  for (std::size_t first = 0; first < all.size(); first += kBatch) {
    const std::size_t last = std::min(first + kBatch, all.size());
    for (std::size_t i = first; i < last; ++i) {
      all[i].fd = connectTo(options.where, true, 0, options.receiveBuffer);
      all[i].seed = i * 131;
    }
    for (std::size_t i = first; i < last; ++i) {
      if (options.skipLine) skipLine(all[i].fd);
      exchange(all[i].fd, pattern.at(all[i].seed), options.size);
      all[i].sent = all[i].received = options.size;
    }
  }
  return all;
}

class Echo : public Load {
 public:
  explicit Echo(const Options& options)
      : Load(options),
        pattern_(kPeriod, kLargest),
        memory_(options.readMax != 0 ? options.readMax : 256 * 1024) {
    if (options_.size > kLargest) fail("messages are at most 1 MiB");
  }

 private:
  void start() override {
    connections_ = connectAll(options_, pattern_);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      Connection& connection = connections_[i];
      connection.began.resize(options_.inFlight);
      setNonBlocking(connection.fd);
      watch(connection.fd, i, EPOLLIN);
    }
    now_ = nowNs();
    for (std::size_t i = 0; i < connections_.size(); ++i) fill(i);
  }

  void ready(std::size_t i, std::uint32_t events) override {
    Connection& connection = connections_[i];
    if ((events & EPOLLOUT) != 0) {
      connection.blocked = false;
      watch(connection.fd, i, EPOLLIN, true);
      fill(i);
    }
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(i);
  }

  void read(std::size_t i) {
    Connection& connection = connections_[i];
    const ssize_t count = recv(connection.fd, memory_.data(), memory_.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) failErrno("recv");
    if (count == 0) fail("a connection ended");
    const auto got = static_cast<std::size_t>(count);
    if (connection.received + got > connection.sent ||
        std::memcmp(memory_.data(), pattern_.at(connection.seed + connection.received), got) != 0) {
      fail("other bytes came back");
    }
    const std::uint64_t before = connection.received / options_.size;
    connection.received += got;
    const std::uint64_t after = connection.received / options_.size;
    for (std::uint64_t message = before; message < after; ++message) {
      done(connection.began[message % options_.inFlight]);
    }
    if (after != before) fill(i);
  }

  // Sends what may be on its way.
  void fill(std::size_t i) {
    Connection& connection = connections_[i];
    const std::uint64_t limit =
        (connection.received / options_.size + options_.inFlight) * options_.size;
    while (!connection.blocked && connection.sent < limit) {
      const std::size_t part = std::min<std::uint64_t>(limit - connection.sent, kLargest);
      const ssize_t count =
          send(connection.fd, pattern_.at(connection.seed + connection.sent), part, MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) {
        connection.blocked = true;
        watch(connection.fd, i, EPOLLIN | EPOLLOUT, true);
        return;
      }
      if (count < 0) failErrno("send");
      // The messages whose first byte left with this.
      const std::uint64_t size = options_.size;
      const std::uint64_t end = connection.sent + static_cast<std::uint64_t>(count);
      for (std::uint64_t at = (connection.sent + size - 1) / size; at * size < end; ++at) {
        connection.began[at % options_.inFlight] = now_;
      }
      connection.sent = end;
    }
  }

  Pattern pattern_;
  std::vector<char> memory_;
  std::vector<Connection> connections_;
};

}  // namespace

std::unique_ptr<Load> makeEcho(const Options& options) { return std::make_unique<Echo>(options); }

void stayIdle(const Options& options) {
  const Pattern pattern(kPeriod, kLargest);
  // What the first connection makes the server set up once is not the price of a connection.
  Options warm = options;
  warm.connections = 100;
  for (const Connection& connection : connectAll(warm, pattern)) close(connection.fd);
  std::printf("warm\n");
  std::fflush(stdout);
  std::getchar();
  const std::vector<Connection> all = connectAll(options, pattern);
  std::printf("idle\n");
  std::fflush(stdout);
  std::getchar();
}

}  // namespace bench
