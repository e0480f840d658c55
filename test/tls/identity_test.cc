// checkServerIdentity(): Node's answers, and the names of those who got it wrong.
#include <uvnet/certificate.h>

#include <string>

#include "support/catch.h"
#include "tls/support/certificates.h"

namespace uvnet {
namespace {

using namespace test;

Certificate named(std::string altNames, std::vector<std::string> commonNames = {}) {
  Certificate certificate;
  certificate.subjectaltname = std::move(altNames);
  for (std::string& name : commonNames) certificate.subject.emplace_back("CN", std::move(name));
  return certificate;
}

// The reason, or "good".
std::string check(std::string_view host, const Certificate& certificate) {
  const std::optional<Error> error = checkServerIdentity(host, certificate);
  if (!error) return "good";
  CHECK(error->code == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK(error->message == "Hostname/IP does not match certificate's altnames: " + error->reason);
  return error->reason;
}

TEST_CASE("a host is one of the DNS names, whatever its case and with its last dot", "[tls][T04]") {
  const Certificate one = named("DNS:a.com, DNS:*.c.com");
  CHECK(check("a.com", one) == "good");
  CHECK(check("A.COM.", one) == "good");
  CHECK(check("b.com", one) ==
        "Host: b.com. is not in the cert's altnames: DNS:a.com, DNS:*.c.com");
}

TEST_CASE("CVE-2016-7099: a wildcard is one whole label, not below a top-level domain",
          "[tls][T04]") {
  CHECK(check("x.c.com", named("DNS:*.c.com")) == "good");
  CHECK(check("x.y.c.com", named("DNS:*.c.com")) != "good");
  CHECK(check("c.com", named("DNS:*.c.com")) != "good");
  CHECK(check("x.com", named("DNS:*.com")) != "good");
  CHECK(check("x.a.com", named("DNS:*.*.com")) != "good");
  CHECK(check("xn--a.a.com", named("DNS:xn--*.a.com")) != "good");
  CHECK(check("foo.a.com", named("DNS:f*.a.com")) != "good");  // Node takes that
}

TEST_CASE("an address is only good among the addresses", "[tls][T04]") {
  CHECK(check("1.2.3.4", named("DNS:1.2.3.4", {"1.2.3.4"})) ==
        "IP: 1.2.3.4 is not in the cert's list: ");
  CHECK(check("1.2.3.4", named("IP Address:1.2.3.4")) == "good");
  CHECK(check("::1", named("IP Address:0:0:0:0:0:0:0:1")) == "good");
  CHECK(check("1.2.3.5", named("IP Address:1.2.3.4, IP Address:8.8.8.8")) ==
        "IP: 1.2.3.5 is not in the cert's list: 1.2.3.4, 8.8.8.8");
  CHECK(check("8.8.8.8", named("", {"8.8.8.8"})) != "good");
}

TEST_CASE("the common name counts where there is no other", "[tls][T04]") {
  CHECK(check("a.com", named("", {"a.com"})) == "good");
  CHECK(check("a.com", named("", {"b.com", "a.com"})) == "good");
  CHECK(check("a.com", named("", {"b.com", "d.com"})) ==
        "Host: a.com. is not cert's CN: b.com,d.com");
  CHECK(check("a.com", named("DNS:b.com", {"a.com"})) != "good");
  CHECK(check("a.com", named("URI:http://a.com", {"a.com"})) == "good");
  CHECK(check("a.com", named("")) == "Cert does not contain a DNS name");
  CHECK(check("a..com", named("", {"a..com"})) != "good");
}

TEST_CASE("CVE-2021-44532: a name with a comma is one name, not two", "[tls][T04]") {
  CHECK(check("a.com", named("DNS:\"b.com\\u002c DNS:a.com\"")) != "good");
  // The whole way, out of a certificate.
  const Identity evil = issue({.commonName = "x", .rawDns = {"b.com, DNS:a.com"}});
  const Certificate parsed = parseCertificate(evil.cert);
  CHECK(check("a.com", parsed) != "good");
}

TEST_CASE("a certificate of the default check is for its names and addresses", "[tls][T04]") {
  const Certificate parsed = parseCertificate(serverIdentity().cert);
  CHECK(parsed.subjectaltname == "DNS:localhost, IP Address:127.0.0.1");
  CHECK(check("localhost", parsed) == "good");
  CHECK(check("127.0.0.1", parsed) == "good");
  CHECK(check("127.0.0.2", parsed) != "good");
}

}  // namespace
}  // namespace uvnet
