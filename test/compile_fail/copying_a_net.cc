// A Net is one per loop and stays where it is.
// expect: deleted
// expect: Net
#include <uvnet/net.h>

uvnet::Net misuse(uvnet::Net& net) { return net; }
