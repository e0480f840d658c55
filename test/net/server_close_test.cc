// net.Server: close(), address(), listening(), ref() and unref(), 'error' and 'close'.
#include <uvnet/net.h>

#include <string>
#include <variant>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

constexpr const char* kNotRunning = "Error ERR_SERVER_NOT_RUNNING: Server is not running. {}";

Transport anyTransport() { return GENERATE(Transport::kTcp, Transport::kUnix); }

TEST_CASE("close() is asynchronous, ends in 'close', and returns the server",
          "[net][S25][S27][E03][C07]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  Record record(*server);
  std::vector<std::string> told;
  CHECK(&server->close([&](const Error* error) { told.push_back(describe(error)); }) ==
        server.server.get());
  CHECK(record.events.empty());
  CHECK_FALSE(server->listening());
  world.end();
  CHECK(record.text() == "close");
  CHECK(told == std::vector<std::string>{"null"});
}

TEST_CASE("close() stops accepting at once", "[net][S25]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  Record record(*server);
  server->close();
  Socket& client = world.watch(world.net().connect(server.to()));
  Record refused(client);
  world.end();
  CHECK(record.text() == "close");
  CHECK(refused.text() == "error close");
  CHECK(refused.errors.at(0).code == (transport == Transport::kTcp ? "ECONNREFUSED" : "ENOENT"));
}

TEST_CASE("close() of a server that is not open tells its callback, and 'close' comes all the same",
          "[net][S28][C07][code:ERR_SERVER_NOT_RUNNING]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  std::string told;
  server.close([&](const Error* error) { told = describe(error); });
  CHECK(told.empty());
  world.end();
  CHECK(told == kNotRunning);
  CHECK(record.text() == "close");
}

TEST_CASE("the second of two close() is the one that is told it was late", "[net][S28]") {
  const Transport transport = anyTransport();
  NetWorld world;
  Listening server(world, transport);
  std::vector<std::string> told;
  server->close([&](const Error* error) { told.push_back(describe(error)); });
  server->close([&](const Error* error) { told.push_back(describe(error)); });
  runToEnd(world.host);  // 'close' comes once for each call, as in node
  CHECK(told == std::vector<std::string>{"null", kNotRunning});
}

TEST_CASE("'close' waits for the connections, which stay usable", "[net][S26][E04][C06]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record server(pair.server);
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.server.close();
  pair.accepted.write("still here");
  world.until([&] { return client.data == "still here"; });
  turn(world.host);
  CHECK_FALSE(server.has("close"));
  CHECK(pair.server.connections() == 1);
  pair.client.end();
  world.end();
  CHECK(server.text() == "close");
  CHECK(accepted.text().find("end") != std::string::npos);
  CHECK(pair.server.connections() == 0);
}

TEST_CASE("close() inside 'connection' closes after that connection has ended",
          "[net][S25][S26][E04]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  bool ended = false;
  std::string told;
  server->on<"connection">([&](Socket& socket) {
    world.watch(socket).on<"end">([&] { ended = true; });
    socket.resume().end("bye");
    server->close([&](const Error* error) { told = describe(error) + (ended ? " after" : ""); });
  });
  Socket& client = world.watch(world.net().connect(server.to()));
  Record record(client);
  world.end();
  CHECK(record.data == "bye");
  CHECK(told == "null after");
}

TEST_CASE("close() inside 'listening' and inside 'close' is harmless", "[net][S25][E03]") {
  NetWorld world;
  Server& server = world.net().createServer();
  std::vector<std::string> told;
  int closes = 0;
  server.on<"close">([&] {
    if (++closes == 1) server.close([&](const Error* error) { told.push_back(describe(error)); });
  });
  server.listen({.port = 0}, [&] {
    server.close([&](const Error* error) { told.push_back(describe(error)); });
  });
  world.end();
  CHECK(told == std::vector<std::string>{"null", kNotRunning});
  CHECK(closes == 2);
}

TEST_CASE("closed in the tick of listen(), a server never says 'listening'",
          "[net][S20][E01][R11]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  if (transport == Transport::kTcp) {
    server.listen({.port = 0});
  } else {
    server.listen({.path = world.path()});
  }
  server.close();
  world.end();
  CHECK(record.text() == "close");
}

TEST_CASE("address() is nothing before 'listening' and after close()",
          "[net][S29][S30][S31][S32][C08][C35]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Server& before = world.watch(world.net().createServer());
  CHECK(before.address() == ServerAddress());
  before.close();
  Listening server(world, transport);
  if (transport == Transport::kTcp) {
    const AddressInfo expected{"127.0.0.1", "IPv4", server.port};
    CHECK(server->address() == ServerAddress(expected));
  } else {
    CHECK(server->address() == ServerAddress(server.path));
  }
  server->close();
  // Node 20 keeps the path of a closed Unix server; its documentation says null.
  CHECK(server->address() == ServerAddress());
  world.end();
}

