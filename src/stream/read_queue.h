// What a readable side was pushed and has not given out yet, in order.
//
// Relies on lib/, text_units.h and string_decoder.h. Measured in bytes or, once the stream has an
// encoding, in UTF-16 units of text: what Node counts. Taking a whole chunk moves it, taking a part
// of bytes shares it; only what spans chunks is copied, once.
#pragma once

#include <uvnet/buffer.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "stream/string_decoder.h"

namespace uvnet::stream {

class ReadQueue {
 public:
  explicit ReadQueue(bool holdsText) noexcept : text_(holdsText) {}

  // Of all that waits.
  std::size_t length() const noexcept { return length_; }
  // Of the first chunk; there must be one.
  std::size_t frontLength() const noexcept { return held_->front().units; }

  void pushBack(Buffer bytes, std::size_t units);
  void pushFront(Buffer bytes, std::size_t units);
  // Something must be there; all of it, if that is less than n.
  Buffer take(std::size_t n);
  // From here on text: what waits goes through the decoder. What is text already stays that text.
  // all: no more comes, so that the decoder need not wait for the rest of a character.
  void decodeWith(StringDecoder& decoder, bool all);
  void clear() noexcept;

 private:
  // Compacted once so many of its head, and half of it, are used up: linear in total.
  static constexpr std::size_t kCompactAt = 256;
  struct Chunk {
    Buffer bytes;
    std::size_t units;
  };

  // Made when something first waits: most sockets flow.
  struct Held {
    std::vector<Chunk> chunks;  // from first on
    std::size_t first = 0;

    Chunk& front() noexcept { return chunks[first]; }
    bool empty() const noexcept { return first == chunks.size(); }
  };

  Held& held();
  Buffer takeAll();
  Buffer takeAcross(std::size_t n);
  Chunk splitFront(std::size_t units);
  void dropEmptyFront() noexcept;

  std::unique_ptr<Held> held_;
  std::size_t length_ = 0;
  bool text_;
};

}  // namespace uvnet::stream
