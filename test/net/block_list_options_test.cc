// The option blockList: of a server, whom it does not let in; of a socket, what it does not connect
// to. Node v20 has neither; what is expected is what the documentation and the tests of newer ones
// say.
#include <uvnet/net.h>

#include <string>
#include <vector>

#include "support/loopback.h"

using uvnet::BlockList;
using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::LookupAddress;
using uvnet::LookupCallback;
using uvnet::LookupOptions;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;

namespace {

constexpr const char* kBlocked =
    "Error ERR_IP_BLOCKED: IP(127.0.0.1) is blocked by net.BlockList {}";

// Answers later: the test has listeners by then.
uvnet::Lookup answering(NetWorld& world, std::vector<LookupAddress> addresses) {
  return [&world, addresses](const std::string&, const LookupOptions&, LookupCallback done) {
    world.host.nextTick([addresses, done] { done(nullptr, addresses); });
  };
}

BlockList listOf(std::initializer_list<std::string_view> addresses) {
  BlockList list;
  list.addAddresses(addresses);
  return list;
}

// What a socket says of its attempts, with what it gave up.
struct Attempts {
  explicit Attempts(Socket& socket) {
    socket.on<"connectionAttempt">(
        [this](const std::string& address, int, int) { told += "try " + address + ", "; });
    socket.on<"connectionAttemptFailed">(
        [this](const std::string& address, int, int, const Error& error) {
          told += "failed " + address + " " + error.code + ", ";
        });
    socket.on<"connect">([this] { told += "connect"; });
    socket.on<"error">([this](const Error& error) {
      told += "error " + error.code;
      errors.push_back(error);
    });
  }
  std::string told;
  std::vector<Error> errors;
};

}  // namespace

TEST_CASE("a blocked address given to connect() is an 'error' with ERR_IP_BLOCKED",
          "[net][net:options.blockList][code:ERR_IP_BLOCKED]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  int connections = 0;
  listening->on<"connection">([&] { ++connections; });
  Socket& socket = world.watch(world.net().connect(
      {.port = listening.port, .host = "127.0.0.1", .blockList = listOf({"127.0.0.1"})}));
  Attempts attempts(socket);
  Record record(socket);
  CHECK(socket.connecting());
  socket.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(attempts.told == "try 127.0.0.1, error ERR_IP_BLOCKED");
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == kBlocked);
  CHECK(record.text() == "error close");
  CHECK(record.hadError == std::vector<bool>{true});
  CHECK(connections == 0);
}

TEST_CASE("an address that is not blocked is connected to, also of the other family's rules",
          "[net][net:options.blockList]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([&](Socket& accepted) { accepted.end(); });
  BlockList list = listOf({"127.0.0.2"});
  list.addCIDR("2000::/3");
  Socket& socket = world.watch(
      world.net().connect({.port = listening.port, .host = "127.0.0.1", .blockList = list}));
  Attempts attempts(socket);
  socket.resume();
  socket.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(attempts.told == "try 127.0.0.1, connect");
}

TEST_CASE("a mapped form of a blocked address is blocked", "[net][net:options.blockList]") {
  NetWorld world;
  Socket& socket = world.watch(world.net().connect(
      {.port = 1, .host = "::ffff:127.0.0.1", .blockList = listOf({"127.0.0.1"})}));
  Attempts attempts(socket);
  world.end();
  CHECK(attempts.told == "try ::ffff:127.0.0.1, error ERR_IP_BLOCKED");
}

TEST_CASE("a blocked address that a lookup finds is an 'error' with ERR_IP_BLOCKED",
          "[net][net:options.blockList]") {
  const bool autoSelect = GENERATE(false, true);
  CAPTURE(autoSelect);
  NetWorld world;
  Socket& socket = world.watch(world.net().connect({.port = 1,
                                                    .host = "name.test",
                                                    .lookup = answering(world, {{"127.0.0.1", 4}}),
                                                    .autoSelectFamily = autoSelect,
                                                    .blockList = listOf({"127.0.0.1"})}));
  Attempts attempts(socket);
  world.end();
  CHECK(attempts.told == "try 127.0.0.1, error ERR_IP_BLOCKED");
  REQUIRE(attempts.errors.size() == 1);
  CHECK(describe(attempts.errors[0]) == kBlocked);
}

