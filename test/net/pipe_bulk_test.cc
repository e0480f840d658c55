// pipe() between sockets in bulk: on Linux the bytes go through the kernel once nobody looks at
// them, and nothing else may show it. What each test sees is seen twice where it can be, the second
// time with a 'data' listener, which makes the same bytes come up.
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "net/support/bulk.h"
#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::make;
using uvnet::Socket;
using uvnet::test::bulkBuffer;
using uvnet::test::bulkMessage;
using uvnet::test::BulkProxy;
using uvnet::test::BulkSender;
using uvnet::test::hear;
using uvnet::test::kMiB;
using uvnet::test::kMoves;
using uvnet::test::LoopbackPair;
using uvnet::test::makeRoom;
using uvnet::test::moved;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;
using uvnet::test::turn;

TEST_CASE("an echo in bulk is exact, and counted as if it had been read and written",
          "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const bool heard = GENERATE(false, true);
  CAPTURE(nameOf(transport), heard);
  NetWorld world;
  LoopbackPair pair(world, transport);
  makeRoom(pair.accepted);
  Record accepted(pair.accepted, false);
  if (heard) hear(pair.accepted);
  pair.accepted.pipe(pair.accepted);
  BulkSender sender(pair.client, 8 * kMiB);
  world.until([&] { return sender.done(); });
  CHECK(sender.same());
  CHECK(pair.accepted.bytesRead() == 8 * kMiB);
  CHECK(pair.accepted.bytesWritten() == 8 * kMiB);
  CHECK(pair.accepted.writableLength() == 0);
  CHECK(pair.accepted.readableLength() == 0);
  CHECK(pair.accepted.readableFlowing() == true);
  CHECK(pair.accepted.readableDidRead());
  CHECK((moved(pair.accepted) > 0) == (kMoves && !heard));
  pair.client.end();
  pair.server.close();
  world.end();
  accepted.events.erase(
      std::remove(accepted.events.begin(), accepted.events.end(), std::string("drain")),
      accepted.events.end());
  CHECK(accepted.text() == "end finish close");
}

TEST_CASE("a proxy in bulk is exact both ways", "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  BulkProxy p(world, transport);
  p.front.pipe(p.back);
  p.back.pipe(p.front);
  p.far.pipe(p.far);
  BulkSender sender(p.client, 8 * kMiB);
  world.until([&] { return sender.done(); });
  CHECK(sender.same());
  for (Socket* socket : {&p.front, &p.back}) {
    CHECK(socket->bytesRead() == 8 * kMiB);
    CHECK(socket->bytesWritten() == 8 * kMiB);
  }
  CHECK((moved(p.front) > 0) == kMoves);
  p.close();
  world.end();
}

