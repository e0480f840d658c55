// A Duplex in memory for the tests of streams, and the world such tests live in. What the source
// and the sink of the stream do is set by each test, as node's `new Duplex({read, write, ...})`.
#pragma once

#include <uvnet/duplex.h>
#include <uvnet/host.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/run_loop.h"

namespace uvnet::test {

// What happened, in order; compared with what node printed for the same program.
using Lines = std::vector<std::string>;

class MemoryDuplex final : public Duplex {
 public:
  explicit MemoryDuplex(Host& host, StreamOptions options = {}) : Duplex(host, options) {
    ++living;
  }

  using Stream::push;
  using Stream::pushEnd;
  bool push(std::string_view bytes) { return push(Buffer::copyOf(bytes)); }

  // Answers the oldest write that is held.
  void answer(const Error* error = nullptr) {
    REQUIRE(!held.empty());
    Callback done = std::move(held.front());
    held.erase(held.begin());
    done(error);
  }
  // All that was written so far: writes by ',', the chunks of one vectored write by '|'.
  std::string writtenText() const {
    std::string text;
    for (const std::string& one : written) text += (text.empty() ? "" : ",") + one;
    return text;
  }

  std::function<void(std::size_t)> source;                // doRead
  std::function<void(Buffer, Callback)> sink;             // doWrite instead of the memory
  std::function<void(Callback)> final;                    // doFinal
  std::function<void(const Error*, Callback)> destroyer;  // doDestroy
  bool vectored = false;
  bool hold = false;  // writes wait for answer()
  std::vector<Callback> held;
  Lines written;

  static inline int living = 0;

 private:
  ~MemoryDuplex() override {
    abandon();
    --living;
  }
  void doRead(std::size_t size) override {
    if (source) source(size);
  }
  void doWrite(Buffer chunk, Callback done) override {
    if (sink) return sink(std::move(chunk), std::move(done));
    take((vectored ? "w:" : "") + chunk.toString(Encoding::latin1), std::move(done));
  }
  void doWritev(std::span<Buffer> chunks, Callback done) override {
    std::string text;
    for (const Buffer& chunk : chunks) text += (text.empty() ? "v:" : "|") + chunk.toString();
    take(text, std::move(done));
  }
  bool hasWritev() const noexcept override { return vectored; }
  void doFinal(Callback done) override { final(std::move(done)); }
  bool hasFinal() const noexcept override { return static_cast<bool>(final); }
  void doDestroy(const Error* error, Callback done) override {
    if (destroyer) return destroyer(error, std::move(done));
    done(error);
  }
  void take(std::string text, Callback done) {
    written.push_back(std::move(text));
    if (hold) {
      held.push_back(std::move(done));
    } else {
      done(nullptr);
    }
  }
};

// One loop with its streams and the lines the test writes down. At its end nothing may be left.
class StreamWorld {
 public:
  StreamWorld() {
    host.onUncaught([this](std::exception_ptr thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& e) {
        say("uncaught " + std::string(e.what()));
      }
    });
  }
  StreamWorld(const StreamWorld&) = delete;
  StreamWorld& operator=(const StreamWorld&) = delete;
  ~StreamWorld() {
    for (const Ref<MemoryDuplex>& one : made_) {
      one->unpipe();
      one->held.clear();
      one->source = nullptr;
      one->final = nullptr;
      one->removeAllListeners();
    }
    runToEnd(host);
    for (const Ref<MemoryDuplex>& one : made_) one->removeAllListeners();
    made_.clear();
    runToEnd(host);
    CHECK(MemoryDuplex::living == 0);
    CHECK(openHandles(host.loop()) == 0);
  }

  MemoryDuplex& make(StreamOptions options = {}) {
    made_.push_back(uvnet::make<MemoryDuplex>(host, options));
    return *made_.back();
  }
  // The same mark on both sides.
  MemoryDuplex& make(std::size_t mark) {
    StreamOptions options;
    options.readableHighWaterMark = options.writableHighWaterMark = mark;
    return make(options);
  }

  void say(std::string line) { log.push_back(std::move(line)); }
  void say(bool value) { say(std::string(value ? "true" : "false")); }
  void say(const char* line) { say(std::string(line)); }
  void say(std::size_t n) { say(std::to_string(n)); }
  // What read() gave, "null" for nothing.
  void say(const std::optional<Buffer>& chunk) { say(chunk ? chunk->toString() : "null"); }

  // For listeners and callbacks that only say something.
  auto saying(std::string line) {
    return [this, line = std::move(line)] { say(line); };
  }
  Callback answered(std::string name) {
    return [this, name = std::move(name)](const Error* error) {
      say(name + " " +
          (error == nullptr      ? "ok"
           : error->code.empty() ? error->message
                                 : error->code));
    };
  }
  void sayData(MemoryDuplex& stream, const std::string& prefix = "data ") {
    stream.on<"data">([this, prefix](const Buffer& chunk) { say(prefix + chunk.toString()); });
  }
  // Every event of a life but 'data' and 'readable'.
  void watch(MemoryDuplex& stream, const std::string& prefix = "") {
    stream.on<"end">(saying(prefix + "end"));
    stream.on<"finish">(saying(prefix + "finish"));
    stream.on<"prefinish">(saying(prefix + "prefinish"));
    stream.on<"close">(saying(prefix + "close"));
    stream.on<"pause">(saying(prefix + "pause"));
    stream.on<"resume">(saying(prefix + "resume"));
    stream.on<"pipe">(saying(prefix + "pipe"));
    stream.on<"unpipe">(saying(prefix + "unpipe"));
    stream.on<"drain">(saying(prefix + "drain"));
    watchError(stream, prefix);
  }
  void watchError(MemoryDuplex& stream, const std::string& prefix = "") {
    stream.on<"error">([this, prefix](const Error& error) {
      say(prefix + "error " + (error.code.empty() ? error.message : error.code));
    });
  }
  void sayFlow(const MemoryDuplex& stream) {
    const std::optional<bool> flowing = stream.readableFlowing();
    say("flowing=" +
        std::string(!flowing   ? "null"
                    : *flowing ? "true"
                               : "false") +
        " paused=" + (stream.isPaused() ? "true" : "false") +
        " len=" + std::to_string(stream.readableLength()));
  }
  void sayWritable(const MemoryDuplex& stream) {
    const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
    say("len=" + std::to_string(stream.writableLength()) +
        " need=" + word(stream.writableNeedDrain()) + " w=" + word(stream.writable()) +
        " ended=" + word(stream.writableEnded()) + " fin=" + word(stream.writableFinished()));
  }

  // All ticks that wait, as node's setImmediate comes after them.
  void tick() { turn(host, 1); }

  // Since the last look.
  Lines lines() { return std::exchange(log, {}); }

  LoopHost host;
  Lines log;

 private:
  std::vector<Ref<MemoryDuplex>> made_;
};

}  // namespace uvnet::test
