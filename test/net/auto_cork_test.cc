// The option autoCork of sockets: the writes of a turn are one system call, when it ends.
#include <sys/ioctl.h>

#include <string>

#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Transport;

namespace {

constexpr int kWrites = 100;
constexpr std::size_t kPiece = 16;

// What has arrived there and was not read.
int arrived(const uvnet::Socket& socket) {
  int count = -1;
  REQUIRE(::ioctl(socket.fd(), FIONREAD, &count) == 0);
  return count;
}

// The same bytes, written as text and as shared memory by turns.
std::string writePieces(uvnet::Socket& socket) {
  std::string all;
  for (int i = 0; i < kWrites; ++i) {
    const std::string piece(kPiece, static_cast<char>('a' + i % 26));
    all += piece;
    if (i % 2 == 0) {
      CHECK(socket.write(piece));
    } else {
      CHECK(socket.write(Buffer::copyOf(piece)));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("autoCork: nothing leaves before the turn ends, and then all of it", "[net][D02]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {.autoCork = true});
  const int size = static_cast<int>(kWrites * kPiece);
  std::string sent;
  int before = -1;
  int after = -1;
  pair.accepted.once<"data">([&] {
    sent = writePieces(pair.accepted);
    CHECK(pair.accepted.writableLength() == sent.size());
    CHECK(pair.accepted.bytesWritten() == sent.size());
    before = arrived(pair.client);
    // Ticks run in their order, so the writes have left.
    world.host.nextTick([&] {
      CHECK(pair.accepted.writableLength() == 0);
      after = arrived(pair.client);
    });
  });
  std::string got;
  pair.client.write("go");
  world.until([&] { return after >= 0; });
  CHECK(before == 0);
  CHECK(after == size);
  pair.client.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  world.until([&] { return got.size() >= sent.size(); });
  CHECK(got == sent);
  pair.close();
  world.end();
}

TEST_CASE("autoCork of net.connect() holds the writes of a turn too", "[net][D02]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {}, {.autoCork = true});
  const std::string sent = writePieces(pair.client);
  CHECK(pair.client.writableLength() == sent.size());
  CHECK(arrived(pair.accepted) == 0);
  std::string got;
  pair.accepted.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  world.until([&] { return got.size() >= sent.size(); });
  CHECK(got == sent);
  pair.close();
  world.end();
}

TEST_CASE("autoCork: data and FIN leave in the turn of end()", "[net][D06]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {}, {.autoCork = true});
  uvnet::test::Record record(pair.accepted);
  world.host.enter();
  const std::string sent = writePieces(pair.client);
  pair.client.end("!");
  CHECK(arrived(pair.accepted) == static_cast<int>(sent.size() + 1));
  world.host.leave();
  world.until([&] { return record.has("end"); });
  CHECK(record.data == sent + "!");
  pair.close();
  world.end();
}

TEST_CASE("autoCork: what is written while connecting arrives", "[net][S20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  uvnet::test::Listening listening(world, transport);
  std::string got;
  listening->on<"connection">([&](uvnet::Socket& socket) {
    socket.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  });
  uvnet::Socket& client = world.watch(world.net().connect(listening.to({.autoCork = true})));
  int answered = 0;
  client.write("a", [&](const Error* error) { answered += error == nullptr ? 1 : 100; });
  client.write("b", [&](const Error* error) { answered += error == nullptr ? 1 : 100; });
  CHECK(client.writableLength() == 2);
  client.end("c");
  world.until([&] { return got == "abc" && answered == 2; });
  listening->close();
  world.end();
}
