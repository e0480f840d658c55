// What a Stream keeps: the state machines of its two sides and of its end. Node spreads the same
// over _readableState, _writableState and destroy.js; the flags keep Node's names where a reader of
// Node's documentation or source would look for them.
#pragma once

#include <uvnet/stream.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "base/generation.h"
#include "stream/abort.h"
#include "stream/readable.h"
#include "stream/writable.h"

namespace uvnet::stream {

// destroy(), 'error' and 'close', each once.
class Lifecycle {
 public:
  // In the order in which a stream comes to them. undestroy() begins anew; abandon() is possible at
  // any time.
  enum class State : std::uint8_t {
    kConstructing,  // doConstruct() has been asked: everything waits for its answer
    kAlive,
    kDoomed,     // destroy() came before doConstruct() has answered
    kDestroyed,  // doDestroy() has been asked
    kClosed,     // it has answered: 'error' if there is one, then 'close' are on their way
    kOver,       // both were emitted
    kAbandoned,  // the loop's owner is going, or the stream: nobody is told anything any more
  };

  explicit Lifecycle(Stream& stream) noexcept : stream_(stream) {}

  void destroy(const Error* error);
  void errorOrDestroy(const Error& error, bool sync);
  void undestroy();
  // Both sides open again; what waits stays, and what fails later fails this stream.
  void reopen();
  void abandon() noexcept { become(State::kAbandoned); }
  // Keeps the first one.
  void fail(const Error& error);
  // doConstruct() on the next tick; everything waits for it.
  void construct();

  bool constructed() const noexcept {
    return state_ != State::kConstructing && state_ != State::kDoomed;
  }
  bool alive() const noexcept { return state_ == State::kAlive; }
  bool destroyed() const noexcept { return state_ >= State::kDoomed; }
  bool closed() const noexcept { return state_ >= State::kClosed; }
  bool closeEmitted() const noexcept { return state_ == State::kOver; }
  bool abandoned() const noexcept { return state_ == State::kAbandoned; }

 private:
  State state_ = State::kAlive;  // here for its size: no byte of padding

 public:
  bool errorEmitted = false;
  bool autoDestroy = true;
  bool emitClose = true;
  std::unique_ptr<Error> errored;
  // Of this life: undestroy() begins another one. What a tick or an answer of an earlier one still
  // has to tell is told; the state is not its any more.
  base::WatchedGeneration generation;

 private:
  void become(State next) noexcept;
  void onConstructed(const Error* error);
  void runDestroy(const Error* error);
  void onDestroyed(const Error* error);
  void emitErrorNextTick(const Error& error, bool thenClose);
  void emitCloseNextTick();
  void emitErrorOnce(const Error& error);
  void emitClosed(base::Generation::Stamp life);

  Stream& stream_;
  std::unique_ptr<Error> destroyError_;  // of a destroy() that waits for doConstruct()
};

struct Core {
  Core(Stream& stream, const StreamOptions& options, std::size_t readableMark,
       std::size_t writableMark)
      : life(stream),
        readable(stream, *this, options, readableMark),
        writable(stream, *this, options, writableMark),
        allowHalfOpen(options.allowHalfOpen) {
    life.autoDestroy = options.autoDestroy;
    life.emitClose = options.emitClose;
  }
  // With so many bytes behind it: Stream::room().
  struct Room {
    std::size_t bytes;
  };
  static void* operator new(std::size_t size, Room room) {
    return ::operator new(size + room.bytes);
  }
  static void operator delete(void* memory, Room) noexcept { ::operator delete(memory); }
  static void operator delete(void* memory) noexcept { ::operator delete(memory); }

  Lifecycle life;
  ReadableSide readable;
  WritableSide writable;
  bool allowHalfOpen;
  bool readableExists = true;  // false: not a Duplex with that side closed, but a Writable
  bool writableExists = true;
  AbortHandle abort;
};

}  // namespace uvnet::stream
