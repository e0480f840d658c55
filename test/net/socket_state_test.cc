// What a Socket says about itself: state, addresses, counters, over both transports. Values are
// those node v20.20.2 printed for the same steps.
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "support/loopback.h"

using uvnet::AddressInfo;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;

namespace {

// The state in one line, as the node script printed it.
std::string state(const Socket& s) {
  std::string text(s.readyState());
  if (s.connecting()) text += " connecting";
  if (s.pending()) text += " pending";
  if (s.destroyed()) text += " destroyed";
  return text;
}

// Once the connection is there nobody else is waited for.
void closeAfterOne(Listening& listening) {
  listening->once<"connection">([&listening] { listening->close(); });
}

}  // namespace

TEST_CASE("a new socket is open, pending and knows nothing", "[net][K01][K09][K19][K20][K25]") {
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  CHECK(state(*socket) == "open pending");
  CHECK(socket->readable());
  CHECK(socket->writable());
  CHECK(socket->bytesRead() == 0);
  CHECK(socket->bytesWritten() == 0);
  CHECK_FALSE(socket->bufferSize().has_value());
  CHECK(socket->remoteAddress().empty());
  CHECK_FALSE(socket->remotePort().has_value());
  CHECK(socket->remoteFamily().empty());
  CHECK(socket->localAddress().empty());
  CHECK_FALSE(socket->localPort().has_value());
  CHECK(socket->address().empty());
  CHECK_FALSE(socket->timeout().has_value());
  CHECK(socket->server() == nullptr);
  CHECK_FALSE(socket->allowHalfOpen());
  world.end();
}

TEST_CASE("readyState follows the life of a connection",
          "[net][K18][K19][K20][K21][D08][V12][net:socket.readyState]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  std::string atEnd;
  listening->on<"connection">([&](Socket& peer) {
    peer.resume();
    peer.on<"end">([&] { atEnd = state(peer); });
  });
  const Ref<Socket> client(&world.watch(world.net().connect(listening.to())));
  CHECK(state(*client) == "opening connecting pending");
  std::string atConnect;
  client->on<"connect">([&] { atConnect = state(*client); });
  client->resume();
  world.until([&] { return !client->connecting(); });
  CHECK(atConnect == "open");
  CHECK(state(*client) == "open");
  client->end("x");
  CHECK(state(*client) == "readOnly");
  world.until([&] { return client->closed(); });
  CHECK(state(*client) == "closed pending destroyed");
  CHECK(atEnd == "writeOnly");
  listening->close();
  world.end();
}

TEST_CASE("both ends know the addresses of a TCP connection",
          "[net][K22][K23][K24][K25][net:socket.localFamily]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  CHECK(pair.client.remoteAddress() == "127.0.0.1");
  CHECK(pair.client.remotePort() == pair.listening.port);
  CHECK(pair.client.remoteFamily() == "IPv4");
  CHECK(pair.client.localAddress() == "127.0.0.1");
  CHECK(pair.client.localFamily() == "IPv4");
  CHECK(pair.client.localPort() == pair.accepted.remotePort());
  CHECK(pair.accepted.localPort() == pair.listening.port);
  CHECK(pair.client.address() ==
        AddressInfo{.address = "127.0.0.1", .family = "IPv4", .port = *pair.client.localPort()});
  CHECK(pair.accepted.server() == &pair.server);
  CHECK(pair.client.server() == nullptr);
  pair.close();
  world.end();
}

TEST_CASE("a client of a server on every address sees the address it reached", "[net][K24]") {
  NetWorld world;
  uvnet::Server& server = world.watch(world.net().createServer());
  std::string local;
  server.on<"connection">([&](Socket& peer) {
    local = peer.localAddress();
    peer.destroy();
    server.close();
  });
  server.listen({.port = 0, .host = "0.0.0.0"}, [&] {
    const int port = std::get<AddressInfo>(server.address()).port;
    world.watch(world.net().connect({.port = port, .host = "127.0.0.1"})).resume();
  });
  world.end();
  CHECK(local == "127.0.0.1");
}

TEST_CASE("a Unix socket has no addresses", "[net][K22][K25]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  for (const Socket* one : {&pair.client, &pair.accepted}) {
    CHECK(one->remoteAddress().empty());
    CHECK_FALSE(one->remotePort().has_value());
    CHECK(one->remoteFamily().empty());
    CHECK(one->localAddress().empty());
    CHECK_FALSE(one->localPort().has_value());
    CHECK(one->address().empty());
  }
  pair.close();
  world.end();
}

TEST_CASE("after destroy() the remote address is known only if it was asked for before",
          "[net][K22][R9]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  CHECK(pair.client.remoteAddress() == "127.0.0.1");
  pair.close();
  CHECK(pair.client.remoteAddress() == "127.0.0.1");
  CHECK(pair.client.remotePort() == pair.listening.port);
  CHECK(pair.client.localAddress().empty());
  CHECK(pair.client.address().empty());
  CHECK(pair.accepted.remoteAddress().empty());
  CHECK_FALSE(pair.accepted.remotePort().has_value());
  world.end();
}