TEST_CASE("where a name has several addresses the blocked ones are passed over",
          "[net][net:options.blockList]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([&](Socket& accepted) { accepted.end(); });
  Socket& socket = world.watch(world.net().connect(
      {.port = listening.port,
       .host = "name.test",
       .lookup = answering(world, {{"127.0.0.3", 4}, {"::1", 6}, {"127.0.0.1", 4}}),
       .blockList = [] {
         BlockList list = listOf({"127.0.0.3"});
         list.addAddress("::1", "ipv6");
         return list;
       }()}));
  Attempts attempts(socket);
  const uvnet::Ref<Socket> keep(&socket);
  socket.resume();
  socket.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(attempts.told ==
        "failed 127.0.0.3 ERR_IP_BLOCKED, failed ::1 ERR_IP_BLOCKED, try 127.0.0.1, connect");
  CHECK(socket.autoSelectFamilyAttemptedAddresses() ==
        std::vector<std::string>{"127.0.0.1:" + std::to_string(listening.port)});
}

TEST_CASE("where all addresses of a name are blocked the error has one of each",
          "[net][net:options.blockList]") {
  NetWorld world;
  Socket& socket = world.watch(
      world.net().connect({.port = 1,
                           .host = "name.test",
                           .lookup = answering(world, {{"127.0.0.1", 4}, {"127.0.0.2", 4}}),
                           .blockList = listOf({"127.0.0.1", "127.0.0.2"})}));
  const uvnet::Ref<Socket> keep(&socket);
  Attempts attempts(socket);
  Record record(socket);
  world.end();
  CHECK(attempts.told ==
        "failed 127.0.0.1 ERR_IP_BLOCKED, failed 127.0.0.2 ERR_IP_BLOCKED, error ERR_IP_BLOCKED");
  REQUIRE(attempts.errors.size() == 1);
  CHECK(attempts.errors[0].name == "AggregateError");
  REQUIRE(attempts.errors[0].errors.size() == 2);
  CHECK(describe(attempts.errors[0].errors[0]) == kBlocked);
  CHECK(socket.autoSelectFamilyAttemptedAddresses().empty());
  CHECK(record.text() == "error close");
}

TEST_CASE("a socket destroyed by the listener that hears of a blocked address tries no other",
          "[net][net:options.blockList]") {
  const bool several = GENERATE(false, true);
  CAPTURE(several);
  NetWorld world;
  std::vector<LookupAddress> found = {{"127.0.0.1", 4}};
  if (several) found.push_back({"127.0.0.2", 4});
  Socket& socket = world.watch(world.net().connect({.port = 1,
                                                    .host = "name.test",
                                                    .lookup = answering(world, found),
                                                    .blockList = listOf({"127.0.0.1"})}));
  Attempts attempts(socket);
  Record record(socket);
  // Of one address there is the attempt, of several the failure.
  socket.on<"connectionAttempt">([&] { socket.destroy(); });
  socket.on<"connectionAttemptFailed">([&] { socket.destroy(); });
  world.end();
  CHECK(attempts.told == (several ? "failed 127.0.0.1 ERR_IP_BLOCKED, " : "try 127.0.0.1, "));
  CHECK(record.text() == "close");
}

TEST_CASE("a rule that is added later counts for sockets and servers that have the list",
          "[net][net:options.blockList]") {
  NetWorld world;
  BlockList outbound;
  BlockList inbound;
  Listening listening(world, Transport::kTcp, {.blockList = inbound});
  int connections = 0;
  listening->on<"connection">([&](Socket& accepted) {
    ++connections;
    accepted.end();
  });
  const uvnet::Ref<Socket> socket =
      uvnet::make<Socket>(world.net(), uvnet::SocketOptions{.blockList = outbound});
  world.watch(*socket, 3);
  Attempts attempts(*socket);
  int closed = 0;
  socket->on<"close">([&] { ++closed; });
  const auto connect = [&] {
    const int before = closed;
    socket->connect({.port = listening.port, .host = "127.0.0.1"});
    socket->resume();
    world.until([&] { return closed > before; });
  };
  connect();
  CHECK(attempts.told == "try 127.0.0.1, connect");
  CHECK(connections == 1);

  attempts.told.clear();
  inbound.addSubnet("127.0.0.0", 8);
  connect();
  CHECK(connections == 1);  // closed by the server, before or after it was seen to connect

  attempts.told.clear();
  outbound.addRange("127.0.0.0", "127.0.0.9");
  connect();
  CHECK(attempts.told == "try 127.0.0.1, error ERR_IP_BLOCKED");
  listening->close();
  world.end();
}

