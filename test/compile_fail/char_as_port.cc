// '8' is 56 to the compiler, and nobody's port.
// expect: error:
// expect: Port
#include <uvnet/net.h>

void misuse(uvnet::Server& server) { server.listen({.port = '8'}); }
