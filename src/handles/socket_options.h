// Options of a TCP socket that libuv 1.44 has no call for, set on the descriptor. Each returns 0 or
// a libuv error; UV_ENOTSUP where the platform has no such option.
#pragma once

#include <cstdint>

namespace uvnet::handles {

// SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT. A 0 leaves that one as it is.
struct KeepAlive {
  bool enable = false;
  unsigned initialDelay = 0;  // seconds
  unsigned interval = 1;      // seconds
  unsigned count = 10;
  friend bool operator==(const KeepAlive&, const KeepAlive&) = default;
};
int setKeepAlive(int fd, const KeepAlive& options) noexcept;

// IP_TOS, and IPV6_TCLASS on an IPv6 socket: 0 to 255.
int setTypeOfService(int fd, int value) noexcept;
// The value, or a libuv error.
int getTypeOfService(int fd) noexcept;

// A new TCP socket on which SO_REUSEPORT is set; or a libuv error.
int openReusePort(bool ipv6) noexcept;

}  // namespace uvnet::handles
