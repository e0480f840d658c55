// From connect() to 'connect' or 'error': order of events, what waits, names, several lives. The
// expected lines and error fields are node v20.20.2's.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::LookupAddress;
using uvnet::LookupCallback;
using uvnet::LookupOptions;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;

namespace {

using Lines = std::vector<std::string>;

// A resolver that answers on a tick.
uvnet::Lookup answering(NetWorld& world, std::vector<LookupAddress> found) {
  return [&world, found](const std::string&, const LookupOptions&, const LookupCallback& told) {
    world.host.nextTick([found, told] { told(nullptr, found); });
  };
}

void sayConnecting(Socket& socket, Lines& lines) {
  socket.on<"lookup">(
      [&](const Error* error, const std::string& address, int family, const std::string& host) {
        lines.push_back("lookup " + (error == nullptr ? address : error->code) + " " +
                        std::to_string(family) + " " + host);
      });
  socket.on<"connectionAttempt">([&](const std::string& ip, int, int family) {
    lines.push_back("attempt " + ip + " " + std::to_string(family));
  });
  socket.on<"connectionAttemptFailed">([&](const std::string& ip, int, int, const Error& error) {
    lines.push_back("failed " + ip + " " + error.code);
  });
  socket.on<"connect">([&] { lines.push_back("connect"); });
  socket.on<"ready">([&] { lines.push_back("ready"); });
  socket.on<"error">([&](const Error& error) { lines.push_back("error " + error.code); });
  socket.on<"close">([&](bool failed) { lines.push_back(failed ? "close true" : "close false"); });
}

// Once the connection is there nobody else is waited for.
void closeAfterOne(Listening& listening) {
  listening->once<"connection">([&listening] { listening->close(); });
}

}  // namespace

TEST_CASE("a name is looked up, tried, connected, ready, in that order",
          "[net][R1][V01][V03][V04][K15][K18]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([](Socket& peer) { peer.end(); });
  Lines lines;
  ConnectOptions to = listening.to({.host = "some.name"});
  to.lookup = answering(world, {{"127.0.0.1", 4}});
  Socket& client = world.watch(world.net().connect(to));
  sayConnecting(client, lines);
  bool connectingAtLookup = false;
  bool connectingAtConnect = true;
  client.on<"lookup">([&] { connectingAtLookup = client.connecting(); });
  client.on<"connect">([&] { connectingAtConnect = client.connecting(); });
  client.resume();
  closeAfterOne(listening);
  world.end();
  CHECK(connectingAtLookup);
  CHECK_FALSE(connectingAtConnect);
  CHECK(lines == Lines{"lookup 127.0.0.1 4 some.name", "attempt 127.0.0.1 4", "connect", "ready",
                       "close false"});
}

TEST_CASE("a literal address is not looked up and connects from the next tick",
          "[net][R1][R2][V04]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([](Socket& peer) { peer.end(); });
  Lines lines;
  Socket& client = world.watch(world.net().connect(listening.to()));
  sayConnecting(client, lines);
  CHECK(lines.empty());
  client.resume();
  closeAfterOne(listening);
  world.end();
  CHECK(lines == Lines{"attempt 127.0.0.1 4", "connect", "ready", "close false"});
}

TEST_CASE("a Unix socket is not looked up and begins to connect at once", "[net][R2][V04][K04]") {
  NetWorld world;
  Listening listening(world, Transport::kUnix);
  listening->on<"connection">([](Socket& peer) { peer.end(); });
  Lines lines;
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  sayConnecting(*client, lines);
  client->connect(listening.to());
  CHECK(lines == Lines{"attempt " + listening.path + " 0"});
  client->resume();
  closeAfterOne(listening);
  world.end();
  CHECK(lines == Lines{"attempt " + listening.path + " 0", "connect", "ready", "close false"});
}

TEST_CASE("an accepted socket is open already and never says 'connect'", "[net][V02][K05][C18]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  std::string text;
  listening->on<"connection">([&](Socket& peer) {
    CHECK(peer.readyState() == "open");
    CHECK_FALSE(peer.connecting());
    CHECK_FALSE(peer.pending());
    auto* record = new Record(peer);
    peer.on<"close">([&text, record] {
      text = record->text();
      delete record;
    });
  });
  world.watch(world.net().connect(listening.to())).end();
  closeAfterOne(listening);
  world.end();
  CHECK(text == "end finish close");
}

TEST_CASE("a socket of one's own connects, is TCP or Unix by what it connects to",
          "[net][K04][K05][K09][K07]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  listening->on<"connection">([](Socket& peer) { peer.pipe(peer); });
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  Record record(*client);
  CHECK(&client->connect(listening.to()) == client.get());
  client->end("echo");
  closeAfterOne(listening);
  world.end();
  CHECK(record.data == "echo");
  CHECK(client->remoteFamily().empty());
}

