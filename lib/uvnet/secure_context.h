// What a TLS connection is made with: certificates, keys, who is trusted, versions, ciphers. Node's
// tls.createSecureContext(); v0.3's crypto.createCredentials().
//
//   const uvnet::SecureContext context =
//       uvnet::createSecureContext({.key = keyPem, .cert = certPem});
//
// Of the optional part uvnet::tls.
#pragma once

#include <uvnet/export.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uvnet {

namespace tls {
class Context;
}

// One text in PEM, or several; each may hold several blocks.
class PemList : public std::vector<std::string> {
 public:
  using std::vector<std::string>::vector;
  PemList(const char* pem) : std::vector<std::string>(1, pem) {}                    // NOLINT
  PemList(std::string pem) : std::vector<std::string>(1, std::move(pem)) {}         // NOLINT
  PemList(std::string_view pem) : std::vector<std::string>(1, std::string(pem)) {}  // NOLINT
};

struct SecureContextOptions {
  PemList ca = {};                    // who is trusted; none: the system's roots
  PemList cert = {};                  // own certificates, each followed by its chain
  PemList key = {};                   // their private keys, in the same order
  std::string passphrase = {};        // of key and pfx, where they are encrypted
  std::vector<std::string> pfx = {};  // PKCS#12, as bytes: key, certificate and chain in one
  PemList crl = {};  // revocation lists; then every certificate of a chain is checked
  // OpenSSL's cipher list. Names that begin with TLS_ are TLS 1.3's. Default: defaultCiphers().
  std::optional<std::string> ciphers = {};
  std::optional<std::string> sigalgs = {};  // OpenSSL's list of signature algorithms
  std::string ecdhCurve = "auto";           // or a list of curves, by ':'
  // Diffie-Hellman parameters in PEM, or "auto". None: no DHE.
  std::string dhparam = {};
  std::string minVersion = {};                // "TLSv1" to "TLSv1.3"; default "TLSv1.2"
  std::string maxVersion = {};                // default "TLSv1.3"
  std::string secureProtocol = {};            // a method's name of OpenSSL, in place of both
  std::uint64_t secureOptions = 0;            // SSL_OP_...
  std::optional<bool> honorCipherOrder = {};  // the server's order counts; default only of servers
  std::string sessionIdContext = {};          // at most 32 bytes
  std::optional<int> sessionTimeout = {};     // seconds; default 300
  std::string ticketKeys = {};                // 48 bytes, or none: made up
  bool allowPartialTrustChain = false;        // a certificate of `ca` is trusted, root or not
};

// Copies share one. A context may be used by several loops in several threads at a time.
class UVNET_API SecureContext {
 public:
  SecureContext() noexcept = default;  // none: where it is given, that of no options is meant
  explicit SecureContext(std::shared_ptr<tls::Context> context) noexcept
      : context_(std::move(context)) {}
  explicit operator bool() const noexcept { return context_ != nullptr; }
  const std::shared_ptr<tls::Context>& get() const noexcept { return context_; }

 private:
  std::shared_ptr<tls::Context> context_;
};

// Throws what Node throws: ERR_OSSL_... and ERR_SSL_... of OpenSSL for what it cannot read,
// ERR_TLS_INVALID_PROTOCOL_VERSION, ERR_TLS_INVALID_PROTOCOL_METHOD,
// ERR_TLS_PROTOCOL_VERSION_CONFLICT, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE,
// ERR_CRYPTO_OPERATION_FAILED.
UVNET_API SecureContext createSecureContext(const SecureContextOptions& options = {});

// v0.3's crypto.createCredentials({key, cert, ca}): a peer is verified where `ca` is given.
struct Credentials {
  PemList key = {};
  PemList cert = {};
  PemList ca = {};
  std::string method = {};  // as secureProtocol
};
UVNET_API SecureContext createCredentials(const Credentials& credentials = {});

// tls.DEFAULT_CIPHERS, that of Node 20 and later.
UVNET_API std::string_view defaultCiphers() noexcept;

}  // namespace uvnet
