// What an embedder gives the library: a loop, a tick queue, a scope around every call out of the
// loop, and a place for what nobody caught. LoopHost is the one for plain C++ programs.
//
// All of it belongs to the one thread that runs the loop. docs/embedding.md is the guide.
#pragma once

#include <uvnet/access.h>
#include <uvnet/buffer.h>
#include <uvnet/export.h>
#include <uvnet/function.h>
#include <uvnet/lookup.h>
#include <uvnet/poster.h>
#include <uvnet/ref.h>
#include <uvnet/watcher.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

extern "C" struct uv_loop_s;

namespace uvnet {

namespace handles {
class ReadSlab;
}

using Task = Function<void()>;

// What a host wants to find again when a callback comes: JavaScript's asynchronous context, a trace
// id, the tags of a log. The library keeps it and hands it back.
class UVNET_API AsyncContext : public RefCounted {
 protected:
  AsyncContext() = default;
  ~AsyncContext() override;
};

// Five calls, and hooks that need not be there. A Host must outlive every Net made on it and every
// Ref to what such a Net made.
class UVNET_API Host {
 public:
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host();

  // The libuv loop everything is put on. The library never runs or stops it.
  virtual uv_loop_s* loop() noexcept = 0;

  // Runs the task after the current callback from libuv has ended and before the next one starts
  // (Node's process.nextTick). Tasks run in the order given, those queued by tasks included.
  virtual void nextTick(Task task) = 0;

  // Around every callback out of libuv, strictly nested. The outermost leave() runs the ticks.
  virtual void enter() = 0;
  virtual void leave() noexcept = 0;

  // An exception that left a listener or callback, or an 'error' (as uvnet::Error) that had no
  // listener. Where Node would raise 'uncaughtException'.
  virtual void uncaught(std::exception_ptr error) noexcept = 0;

  // What Node would print with process.emitWarning, such as "MaxListenersExceededWarning". Nothing
  // has failed; the default ignores it.
  virtual void warning(std::string_view name, std::string_view message) noexcept;

  // Memory of the host's own for reads to go to, such as its objects can show without a copy:
  // `size` bytes that nobody else holds, cut into the chunks of 'data' from front to back and not
  // written again while one of those is kept. Asked before each read that could do with fresh
  // memory; empty: no, the library's own. The default says no for good: it is not asked again.
  virtual Buffer readMemory(std::size_t size) noexcept;

  // Looks a name up in place of the system's resolver, for connect() and listen() by name whose
  // options have no `lookup`. True: answer will be called, once, in the loop's thread, now or
  // later; what keeps the loop running meanwhile is the host's. False (the default): the system's,
  // on libuv's threads. Addresses that are none are an error of who wanted them.
  virtual bool resolve(const std::string& hostname, const LookupOptions& options,
                       LookupCallback answer);

  // Asked before each access; the texts in it are gone when this returns. An error (the host's own,
  // or accessDenied()) means no, and is told as a failure of the system would be: by 'error', by
  // 'connectionAttemptFailed' where there are other addresses to try, thrown by constructors.
  virtual std::optional<Error> refuse(const Access& access);

  // What is current now, for a Socket or Server that is being made, connects or begins to listen.
  // Null (the default): nothing, and swapContext() is not called for it.
  virtual Ref<AsyncContext> captureContext() noexcept;
  // Makes the context current and leaves in its place what was: called with the captured one before
  // every callback out of libuv for that object, and again after it. Ticks are not among them:
  // nextTick() can capture for itself.
  virtual void swapContext(Ref<AsyncContext>& context) noexcept;

  // Bytes: what streams made on this host from now on use where their options do not say
  // (stream.setDefaultHighWaterMark). 64 KiB, as in Node 22 and later; Node 20 had 16 KiB.
  std::size_t defaultHighWaterMark() const noexcept { return defaultHighWaterMark_; }
  void setDefaultHighWaterMark(std::size_t bytes) noexcept { defaultHighWaterMark_ = bytes; }

 protected:
  Host() = default;

 private:
  friend class handles::ContextScope;
  friend class handles::ReadSlab;
  std::size_t defaultHighWaterMark_ = 64 * 1024;
  // Whether the hooks are there, so that a host without them is not asked for each message.
  bool hasContexts_ = false;   // captureContext() has given one
  bool hasReadMemory_ = true;  // readMemory() may give some
};

// The Host of a program that has no runtime of its own.
class UVNET_API LoopHost final : public Host {
 public:
  // Owns a new loop; the destructor closes what is still open on it. Throws Error (a libuv code)
  // where the loop cannot be made.
  LoopHost();
  // Borrows a loop, which must outlive the LoopHost and be run until nothing is left on it.
  explicit LoopHost(uv_loop_s* loop);
  ~LoopHost() override;

  // Runs until nothing that is referenced is left (uv_run, default mode). An exception that
  // nobody caught stops the loop and leaves run(), unless onUncaught() took it.
  void run();
  // One turn: waits for at most one event round / does not wait. True while there is more to do.
  bool runOnce();
  bool runNoWait();
  // Makes run() return after the current callback. For a loop this host owns.
  void stop() noexcept;

  // Takes exceptions and unheard 'error's instead of run(), as
  // process.on('uncaughtException') does. An empty function gives them back to run().
  void onUncaught(Function<void(std::exception_ptr)> handler);

  // Calls f once after so many milliseconds, or every so many, until what is returned goes; what f
  // throws goes to uncaught(). Times are Node's: whole, at least 1; more than 2147483647 is 1, with
  // a warning. Throw ERR_INVALID_ARG_TYPE for an empty f.
  [[nodiscard]] Timeout setTimeout(double milliseconds, Task f);
  [[nodiscard]] Timeout setInterval(double milliseconds, Task f);
  // Calls f for each such signal to the process (SIGTERM, SIGINT: <csignal>), in the loop's thread,
  // and keeps it from doing what it does else. Every Watcher of a signal is told, in no certain
  // order; without one left it does again what it does by default. Throws what the system says of a
  // number that is no signal or cannot be caught (EINVAL).
  [[nodiscard]] Watcher onSignal(int signal, Task f);
  // For other threads, to run tasks in this one. Made here, given to them.
  [[nodiscard]] Poster poster();

  uv_loop_s* loop() noexcept override;
  void nextTick(Task task) override;
  void enter() override;
  void leave() noexcept override;
  void uncaught(std::exception_ptr error) noexcept override;
  // Written to stderr, one line.
  void warning(std::string_view name, std::string_view message) noexcept override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace uvnet
