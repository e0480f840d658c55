// What connect() refuses, and what becomes of a connect that fails. Texts are node's.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uvnet/net.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

std::string badPort(const std::string& received) {
  return "RangeError ERR_SOCKET_BAD_PORT: Port should be >= 0 and < 65536. Received " + received +
         ". {}";
}

// What connect(arguments...) throws, of the Net and of a socket, which can be used afterwards.
template <class... Args>
std::string connectThrows(const Args&... args) {
  NetWorld world;
  const std::string thrown = thrownBy([&] {
    Socket& made = world.net().connect(args...);
    made.on<"error">([] {});
  });
  const Ref<Socket> socket = make<Socket>(world.net());
  socket->on<"error">([] {});
  int told = 0;
  CHECK(thrownBy([&] { socket->connect(args..., [&] { ++told; }); }) == thrown);
  if (thrown != "nothing") {
    CHECK_FALSE(socket->connecting());
    CHECK(socket->listenerCount<"connect">() == 0);
  }
  socket->destroy();
  return thrown;
}

// The one error of a connect that fails, which never comes during the call.
std::string connectError(NetWorld& world, const ConnectOptions& options) {
  const Ref<Socket> kept(&world.watch(world.net().connect(options)));
  Socket& socket = *kept;
  CHECK(socket.connecting());
  CHECK(socket.pending());
  Record record(socket);
  world.until([&] { return record.has("close"); });
  CHECK(record.text() == "error close");
  CHECK(record.hadError == std::vector<bool>{true});
  CHECK(socket.destroyed());
  CHECK_FALSE(socket.connecting());
  return record.errors.empty() ? std::string() : describe(record.errors[0]);
}

TEST_CASE("connect() refuses a port that is none: ERR_SOCKET_BAD_PORT",
          "[net][M09][M10][code:ERR_SOCKET_BAD_PORT]") {
  CHECK(connectThrows(-1) == badPort("type number (-1)"));
  CHECK(connectThrows(65536) == badPort("type number (65536)"));
  CHECK(connectThrows(65536, "127.0.0.1") == badPort("type number (65536)"));
  const auto options = [](Port port) { return ConnectOptions{.port = port, .host = "127.0.0.1"}; };
  CHECK(connectThrows(options(1.5)) == badPort("type number (1.5)"));
  CHECK(connectThrows(options(std::numeric_limits<double>::quiet_NaN())) ==
        badPort("type number (NaN)"));
  CHECK(connectThrows(options(std::numeric_limits<double>::infinity())) ==
        badPort("type number (Infinity)"));
  CHECK(connectThrows(options("NaN")) == badPort("type string ('NaN')"));
  CHECK(connectThrows(options("")) == badPort("type string ('')"));
  CHECK(connectThrows(options(" ")) == badPort("type string (' ')"));
  CHECK(connectThrows(options("0x")) == badPort("type string ('0x')"));
  CHECK(connectThrows(options("1.5")) == badPort("type string ('1.5')"));
  CHECK(connectThrows(options("65536")) == badPort("type string ('65536')"));
  CHECK(connectThrows(options("it's")) == badPort("type string (\"it's\")"));
  CHECK(connectThrows(options("0x1f")) == "nothing");
  CHECK(connectThrows(options("80 ")) == "nothing");
  CHECK(connectThrows("") == badPort("type string ('')"));
  CHECK(connectThrows("1.5") == badPort("type string ('1.5')"));
  CHECK(connectThrows("65536") == badPort("type string ('65536')"));
}

TEST_CASE("connect() needs a port or a path: ERR_MISSING_ARGS",
          "[net][M10][code:ERR_MISSING_ARGS]") {
  const std::string missing =
      "TypeError ERR_MISSING_ARGS: The \"options\" or \"port\" or \"path\" argument must be "
      "specified {}";
  CHECK(connectThrows(ConnectOptions{}) == missing);
  CHECK(connectThrows(ConnectOptions{.host = "localhost"}) == missing);
  CHECK(connectThrows(ConnectOptions{.path = ""}) == missing);
}

TEST_CASE("connect() refuses a localAddress that is no IP address", "[net][M17]") {
  for (const std::string address : {"localhost", "1.2.3", "::1%", "300.1.1.1"}) {
    CHECK(connectThrows(ConnectOptions{.port = 1, .localAddress = address}) ==
          "TypeError ERR_INVALID_IP_ADDRESS: Invalid IP address: " + address + " {}");
  }
}

