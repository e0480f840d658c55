// expect: deleted
// expect: Net
#include <uvnet/net.h>

#include <utility>

uvnet::Net misuse(uvnet::Net& net) { return std::move(net); }
