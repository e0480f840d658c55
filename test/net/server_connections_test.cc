// net.Server: accepting, counting and dropping connections, and the options of accepted sockets.
#include <uvnet/net.h>

#include <string>
#include <variant>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

Transport anyTransport() { return GENERATE(Transport::kTcp, Transport::kUnix); }

TEST_CASE("createServer's listener is an ordinary 'connection' listener",
          "[net][M03][M04][M22][E02]") {
  const Transport transport = anyTransport();
  const bool constructor = GENERATE(false, true);
  NetWorld world;
  std::vector<std::string> order;
  const auto listener = [&](Socket& socket) {
    order.emplace_back("first");
    world.watch(socket).end();
    socket.resume();
  };
  const Ref<Server> server = constructor ? make<Server>(world.net(), ServerOptions{}, listener)
                                         : Ref<Server>(&world.net().createServer(listener));
  CHECK(server->listenerCount<"connection">() == 1);
  server->on<"connection">([&](Socket&) { order.emplace_back("second"); });
  CHECK(server->listenerCount<"connection">() == 2);

  const std::string path = world.path();
  bool listening = false;
  ListenOptions where{.path = path};
  if (transport == Transport::kTcp) where = {.port = 0, .host = "127.0.0.1"};
  server->listen(where, [&] { listening = true; });
  world.until([&] { return listening; });
  ConnectOptions to{.path = path};
  if (transport == Transport::kTcp) {
    to = {.port = std::get<AddressInfo>(server->address()).port, .host = "127.0.0.1"};
  }
  Record client(world.watch(world.net().connect(to)));
  world.until([&] { return client.has("close"); });
  CHECK(order == std::vector<std::string>{"first", "second"});

  server->removeAllListeners<"connection">();
  CHECK(server->listenerCount<"connection">() == 0);
  server->close();
  world.end();
}

TEST_CASE("a server without a listener can be made in every way", "[net][M03][M04][M22]") {
  NetWorld world;
  CHECK(world.net().createServer().listenerCount<"connection">() == 0);
  CHECK(world.net().createServer(nullptr).listenerCount<"connection">() == 0);
  CHECK(world.net().createServer(ServerOptions{}).listenerCount<"connection">() == 0);
  CHECK(make<Server>(world.net())->listenerCount<"connection">() == 0);
  CHECK(make<Server>(world.net(), [] {})->listenerCount<"connection">() == 1);
}

TEST_CASE("an accepted socket is open and connected, knows its server, and never says 'connect'",
          "[net][E02][C18]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  Record events(*server);
  std::string connects;
  server->on<"connection">([&](Socket& socket) {
    CHECK(socket.server() == server.server.get());
    CHECK(socket.readyState() == "open");
    CHECK_FALSE(socket.connecting());
    CHECK_FALSE(socket.pending());
    CHECK(socket.remoteFamily() == (transport == Transport::kTcp ? "IPv4" : ""));
    socket.on<"connect">([&] { connects += "connect "; });
    socket.on<"ready">([&] { connects += "ready "; });
    world.watch(socket).end("greeting");
    socket.resume();
  });
  Socket& client = world.watch(world.net().connect(server.to()));
  Record record(client);
  CHECK(client.server() == nullptr);
  world.until([&] { return record.has("close"); });
  CHECK(record.data == "greeting");
  CHECK(connects.empty());
  CHECK(events.connected.size() == 1);
  events.connected.clear();
  server->close();
  world.end();
}

TEST_CASE("allowHalfOpen of the server: without it, the end of the peer ends the accepted socket",
          "[net][M05][C19]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {}, {.allowHalfOpen = true});
  CHECK_FALSE(pair.accepted.allowHalfOpen());
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.accepted.write("first");
  pair.client.end();
  pair.server.close();
  world.end();
  // FIN back, then destroyed: the client saw a clean end after all the data.
  CHECK(accepted.text() == "end finish close");
  CHECK(client.data == "first");
  CHECK(client.count("end") == 1);
  CHECK(client.hadError == std::vector<bool>{false});
}

