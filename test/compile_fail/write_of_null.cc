// ERR_STREAM_NULL_VALUES in Node.
// expect: error:
// expect: write
#include <uvnet/net.h>

void misuse(uvnet::Socket& socket) { socket.write(nullptr); }
