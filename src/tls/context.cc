// A context out of its options, in Node's order: the ciphers first, because a security level in
// them counts for the certificates.
#include "tls/context.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "tls/engine.h"

namespace uvnet::tls {
namespace {

// Node's deps: OpenSSL of Node has security level 1, Debian's 2 (keys below 2048 bits are refused).
// Node's contract has Node's.
constexpr int kSecurityLevel = 1;
constexpr long kSessionTimeout = 300;  // seconds, OpenSSL's own default
constexpr std::size_t kMaxSessionIdContext = SSL_MAX_SID_CTX_LENGTH;

struct Versions {
  const SSL_METHOD* method = TLS_method();
  int min = TLS1_2_VERSION;
  int max = TLS1_3_VERSION;
};

Error badMethod(std::string message) {
  return Error(std::move(message), "ERR_TLS_INVALID_PROTOCOL_METHOD", "TypeError");
}

// secureProtocol: a method's name stands for a range of versions, and for one side.
Versions versionsOfMethod(const std::string& name) {
  if (name.starts_with("SSLv2_")) throw badMethod("SSLv2 methods disabled");
  if (name.starts_with("SSLv3_")) throw badMethod("SSLv3 methods disabled");
  struct Range {
    std::string_view prefix;
    int min;
    int max;
  };
  static constexpr Range kRanges[] = {
      {"SSLv23", TLS1_VERSION, TLS1_2_VERSION},    {"TLSv1_1", TLS1_1_VERSION, TLS1_1_VERSION},
      {"TLSv1_2", TLS1_2_VERSION, TLS1_2_VERSION}, {"TLSv1_3", TLS1_3_VERSION, TLS1_3_VERSION},
      {"TLSv1", TLS1_VERSION, TLS1_VERSION},       {"TLS", 0, TLS1_3_VERSION},
  };
  for (const Range& range : kRanges) {
    for (const auto& [suffix, method] :
         {std::pair<std::string_view, const SSL_METHOD*>{"_method", TLS_method()},
          {"_server_method", TLS_server_method()},
          {"_client_method", TLS_client_method()}}) {
      if (name == std::string(range.prefix) + std::string(suffix)) {
        return {method, range.min, range.max};
      }
    }
  }
  throw badMethod("Unknown method: " + name);
}

Versions versionsOf(const SecureContextOptions& options) {
  if (!options.secureProtocol.empty()) {
    for (const std::string& version : {options.minVersion, options.maxVersion}) {
      if (version.empty()) continue;
      throw Error("TLS protocol version \"" + version + "\" conflicts with secureProtocol \"" +
                      options.secureProtocol + "\"",
                  "ERR_TLS_PROTOCOL_VERSION_CONFLICT", "TypeError");
    }
    return versionsOfMethod(options.secureProtocol);
  }
  Versions versions;
  const auto read = [](const std::string& name, std::string_view which, int& version) {
    if (name.empty()) return;
    version = versionOf(name);
    if (version < 0) {
      throw Error("\"" + name + "\" is not a valid " + std::string(which) + " TLS protocol version",
                  "ERR_TLS_INVALID_PROTOCOL_VERSION", "TypeError");
    }
  };
  read(options.minVersion, "minimum", versions.min);
  read(options.maxVersion, "maximum", versions.max);
  return versions;
}

// Encrypts a ticket, or is asked for the keys of one. OpenSSL's own call for fixed keys wants 80
// bytes; Node's are 48.
int onTicket(SSL* ssl, unsigned char name[16], unsigned char iv[EVP_MAX_IV_LENGTH],
             EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int encrypts) {
  const auto* context = static_cast<const Context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  Context::TicketKeys keys = context->ticketKeys();
  unsigned char* const hmacKey = keys.data() + 16;
  unsigned char* const aesKey = keys.data() + 32;
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, hmacKey, 16),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (encrypts != 0) {
    std::memcpy(name, keys.data(), 16);
    if (RAND_bytes(iv, 16) != 1 ||
        EVP_EncryptInit_ex(cipher, EVP_aes_128_cbc(), nullptr, aesKey, iv) != 1 ||
        EVP_MAC_CTX_set_params(mac, parameters) != 1) {
      return -1;
    }
    return 1;
  }
  if (std::memcmp(name, keys.data(), 16) != 0) return 0;  // of other keys: a full handshake
  if (EVP_MAC_CTX_set_params(mac, parameters) != 1 ||
      EVP_DecryptInit_ex(cipher, EVP_aes_128_cbc(), nullptr, aesKey, iv) != 1) {
    return -1;
  }
  return 1;
}

}  // namespace

