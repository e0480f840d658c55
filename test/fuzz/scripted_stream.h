// The streams of a stream program: the public classes, each with what its source and sink do taken
// from the program's script, behind one interface for the runner.
//
// Relies on lib/ and src/stream/text_units.h. Derives as any user would; what Stream keeps
// protected is reached from the derived class only.
#pragma once

#include <uvnet/duplex.h>
#include <uvnet/readable.h>
#include <uvnet/transform.h>
#include <uvnet/writable.h>

#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace uvnet::test::fuzz {

using Json = nlohmann::json;

// A chunk of a program: bytes, text, or text in an encoding.
struct Chunk {
  bool isText;
  std::string data;
  std::optional<Encoding> encoding;
};

// What a scripted stream asks of the runner, by the names of the script.
class Script {
 public:
  virtual ~Script() = default;
  virtual void onRead(std::size_t size) = 0;
  // The number of bytes doTryWrite() takes; -1: the script wants doWrite().
  virtual std::ptrdiff_t onTryWrite(std::string_view bytes, std::unique_ptr<Error>& error) = 0;
  virtual void onWrite(std::string_view shown, Callback done) = 0;
  virtual void onWritev(std::span<Buffer> chunks, Callback done) = 0;
  virtual void onFinal(Callback done) = 0;
  virtual void onTransform(const Buffer& chunk, TransformCallback done) = 0;
  virtual void onFlush(TransformCallback done) = 0;
  virtual void onDestroy(const Error* error, Callback done) = 0;
  virtual void onConstruct(Callback done) = 0;
  virtual bool scripts(const char* what) const = 0;
};

// A stream of whatever kind. The calls of a side that it has not got are never made.
class Actor {
 public:
  virtual ~Actor() = default;
  virtual Stream& stream() = 0;
  virtual bool push(const Chunk& chunk) = 0;
  virtual void pushEnd() = 0;
  virtual std::optional<Buffer> read(std::optional<std::int64_t> n) = 0;
  virtual bool unshift(const Chunk& chunk) = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void setEncoding(Encoding encoding) = 0;
  virtual void setDefaultEncoding(Encoding encoding) = 0;
  virtual void setAllowHalfOpen(bool allow) = 0;
  virtual bool write(const Chunk& chunk, Callback callback) = 0;
  virtual void end(const std::optional<Chunk>& chunk, Callback callback) = 0;
  virtual void cork() = 0;
  virtual void uncork() = 0;
  virtual void destroy(const Error* error) = 0;
  virtual void pipe(Stream& to, bool end) = 0;
  virtual void unpipe(Stream* to) = 0;
  virtual ListenerToken listen(EventId event, std::function<void(void*)> listener, int how) = 0;
  virtual void off(ListenerToken token) = 0;
  virtual void removeAll(std::optional<EventId> event) = 0;
  virtual std::size_t listeners(EventId event) = 0;
  virtual std::optional<Encoding> encoding() = 0;
  // The properties of either side, as numbers, in the order of the trace.
  virtual void readableState(std::vector<std::int64_t>& to) = 0;
  virtual void writableState(std::vector<std::int64_t>& to) = 0;
  virtual void abandon() = 0;
};

template <class Base>
class Exposed : public Base, public Actor {
 public:
  Exposed(Host& host, StreamOptions options, Script& script)
      : Base(host, std::move(options)), script_(script) {
    ++living;
    if (script.scripts("construct")) this->construct();
  }

  static inline int living = 0;

