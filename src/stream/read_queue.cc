#include "stream/read_queue.h"

#include <cstring>
#include <string>
#include <utility>

#include "stream/text_units.h"

namespace uvnet::stream {

void ReadQueue::pushBack(Buffer bytes, std::size_t units) {
  chunks_.push_back({std::move(bytes), units});
  length_ += units;
}

void ReadQueue::pushFront(Buffer bytes, std::size_t units) {
  if (first_ > 0) {
    chunks_[--first_] = {std::move(bytes), units};
  } else {
    chunks_.insert(chunks_.begin(), {std::move(bytes), units});
  }
  length_ += units;
}

Buffer ReadQueue::take(std::size_t n) {
  Buffer out;
  Chunk& front = chunks_[first_];
  if (n >= length_) {
    out = takeAll();
    length_ = 0;
  } else {
    if (n < front.units) {
      out = splitFront(n).bytes;
    } else if (n == front.units) {
      out = std::move(front.bytes);
      ++first_;
    } else {
      out = takeAcross(n);
    }
    length_ -= n;
  }
  dropEmptyFront();
  return out;
}

Buffer ReadQueue::takeAll() {
  if (chunks_.size() - first_ == 1) return std::move(chunks_[first_++].bytes);
  std::string text;
  if (text_) {
    for (; first_ < chunks_.size(); ++first_) appendText(text, chunks_[first_].bytes);
    return Buffer::adopt(std::move(text));
  }
  Buffer out = Buffer::allocUnsafe(length_);
  char* to = out.mutableData();
  for (; first_ < chunks_.size(); ++first_) {
    const Buffer& bytes = chunks_[first_].bytes;
    std::memcpy(to, bytes.data(), bytes.size());
    to += bytes.size();
  }
  return out;
}

// n lies beyond the first chunk and before the end of all.
Buffer ReadQueue::takeAcross(std::size_t n) {
  if (text_) {
    std::string text;
    while (n > 0) {
      Chunk& front = chunks_[first_];
      if (n >= front.units) {
        n -= front.units;
        appendText(text, front.bytes);
        ++first_;
      } else {
        appendText(text, splitFront(n).bytes);
        n = 0;
      }
    }
    return Buffer::adopt(std::move(text));
  }
  Buffer out = Buffer::allocUnsafe(n);
  char* to = out.mutableData();
  while (n > 0) {
    Chunk& front = chunks_[first_];
    const std::size_t part = n < front.units ? n : front.units;
    std::memcpy(to, front.bytes.data(), part);
    to += part;
    n -= part;
    if (part == front.units) {
      ++first_;
    } else {
      front.bytes.removePrefix(part);
      front.units -= part;
    }
  }
  return out;
}

ReadQueue::Chunk ReadQueue::splitFront(std::size_t units) {
  Chunk& front = chunks_[first_];
  Chunk head{Buffer(), units};
  if (!text_) {
    head.bytes = front.bytes.subarray(0, units);
    front.bytes.removePrefix(units);
  } else if (const UnitPlace place = placeOfUnit(front.bytes, units); !place.inside) {
    head.bytes = front.bytes.subarray(0, place.offset);
    front.bytes.removePrefix(place.offset);
  } else {
    std::string left;
    std::string right = std::string(front.bytes.view());
    takeUnits(right, units, left);
    head.bytes = Buffer::adopt(std::move(left));
    front.bytes = Buffer::adopt(std::move(right));
  }
  front.units -= units;
  return head;
}

void ReadQueue::dropEmptyFront() noexcept {
  if (first_ == chunks_.size()) {
    chunks_.clear();
    first_ = 0;
  } else if (first_ > kCompactAt && first_ > chunks_.size() / 2) {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void ReadQueue::decodeWith(StringDecoder& decoder) {
  std::string text;
  for (std::size_t i = first_; i < chunks_.size(); ++i) {
    const Buffer& bytes = chunks_[i].bytes;
    appendText(text, text_ ? std::string(bytes.view()) : decoder.write(bytes));
  }
  clear();
  text_ = true;
  if (text.empty()) return;
  const std::size_t units = utf16Length(text);
  pushBack(Buffer::adopt(std::move(text)), units);
}

void ReadQueue::clear() noexcept {
  chunks_.clear();
  first_ = 0;
  length_ = 0;
}

}  // namespace uvnet::stream