Context::TicketKeys Context::ticketKeys() const {
  const std::lock_guard lock(mutex_);
  return ticketKeys_;
}

void Context::setTicketKeys(std::string_view keys) {
  const std::lock_guard lock(mutex_);
  std::memcpy(ticketKeys_.data(), keys.data(), std::min(keys.size(), ticketKeys_.size()));
}

int versionOf(std::string_view name) noexcept {
  if (name == "TLSv1") return TLS1_VERSION;
  if (name == "TLSv1.1") return TLS1_1_VERSION;
  if (name == "TLSv1.2") return TLS1_2_VERSION;
  if (name == "TLSv1.3") return TLS1_3_VERSION;
  return -1;
}

Context::Context(const SecureContextOptions& options) {
  const ErrorQueue queue;
  // Before anything is allocated: they throw for what the program got wrong.
  Versions versions = versionsOf(options);
  if (!options.ticketKeys.empty() && options.ticketKeys.size() != Context::kTicketKeys) {
    throw Error("The property 'options.ticketKeys' must be exactly 48 bytes. Received " +
                    std::to_string(options.ticketKeys.size()),
                "ERR_INVALID_ARG_VALUE", "TypeError");
  }
  if (options.sigalgs && options.sigalgs->empty()) {
    throw Error("The property 'options.sigalgs' is invalid. Received ''", "ERR_INVALID_ARG_VALUE",
                "TypeError");
  }
  if (options.sessionTimeout && *options.sessionTimeout < 0) {
    throw Error(
        "The value of \"options.sessionTimeout\" is out of range. It must be >= 0 && <= "
        "2147483647. Received " +
            std::to_string(*options.sessionTimeout),
        "ERR_OUT_OF_RANGE", "RangeError");
  }

  ctx_.reset(SSL_CTX_new(versions.method));
  if (ctx_ == nullptr) throw thrownError("SSL_CTX_new");
  SSL_CTX* ctx = ctx_.get();
  SSL_CTX_set_security_level(ctx, kSecurityLevel);
  Engine::install(ctx);
  // What a connection does not use now it gives back: 13.7 KB of an idle one instead of 47.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Nobody renegotiates: CVE-2009-3555, CVE-2021-3449, and what it costs.
  SSL_CTX_set_options(
      ctx, SSL_OP_NO_SSLv2 | SSL_OP_NO_SSLv3 | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_options(ctx, options.secureOptions);
  // Sessions that a server hands out are the program's to keep, by 'newSession'; what is in a
  // ticket needs no keeping.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_SERVER |
                                          SSL_SESS_CACHE_NO_INTERNAL |
                                          SSL_SESS_CACHE_NO_AUTO_CLEAR);

  setCiphers(options);
  if (options.ciphers && options.minVersion.empty() && !options.ciphers->empty()) {
    // Only names of TLS 1.3: nothing older can be spoken.
    if (SSL_CTX_get_ciphers(ctx) == nullptr) versions.min = TLS1_3_VERSION;
  }
  SSL_CTX_set_min_proto_version(ctx, versions.min);
  SSL_CTX_set_max_proto_version(ctx, versions.max);

  setCa(options);
  for (const std::string& pem : options.cert) useCertificate(pem);
  for (const std::string& pem : options.key) useKey(pem, options.passphrase);
  if (options.sigalgs && SSL_CTX_set1_sigalgs_list(ctx, options.sigalgs->c_str()) != 1) {
    throw Error("error:00000000:lib(0)::reason(0)");
  }
  setCurves(options.ecdhCurve);
  if (!options.dhparam.empty()) setDhParam(options.dhparam);
  for (const std::string& bytes : options.pfx) usePfx(bytes, options.passphrase);
  for (const std::string& pem : options.crl) addCrl(pem);
  setSession(options);
  if (options.honorCipherOrder.value_or(false)) {
    SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  if (options.allowPartialTrustChain) {
    X509_STORE_set_flags(ownStore(), X509_V_FLAG_PARTIAL_CHAIN);
  }
}

void Context::setCiphers(const SecureContextOptions& options) {
  const std::string list = options.ciphers && !options.ciphers->empty()
                               ? *options.ciphers
                               : std::string(defaultCiphers());
  std::string suites;  // TLS 1.3's
  std::string ciphers;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    const std::string_view name = std::string_view(list).substr(begin, end - begin);
    std::string& to = name.starts_with("TLS_") ? suites : ciphers;
    if (!name.empty()) (to += to.empty() ? "" : ":") += name;
    begin = end + 1;
  }
  SSL_CTX* ctx = ctx_.get();
  if (SSL_CTX_set_ciphersuites(ctx, suites.c_str()) != 1) throw thrownError("ciphers");
  if (SSL_CTX_set_cipher_list(ctx, ciphers.c_str()) != 1) {
    // Node takes a list that has names of TLS 1.3 alone.
    const unsigned long error = ERR_peek_last_error();
    const bool none = ciphers.empty() && !suites.empty();
    if (!none || ERR_GET_REASON(error) != SSL_R_NO_CIPHER_MATCH) throw thrownError("ciphers");
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
  }
}

