// A listener takes what the event carries, or nothing.
// expect: this listener cannot take what the event carries
#include <uvnet/net.h>

void misuse(uvnet::Server& server) {
  server.on<"connection">([](const uvnet::Error&) {});
}