TEST_CASE(
    "connect() refuses families, hints and attempt timeouts that are none",
    "[net][M10][C10][net:options.family][code:ERR_INVALID_ARG_VALUE][code:ERR_OUT_OF_RANGE]") {
  const std::string family =
      "TypeError ERR_INVALID_ARG_VALUE: The property 'options.family' must be one of: 0, 4, 6. "
      "Received ";
  CHECK(connectThrows(ConnectOptions{.port = 1, .family = 5}) == family + "5 {}");
  CHECK(connectThrows(ConnectOptions{.port = 1, .family = -1}) == family + "-1 {}");
  CHECK(connectThrows(ConnectOptions{.port = 1, .family = "IPv5"}) == family + "'IPv5' {}");
  CHECK(connectThrows(ConnectOptions{.port = 1, .family = ""}) == family + "'' {}");
  // Nobody asks where there is nothing to look up.
  CHECK(connectThrows(ConnectOptions{.port = 1, .host = "127.0.0.1", .family = 5}) == "nothing");
  for (const char* good : {"IPv4", "IPv6"}) {
    CHECK(connectThrows(ConnectOptions{.port = 1, .host = "localhost", .family = good}) ==
          "nothing");
  }
  // Node takes hints for 32 bits without a sign.
  for (const int hints : {1, 1024, 2048, -1, -2}) {
    CHECK(connectThrows(ConnectOptions{.port = 1, .host = "localhost", .hints = hints}) ==
          "TypeError ERR_INVALID_ARG_VALUE: The argument 'hints' is invalid. Received " +
              std::to_string(static_cast<unsigned>(hints)) + " {}");
  }
  for (const int wait : {0, -1}) {
    CHECK(connectThrows(ConnectOptions{
              .port = 1, .host = "127.0.0.1", .autoSelectFamilyAttemptTimeout = wait}) ==
          "RangeError ERR_OUT_OF_RANGE: The value of \"options.autoSelectFamilyAttemptTimeout\" is "
          "out of range. It must be >= 1 && <= 2147483647. Received " +
              std::to_string(wait) + " {}");
  }
}

// Node takes some of these and fails later or not at all.
TEST_CASE("connect() refuses a localPort that is no port", "[net][M17]") {
  CHECK(connectThrows(ConnectOptions{.port = 1, .host = "127.0.0.1", .localPort = 65536}) ==
        "RangeError ERR_SOCKET_BAD_PORT: options.localPort should be >= 0 and < 65536. Received "
        "type number (65536). {}");
}

TEST_CASE("a socket that was refused its options can connect with better ones", "[net][M10]") {
  NetWorld world;
  Listening server(world, Transport::kTcp);
  server->on<"connection">([&](Socket& peer) { world.watch(peer).destroy(); });
  const Ref<Socket> socket = make<Socket>(world.net());
  world.watch(*socket);
  Record record(*socket);
  CHECK(thrownBy([&] { socket->connect(-1); }) != "nothing");
  CHECK(socket->readyState() == "open");  // as any socket that was never connected, in node too
  CHECK(socket->pending());
  socket->connect(server.to());
  world.until([&] { return record.has("close"); });
  CHECK(record.count("connect") == 1);
  server->close();
  world.end();
}

TEST_CASE("ECONNREFUSED names the address and the port", "[net][M10][M17][code:ECONNREFUSED]") {
  NetWorld world;
  const HeldPort nobody;
  ConnectOptions to{.port = nobody.port, .host = "127.0.0.1"};
  const std::string port = std::to_string(nobody.port);
  const std::string end = " {errno=-111 syscall=connect address=127.0.0.1 port=" + port;
  CHECK(connectError(world, to) ==
        "Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:" + port + end + "}");
  to.localAddress = "127.0.0.1";
  CHECK(connectError(world, to) ==
        "Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:" + port + end + "}");
  CHECK(connectError(world, {.port = 0, .host = "127.0.0.1"}) ==
        "Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1 {errno=-111 syscall=connect "
        "address=127.0.0.1}");
  CHECK(connectError(world, {.port = nobody.port, .host = "::1"}) ==
        "Error ECONNREFUSED: connect ECONNREFUSED ::1:" + port +
            " {errno=-111 syscall=connect address=::1 port=" + port + "}");
  world.end();
}

