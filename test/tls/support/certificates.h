// Certificates for tests, made when they are first asked for: their dates are always good, and no
// key lies in the repository.
#pragma once

#include <string>
#include <vector>

namespace uvnet::test {

struct Identity {
  std::string cert;  // PEM; behind it those that issued it, but for the root
  std::string key;
};

enum class KeyKind { kP256, kRsa };

struct Wanted {
  std::string commonName = "localhost";
  std::vector<std::string> names = {};   // as OpenSSL's subjectAltName: "DNS:a.com", "IP:127.0.0.1"
  std::vector<std::string> rawDns = {};  // DNS names as they are, whatever is in them
  bool ca = false;
  bool expired = false;
  KeyKind kind = KeyKind::kP256;
};

// Self-signed where there is no issuer.
Identity issue(const Wanted& wanted, const Identity* issuer = nullptr);

const Identity& rootCa();          // whom both sides trust in most tests
const Identity& serverIdentity();  // of it, for localhost and 127.0.0.1
const Identity& clientIdentity();  // of it, for "client"
const Identity& strangerCa();      // nobody trusts it

}  // namespace uvnet::test
