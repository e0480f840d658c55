// What a client on the near machine goes through, one line per event, ours and node's: twin.js
// prints the same lines.
#pragma once

#include <string>
#include <vector>

#include "support/loopback.h"

namespace uvnet::test {

using Lines = std::vector<std::string>;

// Every event that the socket emits, as a line each, from now on.
void sayAll(Socket& socket, Lines& lines);

// The lines that node prints for this script in the present namespace, while the world's loop runs
// (what it connects to may live there). The script has net, sayAll(socket), say(...words) and
// answers(list of addresses), a lookup. A node that does not end is killed.
Lines nodeSays(NetWorld& world, const std::string& script);

// A resolver that answers these on a tick.
Lookup answers(NetWorld& world, const std::vector<LookupAddress>& found);

}  // namespace uvnet::test
