// Who is trusted and what is shown to peers: roots, certificates, keys, PKCS#12, revocation lists.
#include <openssl/dh.h>
#include <openssl/pem.h>

#include <cstring>
#include <mutex>
#include <utility>

#include "tls/context.h"

namespace uvnet::tls {
namespace {

// What OpenSSL asks for the passphrase of a key in PEM.
int onPassphrase(char* buffer, int size, int, void* user) noexcept {
  const auto& passphrase = *static_cast<const std::string*>(user);
  if (static_cast<int>(passphrase.size()) > size) return -1;
  std::memcpy(buffer, passphrase.data(), passphrase.size());
  return static_cast<int>(passphrase.size());
}
int noPassphrase(char*, int, int, void*) noexcept { return 0; }

X509Ptr nextCertificate(BIO* bio) {
  return X509Ptr(PEM_read_bio_X509(bio, nullptr, noPassphrase, nullptr));
}

// The end of a PEM text is an error to OpenSSL.
void forgetEndOfPem() {
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE) {
    ERR_clear_error();
  }
}

}  // namespace

X509_STORE* systemRoots() {
  static const X509StorePtr store = [] {
    X509StorePtr made(X509_STORE_new());
    X509_STORE_set_default_paths(made.get());
    ERR_clear_error();
    return made;
  }();
  return store.get();
}

// The roots are one store for all, as it takes 10 ms to read them; who adds to them has its own.
X509_STORE* Context::ownStore() {
  if (sharesRoots_) {
    sharesRoots_ = false;
    X509_STORE* own = X509_STORE_new();
    X509_STORE_set_default_paths(own);
    SSL_CTX_set_cert_store(ctx_.get(), own);  // owns it
  }
  return SSL_CTX_get_cert_store(ctx_.get());
}

void Context::setCa(const SecureContextOptions& options) {
  if (options.ca.empty()) {
    X509_STORE* roots = systemRoots();
    X509_STORE_up_ref(roots);
    SSL_CTX_set_cert_store(ctx_.get(), roots);
    sharesRoots_ = true;
    return;
  }
  hasCa_ = true;
  for (const std::string& pem : options.ca) {
    const BioPtr bio = bioOf(pem);
    while (const X509Ptr ca = nextCertificate(bio.get())) {
      X509_STORE_add_cert(ownStore(), ca.get());
      SSL_CTX_add_client_CA(ctx_.get(), ca.get());
    }
    ERR_clear_error();
  }
}

void Context::useCertificate(std::string_view pem) {
  const BioPtr bio = bioOf(pem);
  const X509Ptr leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, noPassphrase, nullptr));
  if (leaf == nullptr) throw thrownError("cert");
  std::vector<X509Ptr> chain;
  while (X509Ptr next = nextCertificate(bio.get())) chain.push_back(std::move(next));
  forgetEndOfPem();
  useChain(leaf.get(), std::move(chain));
}

void Context::useChain(X509* leaf, std::vector<X509Ptr> chain) {
  if (SSL_CTX_use_certificate(ctx_.get(), leaf) != 1) throw thrownError("cert");
  SSL_CTX_clear_chain_certs(ctx_.get());
  for (const X509Ptr& one : chain) {
    if (SSL_CTX_add1_chain_cert(ctx_.get(), one.get()) != 1) throw thrownError("cert");
  }
}

void Context::useKey(std::string_view pem, const std::string& passphrase) {
  if (pem.empty()) return;  // as Node
  const BioPtr bio = bioOf(pem);
  const PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, onPassphrase,
                                            const_cast<std::string*>(&passphrase)));
  if (key == nullptr || SSL_CTX_use_PrivateKey(ctx_.get(), key.get()) != 1) {
    throw thrownError("key");
  }
}

void Context::usePfx(std::string_view bytes, const std::string& passphrase) {
  const BioPtr bio = bioOf(bytes);
  const Owned<PKCS12, PKCS12_free> pfx(d2i_PKCS12_bio(bio.get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* more = nullptr;
  const bool read =
      pfx != nullptr && PKCS12_parse(pfx.get(), passphrase.c_str(), &key, &leaf, &more) == 1;
  const PkeyPtr ownKey(key);
  const X509Ptr ownLeaf(leaf);
  std::vector<X509Ptr> chain;
  while (more != nullptr && sk_X509_num(more) > 0) chain.emplace_back(sk_X509_shift(more));
  sk_X509_free(more);
  if (!read) {
    // Node throws the reason alone.
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    throw Error(reason != nullptr ? reason : "Unable to load PFX certificate");
  }
  if (leaf == nullptr || key == nullptr) throw Error("Unable to load PFX certificate");
  for (const X509Ptr& one : chain) {
    X509_STORE_add_cert(ownStore(), one.get());
    SSL_CTX_add_client_CA(ctx_.get(), one.get());
  }
  useChain(leaf, std::move(chain));
  if (SSL_CTX_use_PrivateKey(ctx_.get(), key) != 1) throw thrownError("pfx");
}

void Context::addCrl(std::string_view pem) {
  const BioPtr bio = bioOf(pem);
  const Owned<X509_CRL, X509_CRL_free> crl(
      PEM_read_bio_X509_CRL(bio.get(), nullptr, noPassphrase, nullptr));
  if (crl == nullptr) throw Error("Failed to parse CRL", "ERR_CRYPTO_OPERATION_FAILED");
  X509_STORE_add_crl(ownStore(), crl.get());
  X509_STORE_set_flags(ownStore(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

void Context::setDhParam(const std::string& pem) {
  if (pem == "auto") {
    SSL_CTX_set_dh_auto(ctx_.get(), 1);
    return;
  }
  const BioPtr bio = bioOf(pem);
  PkeyPtr parameters(PEM_read_bio_Parameters(bio.get(), nullptr));
  ERR_clear_error();
  if (parameters == nullptr) return;  // as Node: DHE is then not offered
  const int bits = EVP_PKEY_get_bits(parameters.get());
  if (bits < 1024) {
    throw Error("DH parameter is less than 1024 bits", "ERR_INVALID_ARG_VALUE");
  }
  if (SSL_CTX_set0_tmp_dh_pkey(ctx_.get(), parameters.get()) != 1) {
    throw Error("Error setting temp DH parameter", "ERR_CRYPTO_OPERATION_FAILED");
  }
  static_cast<void>(parameters.release());
}

}  // namespace uvnet::tls
