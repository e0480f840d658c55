// v0.3's readyState through the life of a connection: the client ends first, the server, which
// allows half-open connections, answers after that.
//
//   uvnet_example_v03_ready_state
#include <uvnet/net.h>

#include <iostream>
#include <string_view>
#include <variant>

namespace {

void show(std::string_view who, const uvnet::net::Stream& stream, std::string_view when) {
  std::cout << who << ": " << stream.readyState() << " " << when << std::endl;
}

}  // namespace

int main() {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  const auto client = uvnet::make<uvnet::net::Stream>(net);

  uvnet::Server& server = net.createServer({.allowHalfOpen = true}, [](uvnet::net::Stream& stream) {
    stream.on<"end">([&stream] {
      show("server", stream, "when the client has ended");
      stream.end("goodbye\r\n");
    });
    stream.resume();  // 'end' comes when all has been read
  });

  client->on<"connect">([&] {
    show("client", *client, "when connected");
    client->end();
    show("client", *client, "after end()");
  });
  client->on<"data">([](const uvnet::Buffer& data) { std::cout << data.toString(); });
  client->on<"close">([&] {
    show("client", *client, "when all is over");
    server.close();
  });

  show("client", *client, "at first");  // "open": Node says so too before connect()
  server.listen(0, "127.0.0.1", [&] {
    client->connect(std::get<uvnet::AddressInfo>(server.address()).port, "127.0.0.1");
    show("client", *client, "after connect()");
  });

  host.run();
}
