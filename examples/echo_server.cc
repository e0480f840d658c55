// An echo server: greets whoever connects and sends everything back.
//
//   uvnet_example_echo_server                    listens on port 8124
//   nc localhost 8124                            in another terminal: type a line, get it back
#include <uvnet/net.h>

#include <iostream>

int main(int argc, char* argv[]) try {
  uvnet::LoopHost host;
  uvnet::Net net{host};

  uvnet::Server& server = net.createServer([](uvnet::Socket& socket) {
    std::cout << "client connected" << std::endl;
    socket.on<"end">([] { std::cout << "client disconnected" << std::endl; });
    socket.on<"error">([](const uvnet::Error& error) { std::cout << error.what() << std::endl; });
    socket.write("hello\r\n");
    socket.pipe(socket);
  });
  // A port, or the path of a Unix socket: listen() tells them apart.
  server.listen(argc > 1 ? argv[1] : "8124", [] { std::cout << "server bound" << std::endl; });

  host.run();
} catch (const uvnet::Error& error) {
  // What nobody listened for leaves run(): here "listen EADDRINUSE: address already in use".
  std::cerr << error.what() << '\n';
  return 1;
}