  Stream& stream() override { return *this; }
  bool push(const Chunk& chunk) override {
    if (!chunk.isText) return Stream::push(Buffer::copyOf(chunk.data));
    return chunk.encoding ? Stream::push(chunk.data, *chunk.encoding) : Stream::push(chunk.data);
  }
  void pushEnd() override { Stream::pushEnd(); }
  std::optional<Buffer> read(std::optional<std::int64_t> n) override {
    return n ? Stream::read(*n) : Stream::read();
  }
  bool unshift(const Chunk& chunk) override {
    if (!chunk.isText) return Stream::unshift(Buffer::copyOf(chunk.data));
    return chunk.encoding ? Stream::unshift(chunk.data, *chunk.encoding)
                          : Stream::unshift(chunk.data);
  }
  void pause() override { Stream::pause(); }
  void resume() override { Stream::resume(); }
  void setEncoding(Encoding encoding) override { Stream::setEncoding(encoding); }
  void setDefaultEncoding(Encoding encoding) override { Stream::setDefaultEncoding(encoding); }
  void setAllowHalfOpen(bool allow) override { Stream::setAllowHalfOpen(allow); }
  bool write(const Chunk& chunk, Callback done) override {
    if (!chunk.isText) return Stream::write(Buffer::copyOf(chunk.data), std::move(done));
    if (!chunk.encoding) return Stream::write(std::string_view(chunk.data), std::move(done));
    return Stream::write(chunk.data, *chunk.encoding, std::move(done));
  }
  void end(const std::optional<Chunk>& chunk, Callback done) override {
    if (!chunk) {
      Stream::end(std::move(done));
    } else if (!chunk->isText) {
      Stream::end(Buffer::copyOf(chunk->data), std::move(done));
    } else if (!chunk->encoding) {
      Stream::end(std::string_view(chunk->data), std::move(done));
    } else {
      Stream::end(chunk->data, *chunk->encoding, std::move(done));
    }
  }
  void cork() override { Stream::cork(); }
  void uncork() override { Stream::uncork(); }
  void destroy(const Error* error) override {
    if (error != nullptr) {
      Stream::destroy(*error);
    } else {
      Stream::destroy();
    }
  }
  void pipe(Stream& to, bool end) override { Stream::pipeTo(to, {.end = end}); }
  void unpipe(Stream* to) override {
    if (to != nullptr) {
      Stream::unpipeFrom(*to);
    } else {
      Stream::unpipeAll();
    }
  }
  ListenerToken listen(EventId event, std::function<void(void*)> listener, int how) override {
    return this->addListener(event, std::move(listener), static_cast<typename Stream::Flags>(how));
  }
  void off(ListenerToken token) override { Emitter::off(token); }
  void removeAll(std::optional<EventId> event) override {
    if (event) {
      this->removeListeners(*event);
    } else {
      Emitter::removeAllListeners();
    }
  }
  std::size_t listeners(EventId event) override { return this->countListeners(event); }
  std::optional<Encoding> encoding() override { return Stream::readableEncoding(); }
  void readableState(std::vector<std::int64_t>& to) override {
    const std::optional<bool> flowing = Stream::readableFlowing();
    const std::optional<Encoding> encoding = Stream::readableEncoding();
    to.insert(to.end(), {Stream::readable(), number(Stream::readableLength()),
                         flowing ? std::int64_t{*flowing} : -1, Stream::readableEnded(),
                         Stream::readableAborted(), Stream::readableDidRead(), Stream::isPaused(),
                         number(Stream::readableHighWaterMark()),
                         encoding ? std::int64_t{encoding->kind()} : -1});
  }
  void writableState(std::vector<std::int64_t>& to) override {
    to.insert(to.end(), {Stream::writable(), number(Stream::writableLength()),
                         Stream::writableNeedDrain(), Stream::writableEnded(),
                         Stream::writableFinished(), number(Stream::writableCorked()),
                         Stream::writableAborted(), number(Stream::writableHighWaterMark())});
  }
  void abandon() override { Stream::abandon(); }

 protected:
  ~Exposed() override {
    Stream::abandon();
    --living;
  }
  void doDestroy(const Error* error, Callback done) override {
    if (script_.scripts("destroy")) return script_.onDestroy(error, std::move(done));
    Base::doDestroy(error, std::move(done));
  }
  void doConstruct(Callback done) override { script_.onConstruct(std::move(done)); }

  Script& script() { return script_; }
  const Script& script() const { return script_; }

 private:
  static std::int64_t number(std::size_t n) { return static_cast<std::int64_t>(n); }
  Script& script_;
};

// Of Readable, Writable and Duplex.
template <class Base>
class Sourced final : public Exposed<Base> {
 public:
  using Exposed<Base>::Exposed;

 private:
  void doRead(std::size_t size) override { this->script().onRead(size); }
  std::ptrdiff_t doTryWrite(std::string_view bytes, std::unique_ptr<Error>& error) override {
    taken_.clear();
    const std::ptrdiff_t taken = this->script().onTryWrite(bytes, error);
    if (taken > 0) taken_ = bytes.substr(0, static_cast<std::size_t>(taken));
    return taken;
  }
  void doWrite(Buffer chunk, Callback done) override {
    this->script().onWrite(std::exchange(taken_, {}) + std::string(chunk.view()), std::move(done));
  }
  void doWritev(std::span<Buffer> chunks, Callback done) override {
    this->script().onWritev(chunks, std::move(done));
  }
  bool hasWritev() const noexcept override { return this->script().scripts("writev"); }
  void doFinal(Callback done) override { this->script().onFinal(std::move(done)); }
  bool hasFinal() const noexcept override { return this->script().scripts("final"); }

  std::string taken_;  // by doTryWrite(), of the write whose rest comes with doWrite()
};

class ScriptedTransform final : public Exposed<Transform> {
 public:
  using Exposed<Transform>::Exposed;

 private:
  void doTransform(Buffer chunk, TransformCallback done) override {
    script().onTransform(chunk, std::move(done));
  }
  void doFlush(TransformCallback done) override {
    if (script().scripts("flush")) return script().onFlush(std::move(done));
    done(nullptr, {});
  }
};

class ScriptedPassThrough final : public Exposed<PassThrough> {
 public:
  using Exposed<PassThrough>::Exposed;
};

}  // namespace uvnet::test::fuzz