TEST_CASE("address() names the family", "[net][S29][C13]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.listen({.port = 0, .host = "::1"});
  world.until([&] { return server.listening(); });
  const auto address = std::get<AddressInfo>(server.address());
  CHECK(address == AddressInfo{"::1", "IPv6", address.port});
  CHECK(address.port > 0);
  server.close();
  world.end();
}

TEST_CASE("listening() is true from listen() until close()", "[net][S38]") {
  const Transport transport = anyTransport();
  NetWorld world;
  Listening server(world, transport);
  CHECK(server->listening());
  server->close();
  CHECK_FALSE(server->listening());
  Server& never = world.watch(world.net().createServer());
  CHECK_FALSE(never.listening());
  never.close();
  world.end();
}

TEST_CASE("an 'error' is not followed by 'close' unless close() is called",
          "[net][E05][E06][C04]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  server.listen({.port = 0, .host = "192.0.2.1"});
  world.until([&] { return record.has("error"); });
  for (int i = 0; i < 20; ++i) turn(world.host);
  CHECK(record.text() == "error");
  server.close();
  world.end();
  CHECK(record.text() == "error close");
}

TEST_CASE("unref() lets the loop end while the server listens, ref() takes it back", "[net][S39]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  CHECK(&server->unref() == server.server.get());
  CHECK(&server->unref() == server.server.get());
  runToEnd(world.host);
  CHECK(server->listening());
  CHECK(&server->ref() == server.server.get());
  CHECK(&server->ref() == server.server.get());
  CHECK(world.host.runNoWait());  // there is something to wait for again
  server->unref();
  CHECK_FALSE(world.host.runNoWait());
  server->ref();
  server->close();
  world.end();
}

TEST_CASE("unref() before listen() is remembered, over close() too", "[net][S39][R7]") {
  NetWorld world;
  const Ref<Server> server(&world.net().createServer());
  server->unref();
  for (int life = 0; life < 2; ++life) {
    bool told = false;
    server->listen({.port = 0}, [&] { told = true; });
    runToEnd(world.host);
    CHECK(told);
    CHECK(server->listening());
    server->close();
    runToEnd(world.host);
  }
  server->ref();
  server->listen({.port = 0});
  CHECK(world.host.runNoWait());
  server->close();
  world.end();
}

TEST_CASE("a closed server answers every call harmlessly", "[net][S25][S32][S39]") {
  NetWorld world;
  Listening server(world, Transport::kTcp);
  server->close();
  runToEnd(world.host);
  CHECK(server->address() == ServerAddress());
  CHECK_FALSE(server->listening());
  CHECK(server->connections() == 0);
  server->ref().unref().setMaxConnections(1);
  std::size_t count = 9;
  server->getConnections([&](const Error* error, std::size_t n) {
    CHECK(error == nullptr);
    count = n;
  });
  world.end();
  CHECK(count == 0);
}

TEST_CASE("a server that nobody holds but the Net lives until 'close'", "[net][S25]") {
  NetWorld world;
  int connections = 0;
  int port = 0;
  {
    Server& server = world.watch(world.net().createServer([&](Socket& socket) {
      ++connections;
      world.watch(socket).end();
      socket.resume();
      socket.server()->close();
    }));
    server.listen({.port = 0, .host = "127.0.0.1"},
                  [&] { port = std::get<AddressInfo>(server.address()).port; });
  }
  world.until([&] { return port != 0; });
  world.watch(world.net().connect({.port = port, .host = "127.0.0.1"})).resume();
  world.end();
  CHECK(connections == 1);
}

TEST_CASE("a Net that goes first takes its servers and sockets along, silently",
          "[net][S25][M01]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record server(pair.server);
  Record client(pair.client);
  pair.client.write("never read");
  world.endNet();
  CHECK(pair.client.destroyed());
  CHECK_FALSE(pair.server.listening());
  CHECK(thrownBy([&] { pair.client.connect(1, [] {}); }) ==
        "Error ERR_SOCKET_CLOSED: Socket is closed {}");
  CHECK(thrownBy([&] { pair.server.listen(0); }) == kNotRunning);
  runToEnd(world.host);
  CHECK(server.events.empty());
  CHECK(client.events.empty());
}

}  // namespace
}  // namespace uvnet
