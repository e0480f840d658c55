#include "tls/support/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>

#include "tls/openssl.h"

namespace uvnet::test {
namespace {

using tls::BioPtr;
using tls::PkeyPtr;
using tls::X509Ptr;

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("certificates: ") + what);
}

void addExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Identity issue(const Wanted& wanted, const Identity* issuer) {
  static std::atomic<long> serial{1};
  const PkeyPtr key(wanted.kind == KeyKind::kRsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  require(key != nullptr, "key");
  const X509Ptr certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
  constexpr long kDay = 86400;
  X509_gmtime_adj(X509_getm_notBefore(x), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(x), wanted.expired ? -kDay : 365 * kDay);
  X509_set_pubkey(x, key.get());
  X509_NAME* name = X509_get_subject_name(x);
  const auto add = [&](const char* field, const std::string& value) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
  };
  add("C", "UK");
  add("O", "uvnet");
  add("CN", wanted.commonName);

  X509Ptr parent;
  PkeyPtr parentKey;
  if (issuer != nullptr) {
    parent.reset(PEM_read_bio_X509(tls::bioOf(issuer->cert).get(), nullptr, nullptr, nullptr));
    parentKey.reset(
        PEM_read_bio_PrivateKey(tls::bioOf(issuer->key).get(), nullptr, nullptr, nullptr));
  }
  X509* signer = parent != nullptr ? parent.get() : x;
  X509_set_issuer_name(x, X509_get_subject_name(signer));
  addExtension(x, signer, NID_basic_constraints, wanted.ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wanted.names.empty()) {
    std::string names;
    for (const std::string& one : wanted.names) names += (names.empty() ? "" : ",") + one;
    addExtension(x, signer, NID_subject_alt_name, names);
  }
  if (!wanted.rawDns.empty()) {
    GENERAL_NAMES* names = sk_GENERAL_NAME_new_null();
    for (const std::string& one : wanted.rawDns) {
      GENERAL_NAME* general = GENERAL_NAME_new();
      ASN1_IA5STRING* text = ASN1_IA5STRING_new();
      ASN1_STRING_set(text, one.data(), static_cast<int>(one.size()));
      GENERAL_NAME_set0_value(general, GEN_DNS, text);
      sk_GENERAL_NAME_push(names, general);
    }
    X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
    GENERAL_NAMES_free(names);
  }
  require(X509_sign(x, parentKey != nullptr ? parentKey.get() : key.get(), EVP_sha256()) > 0,
          "sign");

  Identity made;
  const BioPtr cert(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(cert.get(), x);
  const BioPtr secret(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  made.cert = tls::textOf(cert.get());
  made.key = tls::textOf(secret.get());
  // An intermediate goes with what it has issued.
  if (parent != nullptr && X509_check_issued(parent.get(), parent.get()) != X509_V_OK) {
    made.cert += issuer->cert;
  }
  ERR_clear_error();
  return made;
}

const Identity& rootCa() {
  static const Identity one = issue({.commonName = "uvnet test root", .ca = true});
  return one;
}
const Identity& serverIdentity() {
  static const Identity one =
      issue({.commonName = "localhost", .names = {"DNS:localhost", "IP:127.0.0.1"}}, &rootCa());
  return one;
}
const Identity& clientIdentity() {
  static const Identity one = issue({.commonName = "client"}, &rootCa());
  return one;
}
const Identity& strangerCa() {
  static const Identity one = issue({.commonName = "a stranger", .ca = true});
  return one;
}

}  // namespace uvnet::test
