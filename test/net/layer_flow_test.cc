// How fast bytes may go through a layer: what it takes and when a write is over, what it holds
// back.
#include <algorithm>
#include <string>
#include <vector>

#include "net/support/layers.h"
#include "support/loopback.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

// More than any system takes at once for a peer that does not read.
const std::string kTooMuch(8000000, 'm');
constexpr std::size_t kPiece = 65536;

// Nothing but the byte '!' opens it; until then it takes nothing.
ScriptedLayer& scriptLocked(Socket& socket) {
  ScriptedLayer& layer = script(socket);
  layer.onReceived = [&, open = false](Buffer&& bytes) mutable {
    if (!open) {
      open = bytes.view().substr(0, 1) == "!";
      bytes.removePrefix(1);
    }
    if (open) layer.onWrite = nullptr;
    if (!bytes.empty()) layer.deliver(std::move(bytes));
  };
  layer.onWrite = [](std::string_view) { return std::size_t{0}; };
  return layer;
}

}  // namespace

TEST_CASE("what a layer does not take waits in the stream, and goes once it takes it",
          "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  ConnectOptions options;
  options.highWaterMark = 10;
  LoopbackPair pair(world, transport, {}, options);
  ScriptedLayer& layer = scriptLocked(pair.client);
  Record client(pair.client);
  Record accepted(pair.accepted);
  std::vector<std::string> order;
  CHECK(pair.client.write("12345", [&] { order.push_back("first"); }));
  CHECK_FALSE(pair.client.write("67890", [&] { order.push_back("second"); }));
  pair.client.end([&] { order.push_back("end"); });
  CHECK(pair.client.writableLength() == 10);
  CHECK(pair.client.bytesWritten() == 10);
  turn(world.host, 10);
  CHECK(order.empty());
  CHECK(accepted.data.empty());
  pair.accepted.write("!");
  world.until([&] { return order.size() == 3; });
  CHECK(order == std::vector<std::string>{"first", "second", "end"});
  CHECK(layer.taken == "1234567890");
  pair.server.close();
  world.end();
  CHECK(accepted.data == "1234567890");
  CHECK(client.text() == "finish end close");
}

TEST_CASE("what was not taken is offered again by ready()", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  layer.onWrite = [](std::string_view) { return std::size_t{0}; };
  int written = 0;
  pair.client.write("abc", [&] { ++written; });
  turn(world.host, 3);
  CHECK(layer.taken.empty());
  layer.onWrite = nullptr;
  layer.ready();
  CHECK(layer.taken == "abc");
  Record accepted(pair.accepted);
  world.until([&] { return accepted.data == "abc" && written == 1; });
  pair.close();
  world.end();
}

TEST_CASE("a layer may take a write in parts", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  layer.onWrite = [&](std::string_view bytes) {
    layer.send(bytes.substr(0, 1));
    return std::size_t{1};
  };
  Record accepted(pair.accepted);
  pair.client.write("abc");
  pair.client.write("defgh");
  pair.client.end("ij");
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "abcdefghij");
}

TEST_CASE("a write is over when all that the layer sent for it has gone; no more is kept meanwhile",
          "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  ScriptedLayer& layer = script(pair.client);
  std::size_t most = 0;
  layer.onWrite = [&](std::string_view bytes) {
    CHECK(layer.unsent() == 0);
    layer.send(rot13(bytes));
    most = std::max(most, layer.unsent());
    return bytes.size();
  };
  pair.accepted.pause();
  std::vector<std::string> order;
  pair.client.on<"drain">([&] { order.push_back("drain"); });
  CHECK_FALSE(pair.client.write(kTooMuch, [&] { order.push_back("callback"); }));
  CHECK(pair.client.writableNeedDrain());
  CHECK(pair.client.writableLength() == kTooMuch.size());
  CHECK(pair.client.bytesWritten() == kTooMuch.size());
  turn(world.host, 20);
  CHECK(order.empty());
  CHECK(layer.unsent() > 0);
  CHECK(layer.taken.size() < kTooMuch.size());
  Record accepted(pair.accepted);
  pair.accepted.resume();
  world.until([&] { return order.size() == 2; });
  CHECK(order == std::vector<std::string>{"drain", "callback"});
  CHECK(layer.unsent() == 0);
  CHECK(most <= kPiece);
  CHECK(layer.count("sent") > 0);
  pair.client.end();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == rot13(kTooMuch));
}

