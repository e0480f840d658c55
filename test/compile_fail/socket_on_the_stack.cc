// A socket lives as long as the loop needs it, so no scope may own one.
// expect: protected
// expect: ~Socket
#include <uvnet/net.h>

void misuse(uvnet::Net& net) { uvnet::Socket socket{net}; }
