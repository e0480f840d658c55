#include "handles/kernel_pipe.h"

#include <uv.h>

#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>
#endif

namespace uvnet::handles {

#ifdef __linux__

namespace {

// A packet may take one of a pipe's places, of which there is one for each 4 KiB of its size: so
// many that 64 KiB in the packets of an Ethernet (1,448 bytes each) have room.
constexpr int kSize = 512 * 1024;

// What a call says when splice as such is not to be had: the sockets have not failed.
bool isRefusal(int error) noexcept {
  return error == EINVAL || error == ENOSYS || error == EPERM || error == EOPNOTSUPP ||
         error == EBADF || error == ENOMEM;
}

ssize_t spliceNow(int from, int to, std::size_t size) noexcept {
  ssize_t n = 0;
  do {
    n = ::splice(from, nullptr, to, nullptr, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  } while (n == -1 && errno == EINTR);
  return n;
}

}  // namespace

bool KernelPipe::open() noexcept {
  if (read_ != -1) return true;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  read_ = ends[0];
  write_ = ends[1];
  ::fcntl(write_, F_SETPIPE_SZ, kSize);  // where that is refused less goes at a time
  return true;
}

void KernelPipe::close() noexcept {
  if (read_ == -1) return;
  ::close(read_);
  ::close(write_);
  read_ = write_ = -1;
}

bool KernelPipe::readAll(std::span<char> memory) noexcept {
  while (!memory.empty()) {
    const ssize_t n = ::read(read_, memory.data(), memory.size());
    if (n > 0) {
      memory = memory.subspan(static_cast<std::size_t>(n));
    } else if (n == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

// 0 or an error: then the bytes are lost, and the pipe is given up with them.
int KernelPipe::takeBack(std::size_t size, ReadSlab& slab, Buffer& left) noexcept {
  try {
    const std::span<char> memory = slab.memory();
    const bool fits = size <= memory.size();
    Buffer own = fits ? Buffer() : Buffer::allocUnsafe(size);
    if (readAll(fits ? memory.first(size) : std::span<char>(own.mutableData(), size))) {
      left = fits ? slab.take(size) : std::move(own);
      return 0;
    }
  } catch (const std::bad_alloc&) {
    close();
    return UV_ENOBUFS;  // as libuv where there is no memory to read into
  }
  close();
  return UV_EIO;
}

KernelPipe::Result KernelPipe::move(int from, int to, std::size_t size, ReadSlab& slab,
                                    Buffer& left) noexcept {
  if (!open()) return {Outcome::kImpossible};
  const ssize_t in = spliceNow(from, write_, size);
  if (in == 0) return {Outcome::kEnd};
  if (in < 0) {
    if (errno == EAGAIN) return {Outcome::kNothing};
    if (isRefusal(errno)) return {Outcome::kImpossible};
    return {.outcome = Outcome::kReadFailed, .error = uv_translate_sys_error(errno)};
  }
  Result result{Outcome::kMoved};
  const ssize_t out = spliceNow(read_, to, static_cast<std::size_t>(in));
  if (out >= 0) {
    result.moved = static_cast<std::size_t>(out);
    moved_ += result.moved;
  } else if (isRefusal(errno)) {
    result.outcome = Outcome::kImpossible;
  } else if (errno != EAGAIN) {
    result.outcome = Outcome::kWriteFailed;
    result.error = uv_translate_sys_error(errno);
  }
  const std::size_t rest = static_cast<std::size_t>(in) - result.moved;
  if (rest == 0) return result;
  if (const int status = takeBack(rest, slab, left); status != 0) {
    // The connection must not go on as if nothing were missing.
    result.outcome = Outcome::kReadFailed;
    result.error = status;
  }
  return result;
}

#else

bool KernelPipe::open() noexcept { return false; }
void KernelPipe::close() noexcept {}
bool KernelPipe::readAll(std::span<char>) noexcept { return false; }
int KernelPipe::takeBack(std::size_t, ReadSlab&, Buffer&) noexcept { return UV_ENOSYS; }
KernelPipe::Result KernelPipe::move(int, int, std::size_t, ReadSlab&, Buffer&) noexcept {
  return {Outcome::kImpossible};
}

#endif

}  // namespace uvnet::handles
