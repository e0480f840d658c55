// Streams of every kind whose hooks a test gives, as node's `new Transform({transform, flush})`,
// and the world they live in: it writes down what happens, in one line that is compared with what
// node printed for the same program.
#pragma once

#include <uvnet/duplex.h>
#include <uvnet/host.h>
#include <uvnet/pipeline.h>
#include <uvnet/readable.h>
#include <uvnet/transform.h>
#include <uvnet/writable.h>

#include <cctype>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/run_loop.h"

namespace uvnet::test {

struct Hooks {
  std::function<void(std::size_t)> read = {};  // without: nothing comes by itself
  std::function<void(Buffer, Callback)> write = {};
  std::function<void(std::span<Buffer>, Callback)> writev = {};
  std::function<void(Callback)> final = {};
  std::function<void(Buffer, TransformCallback)> transform = {};
  std::function<void(TransformCallback)> flush = {};
  std::function<void(Callback)> construct = {};
  std::function<void(const Error*, Callback)> destroy = {};
};

inline int livingStreams = 0;

// What all four kinds have.
template <class Base>
class Made : public Base {
 public:
  Made(Host& host, StreamOptions options, Hooks given)
      : Base(host, std::move(options)), hooks(std::move(given)) {
    ++livingStreams;
  }
  using Base::className;
  using Stream::errorOrDestroy;
  using Stream::push;
  using Stream::undestroy;

  Hooks hooks;

 protected:
  ~Made() override { --livingStreams; }
  // At the end of each constructor, as <uvnet/stream.h> asks.
  void constructIfAsked() {
    if (hooks.construct) this->construct();
  }
  void doConstruct(Callback done) override { hooks.construct(std::move(done)); }
  void doDestroy(const Error* error, Callback done) override {
    if (hooks.destroy) return hooks.destroy(error, std::move(done));
    done(error);
  }
};

template <class Base>
class MadeSides : public Made<Base> {
 public:
  using Made<Base>::Made;

 protected:
  void doRead(std::size_t size) override {
    if (this->hooks.read) this->hooks.read(size);
  }
  void doWrite(Buffer chunk, Callback done) override {
    if (!this->hooks.write) return Base::doWrite(std::move(chunk), std::move(done));
    this->hooks.write(std::move(chunk), std::move(done));
  }
  void doWritev(std::span<Buffer> chunks, Callback done) override {
    this->hooks.writev(chunks, std::move(done));
  }
  bool hasWritev() const noexcept override { return static_cast<bool>(this->hooks.writev); }
  void doFinal(Callback done) override { this->hooks.final(std::move(done)); }
  bool hasFinal() const noexcept override { return static_cast<bool>(this->hooks.final); }
};

struct MadeReadable final : MadeSides<Readable> {
  MadeReadable(Host& host, StreamOptions options, Hooks given)
      : MadeSides(host, std::move(options), std::move(given)) {
    constructIfAsked();
  }
};
struct MadeWritable final : MadeSides<Writable> {
  MadeWritable(Host& host, StreamOptions options, Hooks given)
      : MadeSides(host, std::move(options), std::move(given)) {
    constructIfAsked();
  }
};
struct MadeDuplex final : MadeSides<Duplex> {
  MadeDuplex(Host& host, StreamOptions options, Hooks given)
      : MadeSides(host, std::move(options), std::move(given)) {
    constructIfAsked();
  }
};
struct MadeTransform final : Made<Transform> {
  MadeTransform(Host& host, StreamOptions options, Hooks given)
      : Made(host, std::move(options), std::move(given)) {
    constructIfAsked();
  }
  void doTransform(Buffer chunk, TransformCallback done) override {
    hooks.transform(std::move(chunk), std::move(done));
  }
  void doFlush(TransformCallback done) override {
    if (!hooks.flush) return Transform::doFlush(std::move(done));
    hooks.flush(std::move(done));
  }
};
struct MadePassThrough final : Made<PassThrough> {
  using Made::Made;
};

// A loop, its streams, and the line. At its end nothing may be left.
class Kinds {
 public:
  Kinds() {
    host.onUncaught([this](std::exception_ptr thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const Error& e) {
        say("uncaught", code(&e));
      } catch (const std::exception& e) {
        say("uncaught", e.what());
      }
    });
  }
  Kinds(const Kinds&) = delete;
  Kinds& operator=(const Kinds&) = delete;
  ~Kinds() {
    // What a test leaves half done ends here, so that what is left afterwards is a leak.
    for (const auto& end : ends_) end();
    turn(host, 3);
    ends_.clear();
    turn(host, 3);
    CHECK(livingStreams == 0);
    CHECK(openHandles(host.loop()) == 0);
  }

