// Node's tls module, and v0.3's TLS on an ordinary socket.
//
//   uvnet::Tls tls(net);
//   tls::Server& server = tls.createServer({.cert = cert, .key = key}, [](uvnet::TLSSocket& s) {
//     s.end("hello\n");
//   });
//   server.listen(8000);
//   uvnet::TLSSocket& client = tls.connect({.port = 8000, .ca = cert});
//
// A TLSSocket is a Socket: everything of <uvnet/socket.h> holds, for the plain text. Of the
// optional part uvnet::tls, on OpenSSL 3. docs/tls.md has what differs from Node, and why.
#pragma once

#include <uvnet/certificate.h>
#include <uvnet/net.h>
#include <uvnet/secure_context.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uvnet {

namespace tls {
class Server;
class TlsLayer;
struct ServerState;
struct SocketState;
}  // namespace tls

// tlsSocket.getCipher().
struct CipherInfo {
  std::string name;          // OpenSSL's
  std::string standardName;  // IETF's
  std::string version;       // the oldest that has it: "TLSv1.2"
};

// tlsSocket.getEphemeralKeyInfo(): "ECDH", "X25519", 253; of DH no name.
struct EphemeralKeyInfo {
  std::string type;
  std::string name;
  int size = 0;  // bits
};

// For tls.connect(). What is not here is a default of Node's; `secureContext` goes before the
// single options of a context.
struct TLSConnectOptions {
  Port port = {};
  std::string host = {};  // default "localhost"
  std::string path = {};
  Family family = {};
  Lookup lookup = {};
  std::optional<bool> autoSelectFamily = {};
  std::string localAddress = {};
  // In place of all that: TLS over this stream, which may be a Socket that still connects
  // (STARTTLS, a tunnel, another TLSSocket). There is no 'connect' then; the two end together.
  Duplex* socket = nullptr;
  double timeout = 0;  // milliseconds, as setTimeout()
  bool allowHalfOpen = false;
  bool noDelay = false;
  bool keepAlive = false;
  std::optional<std::int64_t> highWaterMark = {};
  bool autoCork = false;
  std::stop_token signal = {};

  SecureContext secureContext = {};
  PemList ca = {};
  PemList cert = {};
  PemList key = {};
  std::string passphrase = {};
  std::vector<std::string> pfx = {};
  PemList crl = {};
  std::optional<std::string> ciphers = {};
  std::string minVersion = {};
  std::string maxVersion = {};
  std::string secureProtocol = {};

  // What the server is asked for by name (SNI). Not given: the host, if it is a name.
  std::optional<std::string> servername = {};
  std::vector<std::string> ALPNProtocols = {};  // in order of preference
  Buffer session = {};                          // of 'session' or getSession(), to resume
  // false: 'secureConnect' comes whoever the peer is; authorized() tells.
  bool rejectUnauthorized = true;
  // In place of uvnet::checkServerIdentity, for a chain that is good and a session that is new.
  Function<std::optional<Error>(const std::string& host, const Certificate& certificate)>
      checkServerIdentity = {};
};

using SNIAnswer = Function<void(const Error* error, const SecureContext& context)>;

struct TLSServerOptions {
  bool allowHalfOpen = false;
  bool pauseOnConnect = false;
  bool noDelay = false;
  bool keepAlive = false;
  double keepAliveInitialDelay = 0;
  std::optional<std::int64_t> highWaterMark = {};
  bool autoCork = false;
  std::optional<BlockList> blockList = {};

  SecureContext secureContext = {};
  PemList ca = {};
  PemList cert = {};
  PemList key = {};
  std::string passphrase = {};
  std::vector<std::string> pfx = {};
  PemList crl = {};
  std::optional<std::string> ciphers = {};
  std::string minVersion = {};
  std::string maxVersion = {};
  std::string secureProtocol = {};
  std::string dhparam = {};
  std::string ecdhCurve = "auto";
  std::string ticketKeys = {};
  std::string sessionIdContext = {};
  std::optional<int> sessionTimeout = {};
  bool honorCipherOrder = true;

  bool requestCert = false;        // of clients
  bool rejectUnauthorized = true;  // and whose is not good does not come in
  std::vector<std::string> ALPNProtocols = {};
  // In place of the list: which of those that the client offers; none ends the handshake with an
  // alert. ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS is thrown where both are given.
  Function<std::optional<std::string>(const std::string& servername,
                                      const std::vector<std::string>& protocols)>
      ALPNCallback = {};
  // The context for the name that a client asks for (SNI), by done(nullptr, context), now or later,
  // once; none: the server's own. An error ends the connection, as 'tlsClientError'. In place of
  // addContext().
  Function<void(const std::string& servername, SNIAnswer done)> SNICallback = {};
  // Milliseconds for a whole handshake; then 'tlsClientError' (ERR_TLS_HANDSHAKE_TIMEOUT), and the
  // connection is destroyed.
  double handshakeTimeout = 120000;
};

class UVNET_API TLSSocket : public Socket, public On<TLSSocket, TLSSocketEvents> {
 public:
  using On<TLSSocket, TLSSocketEvents>::emit;
  using On<TLSSocket, TLSSocketEvents>::listenerCount;
  using On<TLSSocket, TLSSocketEvents>::on;
  using On<TLSSocket, TLSSocketEvents>::once;
  using On<TLSSocket, TLSSocketEvents>::prependListener;
  using On<TLSSocket, TLSSocketEvents>::prependOnceListener;
  using On<TLSSocket, TLSSocketEvents>::removeAllListeners;
  using Emitter::removeAllListeners;