TEST_CASE("whatever somebody does in the middle of bulk, not a byte is lost or out of order",
          "[net][D12]") {
  enum class What { kData, kReadable, kEncoding, kPause, kSecondPipe, kUnpipe, kPipeAgain, kCork };
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const What what = GENERATE(What::kData, What::kReadable, What::kEncoding, What::kPause,
                             What::kSecondPipe, What::kUnpipe, What::kPipeAgain, What::kCork);
  CAPTURE(nameOf(transport), static_cast<int>(what));
  constexpr std::size_t kSize = 6 * kMiB;
  NetWorld world;
  LoopbackPair pair(world, transport);
  LoopbackPair other(world, transport);
  makeRoom(pair.accepted);
  Socket& echo = pair.accepted;
  echo.pipe(echo);
  BulkSender sender(pair.client, kSize);
  world.until([&] { return kMoves ? moved(echo) > kMiB : sender.back > kMiB; });

  const std::uint64_t before = echo.bytesRead();
  std::string seen;
  switch (what) {
    case What::kData:
      echo.on<"data">([&](const Buffer& chunk) { seen += chunk.view(); });
      break;
    case What::kReadable:
      echo.on<"readable">([&] {
        while (const auto chunk = echo.read()) seen += chunk->view();
      });
      break;
    case What::kEncoding:
      echo.setEncoding("latin1");  // and back to bytes as the pipe writes it
      echo.setDefaultEncoding("latin1");
      break;
    case What::kPause:
      echo.pause();
      turn(world.host);
      echo.resume();
      break;
    case What::kSecondPipe:
      other.client.on<"data">([](const Buffer&) {});
      other.accepted.on<"data">([&](const Buffer& chunk) { seen += chunk.view(); });
      echo.pipe(other.client);
      break;
    case What::kUnpipe:
      echo.unpipe(echo);
      echo.on<"data">([&](const Buffer& chunk) {
        seen += chunk.view();
        echo.write(chunk);
      });
      echo.resume();
      break;
    case What::kCork:
      echo.cork();
      turn(world.host);
      echo.uncork();
      break;
    case What::kPipeAgain:
      echo.unpipe(echo);
      turn(world.host);
      echo.pipe(echo);
      break;
  }
  world.until([&] { return sender.done(); });
  CHECK(sender.same());
  CHECK(echo.bytesRead() == kSize);
  CHECK(echo.bytesWritten() == kSize);
  if (what == What::kData || what == What::kUnpipe || what == What::kReadable) {
    CHECK(seen == bulkMessage().substr(before, kSize - before));
  }
  if (what == What::kSecondPipe) {
    world.until([&] { return seen.size() == kSize - before; });
    CHECK(seen == bulkMessage().substr(before, kSize - before));
  }
  pair.close();
  other.close();
  world.end();
}

TEST_CASE("a reader that stops stops the pipe, with little kept, and all arrives when it goes on",
          "[net][D12][D05]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  BulkProxy p(world, transport);
  Record back(p.back, false);
  const int size = 262144;  // so that the kernel is full soon
  REQUIRE(::setsockopt(p.back.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
  REQUIRE(::setsockopt(p.far.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
  p.front.pipe(p.back);
  p.far.pause();
  BulkSender sender(p.client, 12 * kMiB);
  std::size_t got = 0;
  bool same = true;
  p.far.on<"data">([&](const Buffer& chunk) {
    same = same && bulkMessage().compare(got, chunk.size(), chunk.view()) == 0;
    got += chunk.size();
  });
  for (int stops = 0; stops < 5; ++stops) {
    const std::size_t until = got + kMiB;
    p.far.resume();
    world.until([&] { return got >= until; });
    p.far.pause();
    world.until([&] { return p.back.writableNeedDrain(); });
    CHECK(p.front.isPaused());
    // What is under way at once, and the mark.
    CHECK(p.back.writableLength() <= 262144 + p.back.writableHighWaterMark());
    CHECK(p.back.bufferSize() == p.back.writableLength());
    CHECK(p.back.bytesWritten() == p.front.bytesRead() - p.front.readableLength());
  }
  p.far.resume();
  world.until([&] { return got == 12 * kMiB; });
  CHECK(same);
  CHECK(back.count("drain") >= 5);
  CHECK(p.back.bytesWritten() == 12 * kMiB);
  if (kMoves) CHECK(moved(p.back) > 0);
  p.close();
  world.end();
}

TEST_CASE("bulk keeps both sides from being idle", "[net][D12]") {
  NetWorld world;
  BulkProxy p(world, Transport::kTcp);
  Record front(p.front, false);
  Record back(p.back, false);
  p.far.resume();
  p.front.pipe(p.back);
  // Nobody is told how it goes on, so it is the loop's clock that ends it.
  p.front.setTimeout(1000);
  p.back.setTimeout(1000);
  bool over = false;
  auto clock = make<Socket>(world.net());
  clock->setTimeout(1400, [&] { over = true; });
  std::function<void()> fill = [&] {
    while (p.client.write(bulkBuffer().subarray(0, 262144))) {
    }
  };
  p.client.on<"drain">([&] { fill(); });
  fill();
  world.until([&] { return over; });
  CHECK(front.count("timeout") == 0);
  CHECK(back.count("timeout") == 0);
  if (kMoves) CHECK(moved(p.front) > 2 * kMiB);
  p.close();
  clock->destroy();
  world.end();
}