  MadeReadable& readable(StreamOptions options = {}, Hooks hooks = {}) {
    return keep(uvnet::make<MadeReadable>(host, std::move(options), std::move(hooks)));
  }
  // Without a write hook it says what is written and takes it at once.
  MadeWritable& writable(StreamOptions options = {}, Hooks hooks = {}) {
    if (!hooks.write && !hooks.writev) hooks.write = writing();
    return keep(uvnet::make<MadeWritable>(host, std::move(options), std::move(hooks)));
  }
  MadeDuplex& duplex(StreamOptions options = {}, Hooks hooks = {}) {
    if (!hooks.write && !hooks.writev) hooks.write = taking();
    return keep(uvnet::make<MadeDuplex>(host, std::move(options), std::move(hooks)));
  }
  MadeTransform& transform(Hooks hooks, StreamOptions options = {}) {
    return keep(uvnet::make<MadeTransform>(host, std::move(options), std::move(hooks)));
  }
  MadePassThrough& passThrough(StreamOptions options = {}) {
    return keep(uvnet::make<MadePassThrough>(host, std::move(options), Hooks{}));
  }
  // Destroyed and dropped at the end.
  template <class S>
  S& keep(const Ref<S>& stream) {
    ends_.emplace_back([stream] {
      stream->destroy();
      stream->removeAllListeners();
      stream->template on<"error">([] {});
    });
    return *stream;
  }

  std::function<void(Buffer, Callback)> writing() {
    return [this](const Buffer& chunk, Callback done) {
      say("write", chunk.toString());
      done(nullptr);
    };
  }
  static std::function<void(Buffer, Callback)> taking() {
    return [](const Buffer&, Callback done) { done(nullptr); };
  }
  // Writes that wait in `held` for their answer.
  static std::function<void(Buffer, Callback)> holding(Callback& held) {
    return [&held](const Buffer&, Callback done) { held = std::move(done); };
  }
  static std::function<void(Buffer, TransformCallback)> upper() {
    return [](const Buffer& chunk, TransformCallback done) {
      std::string text = chunk.toString();
      for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      done(nullptr, Buffer::copyOf(text));
    };
  }

  // Words with blanks between them, as node's say(...words) in the comparing programs.
  template <class... Words>
  void say(const Words&... words) {
    std::string line;
    ((line += (line.empty() ? "" : " ") + word(words)), ...);
    line_ += (line_.empty() ? "" : ", ") + line;
  }
  // Since the last time it was asked.
  std::string said() { return std::exchange(line_, {}); }

  static std::string code(const Error* error) {
    if (error == nullptr) return "ok";
    return error->code.empty() ? error->message : error->code;
  }
  auto told(std::string name) {
    return [this, name = std::move(name)](const Error* error) { say(name, code(error)); };
  }

  static constexpr const char* kLife = "end prefinish finish error close";
  static constexpr const char* kAll = "data end prefinish finish error close";
  static constexpr const char* kEnds = "end finish error close";
  // Says "name event" for each of the events, in the order the listeners are added; those a kind
  // does not have are left out.
  template <class S>
  S& watch(S& stream, const std::string& name, const std::string& events = kLife) {
    std::istringstream list(events);
    for (std::string event; list >> event;) {
      const auto saying = [this, text = name + " " + event] { say(text); };
      if constexpr (!std::is_base_of_v<Writable, S>) {
        if (event == "data") {
          stream.template on<"data">(
              [this, name](const Buffer& chunk) { say(name, "data", chunk.toString()); });
        }
        if (event == "end") stream.template on<"end">(saying);
        if (event == "readable") stream.template on<"readable">(saying);
        if (event == "pause") stream.template on<"pause">(saying);
        if (event == "resume") stream.template on<"resume">(saying);
      }
      if constexpr (!std::is_base_of_v<Readable, S>) {
        if (event == "prefinish") stream.template on<"prefinish">(saying);
        if (event == "finish") stream.template on<"finish">(saying);
        if (event == "drain") stream.template on<"drain">(saying);
        if (event == "pipe") stream.template on<"pipe">(saying);
        if (event == "unpipe") stream.template on<"unpipe">(saying);
      }
      if (event == "error") {
        stream.template on<"error">(
            [this, name](const Error& error) { say(name, "error", code(&error)); });
      }
      if (event == "close") stream.template on<"close">(saying);
    }
    return stream;
  }

  // All ticks that wait, and what they bring about.
  void tick() { turn(host, 3); }
  // The loop too; and what was said until then.
  std::string end() {
    tick();
    return said();
  }

  LoopHost host;

 private:
  static std::string word(bool value) { return value ? "true" : "false"; }
  static std::string word(const char* text) { return text; }
  static std::string word(std::string_view text) { return std::string(text); }
  static std::string word(const std::string& text) { return text; }
  static std::string word(const std::optional<Buffer>& chunk) {
    return chunk ? chunk->toString() : "null";
  }
  static std::string word(const std::optional<bool>& value) {
    return value ? word(*value) : "null";
  }
  template <class N>
  requires(std::is_integral_v<N> && !std::is_same_v<N, bool>) static std::string word(N n) {
    return std::to_string(n);
  }

  std::string line_;
  std::vector<std::function<void()>> ends_;
};

}  // namespace uvnet::test
