// v0.3's listenFD(): a server on a socket that somebody else has bound and made listening, such as
// a supervisor that hands it over as descriptor 3. Here main() plays the supervisor. Unix only.
//
//   uvnet_example_v03_listen_fd                  listens on port 8124 of 127.0.0.1
//   nc localhost 8124                            in another terminal
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <uvnet/net.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace {

int listeningSocket(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, SOMAXCONN) != 0) {
    std::perror("no listening socket");
    std::exit(1);
  }
  return fd;
}

}  // namespace

int main(int argc, char* argv[]) {
  const int fd = listeningSocket(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8124));

  uvnet::LoopHost host;
  uvnet::Net net{host};
  uvnet::Server& server = net.createServer([](uvnet::Socket& socket) {
    std::cout << "connections: " << socket.server()->connections() << std::endl;
    socket.end("hello\r\n");
  });
  server.listenFD(fd, [] { std::cout << "server bound" << std::endl; });  // the server's from here

  host.run();
}