void Context::setCurves(const std::string& curves) {
  if (curves == "auto") return;
  if (SSL_CTX_set1_curves_list(ctx_.get(), curves.c_str()) != 1) {
    throw Error("Failed to set ECDH curve", "ERR_CRYPTO_OPERATION_FAILED");
  }
}

void Context::setSession(const SecureContextOptions& options) {
  SSL_CTX* ctx = ctx_.get();
  SSL_CTX_set_timeout(ctx, options.sessionTimeout ? *options.sessionTimeout : kSessionTimeout);
  SSL_CTX_set_app_data(ctx, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, onTicket);
  if (options.ticketKeys.empty()) {
    RAND_bytes(ticketKeys_.data(), static_cast<int>(ticketKeys_.size()));
  } else {
    setTicketKeys(options.ticketKeys);
  }
  if (options.sessionIdContext.empty()) return;
  if (options.sessionIdContext.size() > kMaxSessionIdContext) {
    throw Error("The property 'options.sessionIdContext' is longer than 32 bytes",
                "ERR_INVALID_ARG_VALUE", "TypeError");
  }
  SSL_CTX_set_session_id_context(
      ctx, reinterpret_cast<const unsigned char*>(options.sessionIdContext.data()),
      static_cast<unsigned>(options.sessionIdContext.size()));
}

const std::shared_ptr<Context>& defaultContext() {
  static const auto context = std::make_shared<Context>(SecureContextOptions{});
  return context;
}

}  // namespace uvnet::tls

namespace uvnet {

SecureContext createSecureContext(const SecureContextOptions& options) {
  return SecureContext(std::make_shared<tls::Context>(options));
}

SecureContext createCredentials(const Credentials& credentials) {
  return createSecureContext({.ca = credentials.ca,
                              .cert = credentials.cert,
                              .key = credentials.key,
                              .secureProtocol = credentials.method});
}

std::string_view defaultCiphers() noexcept {
  return "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
         "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"
         "ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:"
         "DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:"
         "ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:"
         "!PSK:!SRP:!CAMELLIA";
}

}  // namespace uvnet
