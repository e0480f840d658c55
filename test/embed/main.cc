// What every consumer in test/embed builds: an echo server on a free port, a client that sends a
// text and gets it back. Exit status 0 only when it did.
#include <uvnet/net.h>

#include <cstdio>
#include <string>
#include <variant>

int main() {
  const std::string sent = "the same bytes back";
  std::string received;
  bool serverClosed = false;

  uvnet::LoopHost host;
  uvnet::Net net{host};
  uvnet::Server& server = net.createServer([](uvnet::Socket& socket) {
    socket.on<"data">([&socket](uvnet::Buffer chunk) { socket.write(chunk); });
  });
  server.on<"close">([&] { serverClosed = true; });
  server.listen({.port = 0, .host = "127.0.0.1"}, [&] {
    const int port = std::get<uvnet::AddressInfo>(server.address()).port;
    uvnet::Socket& client = net.connect({.port = port, .host = "127.0.0.1"});
    client.on<"connect">([&] { client.write(sent); });
    client.on<"data">([&](uvnet::Buffer chunk) {
      received += std::string_view(chunk);
      if (received.size() >= sent.size()) client.end();
    });
    client.on<"close">([&] { server.close(); });
  });
  host.run();

  if (received != sent || !serverClosed) {
    std::fprintf(stderr, "sent \"%s\", received \"%s\"\n", sent.c_str(), received.c_str());
    return 1;
  }
  std::printf("uvnet %s: %zu bytes there and back\n", uvnet::version().data(), received.size());
  return 0;
}