  // Not again: a connection that it made anew would be plain text. tls.connect() makes a new one.
  template <class... Args>
  void connect(Args&&...) = delete;

  bool encrypted() const noexcept { return true; }
  // Whether the peer's certificate is good (and for that host, for a client).
  bool authorized() const noexcept;
  // Why not: a code ("DEPTH_ZERO_SELF_SIGNED_CERT"), or a message; empty where it is.
  const std::string& authorizationError() const noexcept;
  bool secureConnecting() const noexcept;  // until 'secureConnect' or 'secureConnection'
  std::optional<std::string> alpnProtocol() const;
  std::optional<std::string> servername() const;  // that the client asked for
  CipherInfo getCipher() const;
  std::string getProtocol() const;  // "TLSv1.3"; empty before the handshake
  // The peer's; nullopt: none. detailed: with those that issued it, by issuerCertificate.
  std::optional<Certificate> getPeerCertificate(bool detailed = false) const;
  std::optional<Certificate> getCertificate() const;  // our own
  Buffer getSession() const;  // to resume with; of TLS 1.3 take that of 'session'
  bool isSessionReused() const noexcept;
  Buffer getTLSTicket() const;  // of a client; empty: none
  // Of a client, after the handshake; of a server nothing is known.
  std::optional<EphemeralKeyInfo> getEphemeralKeyInfo() const;
  // What both sides can sign with: "ECDSA+SHA256", in order of preference. Of a server.
  std::vector<std::string> getSharedSigalgs() const;
  Buffer getFinished() const;  // tls-unique, of RFC 5929
  Buffer getPeerFinished() const;
  // RFC 5705. Throws ERR_TLS_INVALID_STATE before the handshake, else what OpenSSL says.
  Buffer exportKeyingMaterial(std::size_t length, std::string_view label,
                              std::optional<std::string_view> context = {}) const;
  // The most plain text in one record, 512 to 16384 bytes; false: it is none.
  bool setMaxSendFragment(std::size_t size) noexcept;
  // The peer said goodbye before its FIN: what came is all that it has sent.
  bool closedCleanly() const noexcept;

 protected:
  friend class Tls;
  friend class tls::Server;
  friend struct tls::SocketState;
  template <class T, class... Args>
  friend Ref<T> uvnet::make(Args&&... args);
  TLSSocket(Net& net, SocketOptions options);
  ~TLSSocket() override;
  bool isPlain() const noexcept override { return true; }
  bool onUnheardError(const Error& error) override;
  std::string_view className() const noexcept override { return "TLSSocket"; }

 private:
  tls::TlsLayer& secure() const;
  std::unique_ptr<tls::SocketState> tls_;
};

namespace tls {

class UVNET_API Server : public uvnet::Server, public On<Server, TLSServerEvents> {
 public:
  Server(Net& net, TLSServerOptions options, Function<void(TLSSocket&)> listener = {});

  using On<Server, TLSServerEvents>::emit;
  using On<Server, TLSServerEvents>::listenerCount;
  using On<Server, TLSServerEvents>::on;
  using On<Server, TLSServerEvents>::once;
  using On<Server, TLSServerEvents>::prependListener;
  using On<Server, TLSServerEvents>::prependOnceListener;
  using On<Server, TLSServerEvents>::removeAllListeners;
  using Emitter::removeAllListeners;

  // Another context for clients that ask for that name ("*.example.com" stands for one label). The
  // last one that fits counts.
  Server& addContext(std::string_view hostname, const SecureContext& context);
  // For connections from now on; those that run keep theirs.
  Server& setSecureContext(const SecureContext& context);
  // 48 bytes, of the current context. setTicketKeys() throws ERR_INVALID_ARG_VALUE for any other
  // number. Tickets of other keys are then no good any more.
  Buffer getTicketKeys() const;
  Server& setTicketKeys(std::string_view keys);
  // TLS as a server's end over any stream, as if it had been accepted: 'secureConnection' follows.
  TLSSocket& serve(Duplex& stream);

 protected:
  friend struct SocketState;
  friend struct ServerState;
  ~Server() override;
  Ref<Socket> makeSocket(SocketOptions options) override;
  Ref<TLSSocket> makeSecure(SocketOptions options);

 private:
  std::unique_ptr<ServerState> tls_;
};

}  // namespace tls

// The module object. Made on a Net, which must outlive it.
class UVNET_API Tls {
 public:
  explicit Tls(Net& net) noexcept : net_(&net) {}

  // A TLSSocket that is connecting; the listener is added to 'secureConnect', once. Throws as
  // Socket::connect() and createSecureContext(). Held until 'close', as those of Net::connect().
  TLSSocket& connect(TLSConnectOptions options, Function<void()> listener = {});
  // The listener is one of 'secureConnection'. Held as those of Net::createServer().
  tls::Server& createServer(TLSServerOptions options, Function<void(TLSSocket&)> listener = {});

 private:
  Net* net_;
};

// tls.getCiphers(): lower case, in OpenSSL's order.
UVNET_API std::vector<std::string> getCiphers();

}  // namespace uvnet
