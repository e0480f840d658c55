// Whether what a socket reads comes in bulk, so that a pipe does better to move it inside the
// kernel (splice) than to copy it through the program.
//
// What splice saves is two copies, and it adds work per page: it pays where more is there than one
// read takes. Measured on loopback, times reading and writing: 0.92 for 64 bytes and 0.98 for 16
// KiB at a time; 0.80 for single messages of 32 KiB and 0.88 for those of 64 KiB, by 50
// connections; 1.1-1.3 for 256 KiB, and for 64 KiB where the sender goes on meanwhile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace uvnet::stream {

class BulkGauge {
 public:
  // All that a read takes at once, a slab. After less there is no more; after so much there may be.
  static constexpr std::size_t kFull = 65536;
  // Less is a small one.
  static constexpr std::size_t kLarge = kFull / 2;

  // Moved at once, in slabs of 64 KiB: as much as a read takes to begin with, more as long as that
  // much is there and the destination takes it. Four slabs at once cost 30 % less each than one by
  // one; it is also what a destination that suddenly takes nothing can be left to keep.
  static constexpr unsigned kMostSlabs = 4;

  // So many bytes came at once. How many slabs to move at once from here on; 0: copy.
  unsigned note(std::size_t size) noexcept {
    if (size < kLarge && credit_ == 0) {  // as most are: nothing to weigh
      follows_ = false;
      return 0;
    }
    // A read's worth, and half as much or more behind it.
    if (size >= (follows_ ? kLarge : kFull + kLarge)) {
      credit_ = static_cast<std::uint8_t>(std::min(credit_ + kMore, kEnough));
    } else {
      const unsigned less = size < kLarge ? kMore : 1;
      credit_ = static_cast<std::uint8_t>(credit_ - std::min<unsigned>(credit_, less));
    }
    follows_ = slabs_ == 0 && size >= kFull;  // a move takes what is behind a slab with it
    if (slabs_ == 0) {
      slabs_ = credit_ == kEnough ? 1 : 0;
    } else if (credit_ == 0) {
      reset();
    } else if (size >= slabs_ * kFull) {
      slabs_ = static_cast<std::uint8_t>(std::min(slabs_ * 2U, kMostSlabs));
    }
    return slabs_;
  }
  // Nothing is behind what was read.
  void pause() noexcept { follows_ = false; }
  void reset() noexcept { *this = {}; }

 private:
  // Bulk is what has more behind it more often than every third time. Where every 65th was enough,
  // 50 connections with 128 KiB each were moved at 0.89, in pieces of 64 KiB.
  static constexpr unsigned kMore = 2;
  // It begins when some 300 KiB have come on end, and ends after four small ones on end, or eight
  // large ones that were all there was.
  static constexpr unsigned kEnough = 4 * kMore;

  std::uint8_t credit_ = 0;
  std::uint8_t slabs_ = 0;
  bool follows_ = false;  // a read was full, and nothing has been said of a pause since
};

}  // namespace uvnet::stream
