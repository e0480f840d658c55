// Node's streams for bytes: both sides of one, readable and writable, and its lifecycle.
//
// Stream holds all of it and shows only what every stream has; Duplex (and Socket on top of it)
// shows both sides. What a function does is said here, once.
//
// Sizes are bytes. After setEncoding() the readable side counts as Node does, in UTF-16 units of
// the text; the text itself is UTF-8.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/emitter.h>
#include <uvnet/error.h>
#include <uvnet/export.h>
#include <uvnet/function.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>

namespace uvnet {

namespace stream {
struct Core;
class ReadableSide;
class WritableSide;
class Lifecycle;
class PipeLink;
class Wire;
class Finished;
class Pipeline;
class Composed;
struct Questions;
}  // namespace stream

// Told once how an operation ended: nullptr for success. The Error lives for the call only.
using Callback = Function<void(const Error*)>;

struct StreamOptions {
  // Bytes from which on a side says "enough". highWaterMark is for both and goes before the others;
  // default: Host::defaultHighWaterMark(). Negative: ERR_INVALID_ARG_VALUE is thrown.
  std::optional<std::int64_t> highWaterMark = {};
  std::optional<std::int64_t> readableHighWaterMark = {};
  std::optional<std::int64_t> writableHighWaterMark = {};
  bool allowHalfOpen = true;
  bool autoDestroy = true;
  bool emitClose = true;
  // Writes made in one turn leave together when it ends (before the next callback from libuv), or
  // once writableHighWaterMark bytes are held: as with cork() before the first of them and
  // host.nextTick(uncork). end() lets them go at once. writableCorked() does not count it.
  bool autoCork = false;
  bool readable = true;  // false: that side is ended from the start
  bool writable = true;
  Encoding defaultEncoding = {};  // of text written without one
  bool decodeStrings = true;      // false: text goes to doWriteText(), not as bytes to doWrite()
  std::optional<Encoding> encoding = {};  // as setEncoding()
  // Destroys the stream with an AbortError once stop is requested, from any thread.
  std::stop_token signal = {};
};

struct PipeOptions {
  bool end = true;  // end the destination when the source ends
};

class UVNET_API Stream : public Emitter {
 public:
  // destroy() was called: nothing more is read or written.
  bool destroyed() const noexcept;
  // destroy() has done its work.
  bool closed() const noexcept;
  // What the stream was destroyed with; nullptr if nothing.
  const Error* errored() const noexcept;

 protected:
  enum class Sides : std::uint8_t { kBoth, kReadable, kWritable };
  // room: bytes that the kind of stream wants for its own state, see room().
  Stream(Host& host, const StreamOptions& options, Sides sides = Sides::kBoth,
         std::size_t room = 0);
  ~Stream() override;

  // --- The readable side -----------------------------------------------------------------------

  // Up to n bytes, exactly n unless the end is near, or nothing (std::nullopt) if fewer are there
  // yet. Without n all that is buffered (flowing: the next chunk). Emits 'data' too. n = 0 only
  // asks the source for more; negative n reads nothing. Over 1 GiB: throws ERR_OUT_OF_RANGE.
  std::optional<Buffer> read();
  std::optional<Buffer> read(std::int64_t n);
  // Puts bytes back in front of what is buffered. False: above the high-water mark.
  bool unshift(const Buffer& chunk);
  bool unshift(std::string_view text);  // in options.defaultEncoding
  bool unshift(std::string_view text, Encoding encoding);
  void pause();
  // Flow again from the next tick. A stream with a 'readable' listener does not flow.
  void resume();
  bool isPaused() const noexcept;
  // 'data' and read() give text from here on; characters are never split. Cannot be undone.
  void setEncoding(Encoding encoding);

  bool readable() const noexcept;         // not destroyed and not ended
  bool readableEnded() const noexcept;    // 'end' was emitted
  bool readableAborted() const noexcept;  // destroyed or failed before 'end'
  bool readableDidRead() const noexcept;  // some data was given out
  // Nobody asked yet (nullopt), flowing (true), or explicitly paused (false).
  std::optional<bool> readableFlowing() const noexcept;
  std::size_t readableLength() const noexcept;
  std::size_t readableHighWaterMark() const noexcept;
  std::optional<Encoding> readableEncoding() const noexcept;

