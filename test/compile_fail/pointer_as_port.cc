// Node throws ERR_INVALID_ARG_TYPE for an object as port.
// expect: error:
// expect: Port
#include <uvnet/net.h>

void misuse(uvnet::Server& server, uvnet::Buffer buffer) { server.listen({.port = &buffer}); }