TEST_CASE("allowHalfOpen of the server: with it, the accepted socket writes until it ends itself",
          "[net][M05][M06][M18]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {.allowHalfOpen = true}, {.allowHalfOpen = true});
  CHECK(pair.accepted.allowHalfOpen());
  CHECK(pair.client.allowHalfOpen());
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.server.close();
  pair.client.end("question");
  world.until([&] { return accepted.has("end"); });
  for (int i = 0; i < 10; ++i) turn(world.host);
  CHECK(accepted.text() == "data end");
  CHECK(pair.accepted.readyState() == "writeOnly");
  CHECK(pair.client.readyState() == "readOnly");
  CHECK_FALSE(pair.accepted.readable());
  CHECK(pair.accepted.writable());
  pair.accepted.write("ans");
  pair.accepted.end("wer");
  world.end();
  CHECK(accepted.data == "question");
  CHECK(client.data == "answer");
  CHECK(accepted.text() == "data end finish close");
}

TEST_CASE("pauseOnConnect: nothing is read until resume()", "[net][M07]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {.pauseOnConnect = true});
  CHECK(pair.accepted.isPaused());
  Record accepted(pair.accepted);  // its 'data' listener alone does not start it
  bool written = false;
  pair.client.write("early", [&] { written = true; });
  world.until([&] { return written; });
  for (int i = 0; i < 20; ++i) turn(world.host);
  CHECK(pair.accepted.bytesRead() == 0);
  CHECK(accepted.events.empty());
  pair.accepted.resume();
  world.until([&] { return accepted.data == "early"; });
  pair.client.end();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.text() == "data end finish close");
}

TEST_CASE("without pauseOnConnect a socket reads ahead and loses nothing before its listener comes",
          "[net][M07][C36]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  CHECK_FALSE(pair.accepted.isPaused());
  pair.client.end("early");
  pair.client.resume();
  world.until([&] { return pair.accepted.bytesRead() == 5; });
  CHECK(pair.accepted.readableLength() == 5);
  Record accepted(pair.accepted);
  pair.server.close();
  world.end();
  CHECK(accepted.data == "early");
  CHECK(accepted.count("end") == 1);
}

TEST_CASE("noDelay, keepAlive and highWaterMark of the server reach the accepted socket",
          "[net][M04][net:options.highWaterMark]") {
  const Transport transport = anyTransport();
  NetWorld world;
  LoopbackPair pair(
      world, transport,
      {.noDelay = true, .keepAlive = true, .keepAliveInitialDelay = 2000, .highWaterMark = 1234});
  CHECK(pair.accepted.readableHighWaterMark() == 1234);
  CHECK(pair.accepted.writableHighWaterMark() == 1234);
  CHECK(pair.client.readableHighWaterMark() == 64 * 1024);
  pair.close();
  world.end();
}

TEST_CASE("the default high-water mark is 64 KiB", "[net][C32]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  CHECK(pair.accepted.readableHighWaterMark() == 64 * 1024);
  CHECK(pair.client.writableHighWaterMark() == 64 * 1024);
  pair.close();
  world.end();
}

TEST_CASE("connections() counts, getConnections() answers on a later tick",
          "[net][S33][S34][S35]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  const auto ask = [&] {
    std::string answer;
    bool inside = true;
    CHECK(&pair.server.getConnections([&](const Error* error, std::size_t count) {
      CHECK_FALSE(inside);
      answer = describe(error) + " " + std::to_string(count);
    }) == &pair.server);
    inside = false;
    world.until([&] { return !answer.empty(); });
    return answer;
  };
  CHECK(ask() == "null 1");
  CHECK(pair.server.connections() == 1);
  Ref<Socket> second;
  pair.server.on<"connection">([&](Socket& socket) {
    CHECK(pair.server.connections() == 2);
    second = Ref<Socket>(&world.watch(socket));
  });
  Socket& client = world.watch(world.net().connect(pair.listening.to()));
  Record record(client);
  world.until([&] { return second && record.has("connect"); });
  CHECK(ask() == "null 2");
  second->destroy();
  CHECK(pair.server.connections() == 1);  // at once
  CHECK(ask() == "null 1");
  pair.close();
  CHECK(ask() == "null 0");
  CHECK(pair.server.connections() == 0);
  pair.server.getConnections({});
  world.end();
}

