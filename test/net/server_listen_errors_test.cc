// net.Server: what listen() refuses, and what the system refuses it. Texts are node's.
#include <uvnet/net.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <variant>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string badPort(const std::string& received) {
  return "RangeError ERR_SOCKET_BAD_PORT: options.port should be >= 0 and < 65536. Received " +
         received + ". {}";
}

// What listen(arguments...) throws. Nothing has changed then: the server can listen elsewhere.
template <class... Args>
std::string listenThrows(Args&&... args) {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  int told = 0;
  const std::string thrown =
      thrownBy([&] { server.listen(std::forward<Args>(args)..., [&] { ++told; }); });
  if (thrown == "nothing") {
    server.on<"error">([] {});
  } else {
    CHECK_FALSE(server.listening());
    server.listen({.port = 0, .host = "127.0.0.1"});
    world.until([&] { return server.listening(); });
    turn(world.host);
    CHECK(told == 0);
  }
  server.close();
  world.end();
  return thrown;
}

// The error event of a listen() that does not throw.
std::string listenError(NetWorld& world, const ListenOptions& options) {
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  bool inside = true;
  server.on<"error">([&] { CHECK_FALSE(inside); });
  server.listen(options);
  inside = false;
  world.until([&] { return !record.events.empty(); });
  CHECK(record.text() == "error");
  CHECK_FALSE(server.listening());
  CHECK(server.address() == ServerAddress());
  turn(world.host);
  CHECK(record.text() == "error");  // no 'close' without close()
  server.close();
  world.until([&] { return record.has("close"); });
  return record.errors.empty() ? std::string() : describe(record.errors[0]);
}

TEST_CASE("a port that is none is refused at once: ERR_SOCKET_BAD_PORT", "[net][S03][S12]") {
  CHECK(listenThrows(-1) == badPort("type number (-1)"));
  CHECK(listenThrows(65536) == badPort("type number (65536)"));
  CHECK(listenThrows(-1, "127.0.0.1") == badPort("type number (-1)"));
  CHECK(listenThrows(65536, "127.0.0.1", 5) == badPort("type number (65536)"));
  CHECK(listenThrows(ListenOptions{.port = 1.5}) == badPort("type number (1.5)"));
  CHECK(listenThrows(ListenOptions{.port = kNaN}) == badPort("type number (NaN)"));
  CHECK(listenThrows(ListenOptions{.port = kInfinity}) == badPort("type number (Infinity)"));
  CHECK(listenThrows(ListenOptions{.port = -kInfinity}) == badPort("type number (-Infinity)"));
  CHECK(listenThrows(ListenOptions{.port = 1e21}) == badPort("type number (1e+21)"));
}

TEST_CASE("a port as text is read as JavaScript reads a number", "[net][S03][S12]") {
  CHECK(listenThrows(ListenOptions{.port = "NaN"}) == badPort("type string ('NaN')"));
  CHECK(listenThrows(ListenOptions{.port = ""}) == badPort("type string ('')"));
  CHECK(listenThrows(ListenOptions{.port = " "}) == badPort("type string (' ')"));
  CHECK(listenThrows(ListenOptions{.port = "\t"}) == badPort("type string ('\t')"));
  CHECK(listenThrows(ListenOptions{.port = "0x"}) == badPort("type string ('0x')"));
  CHECK(listenThrows(ListenOptions{.port = "1.5"}) == badPort("type string ('1.5')"));
  CHECK(listenThrows(ListenOptions{.port = "-1"}) == badPort("type string ('-1')"));
  CHECK(listenThrows(ListenOptions{.port = "65536"}) == badPort("type string ('65536')"));
  CHECK(listenThrows(ListenOptions{.port = "1_0"}) == badPort("type string ('1_0')"));
  CHECK(listenThrows(ListenOptions{.port = "Infinity"}) == badPort("type string ('Infinity')"));
  CHECK(listenThrows(ListenOptions{.port = "it's"}) == badPort("type string (\"it's\")"));
  CHECK(listenThrows(ListenOptions{.port = "abcdefghijklmnopqrstuvwxyz0123456789"}) ==
        badPort("type string ('abcdefghijklmnopqrstuvwxy...')"));
  const std::string legal =
      GENERATE("0x1f", "0X1F", "0b11", "0o17", "1e3", "+5", "08", "80 ", "-0");
  CAPTURE(legal);
  CHECK(listenThrows(ListenOptions{.port = legal, .host = "127.0.0.1"}) == "nothing");
}

