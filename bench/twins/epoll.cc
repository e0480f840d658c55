// The server of the benchmarks in raw epoll: what the kernel costs and nothing else.
// Level-triggered, one read per event, written back at once; what the kernel refuses is copied and
// sent when it can be, and until then its source is not read.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../common/command.h"

namespace {

bench::Command command;
int epoll;
// As large as the library's own, so that both read alike.
char slab[64 * 1024];
char block[bench::kSourceBlock];

struct Connection {
  int fd = -1;
  Connection* other = nullptr;  // where what is read goes: itself, but for a proxy
  std::uint64_t received = 0;
  std::string unsent;
  std::uint32_t events = 0;  // asked for

  void want(std::uint32_t wanted) {
    if (wanted == events) return;
    epoll_event event{};
    event.events = events = wanted;
    event.data.ptr = this;
    epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
  }
};

// Deleted after the turn: later events of it may still name them.
std::vector<std::unique_ptr<Connection>> dead;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void closeOne(Connection& connection) {
  if (connection.fd < 0) return;
  close(connection.fd);
  connection.fd = -1;
  dead.emplace_back(&connection);
}

void closeConnection(Connection& connection) {
  closeOne(*connection.other);
  closeOne(connection);
}

// True if all was taken at once.
bool send(Connection& to, const char* bytes, std::size_t size) {
  std::size_t done = 0;
  if (to.unsent.empty()) {
    const ssize_t count = ::send(to.fd, bytes, size, MSG_NOSIGNAL);
    if (count > 0) done = static_cast<std::size_t>(count);
    if (done == size) return true;
    if (count < 0 && errno != EAGAIN) {
      closeConnection(to);
      return false;
    }
  }
  to.unsent.append(bytes + done, size - done);
  to.want(to.events | EPOLLOUT);
  return false;
}

void sendBlocks(Connection& to) {
  while (send(to, block, sizeof block)) {
  }
}

void onWritable(Connection& connection) {
  const ssize_t count =
      ::send(connection.fd, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
  if (count < 0 && errno == EAGAIN) return;
  if (count < 0) {
    closeConnection(connection);
    return;
  }
  connection.unsent.erase(0, static_cast<std::size_t>(count));
  if (!connection.unsent.empty()) return;
  connection.want(connection.events & ~static_cast<std::uint32_t>(EPOLLOUT));
  if (command.is("source")) {
    sendBlocks(connection);
  } else {
    connection.other->want(connection.other->events | EPOLLIN);
  }
}

void onReadable(Connection& connection) {
  const ssize_t count = recv(connection.fd, slab, sizeof slab, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    if (count == 0 && command.is("sink")) {
      const std::string text = std::to_string(connection.received);
      send(connection, text.data(), text.size());
    }
    closeConnection(connection);
    return;
  }
  const auto size = static_cast<std::size_t>(count);
  connection.received += size;
  if (command.is("sink")) return;
  Connection& to = *connection.other;
  if (command.is("pieces")) {
    for (std::size_t i = 0; i < size && to.fd >= 0; i += bench::kPiece) {
      send(to, slab + i, std::min(bench::kPiece, size - i));
    }
  } else {
    send(to, slab, size);
  }
  if (connection.fd >= 0 && !to.unsent.empty()) {
    connection.want(connection.events & ~static_cast<std::uint32_t>(EPOLLIN));
  }
}

Connection* add(int fd) {
  auto* connection = new Connection;
  connection->fd = fd;
  connection->other = connection;
  epoll_event event{};
  event.events = connection->events = EPOLLIN;
  event.data.ptr = connection;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
  return connection;
}

// Returns the length.
socklen_t fill(const bench::Where& where, sockaddr_storage& storage) {
  if (where.isUnix()) {
    auto& address = reinterpret_cast<sockaddr_un&>(storage);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, where.path.data(),
                std::min(where.path.size(), sizeof address.sun_path - 1));
    return sizeof address;
  }
  auto& address = reinterpret_cast<sockaddr_in&>(storage);
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(where.port));
  inet_pton(AF_INET, where.host.c_str(), &address.sin_addr);
  return sizeof address;
}

void noDelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void onConnection(int server) {
  const int fd = accept4(server, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  if (!command.where.isUnix() && !command.is("churn")) noDelay(fd);
  Connection* connection = add(fd);
  if (command.is("source")) sendBlocks(*connection);
  if (!command.is("proxy")) return;
  sockaddr_storage address{};
  const socklen_t length = fill(command.backend, address);
  const int to = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (to < 0) die("socket");
  if (!command.backend.isUnix()) noDelay(to);
  if (connect(to, reinterpret_cast<sockaddr*>(&address), length) != 0 && errno != EINPROGRESS) {
    die("connect");
  }
  // On loopback it is connected already or soon: what comes before waits in `unsent`.
  Connection* other = add(to);
  other->other = connection;
  connection->other = other;
}

int listenAt() {
  sockaddr_storage address{};
  socklen_t length = fill(command.where, address);
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  constexpr int kBacklog = 511;  // as Node's
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(fd, kBacklog) != 0) {
    die("listen");
  }
  length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  bench::announce(ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port));
  return fd;
}

[[noreturn]] void serve(int server) {
  static epoll_event events[1024];
  while (true) {
    const int count = epoll_wait(epoll, events, std::size(events), -1);
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(events[i].data.ptr);
      if (connection == nullptr) {
        onConnection(server);
        continue;
      }
      if (connection->fd >= 0 && (events[i].events & EPOLLOUT) != 0) onWritable(*connection);
      if (connection->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        onReadable(*connection);
      }
    }
    dead.clear();
  }
}

}  // namespace

int main(int argc, char** argv) {
  command = bench::parseCommand(argc, argv, {"data"});
  for (std::size_t i = 0; i < sizeof block; ++i) block[i] = bench::patternByte(i);
  std::signal(SIGPIPE, SIG_IGN);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  const int server = listenAt();
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
  serve(server);
}
