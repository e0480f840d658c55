// The port is taken: close, wait a second, try again, until it is free.
//
//   uvnet_example_listen_retry                   wants port 8124; start it beside an echo server,
//                                                then stop that one
#include <uvnet/net.h>

#include <iostream>
#include <string>

int main(int argc, char* argv[]) {
  const std::string port = argc > 1 ? argv[1] : "8124";
  uvnet::LoopHost host;
  uvnet::Net net{host};
  uvnet::Server& server = net.createServer();
  uvnet::Timeout retry;  // cancelled when it goes, so it is kept here

  const auto listen = [&] {
    server.listen({.port = port}, [] { std::cout << "server bound" << std::endl; });
  };
  server.on<"error">([&](const uvnet::Error& error) {
    if (error.code != "EADDRINUSE") throw error;
    std::cout << "Address in use, retrying..." << std::endl;
    retry = host.setTimeout(1000, [&] {
      server.close();
      listen();
    });
  });
  listen();

  host.run();
}
