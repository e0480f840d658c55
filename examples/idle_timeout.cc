// A server that ends connections on which nothing happens for 3 seconds.
//
//   uvnet_example_idle_timeout                   listens on port 8124
//   nc localhost 8124                            in another terminal: type, or wait
#include <uvnet/net.h>

#include <cstdlib>
#include <iostream>

int main(int argc, char* argv[]) {
  const double milliseconds = argc > 2 ? std::atof(argv[2]) : 3000;
  uvnet::LoopHost host;
  uvnet::Net net{host};

  uvnet::Server& server = net.createServer([milliseconds](uvnet::Socket& socket) {
    socket.setTimeout(milliseconds);
    // Only a notice: what to do about it is ours to say.
    socket.on<"timeout">([&socket] {
      std::cout << "socket timeout" << std::endl;
      socket.end();
    });
    socket.resume();  // takes what comes, and throws it away
  });
  server.listen(argc > 1 ? argv[1] : "8124", [] { std::cout << "server bound" << std::endl; });

  host.run();
}
