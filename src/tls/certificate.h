// X.509 as the values of <uvnet/certificate.h>.
#pragma once

#include <uvnet/certificate.h>

#include "tls/openssl.h"

namespace uvnet::tls {

Certificate describe(X509* certificate);
LegacyCertificate describeLegacy(X509* certificate);

// Of the peer of a connection; with its chain up to the root where `detailed`.
std::optional<Certificate> peerCertificate(SSL* ssl, bool isServer, bool detailed);
X509Ptr peerX509(SSL* ssl);

}  // namespace uvnet::tls
