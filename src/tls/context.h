// A SecureContext's inside: an SSL_CTX, and what Node keeps beside it.
#pragma once

#include <uvnet/secure_context.h>

#include <array>
#include <mutex>
#include <string_view>

#include "tls/openssl.h"

namespace uvnet::tls {

class Context {
 public:
  explicit Context(const SecureContextOptions& options);

  SSL_CTX* ctx() const noexcept { return ctx_.get(); }
  // Node's 48 bytes: a name, a key for HMAC-SHA-256 and one for AES-128-CBC, of session tickets.
  // Any thread.
  static constexpr std::size_t kTicketKeys = 48;
  using TicketKeys = std::array<unsigned char, kTicketKeys>;
  TicketKeys ticketKeys() const;
  void setTicketKeys(std::string_view keys);

  // v0.3: createCredentials() was given `ca`, so that a server asks for a certificate.
  bool hasCa() const noexcept { return hasCa_; }

 private:
  // --- context.cc
  void setCiphers(const SecureContextOptions& options);
  void setCurves(const std::string& curves);
  void setSession(const SecureContextOptions& options);
  // --- context_keys.cc
  void setCa(const SecureContextOptions& options);
  void useCertificate(std::string_view pem);
  void useKey(std::string_view pem, const std::string& passphrase);
  void usePfx(std::string_view bytes, const std::string& passphrase);
  void useChain(X509* leaf, std::vector<X509Ptr> chain);
  void addCrl(std::string_view pem);
  void setDhParam(const std::string& pem);
  X509_STORE* ownStore();

  SslCtxPtr ctx_;
  mutable std::mutex mutex_;
  TicketKeys ticketKeys_{};  // under it
  bool hasCa_ = false;
  bool sharesRoots_ = false;
};

// The context of no options, made when it is first asked for; shared by all.
const std::shared_ptr<Context>& defaultContext();
// What a connection is made with.
inline const std::shared_ptr<Context>& contextOf(const SecureContext& context) {
  return context ? context.get() : defaultContext();
}

// TLS1_2_VERSION for "TLSv1.2"; -1 for what is none.
int versionOf(std::string_view name) noexcept;

// The system's trusted roots, read once.
X509_STORE* systemRoots();

}  // namespace uvnet::tls
