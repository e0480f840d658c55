// Not a part of it either: who leaves an argument out by mistake is told.
// expect: this listener cannot take what the event carries
#include <uvnet/net.h>

void misuse(uvnet::Socket& socket) {
  socket.on<"connectionAttempt">([](const std::string&) {});
}
