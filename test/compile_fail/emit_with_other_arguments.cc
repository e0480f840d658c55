// emit() is checked as well.
// expect: error:
// expect: emit
#include <uvnet/net.h>

void misuse(uvnet::Server& server, uvnet::Error error) { server.emit<"connection">(error); }
