#include "handles/socket_options.h"

#include <uv.h>

#ifndef _WIN32
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

#include <cerrno>

namespace uvnet::handles {

#ifdef _WIN32

int setKeepAlive(int, const KeepAlive&) noexcept { return UV_ENOTSUP; }
int setTypeOfService(int, int) noexcept { return UV_ENOTSUP; }
int getTypeOfService(int) noexcept { return UV_ENOTSUP; }
int openReusePort(bool) noexcept { return UV_ENOTSUP; }

#else

namespace {

int set(int fd, int level, int name, int value) noexcept {
  return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : uv_translate_sys_error(errno);
}

bool isIpv6(int fd) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.ss_family == AF_INET6;
}

}  // namespace

int setKeepAlive(int fd, const KeepAlive& options) noexcept {
  if (const int status = set(fd, SOL_SOCKET, SO_KEEPALIVE, options.enable ? 1 : 0);
      status != 0 || !options.enable) {
    return status;
  }
#ifdef TCP_KEEPIDLE
  const int idle = TCP_KEEPIDLE;
#else
  const int idle = TCP_KEEPALIVE;  // macOS has the old name
#endif
  const struct {
    int name;
    unsigned value;
  } each[] = {{idle, options.initialDelay},
              {TCP_KEEPINTVL, options.interval},
              {TCP_KEEPCNT, options.count}};
  for (const auto& option : each) {
    if (option.value == 0) continue;
    if (const int status = set(fd, IPPROTO_TCP, option.name, static_cast<int>(option.value));
        status != 0) {
      return status;
    }
  }
  return 0;
}

int setTypeOfService(int fd, int value) noexcept {
  if (!isIpv6(fd)) return set(fd, IPPROTO_IP, IP_TOS, value);
  // A dual-stack socket may be talking IPv4; where it is not, IP_TOS has no effect.
  set(fd, IPPROTO_IP, IP_TOS, value);
  return set(fd, IPPROTO_IPV6, IPV6_TCLASS, value);
}

int getTypeOfService(int fd) noexcept {
  int value = 0;
  socklen_t size = sizeof value;
  const bool ipv6 = isIpv6(fd);
  const int status =
      getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_TCLASS : IP_TOS, &value, &size);
  return status == 0 ? value : uv_translate_sys_error(errno);
}

int openReusePort(bool ipv6) noexcept {
#ifdef SO_REUSEPORT
  const int fd = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd == -1) return uv_translate_sys_error(errno);
  if (const int status = set(fd, SOL_SOCKET, SO_REUSEPORT, 1); status != 0) {
    ::close(fd);
    return status;
  }
  return fd;
#else
  static_cast<void>(ipv6);
  return UV_ENOTSUP;
#endif
}

#endif

}  // namespace uvnet::handles
