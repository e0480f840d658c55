// expect: protected
// expect: ~Socket
#include <uvnet/net.h>

void misuse(uvnet::Socket* socket) { delete socket; }
