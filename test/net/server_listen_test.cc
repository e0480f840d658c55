// net.Server: listen() in all its forms, and when it tells.
#include <uvnet/net.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <variant>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

AddressInfo tcpAddress(const Server& server) { return std::get<AddressInfo>(server.address()); }

// A client reaches the server and both ends go away again.
void checkReachable(NetWorld& world, Server& server, ConnectOptions to) {
  int accepted = 0;
  server.once<"connection">([&](Socket& socket) {
    ++accepted;
    world.watch(socket).resume();
  });
  bool connected = false;
  Socket& client = world.watch(world.net().connect(std::move(to)));
  client.on<"connect">([&] {
    connected = true;
    client.end();
  });
  client.resume();
  world.until([&] { return connected && accepted == 1; });
}

TEST_CASE("a connection is made, used and ended over TCP and over a Unix socket",
          "[net][M01][M02][M08][E02]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.accepted.write("hello ");
  pair.accepted.end("client");
  pair.client.end("hello server");
  pair.server.close();
  world.end();
  CHECK(client.data == "hello client");
  CHECK(accepted.data == "hello server");
  CHECK(client.count("end") == 1);
  CHECK(client.count("finish") == 1);
  CHECK(client.events.back() == "close");
}

TEST_CASE("listen(port, host, backlog, listener) and its shorter forms all listen",
          "[net][S01][S02][S03][S08][S17][S18][S24][C17]") {
  NetWorld world;
  const std::string path = world.path();
  struct Form {
    const char* name;
    std::function<Server&(Server&, Function<void()>)> listen;
  };
  const std::vector<Form> forms = {
      {"listen(listener)",
       [](Server& s, Function<void()> f) -> Server& { return s.listen(std::move(f)); }},
      {"listen(port, listener)",
       [](Server& s, Function<void()> f) -> Server& { return s.listen(0, std::move(f)); }},
      {"listen(port, backlog, listener)",
       [](Server& s, Function<void()> f) -> Server& { return s.listen(0, 5, std::move(f)); }},
      {"listen(port, host, listener)",
       [](Server& s, Function<void()> f) -> Server& {
         return s.listen(0, "127.0.0.1", std::move(f));
       }},
      {"listen(port, host, backlog, listener)",
       [](Server& s, Function<void()> f) -> Server& {
         return s.listen(0, "127.0.0.1", 5, std::move(f));
       }},
      {"listen(port as text, listener)",
       [](Server& s, Function<void()> f) -> Server& { return s.listen("0", std::move(f)); }},
      {"listen(path, listener)",
       [&](Server& s, Function<void()> f) -> Server& { return s.listen(path, std::move(f)); }},
      {"listen(path, backlog, listener)",
       [&](Server& s, Function<void()> f) -> Server& { return s.listen(path, 5, std::move(f)); }},
      {"listen({.port}, listener)",
       [](Server& s, Function<void()> f) -> Server& {
         return s.listen({.port = "0x0", .ipv6Only = true}, std::move(f));
       }},
  };
  for (const Form& form : forms) {
    INFO(form.name);
    Server& server = world.watch(world.net().createServer());
    int told = 0;
    Server& answer = form.listen(server, [&] { ++told; });
    CHECK(&answer == &server);
    CHECK(told == 0);
    world.until([&] { return told > 0; });
    CHECK(told == 1);
    CHECK(server.listening());
    CHECK(server.address() != ServerAddress());
    bool closed = false;
    server.close([&](const Error* error) { closed = error == nullptr; });
    world.until([&] { return closed; });
  }
  world.end();
}

TEST_CASE("without a port, and with port 0, the system picks one that address() tells",
          "[net][S03][S04]") {
  NetWorld world;
  Server& first = world.watch(world.net().createServer());
  Server& second = world.watch(world.net().createServer());
  first.listen();
  second.listen({.port = 0, .host = "127.0.0.1"});
  world.until([&] { return first.listening() && second.listening(); });
  CHECK(tcpAddress(first).port > 0);
  CHECK(tcpAddress(second).port > 0);
  CHECK(tcpAddress(first).port != tcpAddress(second).port);
  checkReachable(world, second, {.port = tcpAddress(second).port, .host = "127.0.0.1"});
  first.close();
  second.close();
  world.end();
}

TEST_CASE("without a host it listens on ::, which takes IPv4 too", "[net][S05][S06][C03]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.listen({.port = 0});
  world.until([&] { return server.listening(); });
  CHECK(tcpAddress(server).address == "::");
  CHECK(tcpAddress(server).family == "IPv6");
  checkReachable(world, server, {.port = tcpAddress(server).port, .host = "127.0.0.1"});
  checkReachable(world, server, {.port = tcpAddress(server).port, .host = "::1"});
  server.close();
  world.end();
}

TEST_CASE("ipv6Only takes no IPv4 on ::", "[net][S17]") {
  const HeldPort held;
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.listen({.port = held.port, .ipv6Only = true});
  world.until([&] { return server.listening(); });
  CHECK(tcpAddress(server).address == "::");
  checkReachable(world, server, {.port = held.port, .host = "::1"});
  // The same port is still free for IPv4.
  Server& other = world.watch(world.net().createServer());
  Record record(other);
  other.listen({.port = held.port, .host = "127.0.0.1"});
  world.until([&] { return !record.events.empty(); });
  CHECK(record.text() == "listening");
  other.close();
  server.close();
  world.end();
}

