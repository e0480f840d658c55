// TLSSocket: what it says of its connection.
#include <array>
#include <utility>

#include "tls/certificate.h"
#include "tls/state.h"

namespace uvnet {

using tls::TlsLayer;

TLSSocket::TLSSocket(Net& net, SocketOptions options)
    : Socket(net, std::move(options)), tls_(std::make_unique<tls::SocketState>()) {}

TLSSocket::~TLSSocket() = default;

TlsLayer& TLSSocket::secure() const {
  TlsLayer* layer = TlsLayer::of(*this);
  if (layer == nullptr) {
    throw Error("TLS socket connection must be securely established", "ERR_TLS_INVALID_STATE");
  }
  return *layer;
}

// CVE-2025-59465: what a client does must not end a server that nobody told to listen.
bool TLSSocket::onUnheardError(const Error& error) {
  return Socket::onUnheardError(error) || tls::SocketState::serverOf(*this) != nullptr;
}

bool TLSSocket::authorized() const noexcept { return tls_->authorized; }
const std::string& TLSSocket::authorizationError() const noexcept {
  return tls_->authorizationError;
}
bool TLSSocket::secureConnecting() const noexcept { return tls_->secureConnecting; }

std::optional<std::string> TLSSocket::alpnProtocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  if (const TlsLayer* layer = TlsLayer::of(*this)) {
    SSL_get0_alpn_selected(const_cast<TlsLayer*>(layer)->engine().ssl(), &name, &size);
  }
  if (size == 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(name), size);
}

std::optional<std::string> TLSSocket::servername() const {
  TlsLayer* layer = TlsLayer::of(*this);
  if (layer == nullptr) return std::nullopt;
  const char* name = SSL_get_servername(layer->engine().ssl(), TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return std::nullopt;
  return name;
}

CipherInfo TLSSocket::getCipher() const {
  TlsLayer* layer = TlsLayer::of(*this);
  return layer != nullptr ? tls::cipherOf(layer->engine().ssl()) : CipherInfo();
}

std::string TLSSocket::getProtocol() const {
  TlsLayer* layer = TlsLayer::of(*this);
  return layer != nullptr && layer->engine().established() ? SSL_get_version(layer->engine().ssl())
                                                           : std::string();
}

std::optional<Certificate> TLSSocket::getPeerCertificate(bool detailed) const {
  TlsLayer* layer = TlsLayer::of(*this);
  if (layer == nullptr || layer->isClosed()) return std::nullopt;
  return tls::peerCertificate(layer->engine().ssl(), layer->engine().isServer(), detailed);
}

std::optional<Certificate> TLSSocket::getCertificate() const {
  TlsLayer* layer = TlsLayer::of(*this);
  X509* own = layer != nullptr ? SSL_get_certificate(layer->engine().ssl()) : nullptr;
  if (own == nullptr) return std::nullopt;
  return tls::describe(own);
}

Buffer TLSSocket::getSession() const {
  TlsLayer* layer = TlsLayer::of(*this);
  SSL_SESSION* session = layer != nullptr ? SSL_get_session(layer->engine().ssl()) : nullptr;
  return session != nullptr ? tls::bytesOf(session) : Buffer();
}

bool TLSSocket::isSessionReused() const noexcept {
  TlsLayer* layer = TlsLayer::of(*this);
  return layer != nullptr && SSL_session_reused(layer->engine().ssl()) == 1;
}

Buffer TLSSocket::getTLSTicket() const {
  TlsLayer* layer = TlsLayer::of(*this);
  SSL_SESSION* session = layer != nullptr ? SSL_get_session(layer->engine().ssl()) : nullptr;
  if (session == nullptr) return {};
  const unsigned char* ticket = nullptr;
  std::size_t size = 0;
  SSL_SESSION_get0_ticket(session, &ticket, &size);
  return Buffer::copyOf(std::string_view(reinterpret_cast<const char*>(ticket), size));
}

std::optional<EphemeralKeyInfo> TLSSocket::getEphemeralKeyInfo() const {
  TlsLayer* layer = TlsLayer::of(*this);
  if (layer == nullptr || layer->engine().isServer()) return std::nullopt;
  const tls::ErrorQueue queue;
  EVP_PKEY* shown = nullptr;
  if (SSL_get_peer_tmp_key(layer->engine().ssl(), &shown) != 1) return std::nullopt;
  const tls::PkeyPtr key(shown);
  EphemeralKeyInfo info{.type = "ECDH", .name = {}, .size = EVP_PKEY_get_bits(key.get())};
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_DH:
      info.type = "DH";
      break;
    case EVP_PKEY_X25519:
    case EVP_PKEY_X448:
      info.name = OBJ_nid2sn(EVP_PKEY_get_base_id(key.get()));
      break;
    default: {
      std::array<char, 64> group{};
      std::size_t size = 0;
      if (EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), &size) == 1) {
        info.name = group.data();
      }
    }
  }
  return info;
}

