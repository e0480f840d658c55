// v0.3's TLS, in place on any socket: setSecure(), 'secure', verifyPeer(), getPeerCertificate().
//
// Where 0.3 aborted the process (a certificate that does not verify) this follows 0.2: 'secure'
// comes, and verifyPeer() says no.
#include <uvnet/tls.h>

#include <memory>
#include <utility>

#include "tls/certificate.h"
#include "tls/layer.h"

namespace uvnet {
namespace tls {
namespace {

// Such a socket has its own 'error' for whatever goes wrong, and a FIN is a FIN.
class LegacyOwner final : public TlsLayer::Owner {
 public:
  void onSecure(TlsLayer& layer) override { layer.socket().emit<"secure">(); }
  void onFailed(TlsLayer& layer, const Error& error) override { layer.fail(error); }
  void onEndTooSoon(TlsLayer& layer) override { layer.deliverEnd(); }
};

TlsLayer& secureOf(const Socket& socket) {
  TlsLayer* layer = TlsLayer::of(socket);
  if (layer == nullptr) throw Error("Stream is not a secure stream.");
  return *layer;
}

}  // namespace

CipherInfo cipherOf(SSL* ssl) {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher == nullptr) return {};
  const char* standard = SSL_CIPHER_standard_name(cipher);
  return {.name = SSL_CIPHER_get_name(cipher),
          .standardName = standard != nullptr ? standard : "",
          .version = SSL_CIPHER_get_version(cipher)};
}

}  // namespace tls

Socket& Socket::setSecure() { return setSecure(SecureContext()); }

Socket& Socket::setSecure(const SecureContext& credentials) {
  if (tls::TlsLayer::of(*this) != nullptr && !destroyed()) {
    throw Error("Stream is a secure stream already.", "ERR_TLS_ALREADY_SECURE");
  }
  const std::shared_ptr<tls::Context>& context = tls::contextOf(credentials);
  tls::EngineOptions options;
  options.isServer = server() != nullptr;
  options.requestCert = context->hasCa();
  return putLayer(std::make_unique<tls::TlsLayer>(context, std::move(options),
                                                  std::make_unique<tls::LegacyOwner>()));
}

bool Socket::verifyPeer() const {
  tls::TlsLayer& layer = tls::secureOf(*this);
  SSL* ssl = layer.engine().ssl();
  if (layer.isClosed() || SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE) return false;
  return tls::peerX509(ssl) != nullptr && SSL_get_verify_result(ssl) == X509_V_OK;
}

LegacyCertificate Socket::getPeerCertificate() const {
  tls::TlsLayer& layer = tls::secureOf(*this);
  if (layer.isClosed()) return {};
  const tls::X509Ptr certificate = tls::peerX509(layer.engine().ssl());
  return certificate != nullptr ? tls::describeLegacy(certificate.get()) : LegacyCertificate();
}

CipherInfo Socket::getCipher() const {
  tls::TlsLayer& layer = tls::secureOf(*this);
  return layer.engine().established() ? tls::cipherOf(layer.engine().ssl()) : CipherInfo();
}

}  // namespace uvnet
