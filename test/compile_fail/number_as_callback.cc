// ERR_INVALID_ARG_TYPE in Node: setTimeout's listener must be a function.
// expect: error:
// expect: setTimeout
#include <uvnet/net.h>

void misuse(uvnet::Socket& socket) { socket.setTimeout(100, 5); }
