// What a handshake that is over, or one that fails, means to a TLSSocket: Node's rules.
#include <cmath>
#include <utility>

#include "tls/certificate.h"
#include "tls/state.h"

namespace uvnet::tls {
namespace {

Error reset(std::string message) {
  Error error(std::move(message), "ECONNRESET");
  return error;
}

class NodeOwner final : public TlsLayer::Owner {
 public:
  void onSecure(TlsLayer& layer) override;
  void onFailed(TlsLayer& layer, const Error& error) override;
  void onEndTooSoon(TlsLayer& layer) override;
  void onTimeout(TlsLayer& layer) override;
  void onServername(TlsLayer& layer, const std::string& name) override;
  void onKeylog(TlsLayer& layer, const std::string& line) override {
    socketOf(layer).emit<"keylog">(Buffer::copyOf(line));
  }
  void onSession(TlsLayer& layer, const Buffer& session) override {
    socketOf(layer).emit<"session">(session);
  }

 private:
  static TLSSocket& socketOf(TlsLayer& layer) noexcept {
    return static_cast<TLSSocket&>(layer.socket());
  }
  static void onServerSecure(TlsLayer& layer, TLSSocket& socket, SocketState& state);
  static void onClientSecure(TlsLayer& layer, TLSSocket& socket, SocketState& state);
  static void failHandshake(TlsLayer& layer, const Error& error);
};

// Why the peer's certificate is no good, if it is not. One that did not come is none that is, also
// in a session that is resumed: its ticket may be of a server that asks for none (CVE-2025-23419).
std::optional<Error> verify(Engine& engine) {
  const X509Ptr certificate = peerX509(engine.ssl());
  const long result = certificate != nullptr ? SSL_get_verify_result(engine.ssl())
                                             : X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT;
  if (result == X509_V_OK) return std::nullopt;
  return verifyError(result);
}

// A check of the program's that throws has not said yes.
std::optional<Error> identify(SocketState& state, const Certificate& certificate) {
  if (!state.check) return checkServerIdentity(state.host, certificate);
  try {
    return state.check(state.host, certificate);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(error.what());
  } catch (...) {
    return Error("checkServerIdentity has failed");
  }
}

void NodeOwner::onSecure(TlsLayer& layer) {
  TLSSocket& socket = socketOf(layer);
  SocketState& state = SocketState::of(socket);
  layer.setTimer(0);
  // Who the peer is comes first: no listener may write to one that is refused. So Node's listeners
  // of a client hear 'secureConnect' before 'secure', and 'secure' of one that is destroyed
  // already.
  if (layer.engine().isServer()) {
    onServerSecure(layer, socket, state);
  } else {
    onClientSecure(layer, socket, state);
    socket.emit<"secure">();
  }
}

void NodeOwner::onServerSecure(TlsLayer& layer, TLSSocket& socket, SocketState& state) {
  if (state.requestCert) {
    if (const std::optional<Error> error = verify(layer.engine())) {
      state.authorizationError = error->code;
      // No alert: the client hears of it by the connection's end.
      if (state.rejectUnauthorized) return failHandshake(layer, reset("socket hang up"));
    } else {
      state.authorized = true;
    }
  }
  state.secureConnecting = false;
  socket.emit<"secure">();
  if (socket.destroyed()) return;
  if (Server* server = SocketState::serverOf(socket)) server->emit<"secureConnection">(socket);
}

void NodeOwner::onClientSecure(TlsLayer& layer, TLSSocket& socket, SocketState& state) {
  Engine& engine = layer.engine();
  std::optional<Error> error = verify(engine);
  if (!error && SSL_session_reused(engine.ssl()) == 0) {
    if (const auto certificate = peerCertificate(engine.ssl(), false, true)) {
      error = identify(state, *certificate);
    }
  }
  if (socket.destroyed()) return;
  if (error) {
    state.authorizationError = error->code.empty() ? error->message : error->code;
    if (state.rejectUnauthorized) {
      socket.destroy(*error);
      return;
    }
  } else {
    state.authorized = true;
  }
  state.secureConnecting = false;
  socket.emit<"secureConnect">();
}

// Of a connection that is not secure yet: a server hears of it, a client's socket says so itself.
void NodeOwner::failHandshake(TlsLayer& layer, const Error& error) {
  TLSSocket& socket = socketOf(layer);
  Server* server = SocketState::serverOf(socket);
  if (server == nullptr) {
    socket.destroy(error);
    return;
  }
  const Ref<TLSSocket> held(&socket);
  const Error copy = error;
  socket.destroy();
  server->emit<"tlsClientError">(copy, socket);
}

void NodeOwner::onFailed(TlsLayer& layer, const Error& error) {
  if (SocketState::of(socketOf(layer)).secureConnecting) {
    failHandshake(layer, error);
  } else {
    layer.fail(error);
  }
}

void NodeOwner::onEndTooSoon(TlsLayer& layer) {
  TLSSocket& socket = socketOf(layer);
  if (SocketState::serverOf(socket) != nullptr) {
    return failHandshake(layer, reset("socket hang up"));
  }
  // Node's client hears the 'end', then that it was too soon.
  layer.deliverEnd();
  if (socket.destroyed()) return;
  socket.host().nextTick([held = Ref<TLSSocket>(&socket)] {
    held->destroy(
        reset("Client network socket disconnected before secure TLS connection was "
              "established"));
  });
}

// The answer may come when the connection has long gone, or twice.
void NodeOwner::onServername(TlsLayer& layer, const std::string& name) {
  struct Once {
    Ref<TLSSocket> socket;
    bool answered = false;
  };
  Server* server = SocketState::serverOf(socketOf(layer));
  if (server == nullptr) return layer.answerServername(nullptr);
  auto once = std::make_shared<Once>(Once{Ref<TLSSocket>(&socketOf(layer))});
  const auto answer = [once](const Error* error, const SecureContext& context) {
    const Ref<TLSSocket> socket = once->socket;
    TlsLayer* asked = socket ? TlsLayer::of(*socket) : nullptr;
    if (asked == nullptr || asked->isClosed()) return;
    if (std::exchange(once->answered, true)) {
      failHandshake(*asked, Error("Callback called multiple times", "ERR_MULTIPLE_CALLBACK"));
    } else if (error != nullptr) {
      failHandshake(*asked, *error);
    } else {
      asked->answerServername(context.get());
    }
    if (asked->isClosed()) once->socket.reset();
  };
  try {
    ServerState::of(*server).options.SNICallback(name, answer);
  } catch (const Error& error) {
    answer(&error, {});
  } catch (const std::exception& error) {
    const Error copy(error.what());
    answer(&copy, {});
  }
}

void NodeOwner::onTimeout(TlsLayer& layer) {
  failHandshake(layer, Error("TLS handshake timeout", "ERR_TLS_HANDSHAKE_TIMEOUT"));
}

}  // namespace

void SocketState::secure(TLSSocket& socket, const std::shared_ptr<Context>& context,
                         EngineOptions options) {
  auto layer =
      std::make_unique<TlsLayer>(context, std::move(options), std::make_unique<NodeOwner>());
  const double most = of(socket).handshakeTimeout;
  if (most > 0) layer->setHandshakeTimeout(static_cast<std::uint64_t>(std::ceil(most)));
  socket.putLayer(std::move(layer));
}

}  // namespace uvnet::tls
