// The memory of reads: what a kept chunk costs, what is used again, and who frees it at the end.
#include "handles/read_slab.h"

#include <cstring>
#include <string>
#include <vector>

#include "base/block_pool.h"
#include "support/catch.h"

using uvnet::Buffer;
using uvnet::base::BlockPool;
using uvnet::handles::ReadSlab;

namespace {

// As a read does it.
Buffer readInto(ReadSlab& slab, std::size_t n, char fill) {
  const auto memory = slab.memory();
  REQUIRE(memory.size() >= n);
  std::memset(memory.data(), fill, n);
  return slab.take(n);
}

}  // namespace

TEST_CASE("the slab is used again from its start when nobody kept a chunk") {
  ReadSlab slab;
  const char* start = slab.memory().data();
  for (const std::size_t n : {std::size_t{10}, std::size_t{5000}, ReadSlab::kSize}) {
    const Buffer chunk = readInto(slab, n, 'x');
    CHECK(chunk.size() == n);
    CHECK(chunk.view() == std::string(n, 'x'));
  }
  CHECK(slab.memory().data() == start);
  CHECK(slab.memory().size() == ReadSlab::kSize);
}

TEST_CASE("a steady stream of reads allocates nothing, kept for a while or not") {
  ReadSlab slab;
  std::vector<Buffer> kept;
  const auto round = [&] {
    for (int i = 0; i < 10; ++i) {
      readInto(slab, 64, 'a');
      kept.push_back(readInto(slab, 100, 'b'));
      kept.push_back(readInto(slab, 16384, 'c'));
      readInto(slab, slab.memory().size(), 'd');
    }
    kept.clear();
  };
  round();
  const auto before = slab.pool().allocations();
  for (int i = 0; i < 100; ++i) round();
  CHECK(slab.pool().allocations() == before);
}

TEST_CASE("a small chunk that is kept does not keep the slab") {
  ReadSlab slab;
  const auto before = slab.pool().allocations();
  const char* start = slab.memory().data();
  std::vector<Buffer> kept;
  kept.reserve(1001);
  for (int i = 0; i < 1000; ++i) kept.push_back(readInto(slab, 1, static_cast<char>('a' + i % 26)));
  kept.push_back(readInto(slab, ReadSlab::kCopyLimit, 'z'));
  // One slab and a block for each chunk, of 64 bytes for each byte at the most; the first block of
  // each of the two sizes was there.
  CHECK(slab.pool().allocations() - before == 1 + 999);
  CHECK(slab.memory().data() == start);
  CHECK(slab.memory().size() == ReadSlab::kSize);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(kept[static_cast<std::size_t>(i)].view() ==
            std::string(1, static_cast<char>('a' + i % 26)));
  }
}

TEST_CASE("while a large chunk is kept, the rest of its slab is used, then another slab") {
  ReadSlab slab;
  const char* start = slab.memory().data();
  const Buffer first = readInto(slab, 10000, '1');
  CHECK(first.data() == start);
  CHECK(slab.memory().data() == start + 10000);
  const Buffer second = readInto(slab, 20000, '2');
  CHECK(second.data() == start + 10000);
  CHECK(slab.memory().size() == ReadSlab::kSize - 30000);
  const Buffer third = readInto(slab, 20000, '3');
  const auto rest = slab.memory();
  CHECK(rest.size() == ReadSlab::kSize);
  std::memset(rest.data(), '4', rest.size());
  CHECK(first.view() == std::string(10000, '1'));
  CHECK(second.view() == std::string(20000, '2'));
  CHECK(third.view() == std::string(20000, '3'));
}

TEST_CASE("blocks of every size hold what was asked for") {
  const auto pool = BlockPool::create();
  for (std::size_t n = 1; n <= BlockPool::kSlab; n = n < 5000 ? n + 1 : n * 2) {
    BlockPool::Block* block = pool->take(n);
    REQUIRE(block != nullptr);
    std::memset(block->bytes(), 'x', n);
    const Buffer buffer(&block->head, block->bytes(), n);
  }
  // Each size was made once: 64 to 4096, and the slab.
  CHECK(pool->allocations() == 8);
}

TEST_CASE("a small size that is asked for the first time is there already") {
  const auto pool = BlockPool::create();
  const auto before = pool->allocations();
  for (std::size_t n = 1; n <= BlockPool::kLargestSmall; n *= 2) {
    BlockPool::Block* block = pool->take(n);
    REQUIRE(block != nullptr);
    const Buffer buffer(&block->head, block->bytes(), n);
  }
  CHECK(pool->allocations() == before);
}

TEST_CASE("a Buffer outlives the memory it was read with") {
  Buffer small;
  Buffer large;
  Buffer copy;
  {
    ReadSlab slab;
    small = readInto(slab, 5, 's');
    large = readInto(slab, 50000, 'l');
    readInto(slab, 100, 'x');
    copy = large;
  }
  CHECK(small.view() == "sssss");
  large = Buffer();
  CHECK(copy.view() == std::string(50000, 'l'));
  copy = Buffer();
  small = Buffer();
}