TEST_CASE("small writes that wait together are offered as one, large ones in pieces",
          "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  pair.client.cork();
  for (int i = 0; i < 100; ++i) pair.client.write(Buffer::copyOf("0123456789"));
  pair.client.uncork();
  CHECK(layer.told() == "start write(1000)");
  layer.hooks->clear();
  Record accepted(pair.accepted);
  pair.client.write(std::string(2 * kPiece + 1, 'x'));
  CHECK(layer.told() == "write(65536) write(65536) write(1)");
  world.until([&] { return accepted.data.size() == 1000 + 2 * kPiece + 1; });
  pair.close();
  world.end();
}

TEST_CASE("a layer whose bytes grow on their way out keeps no more than it is given",
          "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  pair.client.putLayer(std::make_unique<RepeatingLayer>(50000, false));
  pair.accepted.pause();
  int written = 0;
  pair.client.write(
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
      [&] { ++written; });
  turn(world.host, 20);
  CHECK(written == 0);
  std::size_t got = 0;
  pair.accepted.on<"data">([&](const Buffer& chunk) { got += chunk.size(); });
  pair.accepted.resume();
  world.until([&] { return written == 1; });
  pair.client.end();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(got == 156 * 50000);
}

TEST_CASE("a layer whose bytes grow on their way in delivers what the stream wants, and no more",
          "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  auto owned = std::make_unique<RepeatingLayer>(4000, true);
  pair.accepted.putLayer(std::move(owned));
  // Half a megabyte that becomes two gigabytes: read as far as somebody wants it.
  std::string much(500000, 'z');
  pair.client.write(much);
  pair.client.end();
  pair.client.resume();
  std::size_t got = 0;
  std::size_t most = 0;
  pair.accepted.on<"data">([&](const Buffer& chunk) {
    got += chunk.size();
    most = std::max(most, pair.accepted.readableLength());
    if (got % 400000 == 0) pair.accepted.pause();
  });
  for (int i = 0; i < 10; ++i) {
    world.until([&] { return pair.accepted.isPaused(); });
    turn(world.host, 5);
    CHECK(pair.accepted.readableLength() <= pair.accepted.readableHighWaterMark() + 4000);
    pair.accepted.resume();
  }
  CHECK(got <= 11 * 400000);
  CHECK(most <= pair.accepted.readableHighWaterMark() + 4000);
  pair.close();
  world.end();
}

TEST_CASE("back-pressure goes through a layer to the sender", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  ScriptedLayer& layer = script(pair.accepted);
  Record accepted(pair.accepted);
  pair.accepted.pause();
  int written = 0;
  pair.client.write(kTooMuch, [&] { ++written; });
  turn(world.host, 50);
  CHECK(written == 0);
  CHECK(pair.accepted.bytesRead() <= 2 * pair.accepted.readableHighWaterMark());
  CHECK(layer.count("wanted") == 0);
  pair.accepted.resume();
  world.until([&] { return written == 1; });
  CHECK(layer.count("wanted") > 0);
  pair.client.end();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == kTooMuch);
}

TEST_CASE("a layer may deliver byte by byte", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.accepted);
  layer.onReceived = [&](Buffer&& bytes) {
    for (const char byte : bytes) layer.deliver(Buffer::copyOf(std::string_view(&byte, 1)));
  };
  Record accepted(pair.accepted);
  pair.client.end("Hello, world");
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "Hello, world");
  CHECK(accepted.count("data") == 12);
}

TEST_CASE("a layer may swallow bytes and make others; the socket counts the stream's",
          "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  pair.client.write("plain ");
  Record accepted(pair.accepted);
  world.until([&] { return accepted.data == "plain "; });
  ScriptedLayer& layer = script(pair.accepted);
  layer.onStart = [&] { layer.send("a long greeting that nobody counts"); };
  layer.onReceived = [&](Buffer&& bytes) {
    if (bytes.size() > 4) layer.deliver(bytes.subarray(4));
  };
  layer.onWrite = [&](std::string_view bytes) {
    layer.send(std::string(bytes) + std::string(bytes));
    return bytes.size();
  };
  pair.client.resume();
  pair.client.write("HEADbody");
  pair.accepted.write("123");
  world.until([&] { return accepted.data == "plain body"; });
  CHECK(pair.accepted.bytesRead() == 10);
  CHECK(pair.accepted.bytesWritten() == 3);
  pair.accepted.end();
  pair.client.end();
  pair.server.close();
  world.end();
  CHECK(pair.accepted.bytesRead() == 10);
  CHECK(pair.accepted.bytesWritten() == 3);
}
