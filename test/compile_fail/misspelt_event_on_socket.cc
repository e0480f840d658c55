// A misspelt event name is found by the compiler, which says where all of them are listed.
// expect: no such event on this class: <uvnet/events.h> lists every event by class
#include <uvnet/net.h>

void misuse(uvnet::Socket& socket) {
  socket.on<"dta">([](const uvnet::Buffer&) {});
}
