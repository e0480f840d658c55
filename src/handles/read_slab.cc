#include "handles/read_slab.h"

#include <cstring>
#include <utility>

namespace uvnet::handles {

ReadSlab::ReadSlab(Host* host) : host_(host), pool_(BlockPool::create()) {}

std::span<char> ReadSlab::memory() noexcept {
  if (slab_.unique()) used_ = 0;  // nobody kept a slice
  // Somebody who kept a slice has it then.
  if (!slab_.empty() && slab_.size() - used_ < kWorthReading) slab_ = {};
  if (used_ == 0 || slab_.empty()) {
    if (Buffer own = host_ != nullptr ? host_->readMemory(kSize) : Buffer(); !own.empty()) {
      slab_ = std::move(own);
    } else if (slab_.empty()) {
      BlockPool::Block* block = pool_->take(kSize);
      if (block == nullptr) return {};
      slab_ = Buffer(&block->head, block->bytes(), kSize);
    }
    used_ = 0;
  }
  return {slab_.mutableData() + used_, slab_.size() - used_};
}

Buffer ReadSlab::take(std::size_t n) noexcept {
  if (n <= kCopyLimit) {
    if (BlockPool::Block* block = pool_->take(n)) {
      std::memcpy(block->bytes(), slab_.data() + used_, n);
      return Buffer(&block->head, block->bytes(), n);
    }
    // No memory for a copy: a slice needs none.
  }
  Buffer slice = slab_.subarray(used_, used_ + n);
  used_ += n;
  return slice;
}

}  // namespace uvnet::handles