std::vector<std::string> TLSSocket::getSharedSigalgs() const {
  std::vector<std::string> names;
  TlsLayer* layer = TlsLayer::of(*this);
  if (layer == nullptr) return names;
  SSL* ssl = layer->engine().ssl();
  const int count = SSL_get_shared_sigalgs(ssl, 0, nullptr, nullptr, nullptr, nullptr, nullptr);
  for (int i = 0; i < count; ++i) {
    int sign = NID_undef;
    int hash = NID_undef;
    SSL_get_shared_sigalgs(ssl, i, &sign, &hash, nullptr, nullptr, nullptr);
    std::string name;
    switch (sign) {
      case EVP_PKEY_RSA:
        name = "RSA";
        break;
      case EVP_PKEY_RSA_PSS:
        name = "RSA-PSS";
        break;
      case EVP_PKEY_DSA:
        name = "DSA";
        break;
      case EVP_PKEY_EC:
        name = "ECDSA";
        break;
      default: {
        const char* known = OBJ_nid2sn(sign);
        name = known != nullptr ? known : "UNDEF";
      }
    }
    const char* digest = OBJ_nid2sn(hash);
    names.push_back(name + "+" + (digest != nullptr ? digest : "UNDEF"));
  }
  return names;
}

namespace {

// RFC 5246 and 8446: a Finished is a hash's length at most.
using Get = std::size_t (*)(const SSL*, void*, std::size_t);
Buffer finishedOf(TlsLayer* layer, Get get) {
  std::array<char, EVP_MAX_MD_SIZE> bytes{};
  const std::size_t size =
      layer != nullptr ? get(layer->engine().ssl(), bytes.data(), bytes.size()) : 0;
  return Buffer::copyOf(std::string_view(bytes.data(), std::min(size, bytes.size())));
}

}  // namespace

Buffer TLSSocket::getFinished() const { return finishedOf(TlsLayer::of(*this), SSL_get_finished); }
Buffer TLSSocket::getPeerFinished() const {
  return finishedOf(TlsLayer::of(*this), SSL_get_peer_finished);
}

Buffer TLSSocket::exportKeyingMaterial(std::size_t length, std::string_view label,
                                       std::optional<std::string_view> context) const {
  TlsLayer& layer = secure();
  if (!layer.engine().established()) {
    throw Error("TLS socket connection must be securely established", "ERR_TLS_INVALID_STATE");
  }
  const tls::ErrorQueue queue;
  Buffer bytes = Buffer::allocUnsafe(length);
  const std::string_view with = context.value_or(std::string_view());
  const int done = SSL_export_keying_material(
      layer.engine().ssl(), reinterpret_cast<unsigned char*>(bytes.mutableData()), length,
      label.data(), label.size(), reinterpret_cast<const unsigned char*>(with.data()), with.size(),
      context.has_value() ? 1 : 0);
  if (done != 1) throw tls::thrownError("SSL_export_keying_material");
  return bytes;
}

bool TLSSocket::setMaxSendFragment(std::size_t size) noexcept {
  TlsLayer* layer = TlsLayer::of(*this);
  return layer != nullptr &&
         SSL_set_max_send_fragment(layer->engine().ssl(), static_cast<long>(size)) == 1;
}

bool TLSSocket::closedCleanly() const noexcept {
  const TlsLayer* layer = TlsLayer::of(*this);
  return layer != nullptr && layer->closedCleanly();
}

}  // namespace uvnet
