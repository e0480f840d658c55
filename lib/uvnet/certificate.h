// An X.509 certificate as Node shows it, as a value; and whether it is for a host.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/error.h>
#include <uvnet/export.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uvnet {

// Of a name: ("CN", "example.com"), in its order; a key may come more than once.
using CertificateName = std::vector<std::pair<std::string, std::string>>;

struct Certificate {
  CertificateName subject;
  CertificateName issuer;
  std::string subjectaltname;  // "DNS:a.com, IP Address:1.2.3.4"; texts with quotes, commas or
                               // controls in them as JSON strings; empty: none
  std::vector<std::pair<std::string, std::string>> infoAccess;  // ("OCSP - URI", "http://...")
  bool ca = false;
  int bits = 0;           // of the key
  std::string modulus;    // of RSA keys, hexadecimal
  std::string exponent;   // "0x10001"
  Buffer pubkey;          // SubjectPublicKeyInfo in DER for RSA, else the point
  std::string asn1Curve;  // of EC keys: "prime256v1"
  std::string nistCurve;  // "P-256"
  std::string validFrom;  // "Nov 11 09:52:22 2026 GMT"
  std::string validTo;
  std::string fingerprint;     // SHA-1, "AB:CD:..."
  std::string fingerprint256;  // SHA-256
  std::string fingerprint512;
  std::vector<std::string> extKeyUsage;  // object identifiers
  std::string serialNumber;              // hexadecimal, upper case
  Buffer raw;                            // DER
  std::shared_ptr<Certificate>
      issuerCertificate;  // where asked for; none: it is its own, or unknown

  // The first value of that name ("CN"); empty: none.
  std::string_view subjectOf(std::string_view key) const noexcept;
};

// v0.3's peer certificate: names in OpenSSL's one-line form ("/C=UK/CN=localhost").
struct LegacyCertificate {
  std::string subject;
  std::string issuer;
  std::string valid_from;
  std::string valid_to;
  std::string fingerprint;
  bool empty() const noexcept { return subject.empty() && issuer.empty() && fingerprint.empty(); }
};

// Reads PEM or DER. Throws what OpenSSL says.
UVNET_API Certificate parseCertificate(std::string_view pemOrDer);

// tls.checkServerIdentity: nothing, or ERR_TLS_CERT_ALTNAME_INVALID with the reason. DNS names are
// compared without case; a wildcard is the whole leftmost label and stands for one; IP addresses
// only match addresses, and the subject's CN counts only where the certificate names no host or
// address otherwise (RFC 6125).
UVNET_API std::optional<Error> checkServerIdentity(std::string_view hostname,
                                                   const Certificate& certificate);

}  // namespace uvnet
