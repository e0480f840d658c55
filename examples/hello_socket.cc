// Hello World, a client that makes its socket first and connects it afterwards.
//
//   uvnet_example_hello_socket                   connects to port 8080 of 127.0.0.1
#include <uvnet/net.h>

#include <iostream>

int main(int argc, char* argv[]) {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  bool failed = false;

  // Node's `new net.Socket()`. The Ref keeps it; from connect() to 'close' the loop does as well.
  const uvnet::Ref<uvnet::Socket> socket = uvnet::make<uvnet::Socket>(net);
  uvnet::Socket& client = *socket;

  client.connect(argc > 1 ? argv[1] : "8080", "127.0.0.1", [&client] {
    std::cout << "Connected" << std::endl;
    client.write("Hello from client");
  });
  client.on<"data">([&client](const uvnet::Buffer& data) {
    std::cout << "Received: " << data.toString() << std::flush;
    client.destroy();  // kill client after server's response
  });
  client.on<"close">([] { std::cout << "Connection closed" << std::endl; });
  client.on<"error">([&failed](const uvnet::Error& error) {
    failed = true;
    std::cerr << error.what() << '\n';
  });

  host.run();
  return failed ? 1 : 0;
}
