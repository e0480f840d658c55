// Ways to a machine that does not answer, refuses or cannot be reached: what only a network can
// show. The lines are those that node v20.20.2 prints in the same namespace, and each test asks it
// again.
#include <chrono>
#include <string>
#include <vector>

#include "namespace/support/twin.h"
#include "namespace/support/two_machines.h"

using uvnet::ConnectOptions;
using uvnet::LookupAddress;
using uvnet::Ref;
using uvnet::Server;
using uvnet::Socket;
using uvnet::test::answers;
using uvnet::test::Lines;
using uvnet::test::NetWorld;
using uvnet::test::nodeSays;
using uvnet::test::sayAll;
using uvnet::test::TwoMachines;

namespace {

// A server on the far machine that ends each connection at once, until it is closed.
Ref<Server> farServer(TwoMachines& machines, NetWorld& world, const std::string& host) {
  Server& server = world.watch(world.net().createServer([](Socket& peer) { peer.end(); }));
  bool listening = false;
  machines.onFar([&] {
    server.listen({.port = 7000, .host = host}, [&] { listening = true; });
    world.until([&] { return listening; });
  });
  return Ref<Server>(server);
}

// All that a connect() goes through, to its 'close'.
Lines goesThrough(NetWorld& world, ConnectOptions options) {
  Lines lines;
  Socket& client = world.watch(world.net().connect(std::move(options)));
  sayAll(client, lines);
  bool closed = false;
  client.on<"close">([&] { closed = true; });
  world.until([&] { return closed; });
  return lines;
}

ConnectOptions toAll(NetWorld& world, const std::vector<LookupAddress>& found) {
  ConnectOptions options{.port = 7000, .host = "far.test", .lookup = answers(world, found)};
  options.autoSelectFamilyAttemptTimeout = 300;
  return options;
}

}  // namespace

