// One way only (sink, source), and connections that come and go (churn).
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "load.h"

namespace bench {
namespace {

// Sends blocks as fast as they are taken; at the end the server says how many bytes it saw.
class Sink : public Load {
 public:
  explicit Sink(const Options& options) : Load(options), pattern_(kSourceBlock, kSourceBlock) {}

 private:
  void start() override {
    fd_ = connectTo(options_.where, true);
    setNonBlocking(fd_);
    watch(fd_, 0, EPOLLOUT);
  }

  void ready(std::size_t, std::uint32_t) override {
    // A few blocks, then the clock is looked at.
    constexpr int kBlocks = 8;
    for (int i = 0; i < kBlocks; ++i) {
      const ssize_t count = send(fd_, pattern_.at(0), kSourceBlock, MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) return;
      if (count < 0) failErrno("send");
      sent_ += static_cast<std::uint64_t>(count);
      doneBytes(static_cast<std::size_t>(count));
    }
  }

  void finish() override {
    shutdown(fd_, SHUT_WR);
    std::string answer;
    while (true) {
      char part[64];
      const ssize_t count = recv(fd_, part, sizeof part, 0);
      if (count == 0) break;
      if (count > 0) {
        answer.append(part, static_cast<std::size_t>(count));
      } else if (errno == EAGAIN) {
        usleep(100);
      } else {
        failErrno("recv");
      }
    }
    if (answer != std::to_string(sent_)) {
      fail("sent " + std::to_string(sent_) + " bytes, the server saw " + answer);
    }
  }

  Pattern pattern_;
  int fd_ = -1;
  std::uint64_t sent_ = 0;
};

class Source : public Load {
 public:
  explicit Source(const Options& options) : Load(options), pattern_(kSourceBlock, kRead) {}

 private:
  static constexpr std::size_t kRead = 256 * 1024;

  void start() override {
    fd_ = connectTo(options_.where, true);
    setNonBlocking(fd_);
    watch(fd_, 0, EPOLLIN);
  }

  void ready(std::size_t, std::uint32_t) override {
    const ssize_t count = recv(fd_, memory_.data(), memory_.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) failErrno("recv");
    if (count == 0) fail("the source ended");
    const auto got = static_cast<std::size_t>(count);
    if (std::memcmp(memory_.data(), pattern_.at(received_), got) != 0) fail("other bytes came");
    received_ += got;
    doneBytes(got);
  }

  void finish() override { close(fd_); }

  Pattern pattern_;
  std::vector<char> memory_ = std::vector<char>(kRead);
  int fd_ = -1;
  std::uint64_t received_ = 0;
};

// Connect, one message there and back, end, wait for the other's end: one operation.
class Churn : public Load {
 public:
  explicit Churn(const Options& options)
      : Load(options), pattern_(kSourceBlock, kLargest), connections_(options.connections) {}

 private:
  struct Connection {
    int fd = -1;
    std::uint64_t began = 0;
    std::size_t received = 0;
  };

  void start() override {
    for (std::size_t i = 0; i < connections_.size(); ++i) begin(i);
  }

  void begin(std::size_t i) {
    Connection& connection = connections_[i];
    connection.began = nowNs();
    connection.received = 0;
    // A port rests a while after use, so one address would not have enough of them.
    constexpr std::uint64_t kAddresses = 64;
    connection.fd =
        connectTo(options_.where, false, static_cast<unsigned>(1 + next_++ % kAddresses));
    setNonBlocking(connection.fd);
    const ssize_t sent = send(connection.fd, pattern_.at(i), options_.size, MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(options_.size)) failErrno("send");
    watch(connection.fd, i, EPOLLIN);
  }

  void ready(std::size_t i, std::uint32_t) override {
    Connection& connection = connections_[i];
    char memory[64 * 1024];
    const ssize_t count = recv(connection.fd, memory, sizeof memory, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) failErrno("recv");
    const auto got = static_cast<std::size_t>(count);
    if (got == 0) {
      if (connection.received != options_.size) fail("a connection ended too early");
      close(connection.fd);
      now_ = nowNs();
      done(connection.began);
      begin(i);
      return;
    }
    if (connection.received + got > options_.size ||
        std::memcmp(memory, pattern_.at(i) + connection.received, got) != 0) {
      fail("other bytes came back");
    }
    connection.received += got;
    if (connection.received == options_.size) shutdown(connection.fd, SHUT_WR);
  }

  Pattern pattern_;
  std::vector<Connection> connections_;
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Load> makeSink(const Options& options) { return std::make_unique<Sink>(options); }
std::unique_ptr<Load> makeSource(const Options& options) {
  return std::make_unique<Source>(options);
}
std::unique_ptr<Load> makeChurn(const Options& options) { return std::make_unique<Churn>(options); }

}  // namespace bench
