// From the system's socket addresses to ours. For .cc files of this folder.
#pragma once

#include <uvnet/address.h>

struct sockaddr;

namespace uvnet::handles {

// Node's form: "fe80::1%eth0" for a link-local address, if withZone. False where it is no IP
// address.
bool addressOf(const sockaddr* from, bool withZone, AddressInfo& out);

}  // namespace uvnet::handles
