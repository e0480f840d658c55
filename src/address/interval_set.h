// Intervals of integers, any number of them and any overlap, and the one question whether some
// interval has a point. A B-tree by (low, high) whose inner nodes know the highest end below each
// child: an interval that has x begins at or before x, so those are the children up to one, and of
// them all but the last can be answered from here. Insert, erase and covers are O(log n), whatever
// their order; covers changes nothing. The standard library is all it relies on.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace uvnet::address {

template <class Key>
class IntervalSet {
 public:
  IntervalSet() = default;
  IntervalSet(const IntervalSet&) = delete;
  IntervalSet& operator=(const IntervalSet&) = delete;
  ~IntervalSet() { clear(); }

  // low <= high. Equal intervals may be in it several times.
  void insert(Key low, Key high) {
    if (root_ == nullptr) root_ = makeNode(0);
    if (Node* const right = insertBelow(*root_, height_, low, high); right != nullptr) {
      Inner* const top = new Inner;  // a leak of one node if memory is out
      top->count = 2;
      top->child[0] = root_;
      top->child[1] = right;
      refresh(*top, 0, height_);
      refresh(*top, 1, height_);
      root_ = top;
      ++height_;
    }
  }

  // One of the equal ones; false where there is none.
  bool erase(Key low, Key high) {
    if (root_ == nullptr || !eraseBelow(*root_, height_, low, high)) return false;
    while (height_ > 0 && root_->count == 1) {
      Inner* const old = static_cast<Inner*>(root_);
      root_ = old->child[0];
      delete old;
      --height_;
    }
    if (root_->count == 0) clear();
    return true;
  }

  bool covers(Key x) const noexcept {
    if (root_ == nullptr) return false;
    const Node* node = root_;
    for (int height = height_;; --height) {
      // Those that begin at or before x.
      const Key* const begin = node->low.data();
      const auto count =
          static_cast<std::size_t>(std::upper_bound(begin, begin + node->count, x) - begin);
      if (count == 0) return false;
      const Key* const ends =
          height == 0 ? node->high.data() : static_cast<const Inner*>(node)->end.data();
      // From the right: the nearest is the likeliest.
      if (height > 0 && ends[count - 1] < x) return anyFrom(ends, count - 1, x);
      if (anyFrom(ends, height == 0 ? count : count - 1, x)) return true;
      if (height == 0) return false;
      node = static_cast<const Inner*>(node)->child[count - 1];
    }
  }

  void clear() noexcept {
    if (root_ != nullptr) destroy(std::exchange(root_, nullptr), std::exchange(height_, 0));
  }

 private:
  // Two cache lines of 32-bit keys, eight of 128-bit ones.
  static constexpr std::size_t kFan = 32;

  struct Node {
    std::size_t count = 0;
    std::array<Key, kFan> low;   // of the interval, or of the first below the child
    std::array<Key, kFan> high;  // the same one's
  };
  struct Inner : Node {
    std::array<Key, kFan> end;  // the highest below the child
    std::array<Node*, kFan> child;
  };

  static Node* makeNode(int height) { return height == 0 ? new Node : new Inner; }

  static bool anyFrom(const Key* ends, std::size_t count, const Key& x) noexcept {
    while (count > 0) {
      if (!(ends[--count] < x)) return true;
    }
    return false;
  }

