// Certificates as values: each field as Node's getPeerCertificate() has it.
#include <uvnet/certificate.h>

#include <algorithm>
#include <string>

#include "support/catch.h"
#include "tls/support/certificates.h"

namespace uvnet {
namespace {

using namespace test;

TEST_CASE("an EC certificate has its curve and its point", "[tls][T04]") {
  const Certificate one = parseCertificate(serverIdentity().cert);
  CHECK(one.subject == CertificateName{{"C", "UK"}, {"O", "uvnet"}, {"CN", "localhost"}});
  CHECK(one.subjectOf("CN") == "localhost");
  CHECK(one.subjectOf("OU").empty());
  CHECK(one.issuer.back().second == "uvnet test root");
  CHECK_FALSE(one.ca);
  CHECK(one.bits == 256);
  CHECK(one.asn1Curve == "prime256v1");
  CHECK(one.nistCurve == "P-256");
  CHECK(one.pubkey.size() == 65);
  CHECK(one.modulus.empty());
  CHECK(one.validFrom.ends_with(" GMT"));
  CHECK(one.fingerprint.size() == 59);
  CHECK(one.fingerprint256.size() == 95);
  CHECK(one.fingerprint512.size() == 191);
  CHECK_FALSE(one.serialNumber.empty());
  CHECK(parseCertificate(one.raw).fingerprint256 == one.fingerprint256);  // DER, too
}

TEST_CASE("an RSA certificate has its modulus and exponent", "[tls][T04]") {
  const Identity rsa = issue({.commonName = "rsa", .ca = true, .kind = KeyKind::kRsa});
  const Certificate one = parseCertificate(rsa.cert);
  CHECK(one.ca);
  CHECK(one.bits == 2048);
  CHECK(one.modulus.size() == 512);
  CHECK(one.exponent == "0x10001");
  CHECK(one.pubkey.size() == 294);
  CHECK(one.asn1Curve.empty());
}

// As node prints one with these names.
TEST_CASE("alternative names that could be mistaken are quoted", "[tls][T04]") {
  const Identity odd = issue({.names = {"DNS:a.com", "DNS:*.b.com", "IP:127.0.0.1", "IP:::1",
                                        "email:x@y.z", "URI:http://q/", "RID:1.2.3.4"}});
  CHECK(parseCertificate(odd.cert).subjectaltname ==
        "DNS:a.com, DNS:*.b.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, email:x@y.z, "
        "URI:http://q/, Registered ID:1.2.3.4");
  const Identity quoted = issue({.rawDns = {"we,ird", "qu\"ote", std::string("nul\0.a.com", 10)}});
  CHECK(parseCertificate(quoted.cert).subjectaltname ==
        "DNS:\"we\\u002cird\", DNS:\"qu\\\"ote\", DNS:\"nul\\u0000.a.com\"");
}

TEST_CASE("what is no certificate throws", "[tls][T04]") {
  CHECK_THROWS_AS(parseCertificate("-----BEGIN CERTIFICATE-----\nAAAA\n"), Error);
  CHECK_THROWS_AS(parseCertificate(""), Error);
}

}  // namespace
}  // namespace uvnet
