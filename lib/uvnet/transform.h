// A Duplex whose output is made of its input. Derive from Transform and supply doTransform(), and
// doFlush() if something is left at the end. PassThrough changes nothing.
//
// Its own source: what is pushed waits for the reader, and the next chunk is only taken once the
// reader has made room, so that neither side holds more than its high-water mark and one chunk.
#pragma once

#include <uvnet/duplex.h>

#include <utility>

namespace uvnet {

// How a chunk came out: an error, or what it became (an empty Buffer: nothing, or pushed already).
using TransformCallback = Function<void(const Error*, Buffer)>;

class UVNET_API Transform : public Duplex {
 protected:
  explicit Transform(Host& host, StreamOptions options = {});

  // push() any number of times, now or later, then done(nullptr, {}); or done(nullptr, output).
  // done keeps the Transform alive: one that stores it in itself drops it in doDestroy().
  virtual void doTransform(Buffer chunk, TransformCallback done);
  // After the last chunk, before 'end' and 'finish'; may push().
  virtual void doFlush(TransformCallback done) { done(nullptr, {}); }

  void doRead(std::size_t size) override;
  void doWrite(Buffer chunk, Callback done) override;
  // doFlush() is the hook for that.
  void doFinal(Callback done) final;
  bool hasFinal() const noexcept final { return true; }
  bool keepsOwnCallbacks() const noexcept override { return true; }
  std::string_view className() const noexcept override { return "Transform"; }

 private:
  void transformed(const Error* error, Buffer output, std::size_t lengthBefore);
  void answer(const Error* error);

  Callback writing_;  // the writer, until doTransform() is done with its chunk
  Callback waiting_;  // the writer, until the reader has made room
};

class UVNET_API PassThrough : public Transform {
 public:
  explicit PassThrough(Host& host, const StreamOptions& options = {}) : Transform(host, options) {}

 protected:
  void doTransform(Buffer chunk, TransformCallback done) override {
    push(std::move(chunk));
    done(nullptr, {});
  }
  std::string_view className() const noexcept override { return "PassThrough"; }
};

}  // namespace uvnet
