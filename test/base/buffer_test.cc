// Buffer: who owns the bytes, when they are freed, and how slices are cut.
#include <uvnet/buffer.h>

#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

using uvnet::Buffer;

namespace {

// A block that counts how often it was freed.
struct Watched : Buffer::Block {
  explicit Watched(int& count) : Block{1, 0, &freeWatched}, freed(&count) {}
  static void freeWatched(Block* block) noexcept { ++*static_cast<Watched*>(block)->freed; }
  int* freed;
};

}  // namespace

TEST_CASE("a Buffer's memory is freed once, when the last copy goes") {
  int freed = 0;
  Watched block(freed);
  {
    Buffer first(&block, "bytes", 5);
    {
      const Buffer second = first;  // NOLINT: the copy is the subject
      const Buffer slice = first.subarray(1, 2);
      CHECK(block.refs == 3);
    }
    CHECK(block.refs == 1);
    CHECK(freed == 0);
  }
  CHECK(freed == 1);
}

TEST_CASE("moving a Buffer counts nothing and leaves an empty one") {
  int freed = 0;
  Watched block(freed);
  Buffer from(&block, "bytes", 5);
  const Buffer to = std::move(from);
  CHECK(block.refs == 1);
  CHECK(to == "bytes");
  CHECK(from.empty());            // NOLINT: what a moved-from Buffer is, is documented
  CHECK(from.data() == nullptr);  // NOLINT
}

TEST_CASE("assigning a Buffer frees what was there, itself included") {
  int freed = 0;
  Watched block(freed);
  Buffer buffer(&block, "bytes", 5);
  const Buffer& same = buffer;
  buffer = same;
  CHECK(freed == 0);
  CHECK(buffer == "bytes");
  buffer = Buffer::literal("other");
  CHECK(freed == 1);
  CHECK(buffer == "other");
}

TEST_CASE("alloc gives zeros, allocUnsafe as many bytes, both writable") {
  Buffer zeros = Buffer::alloc(1000);
  CHECK(zeros == std::string(1000, '\0'));
  zeros.mutableData()[999] = 'x';
  CHECK(zeros[999] == 'x');
  Buffer any = Buffer::allocUnsafe(1000);
  REQUIRE(any.size() == 1000);
  for (std::size_t i = 0; i < any.size(); ++i) any.mutableData()[i] = 'y';
  CHECK(any == std::string(1000, 'y'));
}

TEST_CASE("the bytes are aligned as malloc aligns") {
  const Buffer buffer = Buffer::allocUnsafe(1);
  CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % alignof(std::max_align_t) == 0);
}

TEST_CASE("a size that no memory has throws bad_alloc") {
  CHECK_THROWS_AS(Buffer::allocUnsafe(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
  CHECK_THROWS_AS(Buffer::alloc(std::numeric_limits<std::size_t>::max() - 1), std::bad_alloc);
}

TEST_CASE("no bytes take no memory") {
  CHECK(Buffer::alloc(0).data() == nullptr);
  CHECK(Buffer::copyOf("").data() == nullptr);
  CHECK(Buffer::concat({}).data() == nullptr);
  CHECK(Buffer::adopt({}).data() == nullptr);
}

TEST_CASE("copyOf and of hold their own bytes") {
  std::string bytes = "abc";
  const Buffer copy = Buffer::copyOf(bytes);
  bytes[0] = 'x';
  CHECK(copy == "abc");
  CHECK(Buffer::of({0x61, 0x00, 0xFF}) == std::string("a\0\xFF", 3));
  const std::vector<std::uint8_t> list{1, 2};
  CHECK(Buffer::copyOf(list) == "\x01\x02");
}

TEST_CASE("adopt takes a long string's memory without copying") {
  std::string bytes(1000, 'a');
  const char* const memory = bytes.data();
  const Buffer buffer = Buffer::adopt(std::move(bytes));
  CHECK(buffer.data() == memory);
  CHECK(buffer.size() == 1000);
  CHECK(bytes.empty());  // NOLINT: promised
}

TEST_CASE("adopt of a short string keeps its bytes") {
  std::string bytes = "short";
  const Buffer buffer = Buffer::adopt(std::move(bytes));
  CHECK(buffer == "short");
  CHECK(bytes.empty());  // NOLINT: promised
}

TEST_CASE("literal copies nothing") {
  static constexpr std::string_view kText = "text that stays";
  CHECK(Buffer::literal(kText).data() == kText.data());
}

TEST_CASE("concat puts the bytes in a row, empty ones between") {
  const Buffer parts[] = {Buffer::copyOf("one"), Buffer(), Buffer::literal("two"),
                          Buffer::alloc(0)};
  CHECK(Buffer::concat(parts) == "onetwo");
}

TEST_CASE("subarray shares the memory") {
  Buffer whole = Buffer::copyOf("abcdef");
  const Buffer part = whole.subarray(2, 4);
  CHECK(part == "cd");
  whole.mutableData()[2] = 'X';
  CHECK(part == "Xd");
}

TEST_CASE("subarray clamps what is out of range") {
  const Buffer buffer = Buffer::copyOf("abc");
  CHECK(buffer.subarray(0) == "abc");
  CHECK(buffer.subarray(1, 99) == "bc");
  CHECK(buffer.subarray(3).empty());
  CHECK(buffer.subarray(99).empty());
  CHECK(buffer.subarray(2, 1).empty());
  CHECK(Buffer().subarray(1, 2).empty());
}

TEST_CASE("a slice outlives the Buffer it was cut from") {
  Buffer part;
  {
    const Buffer whole = Buffer::copyOf("abcdef");
    part = whole.subarray(3);
  }
  CHECK(part == "def");
}

TEST_CASE("removePrefix takes bytes off the front") {
  Buffer buffer = Buffer::copyOf("abcdef");
  buffer.removePrefix(4);
  CHECK(buffer == "ef");
}

TEST_CASE("Buffers are equal when their bytes are") {
  CHECK(Buffer::copyOf("a") == Buffer::literal("a"));
  CHECK_FALSE(Buffer::copyOf("a") == Buffer::copyOf("b"));
  CHECK(Buffer() == Buffer::copyOf(""));
}
