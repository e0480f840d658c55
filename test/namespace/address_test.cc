// Addresses that need interfaces of their own: IPv6 link-local ones with their zone, and IPv4
// reaching a server on "::". Lines as node v20.20.2 prints them in the same namespace; each test
// asks it again.
#include <fmt/format.h>
#include <uv.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "namespace/support/twin.h"
#include "namespace/support/two_machines.h"

using uvnet::Server;
using uvnet::Socket;
using uvnet::test::Lines;
using uvnet::test::nodeSays;
using uvnet::test::sayAll;
using uvnet::test::TwoMachines;

namespace {

std::string addresses(const Socket& socket) {
  return fmt::format("local {} {} remote {} {}", socket.localAddress(), socket.localFamily(),
                     socket.remoteAddress(), socket.remoteFamily());
}

constexpr const char* kNodeAddresses = R"(
    const addresses = (s) => say('local', s.localAddress, s.localFamily,
                                 'remote', s.remoteAddress, s.remoteFamily);)";

}  // namespace

TEST_CASE("a link-local address connects by its zone, and shows it", "[namespace][K22][K23][K24]") {
  IN_NAMESPACES(machines, world);
  Lines peerAddresses;
  Server& server = world.watch(world.net().createServer([&](Socket& peer) {
    // The zone is the name of an interface there.
    machines.onFar([&] { peerAddresses.push_back(addresses(peer)); });
    peer.end();
  }));
  std::string listensOn;
  machines.onFar([&] {
    server.listen({.port = 7000, .host = "fe80::2%far"},
                  [&] { listensOn = std::get<uvnet::AddressInfo>(server.address()).address; });
    world.until([&] { return !listensOn.empty(); });
  });
  CHECK(listensOn == "fe80::2%far");

  Lines ours;
  Socket& client = world.watch(world.net().connect(7000, "fe80::2%near"));
  sayAll(client, ours);
  client.on<"connect">([&] { ours.push_back(addresses(client)); });
  bool closed = false;
  client.on<"close">([&] { closed = true; });
  world.until([&] { return closed; });
  CHECK(ours == Lines{"attempt fe80::2%near 7000 6", "connect",
                      "local fe80::1%near IPv6 remote fe80::2%near IPv6", "ready", "end", "finish",
                      "close false"});
  CHECK(nodeSays(world, std::string(kNodeAddresses) + R"(
    const client = net.connect(7000, 'fe80::2%near');
    sayAll(client);
    client.on('connect', () => addresses(client));)") == ours);
  const std::string expected = "local fe80::2%far IPv6 remote fe80::1%far IPv6";
  CHECK(peerAddresses == Lines{expected, expected});
  server.close();
  world.end();
}

TEST_CASE("errors of a link-local address name it with its zone", "[namespace][V14][R14]") {
  IN_NAMESPACES(machines, world);
  // libuv gives a link-local address without an interface the first interface that has one, since
  // 1.47 (libuv/libuv#4107): it then gets to the far side, where nobody listens. Before, the system
  // does not know where to send it.
  constexpr unsigned kPicksInterface = (1U << 16) | (47U << 8);
  const bool picks = uv_version() >= kPicksInterface;
  const std::string noInterface = picks ? "ECONNREFUSED" : "EINVAL";
  const auto [host, code] = GENERATE_COPY(table<std::string, std::string>({
      {"fe80::2%near", "ECONNREFUSED"},
      {"fe80::2%nowhere", noInterface},  // no such interface
      {"fe80::2", noInterface},          // no zone
  }));
  CAPTURE(host);
  Lines ours;
  Socket& client = world.watch(world.net().connect(7000, host));
  sayAll(client, ours);
  bool closed = false;
  client.on<"close">([&] { closed = true; });
  world.until([&] { return closed; });
  REQUIRE(ours.size() >= 2);
  const std::string expected =
      "error Error " + code + " connect " + host + " 7000: connect " + code + " " + host + ":7000";
  CHECK(ours[ours.size() - 2].substr(0, expected.size()) == expected);
  // The Node we compare with has a libuv of its own, which picks none.
  if (!picks || host.ends_with("%near")) {
    CHECK(nodeSays(world, "sayAll(net.connect(7000, '" + host + "'))") == ours);
  }
  world.end();
}

TEST_CASE("a server on :: is reached by IPv4, whose addresses it sees as ::ffff:",
          "[namespace][S06][K22][F15]") {
  IN_NAMESPACES(machines, world);
  Lines ours;
  Server& server = world.watch(world.net().createServer([&](Socket& peer) {
    ours.push_back("peer " + addresses(peer));
    peer.end();
  }));
  bool closed = false;
  server.listen(7000, [&] {
    const auto bound = std::get<uvnet::AddressInfo>(server.address());
    ours.push_back(fmt::format("listening {} {}", bound.address, bound.family));
    Socket& client = world.watch(world.net().connect(7000, "192.0.2.1"));
    client.on<"ready">([&] { ours.push_back("client " + addresses(client)); });
    client.on<"close">([&] {
      server.close();
      closed = true;
    });
    client.resume();
  });
  world.until([&] { return closed; });
  world.end();
  std::sort(ours.begin(), ours.end());  // which end hears first is not told
  CHECK(ours == Lines{"client local 192.0.2.1 IPv4 remote 192.0.2.1 IPv4", "listening :: IPv6",
                      "peer local ::ffff:192.0.2.1 IPv6 remote ::ffff:192.0.2.1 IPv6"});
  Lines node = nodeSays(world, R"(
    const addresses = (name, s) => say(name, 'local', s.localAddress, s.localFamily,
                                       'remote', s.remoteAddress, s.remoteFamily);
    const server = net.createServer((peer) => { addresses('peer', peer); peer.end(); });
    server.listen(7000, () => {
      say('listening', server.address().address, server.address().family);
      const client = net.connect(7000, '192.0.2.1');
      client.on('ready', () => addresses('client', client));
      client.on('close', () => server.close());
      client.resume();
    });)");
  std::sort(node.begin(), node.end());
  CHECK(node == ours);
}

TEST_CASE("a server on :: with ipv6Only is not reached by IPv4", "[namespace][S17]") {
  IN_NAMESPACES(machines, world);
  Lines ours;
  Server& server = world.watch(world.net().createServer([](Socket& peer) { peer.end(); }));
  bool closed = false;
  server.listen({.port = 7000, .host = "::", .ipv6Only = true}, [&] {
    Socket& client = world.watch(world.net().connect(7000, "192.0.2.1"));
    sayAll(client, ours);
    client.on<"close">([&] {
      server.close();
      closed = true;
    });
  });
  world.until([&] { return closed; });
  world.end();
  CHECK(nodeSays(world, R"(
    const server = net.createServer((peer) => peer.end());
    server.listen({ port: 7000, host: '::', ipv6Only: true }, () => {
      const client = net.connect(7000, '192.0.2.1');
      sayAll(client);
      client.on('close', () => server.close());
    });)") == ours);
  REQUIRE(ours.size() == 4);
  CHECK(ours[2] ==
        "error Error ECONNREFUSED connect 192.0.2.1 7000: connect ECONNREFUSED 192.0.2.1:7000");
}

TEST_CASE("what a namespace test makes is gone with it", "[namespace]") {
  // The invariants look for open descriptors after every test; this is about the namespaces.
  const auto here = [] { return std::filesystem::read_symlink("/proc/thread-self/ns/net"); };
  if (!uvnet::test::whyNoNamespaces().empty()) {
    uvnet::test::skipped(uvnet::test::whyNoNamespaces());
    return;
  }
  const auto home = here();
  {
    TwoMachines machines;
    const auto near = here();
    CHECK(near != home);
    machines.onFar([&] {
      CHECK(here() != home);
      CHECK(here() != near);
    });
    CHECK(here() == near);
  }
  CHECK(here() == home);
}
