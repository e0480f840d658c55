#include "stream/read_queue.h"

#include <cstring>
#include <string>
#include <utility>

#include "stream/text_units.h"

namespace uvnet::stream {

ReadQueue::Held& ReadQueue::held() {
  if (held_ == nullptr) held_ = std::make_unique<Held>();
  return *held_;
}

void ReadQueue::pushBack(Buffer bytes, std::size_t units) {
  held().chunks.push_back({std::move(bytes), units});
  length_ += units;
}

void ReadQueue::pushFront(Buffer bytes, std::size_t units) {
  Held& held = this->held();
  if (held.first > 0) {
    held.chunks[--held.first] = {std::move(bytes), units};
  } else {
    held.chunks.insert(held.chunks.begin(), {std::move(bytes), units});
  }
  length_ += units;
}

Buffer ReadQueue::take(std::size_t n) {
  Buffer out;
  Chunk& front = held_->front();
  if (n >= length_) {
    out = takeAll();
    length_ = 0;
  } else {
    if (n < front.units) {
      out = splitFront(n).bytes;
    } else if (n == front.units) {
      out = std::move(front.bytes);
      ++held_->first;
    } else {
      out = takeAcross(n);
    }
    length_ -= n;
  }
  dropEmptyFront();
  return out;
}

Buffer ReadQueue::takeAll() {
  Held& held = *held_;
  if (held.chunks.size() - held.first == 1) return std::move(held.chunks[held.first++].bytes);
  std::string text;
  if (text_) {
    for (; !held.empty(); ++held.first) appendText(text, held.front().bytes);
    return Buffer::adopt(std::move(text));
  }
  Buffer out = Buffer::allocUnsafe(length_);
  char* to = out.mutableData();
  for (; !held.empty(); ++held.first) {
    const Buffer& bytes = held.front().bytes;
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
      Chunk& front = held_->front();
      if (n >= front.units) {
        n -= front.units;
        appendText(text, front.bytes);
        ++held_->first;
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
    Chunk& front = held_->front();
    const std::size_t part = n < front.units ? n : front.units;
    std::memcpy(to, front.bytes.data(), part);
    to += part;
    n -= part;
    if (part == front.units) {
      ++held_->first;
    } else {
      front.bytes.removePrefix(part);
      front.units -= part;
    }
  }
  return out;
}

ReadQueue::Chunk ReadQueue::splitFront(std::size_t units) {
  Chunk& front = held_->front();
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
  Held& held = *held_;
  if (held.empty()) {
    held.chunks.clear();
    held.first = 0;
  } else if (held.first > kCompactAt && held.first > held.chunks.size() / 2) {
    const auto begin = held.chunks.begin();
    held.chunks.erase(begin, begin + static_cast<std::ptrdiff_t>(held.first));
    held.first = 0;
  }
}

void ReadQueue::decodeWith(StringDecoder& decoder, bool all) {
  std::string text;
  Held& held = this->held();
  for (std::size_t i = held.first; i < held.chunks.size(); ++i) {
    const Buffer& bytes = held.chunks[i].bytes;
    appendText(text, text_ ? std::string(bytes.view()) : decoder.write(bytes));
  }
  if (all) text += decoder.end();
  clear();
  text_ = true;
  if (text.empty()) return;
  const std::size_t units = utf16Length(text);
  pushBack(Buffer::adopt(std::move(text)), units);
}

void ReadQueue::clear() noexcept {
  held_.reset();
  length_ = 0;
}

}  // namespace uvnet::stream
