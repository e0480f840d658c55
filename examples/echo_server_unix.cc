// The echo server on a Unix socket. Only the listen() call differs.
//
//   uvnet_example_echo_server_unix               listens on /tmp/echo.sock
//   nc -U /tmp/echo.sock                         in another terminal
#include <uvnet/net.h>

#include <iostream>
#include <string>

int main(int argc, char* argv[]) {
  const std::string path = argc > 1 ? argv[1] : "/tmp/echo.sock";
  uvnet::LoopHost host;
  uvnet::Net net{host};

  uvnet::Server& server = net.createServer([](uvnet::Socket& socket) {
    std::cout << "client connected" << std::endl;
    socket.on<"end">([] { std::cout << "client disconnected" << std::endl; });
    socket.on<"error">([](const uvnet::Error& error) { std::cout << error.what() << std::endl; });
    socket.write("hello\r\n");
    socket.pipe(socket);
  });

  bool failed = false;
  server.on<"error">([&](const uvnet::Error& error) {
    failed = true;
    std::cerr << error.what() << '\n';
    // close() unlinks the file. A server that was killed leaves it behind.
    if (error.code == "EADDRINUSE") std::cerr << "if no server runs there: rm " << path << '\n';
  });
  server.listen({.path = path}, [] { std::cout << "server bound" << std::endl; });

  host.run();
  return failed ? 1 : 0;
}