TEST_CASE("what is written before the connection is sent after it", "[net][R3][D05]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  std::string got;
  listening->on<"connection">(
      [&](Socket& peer) { peer.on<"data">([&](const Buffer& chunk) { got += chunk.view(); }); });
  Lines lines;
  Socket& client = world.watch(world.net().connect(listening.to()));
  client.on<"connect">([&] { lines.push_back("connect"); });
  client.on<"ready">([&] { lines.push_back("ready"); });
  client.on<"finish">([&] { lines.push_back("finish"); });
  client.write("a", [&] { lines.push_back("cb a"); });
  client.end("b", [&] { lines.push_back("cb end"); });
  client.resume();
  closeAfterOne(listening);
  world.end();
  CHECK(got == "ab");
  CHECK(lines == Lines{"connect", "cb a", "ready", "cb end", "finish"});
}

TEST_CASE("what a resolver says wrongly is an 'error'", "[net][K15][V04][R14]") {
  NetWorld world;
  ConnectOptions to{.port = 1, .host = "x"};
  std::string expected;
  Lines lookups;
  SECTION("an error of its own") {
    to.lookup = [](const std::string&, const LookupOptions&, const LookupCallback& told) {
      const Error custom("custom", "ECUSTOM");
      told(&custom, {});
    };
    expected = "Error ECUSTOM: custom {}";
  }
  SECTION("what is no address") {
    to.lookup = answering(world, {{"nope", 4}});
    expected = "TypeError ERR_INVALID_IP_ADDRESS: Invalid IP address: nope {}";
  }
  SECTION("what is no family") {
    to.family = 4;
    to.lookup = answering(world, {{"127.0.0.1", 5}});
    expected = "RangeError ERR_INVALID_ADDRESS_FAMILY: Invalid address family: 5 x:1";
  }
  SECTION("nothing") { to.lookup = answering(world, {}), expected = "Error ENOTFOUND"; }
  Socket& client = world.watch(world.net().connect(to));
  Record record(client);
  world.end();
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]).substr(0, expected.size()) == expected);
}

TEST_CASE("a name that does not exist says 'lookup' with the error, then 'error'",
          "[net][V04][K08][R14]") {
  NetWorld world;
  Lines lines;
  Socket& client =
      world.watch(world.net().connect({.port = 1, .host = "no.such.invalid", .family = 4}));
  sayConnecting(client, lines);
  Record record(client);
  world.end();
  REQUIRE(record.errors.size() == 1);
  // Without a network the system may say "try again" instead of "no such name".
  const Error& error = record.errors[0];
  CHECK(error.syscall == "getaddrinfo");
  CHECK(error.message == "getaddrinfo " + error.code + " no.such.invalid");
  CHECK(error.hostname == "no.such.invalid");
  CHECK(lines ==
        Lines{"lookup " + error.code + " 0 no.such.invalid", "error " + error.code, "close true"});
}

TEST_CASE("the resolver is told family and hints", "[net][K11][K12][K13][K14][K15]") {
  NetWorld world;
  LookupOptions seen;
  std::string name;
  ConnectOptions to{.port = 1, .host = "x", .family = 6, .hints = 0};
  to.lookup = [&](const std::string& host, const LookupOptions& options,
                  const LookupCallback& told) {
    name = host;
    seen = options;
    const Error stop("stop");
    told(&stop, {});
  };
  Record one(world.watch(world.net().connect(to)));
  world.end();
  CHECK(name == "x");
  CHECK(seen.family == 6);
  CHECK_FALSE(seen.all);
  // The default is both families, all of their addresses.
  NetWorld again;
  to.family = 0;
  Record both(again.watch(again.net().connect(to)));
  again.end();
  CHECK(seen.family == 0);
  CHECK(seen.all);
}

TEST_CASE("a path goes before port and host", "[net][K16]") {
  NetWorld world;
  Listening listening(world, Transport::kUnix);
  listening->on<"connection">([](Socket& peer) { peer.end("unix"); });
  ConnectOptions to = listening.to();
  to.port = 1;
  to.host = "no.such.invalid";
  to.localAddress = "not looked at";
  Record record(world.watch(world.net().connect(to)));
  closeAfterOne(listening);
  world.end();
  CHECK(record.data == "unix");
}

TEST_CASE("writes before a refused connection are told after 'close'",
          "[net][R3][code:ERR_SOCKET_CLOSED_BEFORE_CONNECTION]") {
  NetWorld world;
  Lines lines;
  Socket& client = world.watch(world.net().connect({.path = world.path("nobody")}));
  sayConnecting(client, lines);
  client.write("x", [&](const Error* error) { lines.push_back("cb " + error->code); });
  world.end();
  const Lines tail(lines.end() - 3, lines.end());
  CHECK(tail == Lines{"error ENOENT", "close true", "cb ERR_SOCKET_CLOSED_BEFORE_CONNECTION"});
}

TEST_CASE("destroy() while connecting tells pending writes and says no 'connect'",
          "[net][R3][K08][D09]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  Socket& client = world.watch(world.net().connect(listening.to()));
  Record record(client);
  std::string told;
  client.write("x", [&](const Error* error) { told = error->code; });
  client.destroy();
  listening->close();
  world.end();
  CHECK(record.text() == "close");
  CHECK(record.hadError == std::vector<bool>{false});
  CHECK(told == "ERR_SOCKET_CLOSED_BEFORE_CONNECTION");
}
