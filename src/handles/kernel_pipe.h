// A pipe of the kernel's, through which bytes go from one descriptor to another without coming up
// to the program (Linux's splice).
//
// Always empty between two calls: what the receiver does not take is read back at once. One per
// loop, made when first needed.
#pragma once

#include <uvnet/buffer.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "handles/read_slab.h"

namespace uvnet::handles {

class KernelPipe {
 public:
#ifdef __linux__
  static constexpr bool kAvailable = true;
#else
  static constexpr bool kAvailable = false;
#endif

  KernelPipe() = default;
  KernelPipe(const KernelPipe&) = delete;
  KernelPipe& operator=(const KernelPipe&) = delete;
  ~KernelPipe() { close(); }

  enum class Outcome : std::uint8_t {
    kMoved,        // something was there
    kNothing,      // nothing is there now
    kEnd,          // the end, or something else that an ordinary read has to meet
    kImpossible,   // not between these two, or not in this process
    kReadFailed,   // `error`; it is told only once, so an ordinary read does not meet it again
    kWriteFailed,  // `error` likewise
  };
  struct Result {
    Outcome outcome;
    std::size_t moved = 0;  // taken by the receiver
    int error = 0;          // libuv's
  };
  // Moves up to size bytes that are there now; both descriptors are non-blocking. What the receiver
  // did not take is put in `left`, in memory of the slab if it has as much.
  Result move(int from, int to, std::size_t size, ReadSlab& slab, Buffer& left) noexcept;

  // Bytes that went through; for tests of what does and what does not.
  std::uint64_t moved() const noexcept { return moved_; }

 private:
  bool open() noexcept;
  void close() noexcept;
  int takeBack(std::size_t size, ReadSlab& slab, Buffer& left) noexcept;
  bool readAll(std::span<char> memory) noexcept;

  int read_ = -1;
  int write_ = -1;
  std::uint64_t moved_ = 0;
};

}  // namespace uvnet::handles
