#include "handles/fd.h"

#include <uv.h>

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

}  // namespace uvnet::handles
