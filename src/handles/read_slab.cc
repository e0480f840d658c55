#include "handles/read_slab.h"

#include <cstring>
#include <utility>

namespace uvnet::handles {

ReadSlab::ReadSlab(Host* host) : host_(host), pool_(base::BlockPool::create()) {}

[[gnu::hot]] std::span<char> ReadSlab::memory() noexcept {
  const bool hostsOwn = host_ != nullptr && host_->hasReadMemory_;
  if (slab_.unique()) {  // nobody kept a slice
    used_ = 0;
    if (!hostsOwn) return {slab_.mutableData(), slab_.size()};
  }
  if (slab_.size() - used_ < kWorthReading) {
    slab_ = {};  // somebody who kept a slice has it then
    used_ = 0;
  }
  if (used_ == 0) {
    if (hostsOwn) {
      if (Buffer own = host_->readMemory(kSize); !own.empty()) slab_.swap(own);
    }
    if (slab_.empty()) makeSlab();
  }
  return {slab_.mutableData() + used_, slab_.size() - used_};
}

void ReadSlab::makeSlab() noexcept {
  base::BlockPool::Block* block = pool_->take(kSize);
  if (block != nullptr) slab_ = Buffer(&block->head, block->bytes(), kSize);
}

[[gnu::hot]] Buffer ReadSlab::take(std::size_t n) noexcept {
  if (n <= kCopyLimit) {
    if (base::BlockPool::Block* block = pool_->take(n)) {
      std::memcpy(block->bytes(), slab_.data() + used_, n);
      return Buffer(&block->head, block->bytes(), n);
    }
    // No memory for a copy: a slice needs none.
  }
  return slice(n);
}

Buffer ReadSlab::slice(std::size_t n) noexcept {
  Buffer slice = slab_.subarray(used_, used_ + n);
  used_ += n;
  return slice;
}

}  // namespace uvnet::handles
