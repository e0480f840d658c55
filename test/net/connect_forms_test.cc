// net.connect() and net.createConnection(): the forms, the defaults, and who is told what.
#include <netdb.h>
#include <uvnet/net.h>

#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

Transport anyTransport() { return GENERATE(Transport::kTcp, Transport::kUnix); }

// A server that says hello and goodbye on "::" (so that both families reach it) or on a path.
class Greeter {
 public:
  Greeter(NetWorld& inWorld, Transport transport) : world(inWorld) {
    Server& made = world.watch(world.net().createServer([this](Socket& socket) {
      ++accepted;
      world.watch(socket).end("hello");
      socket.resume();
    }));
    server = Ref<Server>(&made);
    if (transport == Transport::kTcp) {
      made.listen({.port = 0});
    } else {
      made.listen(path = world.path());
    }
    world.until([&] { return made.listening(); });
    if (transport == Transport::kTcp) port = std::get<AddressInfo>(made.address()).port;
  }

  NetWorld& world;
  Ref<Server> server;
  std::string path;
  int port = 0;
  int accepted = 0;
};

TEST_CASE("every form of connect() and createConnection() connects and returns the socket",
          "[net][M09][M10][M11][I01]") {
  NetWorld world;
  Greeter tcp(world, Transport::kTcp);
  Greeter local(world, Transport::kUnix);
  Net& net = world.net();
  const int port = tcp.port;
  const std::string text = std::to_string(port);
  using Form = std::function<Socket&(Function<void()>)>;
  const std::vector<std::pair<const char*, Form>> forms = {
      {"connect(port, f)", [&](auto f) -> Socket& { return net.connect(port, std::move(f)); }},
      {"connect(port, host, f)",
       [&](auto f) -> Socket& { return net.connect(port, "127.0.0.1", std::move(f)); }},
      {"connect(text, f)", [&](auto f) -> Socket& { return net.connect(text, std::move(f)); }},
      {"connect(path, f)",
       [&](auto f) -> Socket& { return net.connect(local.path, std::move(f)); }},
      {"connect({port}, f)",
       [&](auto f) -> Socket& { return net.connect({.port = text}, std::move(f)); }},
      {"connect({path}, f)",
       [&](auto f) -> Socket& { return net.connect({.path = local.path}, std::move(f)); }},
      {"createConnection(port, f)",
       [&](auto f) -> Socket& { return net.createConnection(port, std::move(f)); }},
      {"createConnection(port, host, f)",
       [&](auto f) -> Socket& { return net.createConnection(port, "::1", std::move(f)); }},
      {"createConnection(path, f)",
       [&](auto f) -> Socket& { return net.createConnection(local.path, std::move(f)); }},
      {"createConnection({port}, f)",
       [&](auto f) -> Socket& { return net.createConnection({.port = port}, std::move(f)); }},
  };
  int expected = 0;
  for (const auto& [name, form] : forms) {
    INFO(name);
    int told = 0;
    Socket& socket = world.watch(form([&] { ++told; }));
    CHECK(socket.connecting());
    CHECK(socket.readyState() == "opening");
    CHECK(told == 0);
    Record record(socket);
    world.until([&] { return record.has("close"); });
    CHECK(told == 1);
    CHECK(record.data == "hello");
    ++expected;
  }
  // And without a listener.
  for (Socket* socket : {&net.connect(port), &net.connect(port, "127.0.0.1"),
                         &net.connect(local.path), &net.createConnection(port)}) {
    Record record(world.watch(*socket));
    world.until([&] { return record.has("close"); });
    CHECK(record.data == "hello");
    ++expected;
  }
  CHECK(tcp.accepted + local.accepted == expected);
  tcp.server->close();
  local.server->close();
  world.end();
}

TEST_CASE("a path goes before a port", "[net][M10][I01]") {
  NetWorld world;
  Greeter local(world, Transport::kUnix);
  Socket& socket = world.watch(world.net().connect({.port = -1, .path = local.path}));
  Record record(socket);
  world.until([&] { return record.has("close"); });
  local.server->close();
  world.end();
  CHECK(record.data == "hello");
}

