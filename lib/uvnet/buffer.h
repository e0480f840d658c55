// Bytes with shared ownership: Node's Buffer, as a counted slice.
//
// A Buffer is three words; copying one counts, it does not copy bytes. The count is not atomic:
// a Buffer stays on its loop's thread (toString() or data() copied elsewhere may travel).
#pragma once

#include <uvnet/encoding.h>
#include <uvnet/export.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace uvnet {

class UVNET_API Buffer {
 public:
  // The owner of the memory. Who makes one decides in `free` where it goes back to.
  struct Block {
    std::uint32_t refs;
    std::uint32_t capacity;  // what the maker needs to find its way back; not the size
    void (*free)(Block*) noexcept;
  };

  Buffer() noexcept = default;
  Buffer(const Buffer& other) noexcept
      : block_(other.block_), data_(other.data_), size_(other.size_) {
    if (block_ != nullptr) ++block_->refs;
  }
  Buffer(Buffer&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (block_ != nullptr && --block_->refs == 0) block_->free(block_);
  }
  void swap(Buffer& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  // n bytes, not initialised (Buffer.allocUnsafe) / zeroed (Buffer.alloc). Throw std::bad_alloc.
  static Buffer allocUnsafe(std::size_t n);
  static Buffer alloc(std::size_t n);
  // A copy of the bytes.
  static Buffer copyOf(std::string_view bytes);
  static Buffer copyOf(std::span<const std::uint8_t> bytes);
  static Buffer of(std::initializer_list<std::uint8_t> bytes);
  // The text in that encoding's bytes (Buffer.from(string, encoding)); for base64 and hex, what
  // the text stands for, read as leniently as Node reads it.
  static Buffer from(std::string_view text, Encoding encoding = {});
  // Takes the string's memory without copying.
  static Buffer adopt(std::string&& bytes);
  // Memory that outlives every use, such as a literal: nothing is counted, nothing copied.
  static Buffer literal(std::string_view bytes) noexcept {
    return Buffer(nullptr, bytes.data(), bytes.size());
  }
  // All of them, one after the other (Buffer.concat).
  static Buffer concat(std::span<const Buffer> list);

  // Takes one count of the block over (block may be null: not owned). For those who bring memory.
  Buffer(Block* block, const char* data, std::size_t size) noexcept
      : block_(block), data_(data), size_(size) {}

  // The owner of the memory (null: none), and whether nobody else shares it.
  const Block* block() const noexcept { return block_; }
  bool unique() const noexcept { return block_ != nullptr && block_->refs == 1; }

  const char* data() const noexcept { return data_; }
  // For who has just made it and nobody else holds it; writing to shared memory shows everywhere.
  char* mutableData() noexcept { return const_cast<char*>(data_); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::uint8_t operator[](std::size_t i) const noexcept {
    return static_cast<std::uint8_t>(data_[i]);
  }
  const char* begin() const noexcept { return data_; }
  const char* end() const noexcept { return data_ + size_; }

  operator std::string_view() const noexcept { return {data_, size_}; }  // NOLINT: on purpose
  std::string_view view() const noexcept { return {data_, size_}; }
  std::span<const std::uint8_t> bytes() const noexcept {
    return {reinterpret_cast<const std::uint8_t*>(data_), size_};
  }
  // The bytes as text (buffer.toString(encoding)); invalid UTF-8 becomes U+FFFD as in Node.
  std::string toString(Encoding encoding = {}) const;

  // Bytes from begin up to, not including, end; shares the memory. Out of range is clamped.
  Buffer subarray(std::size_t begin, std::size_t end = SIZE_MAX) const& noexcept;
  void removePrefix(std::size_t n) noexcept {
    data_ += n;
    size_ -= n;
  }

  // By content.
  friend bool operator==(const Buffer& a, const Buffer& b) noexcept { return a.view() == b.view(); }
  friend bool operator==(const Buffer& a, std::string_view b) noexcept { return a.view() == b; }

 private:
  Block* block_ = nullptr;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace uvnet
