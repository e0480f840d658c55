// A steady echo allocates nothing, neither for a read nor for a write. Every allocation of this
// program goes through the counter of count_allocations.h, which counts only while a test has
// switched it on.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/count_allocations.h"
#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::Socket;
using uvnet::test::allocatedBytes;
using uvnet::test::allocations;
using uvnet::test::countingAllocations;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Transport;

namespace {

constexpr int kWarmUp = 200;  // rounds until every pool and vector has what it needs
constexpr int kRounds = 2000;

// Rounds of a conversation; switches the counter on for those in the middle.
class Steady {
 public:
  // True while there is another round to go.
  bool next() {
    ++round_;
    if (round_ == kWarmUp) {
      allocations = 0;
      countingAllocations = true;
    }
    if (round_ == kWarmUp + kRounds) {
      countingAllocations = false;
      counted = allocations;
      done = true;
    }
    return !done;
  }
  ~Steady() { countingAllocations = false; }
  bool done = false;
  std::uint64_t counted = 0;

 private:
  int round_ = 0;
};

// Connections that need no memory of this process but their descriptors.
class PlainClients {
 public:
  PlainClients(const std::string& path, std::size_t count) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    for (std::size_t i = 0; i < count; ++i) {
      fds_.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      REQUIRE(::connect(fds_.back(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    }
  }
  PlainClients(const PlainClients&) = delete;
  PlainClients& operator=(const PlainClients&) = delete;
  ~PlainClients() {
    for (const int fd : fds_) ::close(fd);
  }
  void send(std::string_view message) const {
    for (const int fd : fds_) {
      static_cast<void>(::send(fd, message.data(), message.size(), MSG_NOSIGNAL));
    }
  }
  void expect(std::string_view message) const {
    std::string got(message.size(), ' ');
    for (const int fd : fds_) {
      REQUIRE(::recv(fd, got.data(), got.size(), MSG_DONTWAIT) ==
              static_cast<ssize_t>(message.size()));
      CHECK(got == message);
    }
  }

 private:
  std::vector<int> fds_;
};

}  // namespace

TEST_CASE("the counter of allocations counts", "[net]") {
#ifdef UVNET_TEST_IN_NODE
  // A module's malloc comes after that of the program that loads it.
  std::cout << "uvnet: skipped: inside Node, memory is not allocated by the test's malloc"
            << std::endl;
  return;
#endif
  allocations = 0;
  countingAllocations = true;
  delete new std::string(100, 'x');
  countingAllocations = false;
  CHECK(allocations == 2);
  delete new std::string(100, 'x');
  CHECK(allocations == 2);
}

TEST_CASE("a steady echo with 'data' and write allocates nothing", "[net][D02][V05]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const std::size_t size = GENERATE(1U, 64U, 4096U, 16384U, 60000U);
  CAPTURE(nameOf(transport), size);
  NetWorld world;
  LoopbackPair pair(world, transport);
  Steady steady;
  const Buffer message = Buffer::copyOf(std::string(size, 'x'));
  std::size_t got = 0;
  pair.accepted.on<"data">([&](const Buffer& chunk) { pair.accepted.write(chunk); });
  pair.client.on<"data">([&](const Buffer& chunk) {
    got += chunk.size();
    if (got < size) return;
    got = 0;
    if (steady.next()) pair.client.write(message);
  });
  pair.client.write(message);
  world.until([&] { return steady.done; });
  CHECK(steady.counted == 0);
  pair.close();
  world.end();
}

TEST_CASE("a steady echo of chunks of any size allocates nothing", "[net][D02]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Steady steady;
  const Buffer longest = Buffer::copyOf(std::string(60000, 'x'));
  int round = 0;
  std::size_t size = longest.size();
  std::size_t got = 0;
  pair.accepted.on<"data">([&](const Buffer& chunk) { pair.accepted.write(chunk); });
  pair.client.on<"data">([&](const Buffer& chunk) {
    got += chunk.size();
    if (got < size) return;
    got = 0;
    // Only the longest until it is counted: then, again and again, all from 1 byte on.
    if (++round >= kWarmUp) size = size == longest.size() ? 1 : std::min(size * 2, longest.size());
    if (steady.next()) pair.client.write(longest.subarray(0, size));
  });
  pair.client.write(longest);
  world.until([&] { return steady.done; });
  CHECK(steady.counted == 0);
  pair.close();
  world.end();
}

TEST_CASE("write(text) and write callbacks of a steady echo allocate nothing", "[net][D02][D05]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Steady steady;
  int answered = 0;
  const auto told = [&](const Error* error) { answered += error == nullptr ? 1 : 1000000; };
  pair.accepted.on<"data">([&](const Buffer& chunk) { pair.accepted.write(chunk.view(), told); });
  pair.client.on<"data">([&] {
    if (steady.next()) pair.client.write("hello", told);
  });
  pair.client.write("hello", told);
  world.until([&] { return steady.done; });
  CHECK(steady.counted == 0);
  CHECK(answered >= 2 * (kWarmUp + kRounds) - 2);
  CHECK(answered <= 2 * (kWarmUp + kRounds));
  pair.close();
  world.end();
}

TEST_CASE("a steady echo through pipe() allocates nothing", "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const std::size_t size = GENERATE(64U, 16384U);
  CAPTURE(nameOf(transport), size);
  NetWorld world;
  LoopbackPair pair(world, transport);
  Steady steady;
  const Buffer message = Buffer::copyOf(std::string(size, 'x'));
  std::size_t got = 0;
  pair.accepted.pipe(pair.accepted);
  pair.client.on<"data">([&](const Buffer& chunk) {
    got += chunk.size();
    if (got < size) return;
    got = 0;
    if (steady.next()) pair.client.write(message);
  });
  pair.client.write(message);
  world.until([&] { return steady.done; });
  CHECK(steady.counted == 0);
  pair.close();
  world.end();
}

TEST_CASE("several small writes at once, corked or not, allocate nothing", "[net][D02]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const std::string how = GENERATE("plain", "cork", "autoCork");
  const bool corked = how == "cork";
  CAPTURE(nameOf(transport), how);
  NetWorld world;
  LoopbackPair pair(world, transport, {}, {.autoCork = how == "autoCork"});
  Steady steady;
  const Buffer part = Buffer::literal("part of a message;");
  constexpr int kParts = 8;
  std::size_t got = 0;
  const auto send = [&] {
    if (corked) pair.client.cork();
    for (int i = 0; i < kParts; ++i) pair.client.write(part);
    if (corked) pair.client.uncork();
  };
  pair.accepted.on<"data">([&](const Buffer& chunk) { pair.accepted.write(chunk); });
  pair.client.on<"data">([&](const Buffer& chunk) {
    got += chunk.size();
    if (got < kParts * part.size()) return;
    got = 0;
    if (steady.next()) send();
  });
  send();
  world.until([&] { return steady.done; });
  CHECK(steady.counted == 0);
  pair.close();
  world.end();
}

TEST_CASE("a steady stream under backpressure allocates nothing per write", "[net][D04][V07]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Steady steady;
  const Buffer block = Buffer::copyOf(std::string(200000, 'x'));
  pair.accepted.on<"data">([] {});
  // When a write waits behind another, and when one is taken at once, is the kernel's to say: here
  // both have happened before it begins, in every form there is.
  int answered = 0;
  pair.client.cork();
  for (int i = 0; i < 4; ++i) pair.client.write("x", [&](const Error*) { ++answered; });
  pair.client.uncork();
  world.until([&] { return answered == 4; });
  // Fills up to the mark and goes on at 'drain', as every producer should.
  const auto fill = [&] {
    while (!steady.done && steady.next() && pair.client.write(block)) {
    }
  };
  pair.client.on<"drain">(fill);
  fill();
  world.until([&] {
    if (!pair.client.writableNeedDrain()) fill();
    return steady.done;
  });
  CHECK(steady.counted == 0);
  pair.close();
  world.end();
}

TEST_CASE("idle timeouts that are refreshed by a steady echo allocate nothing", "[net][D15][R6]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Steady steady;
  pair.client.setTimeout(60000);
  pair.accepted.setTimeout(60000);
  pair.accepted.on<"data">([&](const Buffer& chunk) { pair.accepted.write(chunk); });
  pair.client.on<"data">([&](const Buffer& chunk) {
    if (steady.next()) pair.client.write(chunk);
  });
  pair.client.write("x");
  world.until([&] { return steady.done; });
  CHECK(steady.counted == 0);
  pair.close();
  world.end();
}

TEST_CASE("an accepted socket that is idle holds 5 allocations of 880 bytes in all", "[net][D02]") {
  constexpr std::size_t kSockets = 50;
  constexpr std::string_view kMessage = "a message of a connection that is idle then";
  NetWorld world;
  Listening listening(world, Transport::kUnix);
  std::size_t echoed = 0;
  listening.server->on<"connection">([&](Socket& socket) {
    socket.on<"error">([] {});
    socket.on<"data">([&socket, &echoed](const Buffer& chunk) {
      socket.write(chunk);
      ++echoed;
    });
  });
  // Twice: the first ones fill the pools and make the loop's tables large enough.
  for (int round = 0; round < 2; ++round) {
    {
      const PlainClients clients(listening.path, kSockets);
      echoed = 0;
      allocations = allocatedBytes = 0;
      countingAllocations = true;
      clients.send(kMessage);
      world.until([&] { return echoed == kSockets; });
      countingAllocations = false;
      clients.expect(kMessage);
    }
    world.until([&] { return listening.server->connections() == 0; });
  }
  CAPTURE(allocations, allocatedBytes);
  CHECK(allocations <= 5 * kSockets + 1);  // one is of until()
  CHECK(allocatedBytes <= 880 * kSockets);
  listening.server->close();
  world.end();
}
