// Whether a certificate is for a host: RFC 6125, with Node's messages.
#include <arpa/inet.h>
#include <uvnet/certificate.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tls/alt_names.h"

namespace uvnet {
namespace {

// The one form in which addresses are compared; empty: it is none.
std::string canonicalIp(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> shown{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, text.c_str(), bytes.data()) != 1) continue;
    return inet_ntop(family, bytes.data(), shown.data(), shown.size());
  }
  return {};
}

std::vector<std::string> labelsOf(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::vector<std::string> labels(1);
  for (const char c : host) {
    if (c == '.') {
      labels.emplace_back();
    } else {
      labels.back() += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
  }
  return labels;
}

bool isLabel(const std::string& label) {
  return !label.empty() && std::all_of(label.begin(), label.end(), [](char c) {
    return c > ' ' && static_cast<unsigned char>(c) < 0x80;
  });
}

bool matches(const std::vector<std::string>& host, const std::string& pattern) {
  const std::vector<std::string> labels = labelsOf(pattern);
  if (labels.size() != host.size()) return false;
  if (!std::all_of(labels.begin(), labels.end(), isLabel)) return false;
  if (!std::equal(labels.begin() + 1, labels.end(), host.begin() + 1)) return false;
  // A wildcard is the whole label, and never stands right below a top-level domain.
  if (labels[0] != "*") return labels[0] == host[0];
  return labels.size() > 2;
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& one : list) text += (text.empty() ? "" : ", ") + one;
  return text;
}

}  // namespace

std::optional<Error> checkServerIdentity(std::string_view hostname,
                                         const Certificate& certificate) {
  std::vector<std::string> dns;
  std::vector<std::string> ips;
  if (!certificate.subjectaltname.empty()) {
    for (const std::string& name : tls::splitAltNames(certificate.subjectaltname)) {
      if (name.starts_with("DNS:")) dns.push_back(name.substr(4));
      if (name.starts_with("IP Address:")) ips.push_back(canonicalIp(name.substr(11)));
    }
  }
  std::string host(hostname);
  if (host.ends_with('.')) host.pop_back();
  const auto isHost = [labels = labelsOf(host)](const std::string& name) {
    return matches(labels, name);
  };
  std::vector<std::string> names;
  for (const auto& [key, value] : certificate.subject) {
    if (key == "CN" && !value.empty()) names.push_back(value);
  }

  bool valid = false;
  std::string reason = "Cert does not contain a DNS name";
  if (const std::string ip = canonicalIp(host); !ip.empty()) {
    valid = std::find(ips.begin(), ips.end(), ip) != ips.end();
    reason = "IP: " + host + " is not in the cert's list: " + joined(ips);
  } else if (!dns.empty()) {
    valid = std::any_of(dns.begin(), dns.end(), isHost);
    reason = "Host: " + host + ". is not in the cert's altnames: " + certificate.subjectaltname;
  } else if (!names.empty()) {
    valid = std::any_of(names.begin(), names.end(), isHost);
    std::string shown;
    for (const std::string& name : names) shown += (shown.empty() ? "" : ",") + name;
    reason = "Host: " + host + ". is not cert's CN: " + shown;
  }
  if (valid) return std::nullopt;
  Error error("Hostname/IP does not match certificate's altnames: " + reason,
              "ERR_TLS_CERT_ALTNAME_INVALID");
  error.reason = reason;
  error.hostname = host;
  return error;
}

}  // namespace uvnet
