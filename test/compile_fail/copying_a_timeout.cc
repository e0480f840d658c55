// expect: deleted
// expect: Timeout
#include <uvnet/host.h>

uvnet::Timeout misuse(uvnet::Timeout& timeout) { return timeout; }
