// Only a stream can be written to.
// expect: error: no matching
// expect: pipe
#include <uvnet/net.h>

void misuse(uvnet::Socket& socket, uvnet::Server& server) { socket.pipe(server); }