TEST_CASE("listen(text) takes what is no number for a path", "[net][S03][S07]") {
  CHECK(listenThrows("") == badPort("type string ('')"));
  CHECK(listenThrows(" ") == badPort("type string (' ')"));
  CHECK(listenThrows("1.5") == badPort("type string ('1.5')"));
  CHECK(listenThrows("65536") == badPort("type string ('65536')"));
  CHECK(listenThrows("Infinity") == badPort("type string ('Infinity')"));
  NetWorld world;
  const std::string folder = std::filesystem::path(world.path()).parent_path().string();
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  for (const std::string path : {"NaN", "0x", "-1", "1_0", "0x1fg"}) {
    CAPTURE(path);
    Server& server = world.watch(world.net().createServer());
    server.listen(path);
    world.until([&] { return server.listening(); });
    CHECK(server.address() == ServerAddress(path));
    bool closed = false;
    server.close([&] { closed = true; });
    world.until([&] { return closed; });
  }
  std::filesystem::current_path(before);
  world.end();
}

TEST_CASE("listen({}) without port and path is refused, naming what it saw",
          "[net][S12][S13][C31]") {
  const std::string start =
      "TypeError ERR_INVALID_ARG_VALUE: The argument 'options' must have the property \"port\" or "
      "\"path\". Received ";
  CHECK(listenThrows(ListenOptions{}) == start + "{} {}");
  CHECK(listenThrows(ListenOptions{.host = "localhost"}) == start + "{ host: 'localhost' } {}");
  CHECK(listenThrows(ListenOptions{.fd = -1, .backlog = 7}) == start + "{ fd: -1, backlog: 7 } {}");
  CHECK(listenThrows(ListenOptions{.exclusive = true}) == start + "{ exclusive: true } {}");
}

TEST_CASE("options.path that reads as a port is refused", "[net][S12]") {
  CHECK(listenThrows(ListenOptions{.path = "123"}) ==
        "TypeError ERR_INVALID_ARG_VALUE: The argument 'options' is invalid. Received "
        "{ path: '123' } {}");
  CHECK(listenThrows(ListenOptions{.path = "123", .backlog = 3}) ==
        "TypeError ERR_INVALID_ARG_VALUE: The argument 'options' is invalid. Received "
        "{ path: '123', backlog: 3 } {}");
}

TEST_CASE("an abstract name has no file whose mode could be set", "[net][S15]") {
  using namespace std::string_literals;
  const std::string start =
      "TypeError ERR_INVALID_ARG_VALUE: The argument 'options' can not set readableAll or "
      "writableAllt to true when path is abstract unix socket. Received ";
  CHECK(listenThrows(ListenOptions{.path = "\0a"s, .readableAll = true}) ==
        start + "{ path: '\\x00a', readableAll: true } {}");
  CHECK(listenThrows(ListenOptions{.path = "\0a"s, .writableAll = true}) ==
        start + "{ path: '\\x00a', writableAll: true } {}");
}

