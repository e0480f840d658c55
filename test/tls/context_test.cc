// createSecureContext(): what node 20.20.2 says of each option that is wrong.
#include <uvnet/tls.h>

#include <algorithm>

#include <string>

#include "support/catch.h"
#include "support/loopback.h"
#include "tls/support/certificates.h"

namespace uvnet {
namespace {

using namespace test;

std::string thrown(const SecureContextOptions& options) {
  return thrownBy([&] { createSecureContext(options); });
}

TEST_CASE("what is no key, no certificate, no PKCS#12 and no list is an error of OpenSSL's",
          "[tls][T05]") {
  CHECK(thrown({.key = "x"}) ==
        "Error ERR_OSSL_UNSUPPORTED: error:1E08010C:DECODER routines::unsupported {}");
  CHECK(thrown({.cert = "x"}) ==
        "Error ERR_OSSL_PEM_NO_START_LINE: error:0480006C:PEM routines::no start line {}");
  CHECK(thrown({.pfx = {"x"}}) == "Error : header too long {}");
  CHECK(thrown({.crl = "x"}) == "Error ERR_CRYPTO_OPERATION_FAILED: Failed to parse CRL {}");
}

TEST_CASE(
    "what Node takes is taken: an empty key, a `ca` that is none, a key of another certificate",
    "[tls][T05]") {
  CHECK(thrown({.key = ""}) == "nothing");
  CHECK(thrown({.ca = "x"}) == "nothing");
  CHECK(thrown({.ciphers = ""}) == "nothing");
  CHECK(thrown({.dhparam = "x"}) == "nothing");
  CHECK(thrown({.minVersion = "TLSv1.3", .maxVersion = "TLSv1.2"}) == "nothing");
  CHECK(thrown({.cert = serverIdentity().cert, .key = serverIdentity().key}) == "nothing");
  CHECK(thrown({.secureProtocol = "TLSv1_2_method"}) == "nothing");
  CHECK(thrown({.secureProtocol = "TLSv1_1_client_method"}) == "nothing");
}

TEST_CASE("ciphers, curves and algorithms that nobody has", "[tls][T05]") {
  const std::string none =
      "Error ERR_SSL_NO_CIPHER_MATCH: error:0A0000B9:SSL routines::no cipher match {}";
  CHECK(thrown({.ciphers = "no-such"}) == none);
  CHECK(thrown({.ciphers = "TLS_no"}) == none);
  CHECK(thrown({.ciphers = "TLS_AES_128_GCM_SHA256:no"}) == none);
  CHECK(thrown({.ciphers = "TLS_AES_128_GCM_SHA256"}) == "nothing");
  CHECK(thrown({.ecdhCurve = "x"}) ==
        "Error ERR_CRYPTO_OPERATION_FAILED: Failed to set ECDH curve {}");
  CHECK(thrown({.sigalgs = "x"}) == "Error : error:00000000:lib(0)::reason(0) {}");
  CHECK(thrown({.sigalgs = ""}) ==
        "TypeError ERR_INVALID_ARG_VALUE: The property 'options.sigalgs' is invalid. Received '' "
        "{}");
}

TEST_CASE("versions and methods", "[tls][T05]") {
  CHECK(thrown({.minVersion = "x"}) ==
        "TypeError ERR_TLS_INVALID_PROTOCOL_VERSION: \"x\" is not a valid minimum TLS protocol "
        "version {}");
  CHECK(thrown({.maxVersion = "SSLv3"}) ==
        "TypeError ERR_TLS_INVALID_PROTOCOL_VERSION: \"SSLv3\" is not a valid maximum TLS protocol "
        "version {}");
  CHECK(thrown({.minVersion = "TLSv1.2", .secureProtocol = "TLSv1_2_method"}) ==
        "TypeError ERR_TLS_PROTOCOL_VERSION_CONFLICT: TLS protocol version \"TLSv1.2\" conflicts "
        "with secureProtocol \"TLSv1_2_method\" {}");
  CHECK(thrown({.secureProtocol = "x"}) ==
        "TypeError ERR_TLS_INVALID_PROTOCOL_METHOD: Unknown method: x {}");
  CHECK(thrown({.secureProtocol = "SSLv2_method"}) ==
        "TypeError ERR_TLS_INVALID_PROTOCOL_METHOD: SSLv2 methods disabled {}");
  CHECK(thrown({.secureProtocol = "SSLv3_method"}) ==
        "TypeError ERR_TLS_INVALID_PROTOCOL_METHOD: SSLv3 methods disabled {}");
}

TEST_CASE("tickets and sessions", "[tls][T05]") {
  CHECK(thrown({.ticketKeys = std::string(47, 'x')}) ==
        "TypeError ERR_INVALID_ARG_VALUE: The property 'options.ticketKeys' must be exactly 48 "
        "bytes. Received 47 {}");
  CHECK(thrown({.ticketKeys = std::string(48, 'x')}) == "nothing");
  CHECK(thrown({.sessionTimeout = -1}) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"options.sessionTimeout\" is out of range. It "
        "must be >= 0 && <= 2147483647. Received -1 {}");
}

TEST_CASE("getCiphers() has Node's default ones, in lower case", "[tls][T05]") {
  const std::vector<std::string> all = getCiphers();
  CHECK(std::find(all.begin(), all.end(), "tls_aes_256_gcm_sha384") != all.end());
  CHECK(std::find(all.begin(), all.end(), "ecdhe-rsa-aes128-gcm-sha256") != all.end());
}

}  // namespace
}  // namespace uvnet
