// TLS between a socket's connection and its stream: an Engine as a Layer.
//
// It only moves bytes and tells its owner; what a handshake, a bad certificate or a failure means
// is the owner's (v0.3's sockets: v03.cc; Node's: socket.cc).
#pragma once

#include <uvnet/layer.h>
#include <uvnet/socket.h>

#include <memory>
#include <string>

#include "tls/engine.h"

namespace uvnet::tls {

class TlsLayer final : public Layer {
 public:
  // Each may run user code, and end the socket. What it throws goes to Host::uncaught().
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void onSecure(TlsLayer& layer) = 0;
    // The engine has failed, or the connection during the handshake. The alert is on its way.
    virtual void onFailed(TlsLayer& layer, const Error& error) = 0;
    // The peer's FIN came before the handshake was over.
    virtual void onEndTooSoon(TlsLayer& layer) = 0;
    // The client asks for that name, and the handshake waits for answerServername().
    virtual void onServername(TlsLayer& layer, const std::string&) {
      layer.answerServername(nullptr);
    }
    // setHandshakeTimeout()'s time has passed, and the handshake is not over.
    virtual void onTimeout(TlsLayer&) {}
    virtual void onKeylog(TlsLayer&, const std::string&) {}
    virtual void onSession(TlsLayer&, const Buffer&) {}
  };

  TlsLayer(std::shared_ptr<Context> context, EngineOptions options, std::unique_ptr<Owner> owner);

  // That of the socket, if its layer is one; also after 'close'.
  static TlsLayer* of(const Socket& socket) noexcept;

  // Milliseconds for the whole handshake, whatever comes; before putLayer(). 0: none.
  void setHandshakeTimeout(std::uint64_t milliseconds) noexcept {
    handshakeTimeout_ = milliseconds;
  }

  Engine& engine() noexcept { return engine_; }
  using Layer::deliverEnd;
  using Layer::fail;
  using Layer::setTimer;
  using Layer::socket;
  // The handshake goes on, with another context or (null) the one that there is. Now or later.
  void answerServername(std::shared_ptr<Context> context);
  // closing() was told: the connection is over.
  bool isClosed() const noexcept { return closed_; }
  // The peer has said goodbye before its FIN.
  bool closedCleanly() const noexcept { return engine_.state() == Engine::State::kEnded; }

 protected:
  void start() override;
  void received(Buffer&& bytes) override;
  void receivedEnd(const Error* error) override;
  std::size_t write(std::string_view bytes) override;
  void end() override;
  void timedOut() override;
  void closing() noexcept override;
  const void* kind() const noexcept override;

 private:
  void pump();
  void pumpOn();
  void flush();
  void tellNotes();
  template <class F>
  void tell(F&& f) noexcept;

  Buffer fed_;  // that the engine reads from
  Engine engine_;
  std::unique_ptr<Owner> owner_;
  std::uint64_t handshakeTimeout_ = 0;
  bool pumping_ = false;
  bool again_ = false;  // something has changed meanwhile
  bool closed_ = false;
};

}  // namespace uvnet::tls
