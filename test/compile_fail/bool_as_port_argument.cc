// expect: error:
// expect: Port
#include <uvnet/net.h>

void misuse(uvnet::Net& net) { net.connect(true, "localhost"); }
