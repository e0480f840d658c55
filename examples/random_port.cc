// A server on whichever port is free, which it shows.
//
//   uvnet_example_random_port                    opened server on [::]:37231
//   nc localhost 37231                           goodbye
#include <uvnet/net.h>

#include <iostream>
#include <variant>

int main() {
  uvnet::LoopHost host;
  uvnet::Net net{host};

  uvnet::Server& server = net.createServer([](uvnet::Socket& socket) { socket.end("goodbye\n"); });
  // Handle errors here. What is thrown leaves host.run().
  server.on<"error">([](const uvnet::Error& error) { throw error; });

  // Grab an arbitrary unused port.
  server.listen([&server] {
    // address() is a path for a Unix socket, this for TCP, and nothing before 'listening'.
    const auto address = std::get<uvnet::AddressInfo>(server.address());
    const bool v6 = address.family == "IPv6";
    std::cout << "opened server on " << (v6 ? "[" : "") << address.address << (v6 ? "]:" : ":")
              << address.port << std::endl;
  });

  host.run();
}
