// One loop and one Net per thread, all listening on the same port: the kernel deals the connections
// out, and no two threads ever share anything. Ends when its input does (Ctrl-D).
//
//   uvnet_example_several_cores [PORT [THREADS]]    default: 8124, one thread per processor
//   nc localhost 8124                               hello from loop 2
//
// A Net, a Socket, a Buffer belong to the thread of their loop. What the threads have in common
// here is a port number and a std::stop_source.
#include <uvnet/net.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace {

// Serves until stop is requested and the last connection has ended; how many there were.
int serve(int number, int port, std::stop_token stop, std::promise<int> listening) try {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  int connections = 0;
  uvnet::Server& server = net.createServer({.noDelay = true}, [&](uvnet::Socket& socket) {
    ++connections;
    socket.on<"error">([] {});  // a client that goes without a word is its own affair
    socket.write("hello from loop " + std::to_string(number) + "\r\n");
    socket.pipe(socket);
  });
  server.listen({.port = port, .host = "127.0.0.1", .reusePort = true, .signal = std::move(stop)},
                [&] { listening.set_value(std::get<uvnet::AddressInfo>(server.address()).port); });
  host.run();
  return connections;
} catch (...) {
  // listen() failed: EADDRINUSE, or ENOTSUP where ports cannot be shared.
  listening.set_exception(std::current_exception());
  return 0;
}

}  // namespace

int main(int argc, char* argv[]) {
  int port = argc > 1 ? std::atoi(argv[1]) : 8124;
  const int threads = argc > 2
                          ? std::max(1, std::atoi(argv[2]))
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::stop_source stop;
  std::vector<int> served(static_cast<std::size_t>(threads));
  std::vector<std::jthread> loops;
  bool failed = false;
  try {
    for (int i = 0; i < threads; ++i) {
      std::promise<int> listening;
      std::future<int> bound = listening.get_future();
      loops.emplace_back(
          [&served, i, port, token = stop.get_token(), told = std::move(listening)]() mutable {
            served[static_cast<std::size_t>(i)] = serve(i + 1, port, token, std::move(told));
          });
      // With port 0 the first finds one and the others join it.
      port = bound.get();
    }
    std::cout << threads << " loops on port " << port << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
    }
  } catch (const uvnet::Error& error) {
    std::cerr << error.what() << '\n';
    failed = true;
  }
  stop.request_stop();
  loops.clear();  // joins them
  for (int i = 0; !failed && i < threads; ++i) {
    std::cout << "loop " << i + 1 << ": " << served[static_cast<std::size_t>(i)]
              << " connections\n";
  }
  return failed ? 1 : 0;
}
