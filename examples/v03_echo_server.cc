// The echo server of Node v0.3's manual, which greets and takes leave, as it is written today.
//
//   uvnet_example_v03_echo_server                listens on port 8124 of localhost
//   nc -N localhost 8124                         in another terminal: type, then Ctrl-D
#include <uvnet/net.h>

#include <iostream>

int main(int argc, char* argv[]) {
  uvnet::LoopHost host;
  uvnet::Net net{host};

  // allowHalfOpen: without it nothing can be written once the client has ended.
  uvnet::Server& server = net.createServer({.allowHalfOpen = true}, [](uvnet::net::Stream& stream) {
    stream.setEncoding("utf8");
    // v0.3 waited for 'connect' here; accepted sockets are connected and emit none.
    stream.write("hello\r\n");
    stream.on<"data">([&stream](const uvnet::Buffer& data) { stream.write(data); });
    stream.on<"end">([&stream] {
      stream.write("goodbye\r\n");
      stream.end();
    });
  });
  server.listen(argc > 1 ? argv[1] : "8124", "localhost",
                [] { std::cout << "server bound" << std::endl; });

  host.run();
}