TEST_CASE("without a host it connects to localhost, also when the host is empty", "[net][M12]") {
  NetWorld world;
  Greeter tcp(world, Transport::kTcp);
  const bool empty = GENERATE(false, true);
  std::string host;
  Socket& socket = world.watch(empty ? world.net().connect({.port = tcp.port, .host = ""})
                                     : world.net().connect(tcp.port));
  socket.on<"lookup">([&](const Error* error, const std::string&, int, const std::string& name) {
    CHECK(error == nullptr);
    host = name;
  });
  Record record(socket);
  world.until([&] { return record.has("close"); });
  tcp.server->close();
  world.end();
  CHECK(host == "localhost");
  CHECK(record.data == "hello");
}

TEST_CASE("the connect listener is told once, not again by a second life", "[net][M13][M14][C09]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Greeter greeter(world, transport);
  const ConnectOptions to = transport == Transport::kTcp ? ConnectOptions{.port = greeter.port}
                                                         : ConnectOptions{.path = greeter.path};
  int told = 0;
  const Ref<Socket> socket(&world.net().connect(to, [&] { ++told; }));
  world.watch(*socket, 2);
  CHECK(socket->listenerCount<"connect">() >= 1);
  Record record(*socket);
  world.until([&] { return record.count("close") == 1; });
  CHECK(told == 1);
  socket->connect(to);
  world.until([&] { return record.count("close") == 2; });
  CHECK(record.count("connect") == 2);
  CHECK(told == 1);
  greeter.server->close();
  world.end();
}

TEST_CASE("a connect listener of a failed connect() is not told", "[net][M14]") {
  NetWorld world;
  int told = 0;
  Socket& socket = world.watch(world.net().connect({.path = world.path()}, [&] { ++told; }));
  Record record(socket);
  world.end();
  CHECK(record.text() == "error close");
  CHECK(told == 0);
}

TEST_CASE("the option timeout is set before it connects, and its notice comes",
          "[net][M15][net:socket.timeout]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  Ref<Socket> accepted;
  server->on<"connection">([&](Socket& peer) { accepted = Ref<Socket>(&world.watch(peer)); });
  Socket& socket = world.watch(world.net().connect(server.to({.timeout = 5})));
  CHECK(socket.timeout() == 5);
  CHECK(socket.connecting());
  Record record(socket);
  world.until([&] { return accepted && record.has("timeout"); });
  CHECK_FALSE(socket.destroyed());
  socket.destroy();
  accepted->destroy();
  server->close();
  world.end();
}

TEST_CASE("a timeout that is none is refused by connect()", "[net][M15]") {
  NetWorld world;
  const auto refused = [&](double timeout) {
    return thrownBy([&] { world.net().connect({.path = world.path(), .timeout = timeout}); });
  };
  const std::string start =
      "RangeError ERR_OUT_OF_RANGE: The value of \"msecs\" is out of range. It must be a "
      "non-negative finite number. Received ";
  CHECK(refused(-1) == start + "-1 {}");
  CHECK(refused(std::numeric_limits<double>::infinity()) == start + "Infinity {}");
  Socket& never = world.watch(world.net().connect({.path = world.path(), .timeout = 0}));
  CHECK(never.timeout() == std::nullopt);
  Record record(never);
  world.end();
}

TEST_CASE("the options make the socket and lead the connect", "[net][M16][M18]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  std::string seen;
  std::string memory(16, '\0');
  LoopbackPair pair(world, transport, {},
                    {.allowHalfOpen = true,
                     .onread = {.buffer = memory,
                                .callback =
                                    [&](std::size_t n, std::span<char> buffer) {
                                      CHECK(buffer.data() == memory.data());
                                      seen.append(buffer.data(), n);
                                      return true;
                                    }},
                     .noDelay = true,
                     .keepAlive = true,
                     .keepAliveInitialDelay = 1000,
                     .highWaterMark = 4321});
  CHECK(pair.client.allowHalfOpen());
  CHECK(pair.client.writableHighWaterMark() == 4321);
  Record client(pair.client);
  pair.accepted.end("for onread");
  pair.accepted.resume();
  pair.server.close();
  world.until([&] { return client.has("end"); });
  CHECK(seen == "for onread");
  CHECK(client.data.empty());
  CHECK(pair.client.readyState() == "writeOnly");
  pair.client.end();
  world.end();
}

