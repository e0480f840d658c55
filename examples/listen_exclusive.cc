// An exclusive listen, with the options of the documentation: {host, port, exclusive}.
//
// In Node, workers of a cluster share a port unless `exclusive` is set. Nothing is shared between
// processes here yet, so every listen is exclusive: a second one gets EADDRINUSE.
//
//   uvnet_example_listen_exclusive 8080          the default, 80, is for root on most systems
#include <uvnet/net.h>

#include <iostream>
#include <string>

int main(int argc, char* argv[]) {
  const std::string port = argc > 1 ? argv[1] : "80";
  uvnet::LoopHost host;
  uvnet::Net net{host};
  bool failed = false;

  uvnet::Server& server = net.createServer();
  server.on<"error">([&](const uvnet::Error& error) {
    failed = true;
    std::cerr << error.what() << '\n';
    if (error.code == "EACCES") std::cerr << "try a port above 1023 as the argument\n";
  });
  server.listen({.port = port, .host = "localhost", .exclusive = true},
                [&] { std::cout << "localhost:" << port << " is ours alone" << std::endl; });

  host.run();
  return failed ? 1 : 0;
}
