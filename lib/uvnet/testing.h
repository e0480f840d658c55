// Two connected streams in memory, with faults on order: for tests of programs that use streams,
// without a socket and without luck.
//
//   auto pair = uvnet::testing::memoryPair(host, {.toB = {.pieces = 3, .errorAfter = 100}});
//   pair.a->write(...);   // arrives at pair.b in pieces of 3 bytes, and fails after 100
//
// Header only, on the public API.
#pragma once

#include <uvnet/duplex.h>
#include <uvnet/error.h>
#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace uvnet::testing {

// What happens to the bytes on their way in one direction.
struct Faults {
  // The reader gets at most so many bytes at once, one piece a tick: partial writes.
  std::size_t pieces = std::numeric_limits<std::size_t>::max();
  // A write is over so many ticks after its last byte was taken: slow completion.
  unsigned delay = 0;
  // Once so many bytes have arrived the write fails with `error`.
  std::optional<std::uint64_t> errorAfter = {};
  Error error = Error("write EPIPE", "EPIPE");
  // Once so many bytes have arrived the reader is told the end, and what follows is swallowed.
  std::optional<std::uint64_t> endAfter = {};
  // After so many bytes nothing moves any more until MemoryEnd::unblock().
  std::optional<std::uint64_t> blockAfter = {};
};

class MemoryEnd final : public Duplex {
 public:
  MemoryEnd(Host& host, const StreamOptions& options, Faults faults)
      : Duplex(host, options), faults_(std::move(faults)) {}
  ~MemoryEnd() override {
    if (peer_ != nullptr) peer_->peer_ = nullptr;
  }
  static void join(MemoryEnd& a, MemoryEnd& b) {
    a.peer_ = &b;
    b.peer_ = &a;
  }

  // Bytes of this end's writes that have arrived at the other.
  std::uint64_t arrived() const noexcept { return arrived_; }
  // Lifts `blockAfter`.
  void unblock() {
    faults_.blockAfter.reset();
    if (std::exchange(blocked_, false)) moveNextTick();
  }

 protected:
  void doRead(std::size_t) override {
    wanted_ = true;
    if (peer_ != nullptr && peer_->stalled_) {
      peer_->stalled_ = false;
      peer_->moveNextTick();
    }
  }

  void doWrite(Buffer chunk, Callback done) override {
    chunk_ = std::move(chunk);
    done_ = std::move(done);
    move();
  }

  void doFinal(Callback done) override {
    if (peer_ != nullptr && !peer_->ended_) {
      peer_->ended_ = true;
      peer_->push(nullptr);
    }
    done(nullptr);
  }
  bool hasFinal() const noexcept override { return true; }
  bool keepsOwnCallbacks() const noexcept override { return true; }

  void doDestroy(const Error* error, Callback done) override {
    chunk_ = {};
    done_ = {};
    done(error);
  }

 private:
  void moveNextTick() {
    host().nextTick([self = Ref<MemoryEnd>(this)] { self->move(); });
  }

  // One piece; the rest on later ticks.
  void move() {
    if (!done_) return;
    if (faults_.blockAfter && arrived_ >= *faults_.blockAfter) {
      blocked_ = true;
      return;
    }
    if (faults_.errorAfter && arrived_ >= *faults_.errorAfter) {
      chunk_ = {};
      std::exchange(done_, {})(&faults_.error);
      return;
    }
    if (peer_ == nullptr || peer_->destroyed() || peer_->ended_) {
      chunk_ = {};  // nobody reads it
      finish();
      return;
    }
    if (chunk_.empty()) {
      finish();
      return;
    }
    std::size_t size = std::min(chunk_.size(), std::max<std::size_t>(faults_.pieces, 1));
    for (const auto& mark : {faults_.errorAfter, faults_.endAfter, faults_.blockAfter}) {
      if (mark && *mark > arrived_) {
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, *mark - arrived_));
      }
    }
    const Buffer piece = chunk_.subarray(0, size);
    chunk_.removePrefix(size);
    arrived_ += size;
    const Ref<MemoryEnd> keep(this);
    peer_->wanted_ = false;
    const bool more = peer_->push(piece);
    if (peer_ != nullptr && faults_.endAfter && arrived_ >= *faults_.endAfter && !peer_->ended_) {
      peer_->ended_ = true;
      peer_->push(nullptr);
    }
    if (chunk_.empty()) {
      // The reader's mark is the writer's too: what it does not want yet, it does not take.
      if (more || peer_ == nullptr || peer_->wanted_ || peer_->ended_) {
        finish();
      } else {
        stalled_ = true;
      }
    } else if (more || peer_ == nullptr || peer_->wanted_ || peer_->ended_) {
      moveNextTick();
    } else {
      stalled_ = true;
    }
  }

  void finish() {
    if (waited_ < faults_.delay) {
      ++waited_;
      moveNextTick();
      return;
    }
    waited_ = 0;
    std::exchange(done_, {})(nullptr);
  }

  Faults faults_;
  MemoryEnd* peer_ = nullptr;
  Buffer chunk_;  // of the write under way, what has not arrived
  Callback done_;
  std::uint64_t arrived_ = 0;
  unsigned waited_ = 0;
  bool wanted_ = false;   // asked for since the last push
  bool stalled_ = false;  // the reader has enough
  bool blocked_ = false;
  bool ended_ = false;  // was told the end
};

struct MemoryPair {
  Ref<MemoryEnd> a;
  Ref<MemoryEnd> b;
};

struct MemoryPairOptions {
  Faults toB = {};  // what a writes
  Faults toA = {};  // what b writes
  StreamOptions a = {.allowHalfOpen = false};
  StreamOptions b = {.allowHalfOpen = false};
};

inline MemoryPair memoryPair(Host& host, MemoryPairOptions options = {}) {
  MemoryPair pair{make<MemoryEnd>(host, options.a, std::move(options.toB)),
                  make<MemoryEnd>(host, options.b, std::move(options.toA))};
  MemoryEnd::join(*pair.a, *pair.b);
  return pair;
}

}  // namespace uvnet::testing
