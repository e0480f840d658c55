// Looking up a host name: what is asked, how it is answered. For the option `lookup` of connect()
// and for Host::resolve().
#pragma once

#include <uvnet/address.h>
#include <uvnet/error.h>

#include <functional>
#include <string>
#include <vector>

namespace uvnet {

struct LookupOptions {
  int family = 0;  // 0 (both), 4 or 6
  int hints = 0;   // ADDRCONFIG, V4MAPPED, ALL of <netdb.h>
  bool all = false;
};
// Called once with an error, or with the addresses. Later calls are ignored.
using LookupCallback =
    std::function<void(const Error* error, const std::vector<LookupAddress>& addresses)>;
using Lookup =
    std::function<void(const std::string& hostname, const LookupOptions&, LookupCallback)>;

}  // namespace uvnet
