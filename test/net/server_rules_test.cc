// Rules of servers and of idle sockets that no document states: when getConnections() answers, what
// 'drop' carries, what a failed accept says, and a slow write that is no idleness.
#include <netinet/in.h>
#include <sys/socket.h>
#include <uv.h>

#include <chrono>
#include <iostream>
#include <string>

#include "support/loopback.h"

using uvnet::DropInfo;
using uvnet::Error;
using uvnet::Server;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Transport;

TEST_CASE("getConnections() answers on a later tick", "[net][R12][S35]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  int answers = 0;
  std::size_t counted = 0;
  pair.server.getConnections([&](const Error* error, std::size_t count) {
    CHECK(error == nullptr);
    counted = count;
    ++answers;
  });
  CHECK(answers == 0);
  world.until([&] { return answers == 1; });
  CHECK(counted == 1);
  pair.close();
  world.end();
  CHECK(answers == 1);
}

TEST_CASE("'drop' carries addresses for TCP only", "[net][R12][S36]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  listening->setMaxConnections(0);
  int dropped = 0;
  DropInfo info;
  listening->on<"drop">([&](const DropInfo& told) {
    ++dropped;
    info = told;
    listening->close();
  });
  uvnet::Socket& client = world.watch(world.net().connect(listening.to()));
  client.on<"error">([] {});  // a reset, where the drop was faster than 'connect'
  client.resume();
  world.end();
  CHECK(dropped == 1);
  if (transport == Transport::kTcp) {
    CHECK(info.local.port == listening.port);
    CHECK(info.local.address == "127.0.0.1");
    CHECK(info.remote.address == "127.0.0.1");
    CHECK(info.remote.family == "IPv4");
    CHECK(info.remote.port > 0);
  } else {
    CHECK(info.local.empty());
    CHECK(info.remote.empty());
  }
}

TEST_CASE("an accept that fails is an 'error' of the server with syscall accept", "[net][R13]") {
  // libuv 1.52 calls nobody when accept() fails with EINVAL, the way this test makes it fail.
  constexpr unsigned kQuiet = (1U << 16) | (52U << 8);
  if (uv_version() >= kQuiet) {
    std::cout << "uvnet: skipped: this libuv does not tell of an accept() that fails with EINVAL"
              << std::endl;
    return;
  }
  NetWorld world;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in loopback{};
  loopback.sin_family = AF_INET;
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback) == 0);
  Server& server = world.watch(world.net().createServer());
  std::string told;
  server.on<"error">([&](const Error& error) {
    if (told.empty()) told = describe(error);
    server.close();
  });
  // Behind the server's back: every accept() fails with EINVAL from here on.
  server.listen({.fd = fd}, [fd] { ::shutdown(fd, SHUT_RDWR); });
  world.end();
  CHECK(told == "Error EINVAL: accept EINVAL {errno=-22 syscall=accept}");
}

TEST_CASE("a write that has moved since the last look puts 'timeout' off", "[net][R6][V13]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  constexpr std::chrono::milliseconds kIdle{25};
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.pause();
  const auto begin = std::chrono::steady_clock::now();
  bool timedOut = false;
  pair.client.setTimeout(static_cast<double>(kIdle.count()), [&] { timedOut = true; });
  // The system takes a part at once, so the first look finds the queue shorter than the write.
  pair.client.write(std::string(8000000, 'm'));
  world.until([&] { return timedOut; });
  // Timers count whole milliseconds of the loop's clock: each of the two looks may be 1 ms early.
  CHECK(std::chrono::steady_clock::now() - begin >= 2 * kIdle - std::chrono::milliseconds(2));
  pair.close();
  world.end();
}