TEST_CASE("connect() may give a socket its blockList", "[net][net:options.blockList]") {
  NetWorld world;
  const uvnet::Ref<Socket> socket = uvnet::make<Socket>(world.net());
  world.watch(*socket);
  Attempts attempts(*socket);
  socket->connect({.port = 1, .host = "127.0.0.1", .blockList = listOf({"127.0.0.1"})});
  world.end();
  CHECK(attempts.told == "try 127.0.0.1, error ERR_IP_BLOCKED");
}

TEST_CASE("a socket made of a BoundSocket hears of a blocked address after connect() returned",
          "[net][net:options.blockList]") {
  NetWorld world;
  uvnet::BoundSocket bound(world.net(), {.host = "127.0.0.1"});
  Socket& socket = world.watch(world.net().connect(
      {.port = 1, .host = "127.0.0.1", .blockList = listOf({"127.0.0.1"}), .handle = &bound}));
  Record record(socket);
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == kBlocked);
  CHECK(record.text() == "error close");
}

TEST_CASE("a server closes a blocked connection without a word", "[net][net:options.blockList]") {
  NetWorld world;
  BlockList list;
  list.addAddress("127.0.0.1");
  Listening listening(world, Transport::kTcp, {.blockList = list});
  int told = 0;
  listening->on<"connection">([&] { ++told; });
  listening->on<"drop">([&] { ++told; });
  listening->on<"error">([&] { ++told; });
  Socket& client = world.watch(world.net().connect({.port = listening.port, .host = "127.0.0.1"}));
  client.on<"error">([] {});  // a reset, where the server was faster than 'connect'
  client.resume();
  client.on<"close">([&] {
    CHECK(listening->connections() == 0);
    listening->close();
  });
  world.end();
  CHECK(told == 0);
}

TEST_CASE("a server on :: blocks an IPv4 client by its IPv4 address",
          "[net][net:options.blockList]") {
  NetWorld world;
  BlockList list;
  list.addCIDR("127.0.0.0/8");
  uvnet::Server& server = world.watch(world.net().createServer({.blockList = list}));
  int connections = 0;
  server.on<"connection">([&] { ++connections; });
  bool listens = false;
  server.listen({.port = 0}, [&] { listens = true; });
  world.until([&] { return listens; });
  const int port = std::get<uvnet::AddressInfo>(server.address()).port;
  Socket& client = world.watch(world.net().connect({.port = port, .host = "127.0.0.1"}));
  client.on<"error">([] {});
  client.resume();
  client.on<"close">([&] { server.close(); });
  world.end();
  CHECK(connections == 0);
}

TEST_CASE("a server over its maxConnections says 'drop' of a blocked connection too",
          "[net][net:options.blockList]") {
  NetWorld world;
  BlockList list;
  list.addAddress("127.0.0.1");
  Listening listening(world, Transport::kTcp, {.blockList = list});
  listening->setMaxConnections(0);
  int dropped = 0;
  listening->on<"drop">([&] { ++dropped; });
  Socket& client = world.watch(world.net().connect({.port = listening.port, .host = "127.0.0.1"}));
  client.on<"error">([] {});
  client.resume();
  client.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(dropped == 1);
}

TEST_CASE("a blockList that has everything blocks no Unix socket", "[net][net:options.blockList]") {
  NetWorld world;
  BlockList list;
  list.addCIDRs({"0.0.0.0/0", "::/0"});
  Listening listening(world, Transport::kUnix, {.blockList = list});
  int connections = 0;
  listening->on<"connection">([&](Socket& accepted) {
    ++connections;
    accepted.end();
    listening->close();
  });
  Socket& client = world.watch(world.net().connect(listening.to({.blockList = list})));
  client.resume();
  world.end();
  CHECK(connections == 1);
}
