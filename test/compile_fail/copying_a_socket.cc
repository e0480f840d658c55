// A socket is shared by Ref, never copied: `auto socket = net.connect(1)` lost its `&`.
// expect: deleted
// expect: Socket
#include <uvnet/net.h>

void misuse(uvnet::Net& net) { auto socket = net.connect(1); }
