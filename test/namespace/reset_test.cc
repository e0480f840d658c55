// Connections that are reset on the way: by the peer in the middle of a stream, and by something
// between the two machines, of which only one side hears. Lines as node v20.20.2 prints them in the
// same namespace; each test asks it again.
#include <string>
#include <vector>

#include "namespace/support/twin.h"
#include "namespace/support/two_machines.h"

using uvnet::Buffer;
using uvnet::Ref;
using uvnet::Server;
using uvnet::Socket;
using uvnet::test::Lines;
using uvnet::test::NetWorld;
using uvnet::test::nodeSays;
using uvnet::test::sayAll;
using uvnet::test::TwoMachines;

namespace {

Ref<Server> farServer(TwoMachines& machines, NetWorld& world,
                      uvnet::Function<void(Socket&)> connection) {
  Server& server = world.watch(world.net().createServer(std::move(connection)));
  bool listening = false;
  machines.onFar([&] {
    server.listen({.port = 7000, .host = "192.0.2.2"}, [&] { listening = true; });
    world.until([&] { return listening; });
  });
  return Ref<Server>(server);
}

}  // namespace

TEST_CASE("a RST in the middle of a stream: what came before it is read, then ECONNRESET",
          "[namespace][V14][V15][F8]") {
  IN_NAMESPACES(machines, world);
  const Ref<Server> server = farServer(machines, world, [](Socket& peer) {
    // "go" is answered with half a message; once that was read ("half?") it resets.
    peer.on<"data">([&peer](const Buffer& chunk) {
      if (chunk.view() == "go") {
        peer.write("half");
      } else {
        peer.resetAndDestroy();
      }
    });
  });
  Lines ours;
  Socket& client = world.watch(world.net().connect(7000, "192.0.2.2"));
  sayAll(client, ours);
  client.write("go");
  client.on<"data">([&] { client.write("half?"); });
  bool closed = false;
  client.on<"close">([&] { closed = true; });
  world.until([&] { return closed; });
  CHECK(ours == Lines{"attempt 192.0.2.2 7000 4", "connect", "ready", "data half",
                      "error Error ECONNRESET read: read ECONNRESET", "close true"});
  CHECK(nodeSays(world, R"(
    const client = net.connect(7000, '192.0.2.2');
    sayAll(client);
    client.write('go');
    client.on('data', () => client.write('half?'));)") == ours);
  server->close();
  world.end();
}

TEST_CASE("a one-way reset: this side hears ECONNRESET, the other side notices nothing",
          "[namespace][V14][F8]") {
  IN_NAMESPACES(machines, world);
  std::vector<Ref<Socket>> peers;
  Lines peerLines;
  const Ref<Server> server = farServer(machines, world, [&](Socket& peer) {
    peers.emplace_back(peer);
    world.watch(peer);
    sayAll(peer, peerLines);
    peer.write("hello");
  });
  const auto cut = [&] { machines.farRejects("tcp dport 7000 reject with tcp reset"); };
  Lines ours;
  Socket& client = world.watch(world.net().connect(7000, "192.0.2.2"));
  sayAll(client, ours);
  bool closed = false;
  client.on<"close">([&] { closed = true; });
  client.on<"data">([&] {
    cut();
    client.write("into the cut");
  });
  world.until([&] { return closed; });
  CHECK(ours == Lines{"attempt 192.0.2.2 7000 4", "connect", "ready", "data hello",
                      "error Error ECONNRESET read: read ECONNRESET", "close true"});
  // Nothing has come, and nothing will: as far as its machine knows the connection is good.
  uvnet::test::turn(world.host);
  CHECK(peerLines.empty());
  REQUIRE(peers.size() == 1);
  CHECK(peers[0]->readyState() == "open");

  machines.farRejects("");
  // The cut comes when node has the connection, and its next word meets it.
  bool told = false;
  server->once<"connection">([&](Socket& peer) {
    peer.once<"data">([&] {
      cut();
      told = true;
    });
  });
  const Lines node = nodeSays(world, R"(
    const client = net.connect(7000, '192.0.2.2');
    sayAll(client);
    client.on('data', () => {
      client.write('now');
      setTimeout(() => client.write('into the cut'), 500);
    });)");
  CHECK(told);
  CHECK(node == ours);
  REQUIRE(peers.size() == 2);
  for (const Ref<Socket>& peer : peers) peer->destroy();
  server->close();
  world.end();
}

TEST_CASE("large segments are reset on the way: the pending write is told, then 'close'",
          "[namespace][V14][F8]") {
  IN_NAMESPACES(machines, world);
  std::vector<Ref<Socket>> peers;
  const Ref<Server> server = farServer(machines, world, [&](Socket& peer) {
    peers.emplace_back(peer);
    world.watch(peer);
  });
  machines.farRejects("tcp dport 7000 meta length > 1000 reject with tcp reset");
  Lines ours;
  Socket& client = world.watch(world.net().connect(7000, "192.0.2.2"));
  sayAll(client, ours);
  // More than the system takes at once, so that it is under way when the reset comes.
  int told = 0;
  bool failed = false;
  client.write(std::string(16 << 20, 'x'), [&](const uvnet::Error* error) {
    ++told;
    failed = error != nullptr;
  });
  bool closed = false;
  client.on<"close">([&] { closed = true; });
  world.until([&] { return closed; });
  uvnet::test::turn(world.host);
  CHECK(told == 1);
  CHECK(failed);
  REQUIRE(ours.size() == 5);
  CHECK(ours[4] == "close true");
  // Whether reading or writing finds it first is the kernel's affair: ECONNRESET, read or write.
  const auto resets = [](Lines lines) {
    for (std::string& line : lines) {
      if (line.find("ECONNRESET") != std::string::npos) line = "error ECONNRESET";
    }
    return lines;
  };
  CHECK(resets(ours)[3] == "error ECONNRESET");
  CHECK(resets(nodeSays(world, R"(
    const client = net.connect(7000, '192.0.2.2');
    sayAll(client);
    client.write('x'.repeat(16 << 20), () => {});)")) == resets(ours));
  for (const Ref<Socket>& peer : peers) peer->destroy();
  server->close();
  world.end();
}
