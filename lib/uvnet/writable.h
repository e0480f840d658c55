// A stream to write to. Derive from it and supply doWrite(), or doWritev() with hasWritev().
//
//   class Counter : public uvnet::Writable {
//    public:
//     explicit Counter(uvnet::Host& host) : Writable(host) {}
//     std::size_t bytes = 0;
//    private:
//     void doWrite(uvnet::Buffer chunk, uvnet::Callback done) override {
//       bytes += chunk.size();
//       done(nullptr);
//     }
//   };
//
// Each function is described in <uvnet/stream.h>.
#pragma once

#include <uvnet/stream.h>

#include <string_view>
#include <utility>

namespace uvnet {

class UVNET_API Writable : public Stream, public On<Writable, WritableEvents> {
 public:
  using Emitter::removeAllListeners;
  using On<Writable, WritableEvents>::removeAllListeners;

  using Stream::cork;
  using Stream::setDefaultEncoding;
  using Stream::uncork;
  using Stream::writable;
  using Stream::writableAborted;
  using Stream::writableCorked;
  using Stream::writableEnded;
  using Stream::writableFinished;
  using Stream::writableHighWaterMark;
  using Stream::writableLength;
  using Stream::writableNeedDrain;
  using Stream::write;

  Writable& end(Callback callback = {}) { return Stream::end(std::move(callback)), *this; }
  Writable& end(std::string_view bytes, Callback callback = {}) {
    return Stream::end(bytes, std::move(callback)), *this;
  }
  Writable& end(std::string_view text, Encoding encoding, Callback callback = {}) {
    return Stream::end(text, encoding, std::move(callback)), *this;
  }
  Writable& end(const Buffer& bytes, Callback callback = {}) {
    return Stream::end(bytes, std::move(callback)), *this;
  }
  Writable& destroy() { return Stream::destroy(), *this; }
  Writable& destroy(const Error& error) { return Stream::destroy(error), *this; }

 protected:
  explicit Writable(Host& host, const StreamOptions& options = {})
      : Stream(host, options, Sides::kWritable) {}
  std::string_view className() const noexcept override { return "Writable"; }
  std::span<const EventId> leadingEvents() const noexcept override;
};

}  // namespace uvnet