TEST_CASE("bytesRead and bytesWritten agree on both ends and survive destroy()", "[net][K26][R8]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.client.write("hello");
  pair.client.write("€");
  pair.client.end("0a0b", "hex");
  pair.accepted.resume();
  pair.client.resume();
  world.until([&] { return pair.client.closed() && pair.accepted.closed(); });
  CHECK(pair.client.bytesWritten() == 10);
  CHECK(pair.accepted.bytesRead() == 10);
  CHECK(pair.accepted.bytesWritten() == 0);
  CHECK(pair.client.bytesRead() == 0);
  pair.server.close();
  world.end();
}

TEST_CASE("bytesWritten counts what waits for the connection, corked data and the queue",
          "[net][K26][R8][R3]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  listening->on<"connection">([](Socket& peer) { peer.resume(); });
  Socket& client = world.watch(world.net().connect(listening.to()));
  client.write("12345");
  client.write("€");
  CHECK(client.bytesWritten() == 8);
  CHECK(client.writableLength() == 8);
  client.cork();
  client.write("abc");
  CHECK(client.bytesWritten() == 11);
  client.uncork();
  std::uint64_t atConnect = 0;
  client.on<"connect">([&] { atConnect = client.bytesWritten(); });
  client.resume();
  std::uint64_t atClose = 0;
  client.on<"close">([&] { atClose = client.bytesWritten(); });
  client.end();
  closeAfterOne(listening);
  world.end();
  CHECK(atConnect == 11);
  CHECK(atClose == 11);
}

TEST_CASE("a new connection starts both counters again", "[net][K10][R8]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  listening->on<"connection">([](Socket& peer) { peer.end("hi"), peer.resume(); });
  const Ref<Socket> client(&world.watch(world.net().connect(listening.to()), 2));
  bool connected = false;
  client->once<"close">([&] {
    CHECK(client->bytesWritten() == 5);
    CHECK(client->bytesRead() == 2);
    client->connect(listening.to(), [&] {
      connected = true;
      CHECK(client->bytesWritten() == 0);
      CHECK(client->bytesRead() == 0);
      CHECK_FALSE(client->destroyed());
      client->end();
    });
  });
  client->resume();
  client->end("12345");
  world.until([&] { return connected; });
  listening->close();
  world.end();
}

TEST_CASE("bufferSize() is writableLength() while there is a connection", "[net][K27]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  CHECK(pair.client.bufferSize() == 0U);
  pair.client.cork();
  pair.client.write("€€");
  CHECK(pair.client.bufferSize() == 6U);
  CHECK(pair.client.writableLength() == 6);
  pair.client.uncork();
  CHECK(pair.client.bufferSize() == 0U);
  pair.close();
  CHECK_FALSE(pair.client.bufferSize().has_value());
  world.end();
}

TEST_CASE("bytesRead of a paused socket counts what was read ahead", "[net][K26]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.pause();
  pair.client.write("hello");
  world.until([&] { return pair.accepted.bytesRead() == 5; });
  CHECK(pair.accepted.readableLength() == 5);
  pair.close();
  world.end();
}

TEST_CASE("a closed socket answers every getter and setter harmlessly", "[net][K21][D20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Socket& s = pair.client;
  pair.close();
  world.until([&] { return s.closed(); });
  CHECK(&s.pause() == &s);
  CHECK(&s.resume() == &s);
  CHECK(&s.setTimeout(10) == &s);
  CHECK_FALSE(s.timeout().has_value());
  CHECK(&s.setNoDelay() == &s);
  CHECK(&s.setKeepAlive(true) == &s);
  CHECK(&s.ref() == &s);
  CHECK(&s.unref() == &s);
  CHECK(&s.setEncoding("utf8") == &s);
  CHECK(&s.end() == &s);
  CHECK(&s.destroy() == &s);
  CHECK_FALSE(s.read().has_value());
  CHECK_FALSE(s.write("x"));
  CHECK(state(s) == "closed pending destroyed");
  world.end();
}

TEST_CASE("an open descriptor becomes a connected socket", "[net][K01][K02]") {
  NetWorld world;
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  const Ref<Socket> one = uvnet::make<Socket>(world.net(), uvnet::SocketOptions{.fd = fds[0]});
  const Ref<Socket> other = uvnet::make<Socket>(world.net(), uvnet::SocketOptions{.fd = fds[1]});
  world.watch(*one);
  world.watch(*other);
  CHECK(one->readyState() == "open");
  CHECK_FALSE(one->pending());
  Record record(*other);
  one->end("through a descriptor");
  one->resume();
  world.end();
  CHECK(record.data == "through a descriptor");
  CHECK(record.text() == "data end finish close");
}

TEST_CASE("a descriptor taken with one side off has that side closed", "[net][K02]") {
  NetWorld world;
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  const Ref<Socket> writer =
      uvnet::make<Socket>(world.net(), uvnet::SocketOptions{.fd = fds[0], .readable = false});
  const Ref<Socket> reader =
      uvnet::make<Socket>(world.net(), uvnet::SocketOptions{.fd = fds[1], .writable = false});
  world.watch(*writer);
  world.watch(*reader);
  CHECK(writer->readyState() == "writeOnly");
  CHECK(reader->readyState() == "readOnly");
  Record record(*reader);
  writer->end("one way");
  world.end();
  CHECK(record.data == "one way");
}
