// The names of a certificate beyond its subject, as the text that Node makes of them: a value that
// could be mistaken for more than one is written as a JSON string (CVE-2021-44532).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tls/openssl.h"

namespace uvnet::tls {

std::string altNamesOf(X509* certificate);
std::vector<std::pair<std::string, std::string>> infoAccessOf(X509* certificate);

// "DNS:a, IP Address:b" apart again, quoted values read. A text that is not well formed ends there.
std::vector<std::string> splitAltNames(std::string_view text);

}  // namespace uvnet::tls
