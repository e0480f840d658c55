// The memory of what was read: blocks for Buffers, given back to the pool they came from, so that a
// steady stream of reads allocates nothing and does not make the heap's top go up and down.
//
// A block may outlive the owner of the pool (somebody keeps a Buffer): the pool then lives until
// the last block has come back. One thread, as Buffers.
#pragma once

#include <uvnet/buffer.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace uvnet::base {

class BlockPool {
 public:
  struct Abandon {
    void operator()(BlockPool* pool) const noexcept;
  };
  using Ptr = std::unique_ptr<BlockPool, Abandon>;

  // A block before its bytes, which follow it.
  struct Block {
    Buffer::Block head;
    BlockPool* pool;
    Block* next;

    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
  };

  static Ptr create();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // The sizes there are: 64 bytes (a chat message, a cache line), doubled up to kLargestSmall, and
  // kSlab.
  static constexpr std::size_t kSmallest = 64;
  static constexpr std::size_t kLargestSmall = 4096;
  static constexpr std::size_t kSlab = 65536;

  // A block with room for n bytes (n <= kSlab), with one count. Null: no memory.
  Block* take(std::size_t n) noexcept;

  // Blocks made so far, among them one of each small size, which are there from the start; for
  // tests of steadiness.
  std::uint64_t allocations() const noexcept { return allocations_; }

 private:
  static constexpr std::size_t kClasses = 8;  // 64 ... 4096, slab

  BlockPool() noexcept;
  ~BlockPool() = default;
  static std::size_t classOf(std::size_t n) noexcept;
  static std::size_t sizeOf(std::size_t index) noexcept;
  static void giveBack(Buffer::Block* block) noexcept;
  static void freeGivenBack(Block* block) noexcept;
  Block* make(std::size_t index) noexcept;
  void dropCached() noexcept;

  struct FreeList {
    Block* first = nullptr;
    std::uint32_t count = 0;
    std::uint32_t keep = 0;  // so many at most; 0 once the pool is abandoned
  };
  std::array<FreeList, kClasses> free_;
  std::size_t outside_ = 0;  // blocks in use
  bool abandoned_ = false;
  std::uint64_t allocations_ = 0;
};

}  // namespace uvnet::base
