// Node throws ERR_INVALID_ARG_VALUE for objectMode on a socket.
// expect: error:
// expect: objectMode
#include <uvnet/net.h>

void misuse(uvnet::Net& net) {
  uvnet::make<uvnet::Socket>(net, uvnet::SocketOptions{.objectMode = true});
}
