// What the newest Node has and no older document: BoundSocket, reusePort, signals, type of service,
// keep-alive times, dispose. Node v20 has none of the first three; the documentation is the word.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uvnet/net.h>

#include <stop_token>
#include <string>
#include <thread>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

int portOf(const BoundSocket& bound) { return std::get<AddressInfo>(bound.address()).port; }

TEST_CASE("a BoundSocket has its port before anybody listens, and a server takes it over",
          "[net][net:BoundSocket][net:options.handle]") {
  NetWorld world;
  BoundSocket bound(world.net(), {.host = "127.0.0.1"});
  CHECK_FALSE(bound.isPipe());
  CHECK(bound.fd() >= 0);
  const int port = portOf(bound);
  CHECK(port > 0);

  Server& server = world.watch(world.net().createServer());
  const Ref<Server> keep(&server);
  int listening = 0;
  server.listen(bound, [&] { ++listening; });
  CHECK(server.listening());
  CHECK(std::get<AddressInfo>(server.address()).port == port);
  world.until([&] { return listening == 1; });

  Socket& client = world.watch(world.net().connect({.port = port, .host = "127.0.0.1"}));
  Record record(client);
  world.until([&] { return record.has("connect"); });
  client.end();
  server.on<"connection">([](Socket& accepted) { accepted.destroy(); });
  world.until([&] { return server.connections() == 1; });
  client.destroy();
  server.close();
  world.endNet();
}

TEST_CASE("a BoundSocket that was taken over is nobody's to ask or close",
          "[net][net:BoundSocket][code:ERR_SOCKET_HANDLE_ADOPTED]") {
  NetWorld world;
  BoundSocket bound(world.net(), {.host = "127.0.0.1"});
  Server& server = world.watch(world.net().createServer());
  server.listen(bound);
  CHECK(thrownBy([&] { bound.address(); }).find("ERR_SOCKET_HANDLE_ADOPTED") != std::string::npos);
  CHECK(thrownBy([&] { bound.fd(); }).find("ERR_SOCKET_HANDLE_ADOPTED") != std::string::npos);
  CHECK(thrownBy([&] { bound.close(); }).find("ERR_SOCKET_HANDLE_ADOPTED") != std::string::npos);
  Server& second = world.watch(world.net().createServer());
  CHECK(thrownBy([&] { second.listen(bound); }).find("ERR_SOCKET_HANDLE_ADOPTED") !=
        std::string::npos);
  CHECK_FALSE(second.listening());
  second.close();
  server.close();
  world.end();
}

TEST_CASE("a BoundSocket that nobody took over is closed with its scope",
          "[net][net:BoundSocket]") {
  NetWorld world;
  const std::string path = world.path();
  { const BoundSocket tcp(world.net(), {.host = "127.0.0.1"}); }
  {
    const BoundSocket pipe(world.net(), {.path = path});
    CHECK(pipe.isPipe());
    CHECK(std::get<std::string>(pipe.address()) == path);
    CHECK(thrownBy([&] {
            BoundSocket again(world.net(), {.path = path});
          }).find("bind EADDRINUSE " + path) != std::string::npos);
  }
  CHECK(thrownBy([&] { BoundSocket again(world.net(), {.path = path}); }) == "nothing");
  world.end();
}

TEST_CASE("a socket made of a BoundSocket connects from its address",
          "[net][net:BoundSocket][net:options.handle]") {
  NetWorld world;
  const Listening listening(world, Transport::kTcp);
  world.until([&] { return listening->listening(); });
  BoundSocket bound(world.net(), {.host = "127.0.0.1"});
  const int from = portOf(bound);
  const Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.handle = &bound});
  world.watch(*socket);
  CHECK(socket->pending());
  const int port = std::get<AddressInfo>(listening->address()).port;
  socket->connect({.port = port, .host = "127.0.0.1"});
  // A literal address is connected to at once, so the local end is known.
  CHECK(socket->localPort() == from);
  int seen = 0;
  listening->on<"connection">([&](Socket& accepted) {
    seen = *accepted.remotePort();
    accepted.end();
  });
  socket->resume();
  world.until([&] { return socket->closed(); });
  CHECK(seen == from);
  listening->close();
  world.end();
}