TEST_CASE("an error of a bound connect names the local end too", "[net][M17]") {
  NetWorld world;
  const HeldPort nobody;
  const HeldPort here;
  ConnectOptions to{.port = nobody.port, .host = "127.0.0.1", .localPort = here.port};
  const std::string port = std::to_string(nobody.port);
  const std::string local = std::to_string(here.port);
  to.localAddress = "127.0.0.1";
  CHECK(connectError(world, to) == "Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:" + port +
                                       " - Local (127.0.0.1:" + local +
                                       ") {errno=-111 syscall=connect address=127.0.0.1 port=" +
                                       port + " localAddress=127.0.0.1 localPort=" + local + "}");
  to.localAddress.clear();
  CHECK(connectError(world, to) == "Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:" + port +
                                       " - Local (0.0.0.0:" + local +
                                       ") {errno=-111 syscall=connect address=127.0.0.1 port=" +
                                       port + " localAddress=0.0.0.0 localPort=" + local + "}");
  world.end();
}

TEST_CASE("a local end that cannot be had: EADDRNOTAVAIL, EADDRINUSE, EINVAL of bind",
          "[net][M17][R15][code:EADDRNOTAVAIL][code:EADDRINUSE]") {
  NetWorld world;
  Listening server(world, Transport::kTcp);
  const std::string port = std::to_string(server.port);
  CHECK(connectError(world, server.to({.localAddress = "192.0.2.1"})) ==
        "Error EADDRNOTAVAIL: bind EADDRNOTAVAIL 192.0.2.1 {errno=-99 syscall=bind "
        "address=192.0.2.1}");
  CHECK(connectError(world, server.to({.localAddress = "127.0.0.1", .localPort = server.port})) ==
        "Error EADDRINUSE: bind EADDRINUSE 127.0.0.1:" + port +
            " {errno=-98 syscall=bind address=127.0.0.1 port=" + port + "}");
  CHECK(connectError(world, server.to({.localAddress = "::1"})) ==
        "Error EINVAL: bind EINVAL ::1 {errno=-22 syscall=bind address=::1}");
  server->close();
  world.end();
}

TEST_CASE("a path where nobody listens: ENOENT, ECONNREFUSED, ENOTDIR",
          "[net][I01][I02][code:ENOENT]") {
  NetWorld world;
  const auto expected = [](const char* code, int number, const std::string& path) {
    return std::string("Error ") + code + ": connect " + code + " " + path +
           " {errno=" + std::to_string(number) + " syscall=connect address=" + path + "}";
  };
  const std::string missing = world.path("missing");
  CHECK(connectError(world, {.path = missing}) == expected("ENOENT", -2, missing));
  CHECK(connectError(world, {.path = missing + "/x"}) == expected("ENOENT", -2, missing + "/x"));

  const std::string plain = world.path("plain");
  std::ofstream(plain) << "not a socket";
  CHECK(connectError(world, {.path = plain}) == expected("ECONNREFUSED", -111, plain));
  CHECK(connectError(world, {.path = plain + "/x"}) == expected("ENOTDIR", -20, plain + "/x"));
  std::filesystem::remove(plain);

  const std::string folder = std::filesystem::path(plain).parent_path().string();
  CHECK(connectError(world, {.path = folder}) == expected("ECONNREFUSED", -111, folder));

  // What a crash leaves behind: a socket file with nobody behind it.
  const std::string stale = world.path("stale");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, stale.c_str(), sizeof address.sun_path - 1);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(fd);
  CHECK(connectError(world, {.path = stale}) == expected("ECONNREFUSED", -111, stale));
  std::filesystem::remove(stale);
  world.end();
}

TEST_CASE("a host name that is none: getaddrinfo's error, after 'lookup' was told",
          "[net][M12][code:ENOTFOUND]") {
  NetWorld world;
  CHECK(connectError(world, {.port = 1, .host = "a..b"}) ==
        "Error ENOTFOUND: getaddrinfo ENOTFOUND a..b {errno=-3008 syscall=getaddrinfo "
        "hostname=a..b}");
  const std::string tooLong(300, 'a');
  CHECK(connectError(world, {.port = 1, .host = tooLong}) ==
        "Error EINVAL: getaddrinfo EINVAL " + tooLong +
            " {errno=-22 syscall=getaddrinfo hostname=" + tooLong + "}");
  Error mine("getaddrinfo ENOTFOUND x.invalid", "ENOTFOUND");
  mine.number = -3008;
  mine.syscall = "getaddrinfo";
  mine.hostname = "x.invalid";
  CHECK(connectError(world, {.port = 1,
                             .host = "x.invalid",
                             .lookup = [&](auto&&, auto&&,
                                           const LookupCallback& answer) { answer(&mine, {}); }}) ==
        "Error ENOTFOUND: getaddrinfo ENOTFOUND x.invalid {errno=-3008 syscall=getaddrinfo "
        "hostname=x.invalid}");
  world.end();
}

