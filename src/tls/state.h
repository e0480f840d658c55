// What a TLSSocket and a tls::Server keep beyond what they inherit.
#pragma once

#include <uvnet/tls.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tls/layer.h"

namespace uvnet::tls {

struct ServerState {
  // Shared by the server and the options of its connections, which may outlive it.
  struct Names {
    std::vector<std::pair<std::string, std::shared_ptr<Context>>> list;
    std::shared_ptr<Context> find(const std::string& servername) const;
  };

  static ServerState& of(Server& server) noexcept { return *server.tls_; }

  Net& net;
  TLSServerOptions options;
  std::shared_ptr<Context> context;
  std::shared_ptr<Names> names = std::make_shared<Names>();
};

struct SocketState {
  using Check = Function<std::optional<Error>(const std::string&, const Certificate&)>;

  bool authorized = false;
  bool secureConnecting = true;
  std::string authorizationError;
  std::string host;  // whom the certificate of a server must be for
  bool rejectUnauthorized = true;
  bool requestCert = false;
  Check check;
  double handshakeTimeout = 0;
  Ref<Server> server;  // of serve(): nobody accepted it

  // Puts the layer there; it begins with the connection.
  static void secure(TLSSocket& socket, const std::shared_ptr<Context>& context,
                     EngineOptions options);
  static SocketState& of(TLSSocket& socket) noexcept { return *socket.tls_; }
  // The server that accepted it, if any.
  static Server* serverOf(TLSSocket& socket) noexcept {
    if (Server* server = of(socket).server.get()) return server;
    return static_cast<Server*>(socket.server());
  }
};

CipherInfo cipherOf(SSL* ssl);

}  // namespace uvnet::tls
