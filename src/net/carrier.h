// What carries the bytes of a connection below a layer: the socket's own wire, or any Duplex.
#pragma once

#include <uvnet/duplex.h>

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
    virtual void onLost() = 0;                       // without an end or an error

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
  // The socket was destroyed.
  virtual void close() = 0;
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
  void close() override {}  // the socket closes its handle
  void abandon() noexcept override {}

 private:
  void onRead(Buffer&& chunk) override;
  void onReadEnd(int status) override;

  Listener& listener_;
  SocketState& state_;
};

// Another stream: it is the socket's from here on, and neither outlives the other's destroy().
class DuplexCarrier final : public Carrier {
 public:
  DuplexCarrier(Listener& listener, SocketState& state, Duplex& below);
  ~DuplexCarrier() override;

  void readStart() override { below_->resume(); }
  void readStop() override { below_->pause(); }
  std::size_t tryWrite(std::string_view, std::unique_ptr<Error>&) override { return 0; }
  void write(std::span<Buffer> chunks, Callback done) override;
  void end(Callback done) override;
  bool afterWrite(Callback) override { return false; }
  void close() override;
  void abandon() noexcept override { leave(); }

 private:
  template <class F>
  void tell(F&& f);
  void leave() noexcept;

  // What the stream's listeners hold: one that is removed is still called by the event under way.
  struct Link final : RefCounted {
    DuplexCarrier* carrier = nullptr;
  };

  Listener& listener_;
  SocketState& state_;
  const Ref<Link> link_ = make<Link>();
  Ref<Duplex> below_;  // until close()
  ListenerToken data_, end_, error_, close_;
  bool ended_ = false;
};

}  // namespace uvnet::impl
