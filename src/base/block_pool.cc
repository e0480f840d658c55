#include "base/block_pool.h"

#include <bit>
#include <cstdlib>
#include <new>

// Memory in the pool must not be touched: AddressSanitizer is told, so that a stale view of a chunk
// is found as it would be with plain malloc.
#if defined(__SANITIZE_ADDRESS__)
#define UVNET_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UVNET_ASAN 1
#endif
#endif
#ifdef UVNET_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(address, size) static_cast<void>(0)
#endif

namespace uvnet::base {
namespace {

// What one size may keep unused: enough for the chunks of a thousand connections in one turn of the
// loop, and 16 slabs (1 MiB) for bulk data that waits one turn to be written (giving
// that back to malloc each turn halves the throughput: docs/performance.md, the price at 16 KiB).
constexpr std::size_t kKeepSmall = 256 * std::size_t{1024};
constexpr std::uint32_t kKeepSlabs = 16;

}  // namespace

void BlockPool::Abandon::operator()(BlockPool* pool) const noexcept {
  pool->abandoned_ = true;
  pool->dropCached();
  if (pool->outside_ == 0) delete pool;
}

BlockPool::BlockPool() noexcept {
  for (std::size_t index = 0; index < kClasses - 1; ++index) {
    free_[index].keep = static_cast<std::uint32_t>(kKeepSmall / sizeOf(index));
  }
  free_[kClasses - 1].keep = kKeepSlabs;
}

BlockPool::Ptr BlockPool::create() {
  Ptr pool(new BlockPool);
  // One of each small size from the start: how much a read brings is the kernel's to say, and a
  // steady stream may meet a size for the first time after any number of reads.
  for (std::size_t index = 0; index < kClasses - 1; ++index) {
    if (Block* block = pool->take(sizeOf(index))) giveBack(&block->head);
  }
  return pool;
}

std::size_t BlockPool::classOf(std::size_t n) noexcept {
  if (n > kLargestSmall) return kClasses - 1;
  if (n <= kSmallest) return 0;
  return static_cast<std::size_t>(std::bit_width(n - 1) - std::bit_width(kSmallest - 1));
}

std::size_t BlockPool::sizeOf(std::size_t index) noexcept {
  return index == kClasses - 1 ? kSlab : kSmallest << index;
}

[[gnu::hot]] BlockPool::Block* BlockPool::take(std::size_t n) noexcept {
  const std::size_t index = classOf(n);
  FreeList& list = free_[index];
  Block* block = list.first;
  if (block == nullptr) return make(index);
  list.first = block->next;
  --list.count;
  ASAN_UNPOISON_MEMORY_REGION(block->bytes(), sizeOf(index));
  block->head.refs = 1;
  ++outside_;
  return block;
}

[[gnu::noinline]] BlockPool::Block* BlockPool::make(std::size_t index) noexcept {
  void* memory = std::malloc(sizeof(Block) + sizeOf(index));
  if (memory == nullptr) return nullptr;
  ++allocations_;
  ++outside_;
  return ::new (memory) Block{{1, static_cast<std::uint32_t>(index), giveBack}, this, nullptr};
}

[[gnu::hot]] void BlockPool::giveBack(Buffer::Block* head) noexcept {
  // The head is the first member of a Block, and of nothing else that names this function.
  auto* block = reinterpret_cast<Block*>(head);
  BlockPool* pool = block->pool;
  --pool->outside_;
  FreeList& list = pool->free_[head->capacity];
  if (list.count >= list.keep) return freeGivenBack(block);
  ASAN_POISON_MEMORY_REGION(block->bytes(), sizeOf(head->capacity));
  block->next = list.first;
  list.first = block;
  ++list.count;
}

void BlockPool::freeGivenBack(Block* block) noexcept {
  BlockPool* pool = block->pool;
  std::free(block);
  if (pool->abandoned_ && pool->outside_ == 0) delete pool;
}

void BlockPool::dropCached() noexcept {
  for (std::size_t index = 0; index < kClasses; ++index) {
    while (Block* block = free_[index].first) {
      free_[index].first = block->next;
      ASAN_UNPOISON_MEMORY_REGION(block->bytes(), sizeOf(index));
      std::free(block);
    }
    free_[index].count = free_[index].keep = 0;
  }
}

}  // namespace uvnet::base