TEST_CASE("a host name is looked up before it listens", "[net][S03]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  server.listen({.port = 0, .host = "localhost"});
  CHECK_FALSE(server.listening());
  world.until([&] { return !record.events.empty(); });
  REQUIRE(record.text() == "listening");
  const AddressInfo address = tcpAddress(server);
  CHECK((address.address == "127.0.0.1" || address.address == "::1"));
  server.close();
  world.end();
}

TEST_CASE("a port goes before a path, and a descriptor before both", "[net][S12][S13]") {
  NetWorld world;
  const std::string path = world.path();
  Server& byPort = world.watch(world.net().createServer());
  byPort.listen({.port = 0, .host = "127.0.0.1", .path = path});
  world.until([&] { return byPort.listening(); });
  CHECK(tcpAddress(byPort).family == "IPv4");
  CHECK(::access(path.c_str(), F_OK) == -1);

  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  Server& byFd = world.watch(world.net().createServer());
  Record record(byFd);
  byFd.listen({.port = 0, .path = path, .fd = fd});
  world.until([&] { return !record.events.empty(); });
  // The descriptor was taken, though it is not bound and cannot listen.
  CHECK(describe(record.errors.at(0)) ==
        "Error EINVAL: listen EINVAL: invalid argument {errno=-22 syscall=listen}");
  byPort.close();
  byFd.close();
  world.end();
}

TEST_CASE("listen(path) makes a socket file there and address() is the path",
          "[net][S07][S08][S30][I01][I02]") {
  NetWorld world;
  const std::string path = world.path();
  Server& server = world.watch(world.net().createServer());
  server.listen(path);
  world.until([&] { return server.listening(); });
  CHECK(server.address() == ServerAddress(path));
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK(S_ISSOCK(status.st_mode));
  checkReachable(world, server, {.path = path});
  server.close();
  world.end();
}

TEST_CASE("'listening' comes on the next tick, not during listen(), and once",
          "[net][S20][E01][S38]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world;
  const Ref<Server> kept(&world.net().createServer());
  Server& server = world.watch(*kept, 2);
  std::vector<std::string> order;
  server.on<"listening">([&] { order.emplace_back("event"); });
  const auto start = [&] {
    if (transport == Transport::kTcp) {
      server.listen({.port = 0}, [&] { order.emplace_back("listener"); });
    } else {
      server.listen({.path = world.path("again")}, [&] { order.emplace_back("listener"); });
    }
    order.emplace_back(server.listening() ? "listening() already" : "not listening()");
  };
  world.host.nextTick([&] {
    start();
    world.host.nextTick([&] { order.emplace_back("tick"); });
  });
  world.until([&] { return order.size() == 4; });
  CHECK(order == std::vector<std::string>{"listening() already", "event", "listener", "tick"});
  // The listener of the first listen() is not told of the second.
  bool closed = false;
  server.close([&] { closed = true; });
  world.until([&] { return closed; });
  order.clear();
  start();
  world.until([&] { return order.size() == 3; });
  CHECK(order == std::vector<std::string>{"listening() already", "event", "listener"});
  server.close();
  world.end();
}

TEST_CASE("accepted sockets can be bound again at once: SO_REUSEADDR is set", "[net][S19]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  const int port = pair.listening.port;
  // The server's end closes first, so that the port is left in TIME_WAIT.
  pair.client.resume();
  pair.accepted.end();
  pair.accepted.resume();
  pair.server.close();
  runToEnd(world.host);
  Server& again = world.watch(world.net().createServer());
  Record record(again);
  again.listen({.port = port, .host = "127.0.0.1"});
  world.until([&] { return !record.events.empty(); });
  CHECK(record.text() == "listening");
  again.close();
  world.end();
}

TEST_CASE("a backlog of 1 still lets clients in one after the other", "[net][S18]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  const std::string path = world.path();
  ListenOptions options{.backlog = 1};
  if (transport == Transport::kTcp) {
    options.port = 0;
    options.host = "127.0.0.1";
  } else {
    options.path = path;
  }
  server.listen(options);
  world.until([&] { return server.listening(); });
  for (int i = 0; i < 3; ++i) {
    ConnectOptions to{.path = transport == Transport::kTcp ? "" : path};
    if (transport == Transport::kTcp) {
      to.port = tcpAddress(server).port;
      to.host = "127.0.0.1";
    }
    checkReachable(world, server, to);
  }
  server.close();
  world.end();
}

TEST_CASE("exclusive is accepted, and a second bind of the port fails as without it",
          "[net][S14]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.listen({.port = 0, .host = "127.0.0.1", .exclusive = true});
  world.until([&] { return server.listening(); });
  Server& second = world.watch(world.net().createServer());
  Record record(second);
  second.listen({.port = tcpAddress(server).port, .host = "127.0.0.1", .exclusive = true});
  world.until([&] { return !record.events.empty(); });
  CHECK(record.text() == "error");
  CHECK(record.errors.at(0).code == "EADDRINUSE");
  server.close();
  second.close();
  world.end();
}

TEST_CASE("readableAll and writableAll open the socket file to everyone", "[net][S15][S16]") {
  struct Case {
    bool readable, writable;
    unsigned added;
  };
  const Case mode = GENERATE(Case{false, false, 0}, Case{true, false, 0444},
                             Case{false, true, 0222}, Case{true, true, 0666});
  NetWorld world;
  const std::string path = world.path();
  Server& server = world.watch(world.net().createServer());
  const mode_t mask = ::umask(0077);
  server.listen({.path = path, .readableAll = mode.readable, .writableAll = mode.writable});
  ::umask(mask);
  world.until([&] { return server.listening(); });
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0066U) == (mode.added & 0066U));
  CHECK((status.st_mode & mode.added) == mode.added);
  server.close();
  world.end();
}

}  // namespace
}  // namespace uvnet
