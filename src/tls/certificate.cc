#include "tls/certificate.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <array>
#include <cstdio>
#include <utility>

#include "tls/alt_names.h"

namespace uvnet::tls {
namespace {

using BignumPtr = Owned<BIGNUM, BN_free>;

std::string utf8Of(const ASN1_STRING* text) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, text);
  if (size < 0) return {};
  std::string result(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return result;
}

CertificateName nameOf(const X509_NAME* name) {
  CertificateName result;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(entry);
    std::array<char, 128> number{};
    const int nid = OBJ_obj2nid(object);
    const char* key = nid != NID_undef ? OBJ_nid2sn(nid) : nullptr;
    if (key == nullptr) {
      OBJ_obj2txt(number.data(), static_cast<int>(number.size()), object, 1);
      key = number.data();
    }
    result.emplace_back(key, utf8Of(X509_NAME_ENTRY_get_data(entry)));
  }
  return result;
}

std::string timeOf(const ASN1_TIME* time) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(memory.get(), time);
  return textOf(memory.get());
}

std::string fingerprintOf(const X509* certificate, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (X509_digest(certificate, digest, bytes.data(), &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    std::array<char, 4> pair{};
    std::snprintf(pair.data(), pair.size(), i == 0 ? "%02X" : ":%02X", bytes[i]);
    text += pair.data();
  }
  return text;
}

std::string hexOf(const BIGNUM* number) {
  char* hex = BN_bn2hex(number);
  std::string text = hex != nullptr ? hex : "";
  OPENSSL_free(hex);
  return text;
}

template <class T, class Encode>
Buffer derOf(const T* what, Encode encode) {
  const int size = encode(what, nullptr);
  if (size <= 0) return {};
  Buffer bytes = Buffer::allocUnsafe(static_cast<std::size_t>(size));
  auto* to = reinterpret_cast<unsigned char*>(bytes.mutableData());
  encode(what, &to);
  return bytes;
}

void describeKey(const X509* certificate, Certificate& to) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return;
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
    to.bits = EVP_PKEY_get_bits(key);
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &number) == 1) {
      const BignumPtr modulus(number);
      to.modulus = hexOf(number);
    }
    number = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &number) == 1) {
      const BignumPtr exponent(number);
      std::array<char, 32> text{};
      std::snprintf(text.data(), text.size(), "0x%llx",
                    static_cast<unsigned long long>(BN_get_word(number)));
      to.exponent = text.data();
    }
    to.pubkey =
        derOf(key, [](const EVP_PKEY* k, unsigned char** out) { return i2d_PUBKEY(k, out); });
  } else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
    to.bits = EVP_PKEY_get_bits(key);
    unsigned char* point = nullptr;
    const std::size_t size = EVP_PKEY_get1_encoded_public_key(key, &point);
    to.pubkey = Buffer::copyOf(std::string_view(reinterpret_cast<char*>(point), size));
    OPENSSL_free(point);
    std::array<char, 64> group{};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1) {
      const int nid = OBJ_txt2nid(group.data());
      to.asn1Curve = nid != NID_undef ? OBJ_nid2sn(nid) : group.data();
      if (const char* nist = EC_curve_nid2nist(nid)) to.nistCurve = nist;
    }
  }
}

}  // namespace

