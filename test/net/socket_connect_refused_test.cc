// A connection that does not come about: refused, no such path, a local end that cannot be had. The
// error fields are node v20.20.2's.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/loopback.h"

using uvnet::Error;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::HeldPort;
using uvnet::test::Listening;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;

TEST_CASE("a refused connection is an 'error', then 'close'", "[net][K08][V14][V15][R14]") {
  NetWorld world;
  const HeldPort nobody;
  const int port = nobody.port;
  Socket& client = world.watch(world.net().connect({.port = port, .host = "127.0.0.1"}));
  Record record(client);
  world.end();
  const std::string where = "127.0.0.1:" + std::to_string(port);
  CHECK(record.text() == "error close");
  CHECK(record.hadError == std::vector<bool>{true});
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) ==
        "Error ECONNREFUSED: connect ECONNREFUSED " + where +
            " {errno=-111 syscall=connect address=127.0.0.1 port=" + std::to_string(port) + "}");
}

TEST_CASE("a Unix path that does not exist or is no socket is an 'error'",
          "[net][K08][V14][R2][R14]") {
  const bool file = GENERATE(false, true);
  NetWorld world;
  const std::string path = world.path("nobody");
  if (file) std::ofstream(path) << "no socket";
  Socket& client = world.watch(world.net().connect({.path = path}));
  Record record(client);
  CHECK(client.readyState() == "opening");
  CHECK(record.events.empty());
  world.end();
  if (file) std::filesystem::remove(path);
  const std::string code = file ? "ECONNREFUSED" : "ENOENT";
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == "Error " + code + ": connect " + code + " " + path +
                                          " {errno=" + (file ? "-111" : "-2") +
                                          " syscall=connect address=" + path + "}");
}

TEST_CASE("a refusal of a bound socket names the local end", "[net][K11][R14]") {
  NetWorld world;
  const HeldPort here;
  const HeldPort there;
  const int local = here.port;
  const int port = there.port;
  Socket& client = world.watch(world.net().connect(
      {.port = port, .host = "127.0.0.1", .localAddress = "127.0.0.1", .localPort = local}));
  Record record(client);
  world.end();
  REQUIRE(record.errors.size() == 1);
  const Error& error = record.errors[0];
  CHECK(error.message == "connect ECONNREFUSED 127.0.0.1:" + std::to_string(port) +
                             " - Local (127.0.0.1:" + std::to_string(local) + ")");
  CHECK(error.localAddress == "127.0.0.1");
  CHECK(error.localPort == local);
}

TEST_CASE("a local address that is not ours is an 'error' of bind", "[net][K11][M17][R14]") {
  NetWorld world;
  Socket& client = world.watch(
      world.net().connect({.port = 1, .host = "127.0.0.1", .localAddress = "192.0.2.1"}));
  Record record(client);
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) ==
        "Error EADDRNOTAVAIL: bind EADDRNOTAVAIL 192.0.2.1 {errno=-99 syscall=bind "
        "address=192.0.2.1}");
}

TEST_CASE("a local port that is taken is an 'error' of bind", "[net][R15][K11]") {
  NetWorld world;
  Listening busy(world, Transport::kTcp);
  Socket& client = world.watch(world.net().connect({.port = busy.port,
                                                    .host = "127.0.0.1",
                                                    .localAddress = "127.0.0.1",
                                                    .localPort = busy.port}));
  Record record(client);
  client.on<"close">([&] { busy->close(); });
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "EADDRINUSE");
  CHECK(record.errors[0].syscall == "bind");
}