  // Every chunk is written to the destination, which slows this stream when it is full. Several
  // destinations: the slowest sets the pace. The source keeps the destination alive meanwhile.
  void pipeTo(Stream& destination, PipeOptions options);
  void unpipeFrom(Stream& destination);  // not piped there: nothing happens
  void unpipeAll();

  // --- The writable side -----------------------------------------------------------------------

  // Sends the bytes after those written before. A string_view's bytes are copied at most once,
  // and only what could not be handed over at once; a Buffer is shared. The callback is told when
  // they were handed to the system, or why not. False: writableHighWaterMark is reached; wait for
  // 'drain'. Writing after end() is an error (ERR_STREAM_WRITE_AFTER_END), after destroy() only
  // the callback is told (ERR_STREAM_DESTROYED).
  bool write(std::string_view text, Encoding encoding, Callback callback = {});
  bool write(std::string_view bytes, Callback callback = {});
  bool write(const Buffer& bytes, Callback callback = {});
  bool write(std::span<const std::uint8_t> bytes, Callback callback = {});
  template <class... Rest>
  bool write(std::nullptr_t, Rest&&...) = delete;  // Node's ERR_STREAM_NULL_VALUES
  // No more writes: 'finish' once all is out, then the callback. With data: writes it first.
  void end(Callback callback = {});
  void end(std::string_view text, Encoding encoding, Callback callback = {});
  void end(std::string_view bytes, Callback callback = {});
  void end(const Buffer& bytes, Callback callback = {});
  // For a runtime that counts characters: text that waits counts as `length` in writableLength()
  // and against the mark, however many bytes it is.
  bool writeCounted(std::string_view text, Encoding encoding, std::size_t length,
                    Callback callback = {});
  void endCounted(std::string_view text, Encoding encoding, std::size_t length,
                  Callback callback = {});
  // Holds writes back until uncork() was called as often, to leave as one; end() uncorks.
  void cork() noexcept;
  void uncork();
  void setDefaultEncoding(Encoding encoding) noexcept;

  bool writable() const noexcept;  // not ended, destroyed or failed
  bool writableEnded() const noexcept;
  bool writableFinished() const noexcept;
  bool writableAborted() const noexcept;
  bool writableNeedDrain() const noexcept;
  std::size_t writableLength() const noexcept;  // queued and not yet handed over
  std::size_t writableHighWaterMark() const noexcept;
  unsigned writableCorked() const noexcept;

  // --- Lifecycle -------------------------------------------------------------------------------

  // Frees what the stream holds. An error is emitted as 'error' on the next tick; only the first
  // destroy() counts. Queued writes get ERR_STREAM_DESTROYED or that error.
  void destroy();
  void destroy(const Error& error);
  bool allowHalfOpen() const noexcept;
  void setAllowHalfOpen(bool allow) noexcept;

  // --- What a kind of stream supplies ----------------------------------------------------------

  // Get more: call push(), now or later. Not called again before it has.
  virtual void doRead(std::size_t size);
  // The source pushes without being asked again, so that beforeRead() and doRead() would do nothing
  // now; then they may be left out.
  virtual bool readsByItself() const noexcept { return false; }
  // Takes what can be taken of the bytes at once, without queueing. Only called when nothing is
  // queued. The number taken; -1: cannot say now, use doWrite(). Sets error if it failed.
  virtual std::ptrdiff_t doTryWrite(std::string_view bytes, std::unique_ptr<Error>& error);
  // Sends one chunk / several; done is called once. Not called again before it was.
  virtual void doWrite(Buffer chunk, Callback done);
  virtual void doWritev(std::span<Buffer> chunks, Callback done);
  // With decodeStrings false: text as it was written (UTF-8), and the encoding it is meant for.
  // Such a stream gets its chunks one by one.
  virtual void doWriteText(Buffer text, Encoding encoding, Callback done);
  virtual bool hasWritev() const noexcept { return false; }
  // A callback keeps the stream alive until it was called or dropped. A stream that keeps its own
  // callbacks in itself would keep itself alive so: it says true here, and they do not.
  virtual bool keepsOwnCallbacks() const noexcept { return false; }
  // After end(), when all writes are done, before 'finish'.
  virtual void doFinal(Callback done);
  virtual bool hasFinal() const noexcept { return false; }
  // Frees the source; done says the error that is to be told.
  virtual void doDestroy(const Error* error, Callback done);
  // Gets the source ready: nothing is read, written or destroyed before it is done. Who supplies it
  // calls construct() at the end of the constructor.
  virtual void doConstruct(Callback done) { done(nullptr); }
  void construct();
  // Before the corresponding call acts, whoever called.
  virtual void beforeRead() {}
  virtual void beforePause() {}
  virtual void beforeResume() {}
  // The stream is piped somewhere by other means than pipe(), so that it flows on when the last of
  // its pipes is undone.
  virtual bool pipedElsewhere() const noexcept { return false; }
  // What a stream does of itself: end() after the other side's end where allowHalfOpen is false,
  // and destroy() when both sides are done. For a kind whose users may have put something in front
  // of those calls.
  virtual void autoEnd();
  virtual void autoDestroy();
  // What carries the bytes of a stream that does nothing to them on their way, while it can: a pipe
  // between two of those may move them inside the kernel. nullptr: everything goes through the
  // calls above.
  virtual stream::Wire* plainWire() noexcept { return nullptr; }
  // Just before 'end' is emitted.
  virtual void onEnding() {}
  // Where a kind of stream has asked its wire for it: bytes came, or the end (nullptr). For one
  // whose users may have put something in front of push(), which this is to call.
  virtual bool takeArrived(const Buffer* chunk);

