// expect: protected
// expect: ~Server
#include <uvnet/net.h>

void misuse(uvnet::Net& net) { uvnet::Server server{net}; }
