// Also where nothing is registered.
// expect: no such event on this class: <uvnet/events.h> lists every event by class
#include <uvnet/net.h>

std::size_t misuse(uvnet::Socket& socket) { return socket.listenerCount<"Close">(); }