Certificate describe(X509* certificate) {
  const ErrorQueue queue;
  Certificate to;
  to.subject = nameOf(X509_get_subject_name(certificate));
  to.issuer = nameOf(X509_get_issuer_name(certificate));
  to.subjectaltname = altNamesOf(certificate);
  to.infoAccess = infoAccessOf(certificate);
  to.ca = X509_check_ca(certificate) == 1;
  describeKey(certificate, to);
  to.validFrom = timeOf(X509_get0_notBefore(certificate));
  to.validTo = timeOf(X509_get0_notAfter(certificate));
  to.fingerprint = fingerprintOf(certificate, EVP_sha1());
  to.fingerprint256 = fingerprintOf(certificate, EVP_sha256());
  to.fingerprint512 = fingerprintOf(certificate, EVP_sha512());
  using Usage = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
  const Usage usage(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  for (int i = 0; usage != nullptr && i < sk_ASN1_OBJECT_num(usage.get()); ++i) {
    std::array<char, 256> text{};
    if (OBJ_obj2txt(text.data(), static_cast<int>(text.size()),
                    sk_ASN1_OBJECT_value(usage.get(), i), 1) > 0) {
      to.extKeyUsage.emplace_back(text.data());
    }
  }
  const BignumPtr serial(ASN1_INTEGER_to_BN(X509_get_serialNumber(certificate), nullptr));
  if (serial != nullptr) to.serialNumber = hexOf(serial.get());
  to.raw = derOf(certificate, [](const X509* x, unsigned char** out) { return i2d_X509(x, out); });
  return to;
}

LegacyCertificate describeLegacy(X509* certificate) {
  const auto oneLine = [](const X509_NAME* name) {
    char* text = X509_NAME_oneline(name, nullptr, 0);
    std::string result = text != nullptr ? text : "";
    OPENSSL_free(text);
    return result;
  };
  return {.subject = oneLine(X509_get_subject_name(certificate)),
          .issuer = oneLine(X509_get_issuer_name(certificate)),
          .valid_from = timeOf(X509_get0_notBefore(certificate)),
          .valid_to = timeOf(X509_get0_notAfter(certificate)),
          .fingerprint = fingerprintOf(certificate, EVP_sha1())};
}

X509Ptr peerX509(SSL* ssl) { return X509Ptr(SSL_get1_peer_certificate(ssl)); }

std::optional<Certificate> peerCertificate(SSL* ssl, bool isServer, bool detailed) {
  const ErrorQueue queue;
  X509Ptr leaf = peerX509(ssl);
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  if (leaf == nullptr) return std::nullopt;
  Certificate result = describe(leaf.get());
  if (!detailed) return result;

  // Up to the root: what the peer sent, then what the store knows.
  std::vector<X509*> sent;
  for (int i = isServer ? 0 : 1; chain != nullptr && i < sk_X509_num(chain); ++i) {
    sent.push_back(sk_X509_value(chain, i));
  }
  Certificate* last = &result;
  X509Ptr current = std::move(leaf);
  for (int depth = 0; depth < 100; ++depth) {  // a chain of the peer's making might go round
    if (X509_check_issued(current.get(), current.get()) == X509_V_OK) break;
    X509Ptr issuer;
    for (X509* one : sent) {
      if (X509_check_issued(one, current.get()) != X509_V_OK) continue;
      X509_up_ref(one);
      issuer.reset(one);
      break;
    }
    if (issuer == nullptr) {
      const Owned<X509_STORE_CTX, X509_STORE_CTX_free> lookup(X509_STORE_CTX_new());
      X509* found = nullptr;
      X509_STORE* store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
      if (lookup != nullptr && X509_STORE_CTX_init(lookup.get(), store, nullptr, nullptr) == 1 &&
          X509_STORE_CTX_get1_issuer(&found, lookup.get(), current.get()) == 1) {
        issuer.reset(found);
      }
    }
    if (issuer == nullptr) break;
    last->issuerCertificate = std::make_shared<Certificate>(describe(issuer.get()));
    last = last->issuerCertificate.get();
    current = std::move(issuer);
  }
  return result;
}

}  // namespace uvnet::tls

namespace uvnet {

std::string_view Certificate::subjectOf(std::string_view key) const noexcept {
  for (const auto& [name, value] : subject) {
    if (name == key) return value;
  }
  return {};
}

Certificate parseCertificate(std::string_view pemOrDer) {
  const tls::ErrorQueue queue;
  const tls::BioPtr bio = tls::bioOf(pemOrDer);
  tls::X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    const auto* from = reinterpret_cast<const unsigned char*>(pemOrDer.data());
    tls::X509Ptr der(d2i_X509(nullptr, &from, static_cast<long>(pemOrDer.size())));
    if (der == nullptr) throw tls::thrownError("parseCertificate");
    certificate = std::move(der);
  }
  return tls::describe(certificate.get());
}

}  // namespace uvnet
