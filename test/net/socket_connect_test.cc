// From connect() to 'connect' or 'error': order of events, what waits, names, several lives. The
// expected lines and error fields are node v20.20.2's.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
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
using uvnet::test::HeldPort;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
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

TEST_CASE("a socket connects again after 'close', also to another transport",
          "[net][K10][K04][C20]") {
  NetWorld world;
  Listening tcp(world, Transport::kTcp);
  Listening local(world, Transport::kUnix);
  for (Listening* one : {&tcp, &local}) {
    (*one)->on<"connection">([one](Socket& peer) {
      peer.end(nameOf(one->transport));
      (*one)->close();
    });
  }
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client, 2);
  Record record(*client);
  client->connect(tcp.to());
  client->once<"close">([&] { client->connect(local.to()); });
  world.end();
  CHECK(record.data == "tcpunix");
  CHECK(record.text() == "connect ready data end finish close connect ready data end finish close");
}

TEST_CASE("writes before a refused connection are told after 'close'", "[net][R3]") {
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

TEST_CASE("connect() while connecting is an 'error', and the loop still ends", "[net][K10][K08]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  const Ref<Socket> client(&world.watch(world.net().connect(listening.to())));
  Record record(*client);
  bool again = false;
  client->on<"connectionAttempt">([&] {
    // The attempt itself begins after this event.
    world.host.nextTick([&] {
      if (!std::exchange(again, true) && client->connecting()) client->connect(listening.to());
    });
  });
  if (transport == Transport::kUnix) client->connect(listening.to());
  client->on<"close">([&] { listening->close(); });
  world.end();
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "EALREADY");
}

TEST_CASE("a connected socket that is to connect again ends or stays, as in node",
          "[net][K10][C20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const Transport second = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport), nameOf(second));
  // The system itself says yes to the first such connect() over TCP, and so does node: 'connect'.
  const bool accepted = transport == Transport::kTcp && second == Transport::kTcp;
  NetWorld world;
  LoopbackPair pair(world, transport);
  Listening other(world, second);
  Record record(pair.client);
  pair.accepted.resume();
  pair.accepted.on<"error">([] {});
  pair.client.connect(other.to());
  pair.client.on<"close">([&] {
    other->close();
    pair.server.close();
  });
  if (accepted) {
    world.until([&] { return record.has("ready"); });
    CHECK(record.text() == "connect ready");
    pair.client.destroy();
    world.end();
    return;
  }
  world.end();
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "EISCONN");
  CHECK(record.errors[0].syscall == "connect");
}

TEST_CASE("writing or ending a socket that never connected is an 'error'", "[net][D02][D06]") {
  const bool end = GENERATE(false, true);
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  world.watch(*socket);
  Record record(*socket);
  std::string told;
  const auto heard = [&](const Error* error) { told = describe(error); };
  if (end) {
    socket->end("x", heard);
  } else {
    socket->write("x", heard);
  }
  world.end();
  CHECK(told == "Error ERR_SOCKET_CLOSED: Socket is closed {}");
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "ERR_SOCKET_CLOSED");
}
