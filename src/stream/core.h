// What a Stream keeps: the state machines of its two sides and of its end. Node spreads the same
// over _readableState, _writableState and destroy.js; the flags keep Node's names where a reader of
// Node's documentation or source would look for them.
#pragma once

#include <uvnet/stream.h>

#include <cstddef>
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
  explicit Lifecycle(Stream& stream) noexcept : stream_(stream) {}

  void destroy(const Error* error);
  void errorOrDestroy(const Error& error, bool sync);
  void undestroy();
  // Both sides open again; what waits stays, and what fails later fails this stream.
  void reopen();
  // Keeps the first one.
  void fail(const Error& error);
  // doConstruct() on the next tick; everything waits for it.
  void construct();

  bool constructed = true;
  bool destroyed = false;
  bool closed = false;
  bool errorEmitted = false;
  bool closeEmitted = false;
  bool autoDestroy = true;
  bool emitClose = true;
  bool abandoned = false;  // the loop's owner is going: nobody is told anything
  std::unique_ptr<Error> errored;
  // Of this life: undestroy() begins another one. What a tick or an answer of an earlier one still
  // has to tell is told; the state is not its any more.
  base::WatchedGeneration generation;

 private:
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
