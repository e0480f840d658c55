// What a Socket refuses at once, with the errors node v20.20.2 throws, to the letter.
#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "support/loopback.h"

using uvnet::ConnectOptions;
using uvnet::Port;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::SocketOptions;
using uvnet::test::LoopbackPair;
using uvnet::test::NetWorld;
using uvnet::test::thrownBy;
using uvnet::test::Transport;

namespace {

const std::string kBadPort =
    "RangeError ERR_SOCKET_BAD_PORT: Port should be >= 0 and < 65536. Received ";

}  // namespace

TEST_CASE("connect() refuses what is no port and changes nothing", "[net][K07]") {
  const auto [port, shown] = GENERATE(table<Port, std::string>({
      {Port(-1), "type number (-1)"},
      {Port(65536), "type number (65536)"},
      {Port(1.5), "type number (1.5)"},
      {Port(std::nan("")), "type number (NaN)"},
      {Port(""), "type string ('')"},
      {Port("  "), "type string ('  ')"},
      {Port("0x"), "type string ('0x')"},
      {Port("x80"), "type string ('x80')"},
  }));
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  const std::string thrown =
      thrownBy([&, port = port] { socket->connect({.port = port, .host = "127.0.0.1"}); });
  CHECK(thrown == kBadPort + shown + ". {}");
  CHECK_FALSE(socket->connecting());
  CHECK(socket->readyState() == "open");
  world.end();
}

TEST_CASE("connect() takes a port as text, hexadecimal too", "[net][K07]") {
  NetWorld world;
  const uvnet::test::Listening listening(world, Transport::kTcp);
  listening->on<"connection">([&](Socket& peer) {
    peer.destroy();
    listening->close();
  });
  char text[16];
  std::snprintf(text, sizeof text, "0x%x", static_cast<unsigned>(listening.port));
  bool connected = false;
  world.watch(world.net().connect({.port = text, .host = "127.0.0.1"}, [&] { connected = true; }))
      .resume();
  world.end();
  CHECK(connected);
}

TEST_CASE("connect() wants a port or a path", "[net][K07]") {
  NetWorld world;
  CHECK(thrownBy([&] { world.net().connect(ConnectOptions{}); }) ==
        "TypeError ERR_MISSING_ARGS: The \"options\" or \"port\" or \"path\" argument must be "
        "specified {}");
  world.end();
}

TEST_CASE("connect() refuses bad options at once", "[net][K11][K13][K14]") {
  NetWorld world;
  CHECK(thrownBy([&] { world.net().connect({.port = 1, .localAddress = "nope"}); }) ==
        "TypeError ERR_INVALID_IP_ADDRESS: Invalid IP address: nope {}");
  CHECK(thrownBy([&] { world.net().connect({.port = 1, .host = "localhost", .family = 5}); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The property 'options.family' must be one of: 0, 4, 6. "
        "Received 5 {}");
  CHECK(
      thrownBy([&] { world.net().connect({.port = 1, .host = "localhost", .hints = 1 << 20}); }) ==
      "TypeError ERR_INVALID_ARG_VALUE: The argument 'hints' is invalid. Received 1048576 {}");
  CHECK(thrownBy([&] {
          world.net().connect(
              {.port = 1, .host = "localhost", .autoSelectFamilyAttemptTimeout = 0});
        }) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"options.autoSelectFamilyAttemptTimeout\" is "
        "out of range. It must be >= 1 && <= 2147483647. Received 0 {}");
  world.end();
}

TEST_CASE("connect() refuses a path that is too long or holds a NUL", "[net][I03][K16]") {
  NetWorld world;
  const std::string tooLong(200, 'p');
  CHECK(thrownBy([&] { world.net().connect({.path = tooLong}); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The property 'options.path' is longer than the system "
        "takes (107 bytes). Received '" +
            tooLong + "' {}");
  CHECK(thrownBy([&] { world.net().connect({.path = std::string("a\0b", 3)}); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: The property 'options.path' must be without null bytes. "
        "Received 'a\\x00b' {}");
  world.end();
}

TEST_CASE("a descriptor that is none, or of the wrong kind, is refused",
          "[net][K01][code:ERR_INVALID_FD_TYPE]") {
  NetWorld world;
  const auto made = [&](int fd) {
    return thrownBy([&] { uvnet::make<Socket>(world.net(), SocketOptions{.fd = fd}); });
  };
  CHECK(made(-1) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"fd\" is out of range. It must be >= 0 && <= "
        "2147483647. Received -1 {}");
  CHECK(made(9999) == "TypeError ERR_INVALID_FD_TYPE: Unsupported fd type: UNKNOWN {}");
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const std::string thrown = made(file);
  ::close(file);
  CHECK(thrown == "TypeError ERR_INVALID_FD_TYPE: Unsupported fd type: FILE {}");
  world.end();
}

TEST_CASE("setTimeout() refuses what is no duration", "[net][D15]") {
  const auto [value, shown] = GENERATE(table<double, std::string>({
      {-1, "-1"},
      {std::nan(""), "NaN"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
  }));
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  CHECK(thrownBy([&, value = value] { socket->setTimeout(value); }) ==
        "RangeError ERR_OUT_OF_RANGE: The value of \"msecs\" is out of range. It must be a "
        "non-negative finite number. Received " +
            shown + " {}");
  CHECK_FALSE(socket->timeout().has_value());
  world.end();
}

TEST_CASE("setEncoding() and write() refuse an unknown encoding", "[net][D02][D14]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  NetWorld world;
  LoopbackPair pair(world, transport);
  const std::string expected = "TypeError ERR_UNKNOWN_ENCODING: Unknown encoding: nope {}";
  CHECK(thrownBy([&] { pair.client.setEncoding("nope"); }) == expected);
  CHECK(thrownBy([&] { pair.client.write("x", "nope"); }) == expected);
  CHECK(thrownBy([&] { pair.client.end("x", "nope"); }) == expected);
  CHECK(pair.client.bytesWritten() == 0);
  CHECK(pair.client.writable());
  pair.close();
  world.end();
}

TEST_CASE("setKeepAlive() takes a negative delay as none", "[net][D18]") {
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  CHECK(thrownBy([&] { socket->setKeepAlive(true, -5); }) == "nothing");
  world.end();
}
