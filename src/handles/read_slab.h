// Where reads go: one 64 KiB slab for all handles of a loop, cut into Buffers.
//
// A small chunk is copied out into a block of its own size, so that keeping it does not keep 64
// KiB; a larger one is a slice of the slab. When nobody kept a slice the slab is used again from
// its start; while slices are kept its rest is used up, and then there is another slab.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/host.h>

#include <cstddef>
#include <span>

#include "base/block_pool.h"

namespace uvnet::handles {

class ReadSlab {
 public:
  // As node reads: chunks are 64 KiB at most.
  static constexpr std::size_t kSize = base::BlockPool::kSlab;
  // Copied up to here. A kept slice of more pins at most 16 times its size, and copying 4 KiB that
  // are in the cache anyway costs less than 0.1 us, next to the 1 us of the read itself.
  static constexpr std::size_t kCopyLimit = base::BlockPool::kLargestSmall;
  // With less left a slab is given up: short reads would cost more system calls than memory saved.
  static constexpr std::size_t kWorthReading = 32768;

  // host: whose readMemory() goes before our own; may be null.
  explicit ReadSlab(Host* host = nullptr);
  ReadSlab(const ReadSlab&) = delete;
  ReadSlab& operator=(const ReadSlab&) = delete;

  // Memory for the next read; empty where there is none to be had.
  std::span<char> memory() noexcept;
  // The first n bytes of what memory() gave last, as a Buffer.
  Buffer take(std::size_t n) noexcept;

  base::BlockPool& pool() noexcept { return *pool_; }

 private:
  void makeSlab() noexcept;
  Buffer slice(std::size_t n) noexcept;

  Host* const host_;
  base::BlockPool::Ptr pool_;
  Buffer slab_;
  std::size_t used_ = 0;
};

}  // namespace uvnet::handles
