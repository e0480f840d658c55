#include "support/held_port.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "support/catch.h"

namespace uvnet::test {
namespace {

// Of both families where there are both: 127.0.0.1 and ::1 belong to it.
int bindAny(int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int yes = 1;
  const int no = 0;
  sockaddr_storage any{};
  any.ss_family = static_cast<sa_family_t>(family);
  bool good = ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0;
  if (family == AF_INET6) {
    good = good && ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) == 0;
  }
  const socklen_t size = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  good = good && ::bind(fd, reinterpret_cast<const sockaddr*>(&any), size) == 0;
  if (good) return fd;
  ::close(fd);
  return -1;
}

int portOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) == 0);
  // The port is at the same place in both families' addresses.
  sockaddr_in address{};
  std::memcpy(&address, &bound, sizeof address);
  return ntohs(address.sin_port);
}

}  // namespace

HeldPort::HeldPort() : fd_(bindAny(AF_INET6)) {
  if (fd_ < 0) fd_ = bindAny(AF_INET);  // a machine without IPv6
  REQUIRE(fd_ >= 0);
  port = portOf(fd_);
}

HeldPort::~HeldPort() { ::close(fd_); }

}  // namespace uvnet::test