TEST_CASE("a BoundSocket takes an address or a path, and no host name",
          "[net][net:BoundSocket][code:ERR_INVALID_IP_ADDRESS]") {
  NetWorld world;
  CHECK(thrownBy([&] { BoundSocket b(world.net(), {.host = "localhost"}); }) ==
        "TypeError ERR_INVALID_IP_ADDRESS: Invalid IP address: localhost {}");
  CHECK(thrownBy([&] {
          BoundSocket b(world.net(), {.port = 1, .path = "/x"});
        }).find("ERR_INVALID_ARG_VALUE") != std::string::npos);
  CHECK(thrownBy([&] {
          BoundSocket b(world.net(), {.port = 65536});
        }).find("ERR_SOCKET_BAD_PORT") != std::string::npos);
  world.end();
}

TEST_CASE("reusePort lets two servers listen on one port", "[net][net:options.reusePort]") {
  NetWorld world;
  Server& first = world.watch(world.net().createServer());
  Server& second = world.watch(world.net().createServer());
  int listening = 0;
  first.listen({.port = 0, .host = "127.0.0.1", .reusePort = true}, [&] { ++listening; });
  world.until([&] { return listening == 1; });
  const int port = std::get<AddressInfo>(first.address()).port;
  second.listen({.port = port, .host = "127.0.0.1", .reusePort = true}, [&] { ++listening; });
  world.until([&] { return listening == 2; });
  first.close();
  second.close();
  world.end();
}

TEST_CASE("the signal of listen() closes the server", "[net][net:options.signal]") {
  NetWorld world;
  std::stop_source stop;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  server.listen({.port = 0, .signal = stop.get_token()});
  world.until([&] { return record.has("listening"); });
  stop.request_stop();
  world.end();
  CHECK(record.text() == "listening close");
}

TEST_CASE("listen() with a signal that was given before ends in 'close', never in 'listening'",
          "[net][net:options.signal]") {
  const bool byAddress = GENERATE(true, false);
  CAPTURE(byAddress);
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  std::stop_source stop;
  stop.request_stop();
  server.listen({.port = 0, .host = byAddress ? "127.0.0.1" : "", .signal = stop.get_token()});
  CHECK(server.listening() == !byAddress);
  world.end();
  CHECK(record.text() == "close");
}

TEST_CASE("the signal of a socket destroys it with an AbortError, from another thread too",
          "[net][net:options.signal][code:ABORT_ERR]") {
  const bool elsewhere = GENERATE(false, true);
  NetWorld world;
  const Listening listening(world, Transport::kTcp);
  world.until([&] { return listening->listening(); });
  std::stop_source stop;
  ConnectOptions options = listening.to();
  options.signal = stop.get_token();
  Socket& client = world.watch(world.net().connect(options));
  Record record(client);
  listening->on<"connection">([](Socket& accepted) { accepted.resume(); });
  world.until([&] { return record.has("connect"); });
  std::thread thread;
  if (elsewhere) {
    thread = std::thread([&] { stop.request_stop(); });
  } else {
    stop.request_stop();
  }
  world.until([&] { return record.has("close"); });
  if (thread.joinable()) thread.join();
  listening->close();
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == "AbortError ABORT_ERR: The operation was aborted {}");
}

TEST_CASE("typeOfService is kept until connected, and then the system's",
          "[net][net:socket.setTypeOfService][net:options.typeOfService][code:ERR_OUT_OF_RANGE]") {
  constexpr int kLowDelay = 0x10;
  NetWorld world;
  const Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.typeOfService = kLowDelay});
  CHECK(socket->getTypeOfService() == kLowDelay);
  CHECK(thrownBy([&] { socket->setTypeOfService(256); }) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"tos\" is out of range. It must be >= 0 && <= "
        "255. Received 256 {}");
  CHECK(thrownBy([&] { socket->setTypeOfService(-1); }).find("Received -1") != std::string::npos);

  LoopbackPair pair(world, Transport::kTcp, {}, {.typeOfService = kLowDelay});
  CHECK(pair.client.getTypeOfService() == kLowDelay);
  CHECK(&pair.client.setTypeOfService(0) == &pair.client);
  CHECK(pair.client.getTypeOfService() == 0);
  pair.close();
  world.end();
}

