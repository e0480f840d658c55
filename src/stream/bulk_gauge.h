// Whether what a socket reads comes in bulk, so that a pipe does better to move it inside the
// kernel (splice) than to copy it through the program.
//
// Measured on loopback: splice costs the same as read and write for 16 KiB at a time, half for 64
// KiB, and 8 % more for 64 bytes. So it begins after several large reads in a row, and ends when
// small ones outnumber large ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace uvnet::stream {

class BulkGauge {
 public:
  // Twice what is worth it, so that chunks of 16 KiB, which may come two at a time, stay as they
  // are.
  static constexpr std::size_t kLarge = 32768;
  // So many large reads, and one message of some 100 KiB has come and gone by copying.
  static constexpr unsigned kEnough = 4;

  // Moved at once, in slabs of 64 KiB: as much as a read takes to begin with, more as long as that
  // much is there and the destination takes it. Four slabs at once cost 30 % less each than one by
  // one; it is also what a destination that suddenly takes nothing can be left to keep.
  static constexpr unsigned kMostSlabs = 4;

  // So many bytes came at once. How many slabs to move at once from here on; 0: copy.
  unsigned note(std::size_t size) noexcept {
    if (size >= kLarge) {
      credit_ = static_cast<std::uint8_t>(std::min(credit_ + 1U, kEnough));
    } else if (credit_ > 0) {
      --credit_;
    }
    if (slabs_ == 0) {
      slabs_ = credit_ == kEnough ? 1 : 0;
    } else if (credit_ == 0) {
      slabs_ = 0;
    } else if (size >= slabs_ * 2 * kLarge) {
      slabs_ = static_cast<std::uint8_t>(std::min(slabs_ * 2U, kMostSlabs));
    }
    return slabs_;
  }
  void reset() noexcept { credit_ = slabs_ = 0; }

 private:
  std::uint8_t credit_ = 0;
  std::uint8_t slabs_ = 0;
};

}  // namespace uvnet::stream
