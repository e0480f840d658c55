// Hello World, a client made and connected by net.connect({port}).
//
//   uvnet_example_hello_client                   connects to port 8080 of localhost
#include <uvnet/net.h>

#include <iostream>

int main(int argc, char* argv[]) {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  bool failed = false;

  uvnet::Socket& client = net.connect({.port = argc > 1 ? argv[1] : "8080"},
                                      [] { std::cout << "Connected to the server!" << std::endl; });
  client.on<"data">([&client](const uvnet::Buffer& data) {
    std::cout << data.toString();
    client.end();
  });
  client.on<"end">([] { std::cout << "Disconnected from the server" << std::endl; });
  client.on<"error">([&failed](const uvnet::Error& error) {
    failed = true;
    std::cerr << error.what() << '\n';
  });

  host.run();
  return failed ? 1 : 0;
}
