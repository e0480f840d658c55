// A client that reads everything into one buffer of its own: no memory is taken per read.
//
//   uvnet_example_onread_client                  asks port 80 of localhost for its front page
//   uvnet_example_onread_client 8124             the echo server gives the question back
#include <uvnet/net.h>

#include <array>
#include <iostream>
#include <span>
#include <string_view>

int main(int argc, char* argv[]) {
  std::array<char, 4 * 1024> memory;  // must live as long as the socket
  uvnet::LoopHost host;
  uvnet::Net net{host};
  bool failed = false;

  uvnet::Socket& client = net.connect({
      .port = argc > 1 ? argv[1] : "80",
      // Reuses these 4 KiB for every read from the socket; there is no 'data'.
      .onread = {.buffer = memory,
                 .callback =
                     [](std::size_t nread, std::span<char> buffer) {
                       // Received data is available in `buffer` from 0 to `nread`.
                       std::cout << std::string_view(buffer.data(), nread) << std::flush;
                       return true;  // false would pause(), until resume()
                     }},
  });
  client.on<"error">([&failed](const uvnet::Error& error) {
    failed = true;
    std::cerr << error.what() << '\n';
  });
  client.end("GET / HTTP/1.0\r\n\r\n");  // kept until connected; then the answer can still come

  host.run();
  return failed ? 1 : 0;
}
