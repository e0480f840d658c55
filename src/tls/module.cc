// The module: connect(), createServer(), and the Server.
#include <algorithm>
#include <cctype>
#include <span>
#include <utility>

#include "tls/state.h"

namespace uvnet {
namespace tls {
namespace {

// A context of the single options, unless one is given.
template <class Options>
std::shared_ptr<Context> contextFor(const Options& options, SecureContextOptions more) {
  if (options.secureContext) return options.secureContext.get();
  more.ca = options.ca;
  more.cert = options.cert;
  more.key = options.key;
  more.passphrase = options.passphrase;
  more.pfx = options.pfx;
  more.crl = options.crl;
  more.ciphers = options.ciphers;
  more.minVersion = options.minVersion;
  more.maxVersion = options.maxVersion;
  more.secureProtocol = options.secureProtocol;
  return std::make_shared<Context>(more);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// addContext()'s names: one '*' label at the front stands for one label.
bool fits(std::string_view pattern, std::string_view name) {
  if (pattern == name) return true;
  if (!pattern.starts_with("*.")) return false;
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && name.substr(dot) == pattern.substr(1);
}

}  // namespace

std::shared_ptr<Context> ServerState::Names::find(const std::string& servername) const {
  const std::string name = lower(servername);
  for (auto one = list.rbegin(); one != list.rend(); ++one) {
    if (fits(one->first, name)) return one->second;
  }
  return nullptr;
}

Server::Server(Net& net, TLSServerOptions options, Function<void(TLSSocket&)> listener)
    : uvnet::Server(net, ServerOptions{.allowHalfOpen = options.allowHalfOpen,
                                       .pauseOnConnect = options.pauseOnConnect,
                                       .noDelay = options.noDelay,
                                       .keepAlive = options.keepAlive,
                                       .keepAliveInitialDelay = options.keepAliveInitialDelay,
                                       .highWaterMark = options.highWaterMark,
                                       .autoCork = options.autoCork,
                                       .blockList = options.blockList}) {
  SecureContextOptions more{.ecdhCurve = options.ecdhCurve,
                            .dhparam = options.dhparam,
                            .honorCipherOrder = options.honorCipherOrder,
                            .sessionIdContext = options.sessionIdContext,
                            .sessionTimeout = options.sessionTimeout,
                            .ticketKeys = options.ticketKeys};
  // A session is only good where it was made for the same demands (CVE-2025-23419).
  if (more.sessionIdContext.empty()) more.sessionIdContext = "uvnet";
  static_cast<void>(alpnWire(options.ALPNProtocols));  // throws for what is none
  if (options.ALPNCallback && !options.ALPNProtocols.empty()) {
    throw Error("ALPNCallback and ALPNProtocols TLS options are mutually exclusive",
                "ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS", "TypeError");
  }
  std::shared_ptr<Context> context = contextFor(options, std::move(more));
  tls_.reset(new ServerState{.net = net, .options = std::move(options), .context = context});
  if (listener) on<"secureConnection">(std::move(listener));
}

Server::~Server() = default;

Server& Server::addContext(std::string_view hostname, const SecureContext& context) {
  if (hostname.empty()) {
    throw Error("\"servername\" is required parameter for Server.addContext",
                "ERR_TLS_REQUIRED_SERVER_NAME");
  }
  tls_->names->list.emplace_back(lower(hostname), contextOf(context));
  return *this;
}

Server& Server::setSecureContext(const SecureContext& context) {
  tls_->context = contextOf(context);
  return *this;
}

Buffer Server::getTicketKeys() const {
  const Context::TicketKeys keys = tls_->context->ticketKeys();
  return Buffer::copyOf(std::span<const std::uint8_t>(keys));
}

Server& Server::setTicketKeys(std::string_view keys) {
  if (keys.size() != Context::kTicketKeys) {
    throw Error("Session ticket keys must be a 48-byte buffer", "ERR_INVALID_ARG_VALUE",
                "TypeError");
  }
  tls_->context->setTicketKeys(keys);
  return *this;
}

Ref<Socket> Server::makeSocket(SocketOptions accepted) { return makeSecure(std::move(accepted)); }

TLSSocket& Server::serve(Duplex& stream) {
  const Ref<TLSSocket> socket = makeSecure({.allowHalfOpen = tls_->options.allowHalfOpen,
                                            .highWaterMark = tls_->options.highWaterMark,
                                            .over = &stream});
  SocketState::of(*socket).server = Ref<Server>(this);
  return *socket;
}

Ref<TLSSocket> Server::makeSecure(SocketOptions accepted) {
  TLSServerOptions& options = tls_->options;
  const Ref<TLSSocket> socket = make<TLSSocket>(tls_->net, std::move(accepted));
  SocketState& state = SocketState::of(*socket);
  state.requestCert = options.requestCert;
  state.rejectUnauthorized = options.rejectUnauthorized;
  state.handshakeTimeout = options.handshakeTimeout;
  EngineOptions engine;
  engine.isServer = true;
  engine.requestCert = options.requestCert;
  engine.refuseNone = options.requestCert && options.rejectUnauthorized;
  engine.alpn = options.ALPNProtocols;
  if (options.ALPNCallback) {
    engine.chooseProtocol = [server = this](const std::string& name,
                                            const std::vector<std::string>& protocols) {
      return server->tls_->options.ALPNCallback(name, protocols);
    };
  }
  engine.asksForContext = static_cast<bool>(options.SNICallback);
  if (!engine.asksForContext && !tls_->names->list.empty()) {
    engine.contextFor = [names = tls_->names](const std::string& name) {
      return names->find(name);
    };
  }
  SocketState::secure(*socket, tls_->context, std::move(engine));
  return socket;
}

}  // namespace tls

TLSSocket& Tls::connect(TLSConnectOptions options, Function<void()> listener) {
  const std::shared_ptr<tls::Context> context = tls::contextFor(options, {});
  tls::EngineOptions engine;
  const std::string host = options.host.empty() ? "localhost" : options.host;
  // RFC 6066: no addresses in SNI.
  if (options.servername) {
    engine.servername = *options.servername;
  } else if (options.path.empty() && Net::isIP(host) == 0) {
    engine.servername = host;
  }
  engine.alpn = options.ALPNProtocols;
  engine.session = options.session;
  engine.wantsSessions = true;
  engine.wantsKeylog = true;

  SocketOptions own;
  own.allowHalfOpen = options.allowHalfOpen;
  own.noDelay = options.noDelay;
  own.keepAlive = options.keepAlive;
  own.highWaterMark = options.highWaterMark;
  own.autoCork = options.autoCork;
  own.signal = options.signal;
  own.over = options.socket;
  const Ref<TLSSocket> socket = make<TLSSocket>(*net_, std::move(own));
  tls::SocketState& state = tls::SocketState::of(*socket);
  state.host = options.servername && !options.servername->empty() ? *options.servername : host;
  state.rejectUnauthorized = options.rejectUnauthorized;
  state.check = std::move(options.checkServerIdentity);
  if (options.timeout > 0) socket->setTimeout(options.timeout);
  tls::SocketState::secure(*socket, context, std::move(engine));
  if (listener) socket->once<"secureConnect">(std::move(listener));
  if (options.socket != nullptr) return *socket;
  static_cast<Socket&>(*socket).connect({.port = options.port,
                                         .host = options.host,
                                         .path = options.path,
                                         .localAddress = options.localAddress,
                                         .family = options.family,
                                         .lookup = options.lookup,
                                         .autoSelectFamily = options.autoSelectFamily});
  return *socket;
}

tls::Server& Tls::createServer(TLSServerOptions options, Function<void(TLSSocket&)> listener) {
  const Ref<tls::Server> server = make<tls::Server>(*net_, std::move(options), std::move(listener));
  net_->keep(*server);
  return *server;
}

std::vector<std::string> getCiphers() {
  const tls::ErrorQueue queue;
  const tls::SslCtxPtr ctx(SSL_CTX_new(TLS_method()));
  const tls::SslPtr ssl(SSL_new(ctx.get()));
  STACK_OF(SSL_CIPHER)* ciphers = SSL_get_ciphers(ssl.get());
  std::vector<std::string> names;
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    names.push_back(tls::lower(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i))));
  }
  return names;
}

}  // namespace uvnet
