// Hello World, the server. Its clients are hello_socket.cc and hello_client.cc.
//
//   uvnet_example_hello_server                   listens on port 8080
#include <uvnet/net.h>

#include <iostream>

int main(int argc, char* argv[]) {
  uvnet::LoopHost host;
  uvnet::Net net{host};

  uvnet::Server& server = net.createServer([](uvnet::Socket& connection) {
    std::cout << "client connected" << std::endl;
    connection.on<"end">([] { std::cout << "client closed the connection" << std::endl; });
    // A client that destroys its socket may reset the connection, which is an 'error'.
    connection.on<"error">([](const uvnet::Error& error) {
      std::cout << "client is gone: " << error.code << std::endl;
    });
    connection.write("Hello World!\r\n");
    connection.pipe(connection);
  });
  server.listen(argc > 1 ? argv[1] : "8080",
                [] { std::cout << "server is listening" << std::endl; });

  host.run();
}