TEST_CASE("a busy port, EADDRINUSE, is an error event on the next tick",
          "[net][S23][E06][R15][code:EADDRINUSE]") {
  NetWorld world;
  Listening busy(world, Transport::kTcp);
  const std::string port = std::to_string(busy.port);
  CHECK(listenError(world, {.port = busy.port, .host = "127.0.0.1"}) ==
        "Error EADDRINUSE: listen EADDRINUSE: address already in use 127.0.0.1:" + port +
            " {errno=-98 syscall=listen address=127.0.0.1 port=" + port + "}");
  busy->close();
  Server& all = world.watch(world.net().createServer());
  all.listen({.port = 0});
  world.until([&] { return all.listening(); });
  const std::string other = std::to_string(std::get<AddressInfo>(all.address()).port);
  CHECK(listenError(world, {.port = other}) ==
        "Error EADDRINUSE: listen EADDRINUSE: address already in use :::" + other +
            " {errno=-98 syscall=listen address=:: port=" + other + "}");
  all.close();
  world.end();
}

TEST_CASE("a busy path, EADDRINUSE, also when a plain file or a folder is there",
          "[net][S23][E06][I02]") {
  NetWorld world;
  const auto expected = [](const std::string& path) {
    return "Error EADDRINUSE: listen EADDRINUSE: address already in use " + path +
           " {errno=-98 syscall=listen address=" + path + " port=-1}";
  };
  Listening busy(world, Transport::kUnix);
  CHECK(listenError(world, {.path = busy.path}) == expected(busy.path));
  // It was not touched: clients still get through.
  Socket& client = world.watch(world.net().connect({.path = busy.path}));
  busy->on<"connection">([&](Socket& socket) { world.watch(socket).destroy(); });
  Record record(client);
  world.until([&] { return record.has("close"); });
  CHECK(record.has("connect"));
  busy->close();

  const std::string plain = world.path("plain");
  std::ofstream(plain) << "not a socket";
  CHECK(listenError(world, {.path = plain}) == expected(plain));
  const std::string below = plain + "/x.sock";
  CHECK(listenError(world, {.path = below}) ==
        "Error ENOTDIR: listen ENOTDIR: not a directory " + below +
            " {errno=-20 syscall=listen address=" + below + " port=-1}");
  std::filesystem::remove(plain);

  const std::string folder = std::filesystem::path(plain).parent_path().string();
  CHECK(listenError(world, {.path = folder}) == expected(folder));
  world.end();
}

TEST_CASE("a path in a folder that is not there, and in one that is closed: EACCES",
          "[net][S23][E06][I02][code:EACCES]") {
  NetWorld world;
  const std::string path = world.path("no") + "/x.sock";
  const std::string expected = "Error EACCES: listen EACCES: permission denied " + path +
                               " {errno=-13 syscall=listen address=" + path + " port=-1}";
  CHECK(listenError(world, {.path = path}) == expected);
  if (::geteuid() != 0) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    REQUIRE(::mkdir(folder.c_str(), 0500) == 0);
    CHECK(listenError(world, {.path = path}) == expected);
    REQUIRE(::rmdir(folder.c_str()) == 0);
  }
  world.end();
}

TEST_CASE("an address of nobody here: EADDRNOTAVAIL", "[net][S23][E06]") {
  NetWorld world;
  CHECK(listenError(world, {.port = 0, .host = "192.0.2.1"}) ==
        "Error EADDRNOTAVAIL: listen EADDRNOTAVAIL: address not available 192.0.2.1 {errno=-99 "
        "syscall=listen address=192.0.2.1}");
  CHECK(listenError(world, {.port = 4321, .host = "192.0.2.1"}) ==
        "Error EADDRNOTAVAIL: listen EADDRNOTAVAIL: address not available 192.0.2.1:4321 "
        "{errno=-99 syscall=listen address=192.0.2.1 port=4321}");
  CHECK(listenError(world, {.port = 0, .host = "2001:db8::1"}) ==
        "Error EADDRNOTAVAIL: listen EADDRNOTAVAIL: address not available 2001:db8::1 {errno=-99 "
        "syscall=listen address=2001:db8::1}");
  world.end();
}

