// What a host is asked to permit before it happens: Host::refuse().
#pragma once

#include <uvnet/error.h>
#include <uvnet/export.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace uvnet {

struct UVNET_API Access {
  enum class Kind : std::uint8_t {
    kLookup,   // a host name is about to be looked up (not where the options have a `lookup`)
    kConnect,  // to an address that was given or found, or to a path
    kBind,     // of a BoundSocket, or of the local address that a connect() starts from
    kListen,   // on an address or a path
    kAdopt,    // of a descriptor that comes from outside
  };

  Kind kind;
  std::string_view address = {};  // an IP address, or the name for kLookup; empty for paths
  int port = 0;                   // 0: any
  std::string_view path = {};     // of a Unix socket; '\0' first: Linux's abstract names
  int fd = -1;

  // "127.0.0.1:80", "[::1]:80", "localhost:80", the path, "fd 3".
  std::string resource() const;
};

// Node's refusal: ERR_ACCESS_DENIED, "Access to this API has been restricted".
UVNET_API Error accessDenied(const Access& access, std::string permission = "Net");

}  // namespace uvnet