TEST_CASE("what a lookup may not answer",
          "[net][M10][code:ERR_INVALID_IP_ADDRESS][code:ERR_INVALID_ADDRESS_FAMILY]") {
  NetWorld world;
  const auto answering = [](std::vector<LookupAddress> found, Family family) {
    return ConnectOptions{
        .port = 1,
        .host = "x.invalid",
        .family = family,
        .lookup = [found = std::move(found)](auto&&, auto&&, const LookupCallback& answer) {
          answer(nullptr, found);
        }};
  };
  const int family = GENERATE(0, 4);
  CHECK(connectError(world, answering({{"nope", 4}}, family)) ==
        "TypeError ERR_INVALID_IP_ADDRESS: Invalid IP address: nope {}");
  CHECK(connectError(world, answering({{"127.0.0.1", 5}}, family)) ==
        "RangeError ERR_INVALID_ADDRESS_FAMILY: Invalid address family: 5 x.invalid:1 {port=1}");
  // Node fails with a TypeError of its own making here.
  CHECK(connectError(world, answering({}, family)) ==
        "Error ENOTFOUND: getaddrinfo ENOTFOUND x.invalid {errno=-3007 syscall=getaddrinfo "
        "hostname=x.invalid}");
  world.end();
}

TEST_CASE("several addresses that all refuse: an AggregateError of each",
          "[net][M10][net:AggregateError][net:socket.autoSelectFamilyAttemptedAddresses][net:"
          "options.autoSelectFamily]") {
  NetWorld world;
  const HeldPort nobody;
  Socket& socket =
      world.watch(world.net().connect({.port = nobody.port,
                                       .host = "x.invalid",
                                       .lookup = [](auto&&, auto&&, const LookupCallback& answer) {
                                         answer(nullptr, {{"127.0.0.1", 4}, {"127.0.0.2", 4}});
                                       }}));
  Record record(socket);
  world.end();
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  const Error& error = record.errors[0];
  CHECK(describe(error) == "AggregateError ECONNREFUSED:  {}");
  REQUIRE(error.errors.size() == 2);
  const std::string port = std::to_string(nobody.port);
  CHECK(describe(error.errors[1]) ==
        "Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.2:" + port +
            " {errno=-111 syscall=connect address=127.0.0.2 port=" + port + "}");
}

TEST_CASE("setTimeout refuses what is no time", "[net][M15]") {
  NetWorld world;
  const Ref<Socket> socket = make<Socket>(world.net());
  const std::string start =
      "RangeError ERR_OUT_OF_RANGE: The value of \"msecs\" is out of range. It must be a "
      "non-negative finite number. Received ";
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CHECK(thrownBy([&] { socket->setTimeout(-1); }) == start + "-1 {}");
  CHECK(thrownBy([&] { socket->setTimeout(-0.5); }) == start + "-0.5 {}");
  CHECK(thrownBy([&] { socket->setTimeout(kInfinity); }) == start + "Infinity {}");
  CHECK(thrownBy([&] { socket->setTimeout(-kInfinity); }) == start + "-Infinity {}");
  CHECK(thrownBy([&] { socket->setTimeout(std::numeric_limits<double>::quiet_NaN()); }) ==
        start + "NaN {}");
  CHECK(socket->timeout() == std::nullopt);
  for (const double legal : {0.0, 0.5, 1e300}) {
    socket->setTimeout(legal);
    CHECK(socket->timeout() == legal);
  }
  socket->setTimeout(0);
  socket->destroy();
}

TEST_CASE("an unknown encoding is refused wherever one is given",
          "[net][C01][C02][code:ERR_UNKNOWN_ENCODING]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  const std::string unknown = "TypeError ERR_UNKNOWN_ENCODING: Unknown encoding: nope {}";
  CHECK(thrownBy([&] { pair.client.setEncoding("nope"); }) == unknown);
  CHECK(thrownBy([&] { pair.client.write("x", "nope"); }) == unknown);
  CHECK(thrownBy([&] { pair.client.end("x", "nope"); }) == unknown);
  CHECK(thrownBy([&] { pair.client.setDefaultEncoding("nope"); }) == unknown);
  CHECK(pair.client.readyState() == "open");
  CHECK(pair.client.bytesWritten() == 0);
  pair.close();
  world.end();
}

}  // namespace
}  // namespace uvnet
