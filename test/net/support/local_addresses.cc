#include "net/support/local_addresses.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <random>

#include "support/catch.h"

namespace uvnet::test {
namespace {

sockaddr_in address(int last, int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(0x7f000000U + static_cast<unsigned>(last));
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  return to;
}

int bound(int last, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in here = address(last, port);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

LocalAddresses::LocalAddresses() {
  // Below the ports that the system picks from; taken by somebody now and then.
  std::minstd_rand random(std::random_device{}());
  for (int tries = 0; tries < 100; ++tries) {
    const int candidate = 20000 + static_cast<int>(random() % 10000);
    if (!takeAll(candidate)) continue;
    port = candidate;
    return;
  }
  FAIL("no port is free on all of five local addresses");
}

LocalAddresses::~LocalAddresses() { closeAll(); }

bool LocalAddresses::takeAll(int candidate) {
  const int probe = bound(1, candidate);  // only to see that it is free
  if (probe < 0) return false;
  ::close(probe);
  for (const int last : {2, 3, 4, 5}) {
    const int fd = bound(last, candidate);
    if (fd < 0) {
      closeAll();
      return false;
    }
    fds_.push_back(fd);
    if (last < 4) fill(fd, last, candidate);
  }
  return true;
}

void LocalAddresses::fill(int fd, int last, int at) {
  REQUIRE(::listen(fd, 0) == 0);
  const sockaddr_in to = address(last, at);
  for (int i = 0; i < 3; ++i) {
    const int one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)::connect(one, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    fds_.push_back(one);
  }
}

void LocalAddresses::closeAll() {
  for (const int fd : fds_) ::close(fd);
  fds_.clear();
}

}  // namespace uvnet::test
