#include "handles/fd.h"

#include <fcntl.h>
#include <uv.h>

#include <cerrno>

namespace uvnet::handles {

FdType guessType(int fd) noexcept {
  switch (uv_guess_handle(fd)) {
    case UV_TCP:
      return FdType::kTcp;
    case UV_NAMED_PIPE:
      return FdType::kPipe;
    case UV_FILE:
      return FdType::kFile;
    case UV_TTY:
      return FdType::kTty;
    case UV_UDP:
      return FdType::kUdp;
    default:  // the other handles of libuv are no descriptors
      return FdType::kUnknown;
  }
}

int duplicateFd(int fd) noexcept {
#ifdef _WIN32
  static_cast<void>(fd);
  return UV_ENOTSUP;  // a listening handle is no descriptor there (row S11)
#else
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return copy >= 0 ? copy : uv_translate_sys_error(errno);
#endif
}

void closeFd(int fd) noexcept {
  uv_fs_t request;
  uv_fs_close(nullptr, &request, fd, nullptr);
  uv_fs_req_cleanup(&request);
}

void occupyStdio() noexcept {
#ifndef _WIN32
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest number that is free: this one.
    if (open("/dev/null", O_RDWR) != fd) return;
  }
#endif
}

}  // namespace uvnet::handles