TEST_CASE("setKeepAlive() sets delay, interval and count in whole seconds",
          "[net][D18][C27][net:socket.setKeepAlive]") {
  NetWorld world;
  // The accepted end of the pair is a descriptor that the test can look at, through its own copy.
  BoundSocket bound(world.net(), {.host = "127.0.0.1"});
  const int fd = ::dup(bound.fd());
  const auto option = [fd](int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    CHECK(getsockopt(fd, level, name, &value, &size) == 0);
    return value;
  };
  const Listening listening(world, Transport::kTcp);
  world.until([&] { return listening->listening(); });
  const Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.handle = &bound});
  world.watch(*socket);
  listening->on<"connection">([](Socket& accepted) { accepted.resume(); });
  int connected = 0;
  socket->connect({.port = std::get<AddressInfo>(listening->address()).port, .host = "127.0.0.1"},
                  [&] { ++connected; });
  world.until([&] { return connected == 1; });

  socket->setKeepAlive({.enable = true, .initialDelay = 5000, .interval = 7900, .count = 3});
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 5);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 7);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 3);
  // Nothing said: Node's interval of 1 s and count of 10, and the delay stays.
  socket->setKeepAlive(true);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 5);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 10);
  socket->setKeepAlive(false);
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 0);
  ::close(fd);
  socket->end();
  socket->resume();
  listening->close();
  world.end();
}

TEST_CASE("a Unix server's file has the mode that was asked for when 'listening' comes",
          "[net][S15]") {
  NetWorld world;
  const std::string path = world.path();
  Server& server = world.watch(world.net().createServer());
  server.listen({.path = path, .readableAll = true, .writableAll = true});
  struct stat status {};
  // At once: nobody can have met another mode.
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0666) == 0666);
  server.close();
  world.end();
}

TEST_CASE("a Disposer closes a server and destroys a socket at the end of its scope",
          "[net][stream:dispose][net:server.dispose]") {
  NetWorld world;
  const Listening listening(world, Transport::kTcp);
  world.until([&] { return listening->listening(); });
  Socket& client = world.watch(world.net().connect(listening.to()));
  const Ref<Socket> keep(&client);
  {
    const Disposer<Server> closing = dispose(*listening);
    const Disposer<Socket> destroying = dispose(client);
    CHECK(listening->listening());
  }
  CHECK_FALSE(listening->listening());
  CHECK(client.destroyed());
  {
    Disposer<Server> nothing = dispose(*listening);  // not listening: close() is not called again
    nothing.release();
  }
  world.end();
}

TEST_CASE("dropMaxConnection is remembered, and connections are dropped either way",
          "[net][S36][net:server.dropMaxConnection]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  CHECK_FALSE(server.dropMaxConnection());
  CHECK(&server.setDropMaxConnection(true) == &server);
  CHECK(server.dropMaxConnection());
  server.close();
  world.end();
}

}  // namespace
TEST_CASE("a BoundSocket that was moved from is closed", "[net][net:BoundSocket]") {
  NetWorld world;
  BoundSocket from(world.net(), {.host = "127.0.0.1"});
  BoundSocket to(std::move(from));
  CHECK_FALSE(from.isPipe());  // NOLINT(bugprone-use-after-move)
  const std::string closed = "Error ERR_SOCKET_CLOSED: Socket is closed";
  CHECK(thrownBy([&] { from.address(); }).starts_with(closed));
  CHECK(thrownBy([&] { static_cast<void>(from.fd()); }).starts_with(closed));
  CHECK_NOTHROW(from.close());
  Server& server = world.watch(world.net().createServer());
  CHECK(thrownBy([&] { server.listen(from); }).starts_with(closed));
  CHECK(thrownBy([&] {
          make<Socket>(world.net(), SocketOptions{.handle = &from});
        }).starts_with(closed));
  CHECK(portOf(to) > 0);
  server.close();
  world.end();
}

TEST_CASE("a signal that was given before connect() prevents the connection",
          "[net][net:options.signal]") {
  for (const Transport transport : {Transport::kTcp, Transport::kUnix}) {
    NetWorld world;
    Listening listening(world, transport);
    int connections = 0;
    listening->on<"connection">([&] { ++connections; });
    std::stop_source stop;
    stop.request_stop();
    ConnectOptions to = listening.to();
    to.signal = stop.get_token();
    Socket& socket = world.watch(world.net().connect(to));
    Record record(socket);
    world.until(
        [&] { return !record.events.empty() && record.events.back().starts_with("close"); });
    CHECK(record.events.size() == 2);
    REQUIRE(record.errors.size() == 1);
    CHECK(record.errors.front().code == "ABORT_ERR");
    turn(world.host);
    CHECK(connections == 0);
    listening->close();
    world.end();
  }
}

}  // namespace uvnet