  // How many of the node's are (low, high) or before.
  static std::size_t upTo(const Node& node, const Key& low, const Key& high) noexcept {
    std::size_t from = 0;
    std::size_t to = node.count;
    while (from < to) {
      const std::size_t middle = (from + to) / 2;
      const bool after =
          low < node.low[middle] || (node.low[middle] == low && high < node.high[middle]);
      if (after) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  // What an inner node says of its child at i, whose height is below.
  static void refresh(Inner& inner, std::size_t i, int below) noexcept {
    const Node& child = *inner.child[i];
    const Key* const ends =
        below == 0 ? child.high.data() : static_cast<const Inner&>(child).end.data();
    inner.low[i] = child.low[0];
    inner.high[i] = child.high[0];
    inner.end[i] = *std::max_element(ends, ends + child.count);
  }

  // Moves [from, count) of a node to `at` of the same or another one.
  static void move(Node& node, std::size_t from, Node& to, std::size_t at, int height) noexcept {
    const auto shift = [&](auto& source, auto& target) {
      const auto begin = source.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end = source.begin() + static_cast<std::ptrdiff_t>(node.count);
      if (&node == &to && at > from) {
        std::copy_backward(begin, end,
                           target.begin() + static_cast<std::ptrdiff_t>(at + node.count - from));
      } else {
        std::copy(begin, end, target.begin() + static_cast<std::ptrdiff_t>(at));
      }
    };
    shift(node.low, to.low);
    shift(node.high, to.high);
    if (height == 0) return;
    shift(static_cast<Inner&>(node).end, static_cast<Inner&>(to).end);
    shift(static_cast<Inner&>(node).child, static_cast<Inner&>(to).child);
  }

  // Makes room at i. A full node is split, and its right half returned; `at` is then the node and
  // the place in it that are free.
  struct Place {
    Node* node;
    std::size_t i;
  };
  static Node* open(Node& node, std::size_t i, int height, Place& at) {
    at = {&node, i};
    Node* right = nullptr;
    if (node.count == kFan) {
      right = makeNode(height);
      // Rules often come in order: what is appended leaves full nodes behind.
      const std::size_t keep = i == kFan ? kFan : kFan / 2;
      move(node, keep, *right, 0, height);
      right->count = kFan - keep;
      node.count = keep;
      if (i > keep || keep == kFan) at = {right, i - keep};
    }
    move(*at.node, at.i, *at.node, at.i + 1, height);
    ++at.node->count;
    return right;
  }

  static Node* insertBelow(Node& node, int height, const Key& low, const Key& high) {
    const std::size_t i = upTo(node, low, high);
    Place at;
    if (height == 0) {
      Node* const right = open(node, i, height, at);
      at.node->low[at.i] = low;
      at.node->high[at.i] = high;
      return right;
    }
    Inner& inner = static_cast<Inner&>(node);
    const std::size_t into = i == 0 ? 0 : i - 1;
    Node* const sibling = insertBelow(*inner.child[into], height - 1, low, high);
    refresh(inner, into, height - 1);
    if (sibling == nullptr) return nullptr;
    Node* const right = open(node, into + 1, height, at);
    Inner& target = static_cast<Inner&>(*at.node);
    target.child[at.i] = sibling;
    refresh(target, at.i, height - 1);
    return right;
  }

  // A node goes with its last interval; half-empty ones stay as they are.
  static bool eraseBelow(Node& node, int height, const Key& low, const Key& high) {
    const std::size_t i = upTo(node, low, high);
    if (i == 0) return false;
    const std::size_t at = i - 1;
    if (height == 0) {
      if (!(node.low[at] == low && node.high[at] == high)) return false;
    } else {
      Inner& inner = static_cast<Inner&>(node);
      if (!eraseBelow(*inner.child[at], height - 1, low, high)) return false;
      if (inner.child[at]->count > 0) {
        refresh(inner, at, height - 1);
        return true;
      }
      destroy(inner.child[at], height - 1);
    }
    move(node, at + 1, node, at, height);
    --node.count;
    return true;
  }

  static void destroy(Node* node, int height) noexcept {
    if (height == 0) {
      delete node;
      return;
    }
    Inner* const inner = static_cast<Inner*>(node);
    for (std::size_t i = 0; i < inner->count; ++i) destroy(inner->child[i], height - 1);
    delete inner;
  }

  Node* root_ = nullptr;
  int height_ = 0;  // of the root; a leaf has 0
};

}  // namespace uvnet::address
