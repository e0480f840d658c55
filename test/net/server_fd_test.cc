// net.Server on descriptors and on what others are bound to.
#include <uvnet/net.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <variant>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

constexpr const char* kInvalid =
    "Error EINVAL: listen EINVAL: invalid argument {errno=-22 syscall=listen}";

// A socket bound to 127.0.0.1 or to the path.
int boundSocket(Transport transport, const std::string& path) {
  const int fd = ::socket(transport == Transport::kTcp ? AF_INET : AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(fd >= 0);
  if (transport == Transport::kTcp) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  } else {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  return fd;
}

// What a server that was told to listen on this descriptor says.
std::string errorOn(int fd) {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  CHECK(thrownBy([&] { server.listen({.fd = fd}); }) == "nothing");
  world.until([&] { return !record.events.empty(); });
  CHECK(record.text() == "error");
  CHECK_FALSE(server.listening());
  server.close();
  world.end();
  return record.errors.empty() ? std::string() : describe(record.errors[0]);
}

// Node cannot do that on Windows (S11), and this library is not built there yet.
TEST_CASE("listen({fd}) takes over a bound socket, listening or not", "[net][S09][S10][S11][C24]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const bool listening = GENERATE(false, true);
  const bool oldName = GENERATE(false, true);
  NetWorld world;
  const std::string path = world.path();
  const int fd = boundSocket(transport, path);
  if (listening) REQUIRE(::listen(fd, 5) == 0);
  Server& server = world.watch(world.net().createServer());
  int told = 0;
  if (oldName) {
    CHECK(&server.listenFD(fd, [&] { ++told; }) == &server);
  } else {
    CHECK(&server.listen({.fd = fd, .backlog = 3}, [&] { ++told; }) == &server);
  }
  world.until([&] { return told == 1; });
  CHECK(server.listening());

  server.on<"connection">([&](Socket& socket) { world.watch(socket).end("from the descriptor"); });
  ConnectOptions to{.path = transport == Transport::kTcp ? "" : path};
  if (transport == Transport::kTcp) {
    const auto address = std::get<AddressInfo>(server.address());
    CHECK(address.address == "127.0.0.1");
    to.port = address.port;
    to.host = address.address;
  } else {
    CHECK(server.address() == ServerAddress());  // node knows no path either
  }
  Socket& client = world.watch(world.net().connect(to));
  Record record(client);
  world.until([&] { return record.has("close"); });
  CHECK(record.data == "from the descriptor");
  server.close();
  world.end();
  CHECK(::fcntl(fd, F_GETFD) == -1);  // it was ours to close
  if (transport == Transport::kUnix) {
    // Made by somebody else, so it is not ours to unlink.
    CHECK(::unlink(path.c_str()) == 0);
  }
}

TEST_CASE("listen({fd}) on what cannot listen gives node's error event",
          "[net][S10][S23][code:ENOTSOCK][code:EINVAL]") {
  SECTION("a closed descriptor") {
    const int fd = ::dup(0);
    REQUIRE(fd >= 0);
    ::close(fd);
    CHECK(errorOn(fd) == kInvalid);
  }
  SECTION("a file") {
    const int fd = ::open("/dev/null", O_RDONLY);
    CHECK(errorOn(fd) == kInvalid);
    ::close(fd);
  }
  SECTION("a directory") {
    const int fd = ::open("/", O_RDONLY);
    CHECK(errorOn(fd) == kInvalid);
    ::close(fd);
  }
  SECTION("a UDP socket") {
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(errorOn(fd) == kInvalid);
    ::close(fd);
  }
  SECTION("a Unix datagram socket") {
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK(errorOn(fd) == kInvalid);
    ::close(fd);
  }
  SECTION("a Unix socket without a name") {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(errorOn(fd) == kInvalid);
  }
  SECTION("one end of a socket pair") {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    CHECK(errorOn(fds[0]) == kInvalid);
    ::close(fds[1]);
  }
  SECTION("a pipe") {
    int fds[2];
    REQUIRE(::pipe(fds) == 0);
    CHECK(errorOn(fds[0]) ==
          "Error ENOTSOCK: listen ENOTSOCK: socket operation on non-socket {errno=-88 "
          "syscall=listen}");
    ::close(fds[1]);
  }
}

TEST_CASE("a negative descriptor counts as none", "[net][S10][S13][C31]") {
  NetWorld world;
  Server& server = world.net().createServer();
  CHECK(
      thrownBy([&] { server.listen({.fd = -1}); }) ==
      "TypeError ERR_INVALID_ARG_VALUE: The argument 'options' must have the property \"port\" or "
      "\"path\". Received { fd: -1 } {}");
  CHECK(
      thrownBy([&] { server.listenFD(-2); }) ==
      "TypeError ERR_INVALID_ARG_VALUE: The argument 'options' must have the property \"port\" or "
      "\"path\". Received { fd: -2 } {}");
  server.listen({.port = 0, .host = "127.0.0.1", .fd = -1});
  world.until([&] { return server.listening(); });
  server.close();
  world.end();
}

TEST_CASE("listen(server) shares what another server is bound to", "[net][S10]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world;
  Listening first(world, transport);
  Server& second = world.watch(world.net().createServer());
  int told = 0;
  CHECK(&second.listen(*first, [&] { ++told; }) == &second);
  world.until([&] { return told == 1; });
  if (transport == Transport::kTcp) CHECK(second.address() == first->address());

  // The first one goes; the second still accepts. (A Unix socket's file goes with the first.)
  bool closed = false;
  if (transport == Transport::kTcp) {
    first->close([&] { closed = true; });
    world.until([&] { return closed; });
  } else {
    first->setMaxConnections(0);
  }
  int accepted = 0;
  second.on<"connection">([&](Socket& socket) {
    ++accepted;
    world.watch(socket).end();
    socket.resume();
  });
  // Who of the two accepts is the system's choice, so ask until the second one did.
  while (accepted == 0) {
    Socket& client = world.watch(world.net().connect(first.to()));
    Record record(client);
    client.end();
    world.until([&] { return record.has("close"); });
  }
  if (!closed) first->close();
  second.close();
  world.end();
}

TEST_CASE("listen(server) of one that does not listen is refused", "[net][S10]") {
  NetWorld world;
  Server& idle = world.net().createServer();
  Server& server = world.net().createServer();
  CHECK(thrownBy([&] { server.listen(idle); }).substr(0, 32) == "TypeError ERR_INVALID_ARG_VALUE:");
  const Ref<Socket> unconnected = make<Socket>(world.net());
  CHECK(thrownBy([&] { server.listen(*unconnected); }).substr(0, 32) ==
        "TypeError ERR_INVALID_ARG_VALUE:");
  CHECK_FALSE(server.listening());
}

TEST_CASE("listen(socket) listens on what a socket is bound to", "[net][S10]") {
  NetWorld world;
  const int fd = boundSocket(Transport::kTcp, {});
  const Ref<Socket> bound =
      make<Socket>(world.net(), SocketOptions{.fd = fd, .readable = false, .writable = false});
  world.watch(*bound);
  const int port = bound->localPort().value();
  Server& server = world.watch(world.net().createServer());
  server.listen(*bound);
  world.until([&] { return server.listening(); });
  CHECK(std::get<AddressInfo>(server.address()).port == port);
  bound->destroy();
  server.on<"connection">([&](Socket& socket) { world.watch(socket).destroy(); });
  Socket& client = world.watch(world.net().connect({.port = port, .host = "127.0.0.1"}));
  Record record(client);
  world.until([&] { return record.has("close"); });
  CHECK(record.has("connect"));
  server.close();
  world.end();
}

TEST_CASE("listen(socket) of a connected one gives an error event", "[net][S10]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  server.listen(pair.client);
  world.until([&] { return !record.events.empty(); });
  CHECK(record.text() == "error");
  CHECK(record.errors.at(0).code == "EINVAL");
  CHECK(record.errors.at(0).syscall == "listen");
  server.close();
  pair.close();
  world.end();
}

}  // namespace
TEST_CASE("listen(other) after shutdown() opens nothing", "[net][S10]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  {
    Net gone(world.host);
    const Ref<Server> server = make<Server>(gone);
    gone.shutdown();
    CHECK(
        thrownBy([&] { server->listen(*listening); }).starts_with("Error ERR_SERVER_NOT_RUNNING"));
  }
  listening->close();
  world.end();
}

}  // namespace uvnet
