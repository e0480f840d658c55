// Buffer's memory: where the bytes of a Buffer made here live, and where they go.
// Relies on malloc and on base/transcode for text. Promises one allocation per Buffer (the
// count sits in front of the bytes), bytes aligned as malloc aligns, and none at all for no bytes.
#include <uvnet/buffer.h>

#include "base/transcode.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace uvnet {
namespace {

using Block = Buffer::Block;

static_assert(sizeof(Block) % alignof(std::max_align_t) == 0,
              "the bytes behind the header would lose malloc's alignment");

void freeBlock(Block* block) noexcept { std::free(block); }

struct Allocation {
  Block* block;
  char* bytes;
};

Allocation allocate(std::size_t n, bool zeroed) {
  if (n > SIZE_MAX - sizeof(Block)) throw std::bad_alloc();
  const std::size_t total = sizeof(Block) + n;
  void* memory = zeroed ? std::calloc(1, total) : std::malloc(total);
  if (memory == nullptr) throw std::bad_alloc();
  Block* block = ::new (memory) Block{1, 0, &freeBlock};
  return {block, static_cast<char*>(memory) + sizeof(Block)};
}

// A string that became a Buffer: the count beside it, the bytes where the string has them.
struct StringBlock : Block {
  explicit StringBlock(std::string&& bytes) : Block{1, 0, &freeString}, text(std::move(bytes)) {}
  static void freeString(Block* block) noexcept { delete static_cast<StringBlock*>(block); }
  std::string text;
};

}  // namespace

Buffer Buffer::allocUnsafe(std::size_t n) {
  if (n == 0) return {};
  const Allocation made = allocate(n, false);
  return Buffer(made.block, made.bytes, n);
}

Buffer Buffer::alloc(std::size_t n) {
  if (n == 0) return {};
  const Allocation made = allocate(n, true);
  return Buffer(made.block, made.bytes, n);
}

Buffer Buffer::copyOf(std::string_view bytes) {
  Buffer copy = allocUnsafe(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.mutableData(), bytes.data(), bytes.size());
  return copy;
}

Buffer Buffer::copyOf(std::span<const std::uint8_t> bytes) {
  return copyOf(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Buffer Buffer::of(std::initializer_list<std::uint8_t> bytes) {
  return copyOf(std::span<const std::uint8_t>(bytes.begin(), bytes.size()));
}

Buffer Buffer::adopt(std::string&& bytes) {
  // Short text lies inside the string object: copying it costs what moving it would, and holds
  // less memory.
  constexpr std::size_t kWorthKeeping = 2 * sizeof(std::string);
  if (bytes.size() < kWorthKeeping) return copyOf(std::exchange(bytes, {}));
  auto* block = new StringBlock(std::move(bytes));
  bytes.clear();
  return Buffer(block, block->text.data(), block->text.size());
}

Buffer Buffer::concat(std::span<const Buffer> list) {
  std::size_t total = 0;
  for (const Buffer& part : list) {
    if (part.size() > SIZE_MAX - total) throw std::bad_alloc();
    total += part.size();
  }
  Buffer all = allocUnsafe(total);
  char* to = all.mutableData();
  for (const Buffer& part : list) {
    if (part.empty()) continue;
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  return all;
}

Buffer Buffer::from(std::string_view text, Encoding encoding) {
  // The size is known or well bounded beforehand: the bytes are written where they stay.
  Buffer bytes = allocUnsafe(base::encodedSize(text, encoding));
  if (!bytes.empty()) bytes.size_ = base::encode(text, encoding, bytes.mutableData());
  return bytes;
}

std::string Buffer::toString(Encoding encoding) const {
  std::string text;
  base::decode(view(), encoding, text);
  return text;
}

Buffer Buffer::subarray(std::size_t begin, std::size_t end) const& noexcept {
  end = std::min(end, size_);
  begin = std::min(begin, end);
  Buffer part(*this);
  part.data_ += begin;
  part.size_ = end - begin;
  return part;
}

}  // namespace uvnet
