// Node throws ERR_INVALID_ARG_TYPE for a port that is true.
// expect: error:
// expect: Port
#include <uvnet/net.h>

void misuse(uvnet::Server& server) { server.listen({.port = true}); }
