// An event of sockets is none of servers.
// expect: no such event on this class: <uvnet/events.h> lists every event by class
#include <uvnet/net.h>

void misuse(uvnet::Server& server) {
  server.once<"data">([] {});
}