  // From the source: bytes, or the end. False: stop, the mark is reached; doRead() comes again.
  bool push(Buffer chunk);
  bool push(std::string_view text);  // in options.defaultEncoding
  bool push(std::string_view text, Encoding encoding);
  bool push(std::nullptr_t) { return pushEnd(), false; }
  void pushEnd();
  // destroy() with an AbortError when stop is requested.
  void abortOn(const std::stop_token& signal);
  // After this the stream can be used for another life (a Socket that connects again).
  void undestroy();
  // As that for a stream that was not destroyed: an end() or a failure that came before there was a
  // source is no longer seen. What is queued stays, and what is owed is told as before.
  void reopen();
  // As 'error' with destroy(), or without where autoDestroy is off.
  void errorOrDestroy(const Error& error);
  // write() after end() is answered with EPIPE and destroys: the peer has ended this stream.
  void setEndedByPeer(bool ended) noexcept;
  // No event and no callback any more: the owner of the loop is going.
  void abandon() noexcept;

  // What Node's _readableState and _writableState show and the calls above do not, for a runtime
  // whose programs look at those.
  struct Inside {
    bool sourceEnded;  // the end was pushed; what came before it may still be unread
    bool reading;      // doRead() was called and has not pushed yet
    bool endReturned;  // end() has come back
    bool endedByPeer;  // and that was for the other side's end: writes are refused with EPIPE
    bool owesDrain;    // also of a destroyed one, which writableNeedDrain() says nothing of
    bool errorEmitted;
    bool closeEmitted;
    unsigned pendingWrites;  // callbacks that are owed
  };
  Inside inside() const noexcept;
  // Node's setter of readableFlowing, which changes that and nothing else.
  void setReadableFlowing(std::optional<bool> flowing) noexcept;

  void onListenerAdded(EventId event) override;
  void onListenerRemoved(EventId event) override;
  void onListenersRemoved(std::optional<EventId> event) override;
  std::span<const EventId> leadingEvents() const noexcept override;

  const stream::Core& core() const noexcept { return *core_; }
  stream::Core& core() noexcept { return *core_; }
  // Memory in the same allocation, aligned as a pointer, gone after the destructor of this class.
  void* room() noexcept;

 private:
  friend class stream::ReadableSide;
  friend class stream::WritableSide;
  friend class stream::Lifecycle;
  friend class stream::PipeLink;
  friend class stream::Wire;
  friend class stream::Finished;
  friend class stream::Pipeline;
  friend class stream::Composed;
  friend struct stream::Questions;
  friend UVNET_API Stream& addAbortSignal(const std::stop_token& signal, Stream& stream);
  void watchSignal(const std::stop_token& signal);
  bool writeBytes(std::string_view bytes, const Buffer* owner, Callback&& callback,
                  std::optional<Encoding> text = {});
  bool refuseEnded(Callback&& callback);
  void endBytes(std::string_view bytes, const Buffer* owner, Callback&& callback,
                std::optional<Encoding> text = {}, std::optional<std::size_t> length = {});

  std::unique_ptr<stream::Core> core_;
};

}  // namespace uvnet
