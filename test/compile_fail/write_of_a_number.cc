// Node throws ERR_INVALID_ARG_TYPE for a chunk that is neither text nor bytes.
// expect: error: no matching
// expect: write
#include <uvnet/net.h>

void misuse(uvnet::Socket& socket) { socket.write(42); }
