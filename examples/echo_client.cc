// A client of the echo server: says a word, shows what comes back, leaves.
//
//   uvnet_example_echo_client                    connects to port 8124 of localhost
//   uvnet_example_echo_client /tmp/echo.sock     connects to a Unix socket
#include <uvnet/net.h>

#include <iostream>

int main(int argc, char* argv[]) {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  bool failed = false;

  uvnet::Socket& client = net.createConnection(argc > 1 ? argv[1] : "8124");
  client.on<"connect">([&client] {
    std::cout << "connected to server!" << std::endl;
    client.write("world!\r\n");
  });
  client.on<"data">([&client](const uvnet::Buffer& data) {
    std::cout << data.toString();
    client.end();
  });
  client.on<"end">([] { std::cout << "disconnected from server" << std::endl; });
  client.on<"error">([&failed](const uvnet::Error& error) {
    failed = true;
    std::cerr << error.what() << '\n';
  });

  host.run();  // returns when nothing is left to do: the connection has closed
  return failed ? 1 : 0;
}