TEST_CASE("allowHalfOpen is off for clients by default", "[net][M18]") {
  const Transport transport = anyTransport();
  NetWorld world;
  LoopbackPair pair(world, transport, {.allowHalfOpen = true});
  CHECK_FALSE(pair.client.allowHalfOpen());
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.accepted.end();
  pair.server.close();
  world.end();
  CHECK(client.text() == "end finish close");
  CHECK(accepted.count("end") == 1);
}

TEST_CASE("localAddress is the address it connects from", "[net][M17]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp, {}, {.localAddress = "127.0.0.1"});
  CHECK(pair.client.localAddress() == "127.0.0.1");
  CHECK(pair.accepted.remoteAddress() == "127.0.0.1");
  CHECK(pair.accepted.remotePort() == pair.client.localPort());
  pair.close();
#ifdef __linux__
  // All of 127/8 is this machine on Linux.
  LoopbackPair other(world, Transport::kTcp, {}, {.localAddress = "127.0.0.2"});
  CHECK(other.client.localAddress() == "127.0.0.2");
  CHECK(other.accepted.remoteAddress() == "127.0.0.2");
  other.close();
#endif
  world.end();
}

TEST_CASE("net::Stream is the class of sockets", "[net][M21]") {
  CHECK(std::is_same_v<net::Stream, Socket>);
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  net::Stream& stream = pair.client;
  CHECK(stream.readyState() == "open");
  pair.close();
  world.end();
}

TEST_CASE("a lookup is asked for both families, with ADDRCONFIG, and answers with all",
          "[net][C10][C11][C12]") {
  NetWorld world;
  Greeter tcp(world, Transport::kTcp);
  std::vector<LookupOptions> asked;
  std::vector<std::pair<std::string, int>> told;
  Socket& socket = world.watch(
      world.net().connect({.port = tcp.port,
                           .host = "somewhere.invalid",
                           .lookup = [&](const std::string& host, const LookupOptions& options,
                                         const LookupCallback& answer) {
                             CHECK(host == "somewhere.invalid");
                             asked.push_back(options);
                             answer(nullptr, {{"127.0.0.1", 4}});
                           }}));
  socket.on<"lookup">(
      [&](const Error*, const std::string& address, int family, const std::string& host) {
        CHECK(host == "somewhere.invalid");
        told.emplace_back(address, family);
      });
  Record record(socket);
  world.until([&] { return record.has("close"); });
  tcp.server->close();
  world.end();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].family == 0);
  CHECK(asked[0].hints == AI_ADDRCONFIG);
  CHECK(asked[0].all);
  CHECK(record.data == "hello");
}

TEST_CASE("the defaults for several addresses belong to the Net",
          "[net][M10][net:defaultAutoSelectFamily][net:defaultAutoSelectFamilyAttemptTimeout]") {
  LoopHost host;
  Net net{host, {.autoSelectFamily = false, .autoSelectFamilyAttemptTimeout = 1}};
  Net other{host};
  CHECK_FALSE(net.getDefaultAutoSelectFamily());
  CHECK(other.getDefaultAutoSelectFamily());
  net.setDefaultAutoSelectFamily(true);
  CHECK(net.getDefaultAutoSelectFamily());
  CHECK(net.getDefaultAutoSelectFamilyAttemptTimeout() == 10);
  CHECK(other.getDefaultAutoSelectFamilyAttemptTimeout() == 500);
  for (const int asked : {1, 9, 10}) {
    net.setDefaultAutoSelectFamilyAttemptTimeout(asked);
    CHECK(net.getDefaultAutoSelectFamilyAttemptTimeout() == 10);
  }
  net.setDefaultAutoSelectFamilyAttemptTimeout(11);
  for (const int wrong : {0, -1}) {
    CHECK(thrownBy([&] { net.setDefaultAutoSelectFamilyAttemptTimeout(wrong); }) ==
          "RangeError ERR_OUT_OF_RANGE: The value of \"value\" is out of range. It must be >= 1 && "
          "<= 2147483647. Received " +
              std::to_string(wrong) + " {}");
  }
  CHECK(net.getDefaultAutoSelectFamilyAttemptTimeout() == 11);
}

}  // namespace
}  // namespace uvnet