// What became of `clients` connections to a server with that limit.
struct Limited {
  std::size_t accepted = 0;
  std::vector<DropInfo> drops;
  int ended = 0;  // clients that saw a clean end without anything else
};

Limited connectUnderLimit(Transport transport, std::optional<std::size_t> limit, int clients) {
  NetWorld world;
  Listening server(world, transport);
  CHECK(server->maxConnections() == std::nullopt);
  CHECK(&server->setMaxConnections(limit) == server.server.get());
  CHECK(server->maxConnections() == limit);
  Limited result;
  std::vector<Ref<Socket>> sockets;
  server->on<"connection">([&](Socket& socket) { sockets.emplace_back(&world.watch(socket)); });
  server->on<"drop">([&](const DropInfo& info) { result.drops.push_back(info); });
  std::vector<std::unique_ptr<Record>> records;
  std::vector<Ref<Socket>> mine;
  for (int i = 0; i < clients; ++i) {
    mine.emplace_back(&world.watch(world.net().connect(server.to())));
    records.push_back(std::make_unique<Record>(*mine.back()));
    const std::size_t seen = sockets.size() + result.drops.size();
    world.until([&] {
      return sockets.size() + result.drops.size() > seen && records.back()->has("ready");
    });
  }
  CHECK(server->connections() == sockets.size());
  result.accepted = sockets.size();
  world.until([&] {
    int closed = 0;
    for (const auto& record : records) closed += record->count("close");
    return closed == static_cast<int>(result.drops.size());
  });
  for (const auto& record : records) {
    if (!record->has("close")) continue;
    CHECK(record->count("end") == 1);
    CHECK(record->errors.empty());
    ++result.ended;
  }
  for (const Ref<Socket>& socket : sockets) socket->destroy();
  for (const Ref<Socket>& socket : mine) socket->destroy();
  server->close();
  world.end();
  return result;
}

TEST_CASE("above maxConnections a connection is dropped, and 'drop' tells from where to where",
          "[net][S36][S37][net:server.drop]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  const Limited seen = connectUnderLimit(transport, 1, 3);
  CHECK(seen.accepted == 1);
  CHECK(seen.ended == 2);
  REQUIRE(seen.drops.size() == 2);
  for (const DropInfo& drop : seen.drops) {
    if (transport == Transport::kTcp) {
      CHECK(drop.local.address == "127.0.0.1");
      CHECK(drop.local.family == "IPv4");
      CHECK(drop.local.port > 0);
      CHECK(drop.remote.address == "127.0.0.1");
      CHECK(drop.remote.family == "IPv4");
      CHECK(drop.remote.port > 0);
    } else {
      CHECK(drop.local.empty());
      CHECK(drop.remote.empty());
    }
  }
}

TEST_CASE("maxConnections 0 drops every connection, none sets no limit",
          "[net][S36][C26][net:server.maxConnections]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  const Limited none = connectUnderLimit(transport, 0, 2);
  CHECK(none.accepted == 0);
  CHECK(none.drops.size() == 2);
  CHECK(none.ended == 2);
  const Limited all = connectUnderLimit(transport, std::nullopt, 3);
  CHECK(all.accepted == 3);
  CHECK(all.drops.empty());
}

TEST_CASE("a place that gets free under maxConnections is given to the next", "[net][S36]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  pair.server.setMaxConnections(1);
  pair.accepted.destroy();
  int accepted = 0;
  int dropped = 0;
  pair.server.on<"drop">([&] { ++dropped; });
  pair.server.on<"connection">([&](Socket& socket) {
    ++accepted;
    world.watch(socket).destroy();
  });
  Record record(world.watch(world.net().connect(pair.listening.to())));
  world.until([&] { return record.has("close"); });
  CHECK(accepted == 1);
  CHECK(dropped == 0);
  pair.close();
  world.end();
}

}  // namespace
}  // namespace uvnet
