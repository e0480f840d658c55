// A server that ends well: on SIGTERM or Ctrl-C, or when nobody has been connected for a minute. It
// takes no new connections then, and lets those it has come to their end.
//
//   uvnet_example_stop_on_signal                 listens on port 8124
//   nc localhost 8124                            in another terminal; then Ctrl-C in this one
#include <uvnet/net.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char* argv[]) {
  const double milliseconds = argc > 2 ? std::atof(argv[2]) : 60000;
  uvnet::LoopHost host;
  uvnet::Net net{host};
  uvnet::Server& server = net.createServer();

  // A signal or timer is watched for as long as what the call returns lives.
  uvnet::Watcher terminate;
  uvnet::Watcher interrupt;
  uvnet::Timeout idle;
  const auto stop = [&](const std::string& why) {
    std::cout << why << ", no new connections" << std::endl;
    idle.cancel();
    terminate.cancel();  // a second one ends the program at once
    interrupt.cancel();
    server.close();
  };
  terminate = host.onSignal(SIGTERM, [&] { stop("SIGTERM"); });
  interrupt = host.onSignal(SIGINT, [&] { stop("SIGINT"); });
  idle = host.setTimeout(milliseconds, [&] { stop("idle"); });

  server.on<"connection">([&](uvnet::Socket& socket) {
    idle.cancel();
    socket.on<"close">([&] {
      if (!server.listening() || server.connections() > 0) return;
      idle = host.setTimeout(milliseconds, [&] { stop("idle"); });
    });
    socket.pipe(socket);
  });
  server.on<"close">([] { std::cout << "server closed" << std::endl; });
  server.listen(argc > 1 ? argv[1] : "8124", [] { std::cout << "server bound" << std::endl; });

  host.run();  // until the server and its connections are closed: signals do not keep it
}
