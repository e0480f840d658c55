// A stream with both sides: what a Socket is seen through. Each function is described in
// <uvnet/stream.h>.
#pragma once

#include <uvnet/stream.h>

namespace uvnet {

class UVNET_API Duplex : public Stream, public On<Duplex, DuplexEvents> {
 public:
  using Emitter::removeAllListeners;
  using On<Duplex, DuplexEvents>::removeAllListeners;

  using Stream::isPaused;
  using Stream::read;
  using Stream::readable;
  using Stream::readableAborted;
  using Stream::readableDidRead;
  using Stream::readableEncoding;
  using Stream::readableEnded;
  using Stream::readableFlowing;
  using Stream::readableHighWaterMark;
  using Stream::readableLength;
  using Stream::unshift;

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

  using Stream::allowHalfOpen;
  using Stream::setAllowHalfOpen;

  Duplex& pause() { return Stream::pause(), *this; }
  Duplex& resume() { return Stream::resume(), *this; }
  Duplex& setEncoding(Encoding encoding = {}) { return Stream::setEncoding(encoding), *this; }
  Duplex& end(Callback callback = {}) { return Stream::end(std::move(callback)), *this; }
  Duplex& end(std::string_view bytes, Callback callback = {}) {
    return Stream::end(bytes, std::move(callback)), *this;
  }
  Duplex& end(std::string_view text, Encoding encoding, Callback callback = {}) {
    return Stream::end(text, encoding, std::move(callback)), *this;
  }
  Duplex& end(const Buffer& bytes, Callback callback = {}) {
    return Stream::end(bytes, std::move(callback)), *this;
  }
  Duplex& destroy() { return Stream::destroy(), *this; }
  Duplex& destroy(const Error& error) { return Stream::destroy(error), *this; }

  // Returns the destination, so that pipes chain.
  template <class Destination>
  requires std::is_base_of_v<Stream, Destination> Destination& pipe(Destination& destination,
                                                                    PipeOptions options = {}) {
    pipeTo(destination, options);
    return destination;
  }
  Duplex& unpipe() { return unpipeAll(), *this; }
  Duplex& unpipe(Stream& destination) { return unpipeFrom(destination), *this; }

 protected:
  using Stream::Stream;
  std::string_view className() const noexcept override { return "Duplex"; }
};

}  // namespace uvnet
