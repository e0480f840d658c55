// pipe() between sockets in bulk: how it ends, by its end, by destroy() and by failing.
#include <string>
#include <vector>

#include "net/support/bulk.h"
#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::ServerOptions;
using uvnet::test::bulkBuffer;
using uvnet::test::bulkMessage;
using uvnet::test::BulkProxy;
using uvnet::test::BulkSender;
using uvnet::test::describe;
using uvnet::test::hear;
using uvnet::test::kMiB;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;
using uvnet::test::turn;

TEST_CASE("destroying either side in the middle of bulk ends it as ever", "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const bool source = GENERATE(false, true);
  const bool heard = GENERATE(false, true);
  CAPTURE(nameOf(transport), source, heard);
  NetWorld world;
  BulkProxy p(world, transport);
  Record front(p.front, false);
  Record back(p.back, false);
  if (heard) hear(p.front);
  p.far.resume();
  p.front.pipe(p.back);
  BulkSender sender(p.client, 12 * kMiB);
  p.client.on<"error">([](const Error&) {});  // it writes on
  world.until([&] { return p.back.bytesWritten() > 2 * kMiB; });
  (source ? p.front : p.back).destroy();
  Record& destroyed = source ? front : back;
  Record& other = source ? back : front;
  world.until([&] { return destroyed.has("close"); });
  turn(world.host);
  CHECK(p.back.bytesWritten() <= p.front.bytesRead());
  // A source that was destroyed ends nothing; a destination that was is only unpiped.
  CHECK(destroyed.errors.empty());
  CHECK_FALSE(destroyed.has("finish"));
  CHECK_FALSE(other.has("end"));
  CHECK_FALSE(other.has("finish"));
  CHECK_FALSE(other.has("close"));
  p.close();
  world.end();
}

TEST_CASE("the end of bulk ends the destination after its last byte; half-open it flows back",
          "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const bool heard = GENERATE(false, true);
  CAPTURE(nameOf(transport), heard);
  NetWorld world;
  ServerOptions halfOpen;
  halfOpen.allowHalfOpen = true;
  LoopbackPair pair(world, transport, halfOpen);
  Record accepted(pair.accepted, false);
  Record client(pair.client, false);
  if (heard) hear(pair.accepted);
  pair.accepted.pipe(pair.accepted);
  std::size_t back = 0;
  bool same = true;
  pair.client.on<"data">([&](const Buffer& chunk) {
    same = same && bulkMessage().compare(back, chunk.size(), chunk.view()) == 0;
    back += chunk.size();
  });
  pair.client.end(bulkBuffer().subarray(0, 8 * kMiB));
  pair.server.close();
  world.end();
  CHECK(same);
  CHECK(back == 8 * kMiB);
  CHECK(client.text() == "finish end close");
  CHECK(accepted.count("end") == 1);
  CHECK(accepted.count("finish") == 1);
  CHECK(accepted.errors.empty());
}

TEST_CASE("what fails in the middle of bulk is told by whom it happened to, with Node's words",
          "[net][D12]") {
  const bool source = GENERATE(false, true);  // whose peer resets the connection
  const bool heard = GENERATE(false, true);
  CAPTURE(source, heard);
  NetWorld world;
  BulkProxy p(world, Transport::kTcp);
  Record front(p.front, false);
  Record back(p.back, false);
  if (heard) hear(p.front);
  p.far.resume();
  p.front.pipe(p.back);
  BulkSender sender(p.client, 12 * kMiB);
  p.client.on<"error">([](const Error&) {});
  world.until([&] { return p.back.bytesWritten() > 2 * kMiB; });
  Record& failed = source ? front : back;
  (source ? p.client : p.far).resetAndDestroy();
  world.until([&] { return failed.has("close"); });
  // libuv says the end for a reset that it sees together with the last bytes.
  const bool asEnd = source && failed.has("end");
  REQUIRE(failed.errors.size() == (asEnd ? 0 : 1));
  CHECK(failed.hadError == std::vector<bool>{!asEnd});
  if (asEnd) {
    CHECK(front.text() == "end finish close");
  } else if (const Error& error = failed.errors[0]; source) {
    CHECK(describe(error) == "Error ECONNRESET: read ECONNRESET {errno=-104 syscall=read}");
  } else {
    // It reads as well, so it may hear of it there.
    CHECK((error.syscall == "write" || error.syscall == "read"));
    CHECK((error.code == "ECONNRESET" || error.code == "EPIPE"));
    CHECK_FALSE(front.has("error"));
  }
  p.close();
  world.end();
}
