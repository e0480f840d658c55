// Node throws ERR_INVALID_ARG_TYPE for createServer('path').
// expect: error: no matching
// expect: createServer
#include <uvnet/net.h>

void misuse(uvnet::Net& net) { net.createServer("/tmp/echo.sock"); }
