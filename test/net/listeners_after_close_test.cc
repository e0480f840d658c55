// What listeners hold once 'close' was emitted: an accepted socket forgets them, one that may
// connect again keeps them.
#include <memory>
#include <stdexcept>
#include <string>

#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::Ref;
using uvnet::Server;
using uvnet::Socket;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Transport;

namespace {

// How many listeners are alive that captured it.
using Token = std::shared_ptr<int>;
long alive(const Token& token) { return token.use_count() - 1; }

// What each goes to the other, as a proxy that wants to see the bytes would write it: each end's
// listeners hold a Ref to the other end, which may have been closed before.
void join(Socket& one, Socket& other, const Token& token) {
  const auto forward = [&token](Socket& from, Socket& to) {
    from.on<"data">([token, to = Ref<Socket>(to)](const Buffer& chunk) { to->write(chunk); });
    from.on<"end">([token, to = Ref<Socket>(to)] { to->end(); });
    from.on<"error">([token, to = Ref<Socket>(to)](const Error&) { to->destroy(); });
    from.on<"close">([token, to = Ref<Socket>(to)] { to->destroy(); });
  };
  forward(one, other);
  forward(other, one);
}

}  // namespace

TEST_CASE("a proxy whose listeners hold Refs to the other socket leaves nothing behind", "[net]") {
  enum class End { kClientEnds, kOriginEnds, kClientResets, kProxyDestroys, kOriginRefuses };
  const End how = GENERATE(End::kClientEnds, End::kOriginEnds, End::kClientResets,
                           End::kProxyDestroys, End::kOriginRefuses);
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(static_cast<int>(how), nameOf(transport));
  if (how == End::kClientResets && transport == Transport::kUnix) return;  // TCP only
  constexpr int kConnections = 3;
  NetWorld world;
  const auto token = std::make_shared<int>(0);
  Listening origin(world, transport);
  origin->on<"connection">([&](Socket& socket) {
    socket.on<"error">([](const Error&) {});
    if (how != End::kOriginEnds) {
      socket.pipe(socket);
    } else {
      socket.resume();
      socket.end("bye");
    }
  });
  if (how == End::kOriginRefuses) origin->close();
  Listening proxy(world, transport);
  int closed = 0;
  proxy->on<"connection">([&](Socket& socket) {
    Socket& upstream = world.watch(world.net().connect(origin.to()));
    join(world.watch(socket), upstream, token);
    for (Socket* each : {&socket, &upstream}) each->on<"close">([&] { ++closed; });
    if (how == End::kProxyDestroys) upstream.on<"connect">([&socket] { socket.destroy(); });
  });
  for (int i = 0; i < kConnections; ++i) {
    Socket& client = world.watch(world.net().connect(proxy.to()));
    client.on<"error">([](const Error&) {});
    client.on<"data">(
        [&client, how] { how == End::kClientResets ? client.resetAndDestroy() : client.end(); });
    client.write("hello");
  }
  world.until([&] { return closed == 2 * kConnections; });
  CHECK(alive(token) == 0);
  if (origin->listening()) origin->close();
  proxy->close();
  world.end();
}

TEST_CASE("an accepted socket that its own listener holds is freed after 'close'", "[net]") {
  NetWorld world;
  const auto token = std::make_shared<int>(0);
  {
    LoopbackPair pair(world, Transport::kTcp);
    pair.accepted.on<"data">([token, self = Ref<Socket>(pair.accepted)] {});
    pair.accepted.once<"timeout">([token, self = Ref<Socket>(pair.accepted)] {});
    CHECK(alive(token) == 2);
    pair.close();
    world.end();
  }
  CHECK(alive(token) == 0);
}

TEST_CASE("an accepted socket forgets its listeners when all have heard 'close'", "[net]") {
  NetWorld world;
  const auto token = std::make_shared<int>(0);
  Ref<Socket> kept;
  std::string order;
  {
    LoopbackPair pair(world, Transport::kTcp);
    kept = Ref<Socket>(pair.accepted);
    kept->on<"close">([&, token] {
      order += "1";
      CHECK(alive(token) == 2);
    });
    kept->on<"close">([&, token] {
      order += "2";
      CHECK(kept->listenerCount<"close">() >= 2);
    });
    pair.close();
    world.end();
  }
  CHECK(order == "12");
  CHECK(alive(token) == 0);
  CHECK(kept->eventNames().empty());
  // It answers every call harmlessly, and takes listeners.
  kept->on<"data">([token] {});
  kept->destroy();
  CHECK_FALSE(kept->write("late"));
  world.host.run();
  CHECK(alive(token) == 1);
}

TEST_CASE("a 'close' listener that throws does not keep the others", "[net]") {
  NetWorld world;
  const auto token = std::make_shared<int>(0);
  std::string thrown;
  world.host.onUncaught([&](const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      thrown = e.what();
    }
  });
  LoopbackPair pair(world, Transport::kTcp);
  pair.accepted.on<"data">([token] {});
  pair.accepted.on<"close">([token] { throw std::runtime_error("in close"); });
  pair.close();
  world.end();
  CHECK(thrown == "in close");
  CHECK(alive(token) == 0);
}

TEST_CASE("a socket that connected by itself keeps its listeners for its next life", "[net][K10]") {
  NetWorld world;
  const auto token = std::make_shared<int>(0);
  LoopbackPair pair(world, Transport::kTcp);
  const Ref<Socket> client(pair.client);
  int connects = 0;
  client->on<"connect">([&, token] { ++connects; });
  client->destroy();
  world.until([&] { return !client->destroyed() || pair.accepted.destroyed(); });
  world.host.runNoWait();
  CHECK(alive(token) == 1);
  client->connect(pair.listening.to());
  world.until([&] { return connects == 1; });
  client->on<"close">([&client] { client->removeAllListeners(); });  // no further life
  client->destroy();
  world.until([&] { return alive(token) == 0; });
  pair.server.close();
  world.host.run();
}

TEST_CASE("an accepted socket that connects in 'close' keeps its listeners from then on", "[net]") {
  NetWorld world;
  const auto token = std::make_shared<int>(0);
  Listening other(world, Transport::kTcp);
  std::string order;
  {
    LoopbackPair pair(world, Transport::kTcp);
    const Ref<Socket> socket(pair.accepted);
    socket->on<"connect">([&, token] { order += "connect "; });
    socket->on<"close">([&, token] { order += "close "; });
    socket->once<"close">([&] { socket->connect(other.to()); });
    pair.client.destroy();
    world.until([&] { return order == "close connect "; });
    socket->destroy();
    world.until([&] { return order == "close connect close "; });
    world.host.runNoWait();
    CHECK(alive(token) == 2);
    socket->removeAllListeners();
    pair.server.close();
  }
  other->close();
  world.host.run();
}
