// The chunk belongs to every listener.
// expect: this listener cannot take what the event carries
#include <uvnet/net.h>

void misuse(uvnet::Socket& socket) {
  socket.on<"data">([](uvnet::Buffer& chunk) { chunk.mutableData(); });
}
