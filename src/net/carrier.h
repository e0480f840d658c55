// What carries the bytes of a connection below a layer: the socket's own wire, or any Duplex.
#pragma once

#include <uvnet/stream.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "handles/stream_handle.h"

namespace uvnet::impl {

class SocketState;

class Carrier {
 public:
  // Everything is told inside a scope.
  class Listener {
   public:
    virtual void onRead(Buffer&& bytes) = 0;
    virtual void onReadEnd(const Error* error) = 0;  // nullptr: the peer's FIN

   protected:
    ~Listener() = default;
  };

  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  virtual ~Carrier() = default;

  virtual void readStart() = 0;
  virtual void readStop() = 0;
  // How many go at once; 0: none now. Sets error if it failed.
  virtual std::size_t tryWrite(std::string_view bytes, std::unique_ptr<Error>& error) = 0;
  // One at a time. done is called once, now or later, or never if the carrier is closed before.
  virtual void write(std::span<Buffer> chunks, Callback done) = 0;
  // The FIN; when no write is under way.
  virtual void end(Callback done) = 0;
  // done is called after a write that was begun before there was a carrier. False: none is.
  virtual bool afterWrite(Callback done) = 0;
  // The socket was destroyed, with that error.
  virtual void close(const Error* error) = 0;
  // The Net goes: nothing is told any more.
  virtual void abandon() noexcept = 0;

 protected:
  Carrier() = default;
};

// The handle of the socket itself. What comes and goes is its sign of life.
class WireCarrier final : public Carrier, private handles::StreamHandle::ReadListener {
 public:
  WireCarrier(Listener& listener, SocketState& state);

  void readStart() override;
  void readStop() override;
  std::size_t tryWrite(std::string_view bytes, std::unique_ptr<Error>& error) override;
  void write(std::span<Buffer> chunks, Callback done) override;
  void end(Callback done) override;
  bool afterWrite(Callback done) override;
  void close(const Error*) override {}  // the socket closes its handle
  void abandon() noexcept override {}

 private:
  void onRead(Buffer&& chunk) override;
  void onReadEnd(int status) override;

  Listener& listener_;
  SocketState& state_;
};

}  // namespace uvnet::impl