TEST_CASE("a silent first address: the second is reached after one attempt delay",
          "[namespace][K13][F13]") {
  IN_NAMESPACES(machines, world);
  machines.farRejects("ip6 daddr 2001:db8::3 drop");
  const Ref<Server> server = farServer(machines, world, "0.0.0.0");
  const auto begin = std::chrono::steady_clock::now();
  const Lines ours = goesThrough(world, toAll(world, {{"2001:db8::3", 6}, {"192.0.2.2", 4}}));
  const auto passed = std::chrono::steady_clock::now() - begin;
  CHECK(passed >= std::chrono::milliseconds(290));
  CHECK(ours == Lines{"lookup 2001:db8::3 6 far.test", "lookup 192.0.2.2 4 far.test",
                      "attempt 2001:db8::3 7000 6", "attempt timeout 2001:db8::3 7000 6",
                      "attempt 192.0.2.2 7000 4", "connect", "ready", "end", "finish",
                      "close false"});
  CHECK(nodeSays(world, R"(
    sayAll(net.connect({ port: 7000, host: 'far.test', autoSelectFamilyAttemptTimeout: 300,
      lookup: answers([{ address: '2001:db8::3', family: 6 },
                       { address: '192.0.2.2', family: 4 }]) })))") == ours);
  server->close();
  world.end();
}

TEST_CASE("a silent first address does not take its time from a second that refuses",
          "[namespace][K13]") {
  IN_NAMESPACES(machines, world);
  machines.farRejects("ip6 daddr 2001:db8::3 drop");
  const Ref<Server> server = farServer(machines, world, "192.0.2.2");
  const Lines ours =
      goesThrough(world, toAll(world, {{"2001:db8::3", 6}, {"192.0.2.3", 4}, {"192.0.2.2", 4}}));
  CHECK(ours ==
        Lines{"lookup 2001:db8::3 6 far.test", "lookup 192.0.2.3 4 far.test",
              "lookup 192.0.2.2 4 far.test", "attempt 2001:db8::3 7000 6",
              "attempt timeout 2001:db8::3 7000 6", "attempt 192.0.2.3 7000 4",
              "attempt failed 192.0.2.3 7000 4 Error ECONNREFUSED connect 192.0.2.3 7000: connect "
              "ECONNREFUSED 192.0.2.3:7000",
              "attempt 192.0.2.2 7000 4", "connect", "ready", "end", "finish", "close false"});
  CHECK(nodeSays(world, R"(
    sayAll(net.connect({ port: 7000, host: 'far.test', autoSelectFamilyAttemptTimeout: 300,
      lookup: answers([{ address: '2001:db8::3', family: 6 }, { address: '192.0.2.3', family: 4 },
                       { address: '192.0.2.2', family: 4 }]) })))") == ours);
  server->close();
  world.end();
}

TEST_CASE("a refused first address: the second is tried at once", "[namespace][K13][F13]") {
  IN_NAMESPACES(machines, world);
  const Ref<Server> server = farServer(machines, world, "192.0.2.2");
  ConnectOptions options = toAll(world, {{"2001:db8::2", 6}, {"192.0.2.2", 4}});
  // Waiting for it would fail the test.
  options.autoSelectFamilyAttemptTimeout = 60'000;
  const Lines ours = goesThrough(world, options);
  CHECK(ours ==
        Lines{"lookup 2001:db8::2 6 far.test", "lookup 192.0.2.2 4 far.test",
              "attempt 2001:db8::2 7000 6",
              "attempt failed 2001:db8::2 7000 6 Error ECONNREFUSED connect 2001:db8::2 7000: "
              "connect ECONNREFUSED 2001:db8::2:7000",
              "attempt 192.0.2.2 7000 4", "connect", "ready", "end", "finish", "close false"});
  CHECK(nodeSays(world, R"(
    sayAll(net.connect({ port: 7000, host: 'far.test', autoSelectFamilyAttemptTimeout: 60000,
      lookup: answers([{ address: '2001:db8::2', family: 6 },
                       { address: '192.0.2.2', family: 4 }]) })))") == ours);
  server->close();
  world.end();
}

TEST_CASE("all addresses refuse: an AggregateError with each cause", "[namespace][K13][V14]") {
  IN_NAMESPACES(machines, world);
  const Lines ours = goesThrough(world, toAll(world, {{"2001:db8::2", 6}, {"192.0.2.2", 4}}));
  const std::string six =
      "Error ECONNREFUSED connect 2001:db8::2 7000: connect ECONNREFUSED 2001:db8::2:7000";
  const std::string four =
      "Error ECONNREFUSED connect 192.0.2.2 7000: connect ECONNREFUSED 192.0.2.2:7000";
  CHECK(ours == Lines{"lookup 2001:db8::2 6 far.test", "lookup 192.0.2.2 4 far.test",
                      "attempt 2001:db8::2 7000 6", "attempt failed 2001:db8::2 7000 6 " + six,
                      "attempt 192.0.2.2 7000 4", "attempt failed 192.0.2.2 7000 4 " + four,
                      "error AggregateError ECONNREFUSED:  [" + six + "] [" + four + "]",
                      "close true"});
  CHECK(nodeSays(world, R"(
    sayAll(net.connect({ port: 7000, host: 'far.test', autoSelectFamilyAttemptTimeout: 300,
      lookup: answers([{ address: '2001:db8::2', family: 6 },
                       { address: '192.0.2.2', family: 4 }]) })))") == ours);
  world.end();
}

TEST_CASE("an attempt that timed out is a cause of the AggregateError", "[namespace][K13][V14]") {
  IN_NAMESPACES(machines, world);
  machines.farRejects("ip6 daddr 2001:db8::3 drop");
  const Lines ours = goesThrough(world, toAll(world, {{"2001:db8::3", 6}, {"192.0.2.2", 4}}));
  REQUIRE(ours.size() == 8);
  CHECK(ours[6] ==
        "error AggregateError ETIMEDOUT:  [Error ETIMEDOUT connect 2001:db8::3 7000: connect "
        "ETIMEDOUT 2001:db8::3:7000] [Error ECONNREFUSED connect 192.0.2.2 7000: connect "
        "ECONNREFUSED 192.0.2.2:7000]");
  CHECK(nodeSays(world, R"(
    sayAll(net.connect({ port: 7000, host: 'far.test', autoSelectFamilyAttemptTimeout: 300,
      lookup: answers([{ address: '2001:db8::3', family: 6 },
                       { address: '192.0.2.2', family: 4 }]) })))") == ours);
  world.end();
}

TEST_CASE("a silent address says nothing until the user's own timeout", "[namespace][D15][F5]") {
  IN_NAMESPACES(machines, world);
  machines.farRejects("tcp dport 7000 drop");
  Lines ours;
  Socket& client =
      world.watch(world.net().connect({.port = 7000, .host = "192.0.2.2", .timeout = 200}));
  sayAll(client, ours);
  client.write("waits");
  bool closed = false;
  client.on<"timeout">([&] { client.destroy(); });
  client.on<"close">([&] { closed = true; });
  world.until([&] { return closed; });
  CHECK(ours == Lines{"attempt 192.0.2.2 7000 4", "timeout", "close false"});
  CHECK(nodeSays(world, R"(
    const client = net.connect({ port: 7000, host: '192.0.2.2', timeout: 200 });
    sayAll(client);
    client.write('waits');
    client.on('timeout', () => client.destroy());)") == ours);
  world.end();
}

TEST_CASE("what cannot be reached is an 'error' that says how", "[namespace][V14][K08]") {
  IN_NAMESPACES(machines, world);
  machines.ip(
      "route add unreachable 198.51.100.0/28\n"
      "route add prohibit 198.51.100.16/28\n"
      "route add blackhole 198.51.100.32/28\n"
      "route add unreachable 2001:db8:1::/64\n"
      "route add prohibit 2001:db8:2::/64");
  machines.farRejects(
      "tcp dport 7001 reject with icmpx host-unreachable\n"
      "tcp dport 7002 reject with icmpx admin-prohibited");
  struct Way {
    std::string host;
    int port;
    std::string code;
  };
  const std::vector<Way> ways{
      {"203.0.113.1", 7000, "ENETUNREACH"},  // no route
      {"2001:db8:9::1", 7000, "ENETUNREACH"},  {"198.51.100.1", 7000, "EHOSTUNREACH"},
      {"198.51.100.17", 7000, "EACCES"},       {"198.51.100.33", 7000, "EINVAL"},
      {"2001:db8:1::1", 7000, "EHOSTUNREACH"}, {"2001:db8:2::1", 7000, "EACCES"},
      {"192.0.2.2", 7001, "EHOSTUNREACH"},  // by a packet that comes back
      {"2001:db8::2", 7001, "EHOSTUNREACH"},   {"192.0.2.2", 7002, "EHOSTUNREACH"},
  };
  for (const auto& [host, port, code] : ways) {
    CAPTURE(host, port);
    const Lines ours = goesThrough(world, {.port = port, .host = host});
    REQUIRE(ours.size() >= 3);
    const std::string expected = "error Error " + code + " connect " + host;
    CHECK(ours[ours.size() - 2].substr(0, expected.size()) == expected);
    CHECK(ours.back() == "close true");
    CHECK(nodeSays(world, "sayAll(net.connect({ port: " + std::to_string(port) + ", host: '" +
                              host + "' }))") == ours);
  }
  world.end();
}