TEST_CASE("a host name that cannot be one: getaddrinfo's error", "[net][S03][E06]") {
  NetWorld world;
  // Two dots in a row: no resolver asks the network for that.
  CHECK(listenError(world, {.port = 0, .host = "a..b"}) ==
        "Error ENOTFOUND: getaddrinfo ENOTFOUND a..b {errno=-3008 syscall=getaddrinfo "
        "hostname=a..b}");
  CHECK(listenError(world, {.port = 0, .host = " "}) ==
        "Error ENOTFOUND: getaddrinfo ENOTFOUND   {errno=-3008 syscall=getaddrinfo hostname= }");
  const std::string tooLong(300, 'a');
  CHECK(listenError(world, {.port = 0, .host = tooLong}) ==
        "Error EINVAL: getaddrinfo EINVAL " + tooLong +
            " {errno=-22 syscall=getaddrinfo hostname=" + tooLong + "}");
  world.end();
}

TEST_CASE("without an 'error' listener a failed listen leaves run()", "[net][E06][S23]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.listen({.port = 0, .host = "192.0.2.1"});
  try {
    runToEnd(world.host);
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code == "EADDRNOTAVAIL");
    CHECK(error.syscall == "listen");
  }
  server.close();
  world.end();
}

TEST_CASE("listening again while it listens is refused; after an error or close() it is not",
          "[net][S21][S22][S23][C05][code:ERR_SERVER_ALREADY_LISTEN]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  const std::string refused =
      "Error ERR_SERVER_ALREADY_LISTEN: Listen method has been called more than once without "
      "closing. {}";
  NetWorld world;
  Listening busy(world, transport);
  const Ref<Server> kept(&world.net().createServer());
  Server& server = world.watch(*kept, 2);
  Record record(server);

  server.listen(busy.where = transport == Transport::kTcp
                                 ? ListenOptions{.port = busy.port, .host = "127.0.0.1"}
                                 : ListenOptions{.path = busy.path});
  world.until([&] { return record.has("error"); });
  bool gone = false;
  busy->close([&] { gone = true; });
  world.until([&] { return gone; });

  // The recipe of the documentation: the address is free now, so try again.
  server.listen(busy.where);
  world.until([&] { return server.listening(); });
  int told = 0;
  CHECK(thrownBy([&] { server.listen({.port = 0}, [&] { ++told; }); }) == refused);
  CHECK(thrownBy([&] { server.listen(busy.where, [&] { ++told; }); }) == refused);
  // Even with options that are wrong themselves.
  CHECK(thrownBy([&] { server.listen({.port = -1}, [&] { ++told; }); }) == refused);
  CHECK(thrownBy([&] { server.listen(ListenOptions{}, [&] { ++told; }); }) == refused);
  CHECK(thrownBy([&] { server.listenFD(0, [&] { ++told; }); }) == refused);
  CHECK(thrownBy([&] { server.listen(*busy, [&] { ++told; }); }) == refused);
  world.until([&] { return record.has("listening"); });
  CHECK(record.text() == "error listening");
  CHECK(told == 0);

  server.close();
  CHECK_FALSE(server.listening());
  server.listen(busy.where);  // at once, before 'close'
  world.until([&] { return record.count("listening") == 2; });
  server.close();
  world.end();
  CHECK(record.text() == "error listening close listening close");
}

TEST_CASE("a lookup that is under way is overtaken by the next listen(), as in node 20",
          "[net][S22][C05]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  server.listen({.port = 0, .host = "localhost"});
  server.listen({.port = 0, .host = "127.0.0.1"});
  world.until([&] { return !record.events.empty(); });
  for (int i = 0; i < 20; ++i) turn(world.host);
  CHECK(record.text() == "listening");
  server.close();
  world.end();
}

TEST_CASE("close() during the lookup of listen() ends that listen", "[net][S25][S28][R11]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  std::string told;
  server.listen({.port = 0, .host = "localhost"});
  server.close([&](const Error* error) { told = describe(error); });
  world.end();
  CHECK(record.text() == "close");
  CHECK(told == "Error ERR_SERVER_NOT_RUNNING: Server is not running. {}");
}

}  // namespace
}  // namespace uvnet
