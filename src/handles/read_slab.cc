#include "handles/read_slab.h"

#include <cstring>

namespace uvnet::handles {

ReadSlab::ReadSlab() : pool_(BlockPool::create()) {}

ReadSlab::~ReadSlab() {
  if (slab_ != nullptr && --slab_->head.refs == 0) slab_->head.free(&slab_->head);
}

std::span<char> ReadSlab::memory() noexcept {
  if (slab_ != nullptr && slab_->head.refs == 1) used_ = 0;  // nobody kept a slice
  if (slab_ != nullptr && kSize - used_ < kWorthReading) {
    --slab_->head.refs;  // not to 0: somebody kept a slice, who frees it
    slab_ = nullptr;
  }
  if (slab_ == nullptr) {
    slab_ = pool_->take(kSize);
    used_ = 0;
    if (slab_ == nullptr) return {};
  }
  return {slab_->bytes() + used_, kSize - used_};
}

Buffer ReadSlab::take(std::size_t n) noexcept {
  const char* bytes = slab_->bytes() + used_;
  if (n <= kCopyLimit) {
    if (BlockPool::Block* block = pool_->take(n)) {
      std::memcpy(block->bytes(), bytes, n);
      return Buffer(&block->head, block->bytes(), n);
    }
    // No memory for a copy: a slice needs none.
  }
  used_ += n;
  ++slab_->head.refs;
  return Buffer(&slab_->head, bytes, n);
}

}  // namespace uvnet::handles
