// A blockList is a list, not the rules of one.
// expect: error:
// expect: ConnectOptions
#include <uvnet/net.h>

uvnet::ConnectOptions misuse() { return {.port = 8124, .blockList = "10.0.0.0/8"}; }
