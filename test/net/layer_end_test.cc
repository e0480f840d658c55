// How a connection ends through a layer: goodbye and FIN, the peer's, resets, destroy(), failures.
#include <string>
#include <vector>

#include "net/support/layers.h"
#include "support/loopback.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

// More than any system takes at once for a peer that does not read.
const std::string kTooMuch(8000000, 'm');

}  // namespace

TEST_CASE("half-open goes through a layer", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  ServerOptions server;
  server.allowHalfOpen = true;
  LoopbackPair pair(world, transport, server);
  ScriptedLayer& layer = script(pair.accepted);
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.client.end("question");
  world.until([&] { return accepted.has("end"); });
  turn(world.host, 3);
  CHECK(pair.accepted.readyState() == "writeOnly");
  pair.accepted.end("answer");
  pair.server.close();
  world.end();
  CHECK(client.data == "answer");
  CHECK(accepted.text() == "data end finish close");
  CHECK(layer.told() == "start received(8) receivedEnd write(6) end closing");
}

TEST_CASE("a layer says goodbye in end(), now or later, and the FIN follows", "[net][layer]") {
  const bool later = GENERATE(false, true);
  CAPTURE(later);
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  Timeout timer;
  const auto goodbye = [&] {
    layer.send("goodbye");
    layer.sendEnd();
    layer.send("never");
  };
  layer.onEnd = [&] {
    if (later) {
      timer = world.host.setTimeout(1, goodbye);
    } else {
      goodbye();
    }
  };
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.client.end("data ");
  pair.server.close();
  world.end();
  CHECK(accepted.data == "data goodbye");
  CHECK(client.text() == "finish end close");
  CHECK(accepted.text().find("error") == std::string::npos);
}

TEST_CASE("goodbye waits behind what the peer has not read", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  layer.onEnd = [&] {
    layer.send("goodbye");
    layer.sendEnd();
  };
  pair.accepted.pause();
  pair.client.end(kTooMuch);
  turn(world.host, 10);
  CHECK(layer.count("end") == 0);
  Record accepted(pair.accepted);
  pair.accepted.resume();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == kTooMuch + "goodbye");
}

TEST_CASE("a layer's own end comes before the connection's", "[net][layer]") {
  NetWorld world;
  ServerOptions server;
  server.allowHalfOpen = true;
  LoopbackPair pair(world, Transport::kTcp, server);
  ScriptedLayer& layer = script(pair.accepted);
  layer.onReceived = [&](Buffer&& bytes) {
    const std::size_t end = bytes.view().find('.');
    layer.deliver(bytes.subarray(0, end));
    if (end == std::string_view::npos) return;
    layer.deliverEnd();
    CHECK_FALSE(layer.deliver(Buffer::copyOf("too late")));
    layer.deliverEnd();
  };
  Record accepted(pair.accepted);
  pair.client.resume();
  pair.client.write("all.and more");
  world.until([&] { return accepted.has("end"); });
  CHECK(accepted.data == "all");
  pair.client.end();
  pair.accepted.end();
  pair.server.close();
  world.end();
  CHECK(accepted.text() == "data end finish close");
}

TEST_CASE("what a layer holds back when the end comes is delivered before it", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.accepted);
  layer.onReceived = [](Buffer&&) {};
  layer.onReceivedEnd = [&](const Error*) {
    layer.deliver(Buffer::copyOf(layer.got));
    layer.deliverEnd();
  };
  Record accepted(pair.accepted);
  pair.client.write("Hello");
  pair.client.end();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "Hello");
  CHECK(accepted.text() == "data end finish close");
}

TEST_CASE("an end that was read and not told yet goes to the layer", "[net][layer]") {
  const bool withData = GENERATE(false, true);
  CAPTURE(withData);
  NetWorld world;
  ServerOptions options;
  options.allowHalfOpen = true;
  LoopbackPair pair(world, Transport::kTcp, options);
  pair.accepted.pause();
  if (withData) pair.client.write("Uryyb");
  pair.client.end();
  pair.client.resume();
  // Its FIN has been read when nothing is read any more.
  turn(world.host, 30);
  // With nothing unread 'end' was told at once.
  CHECK(pair.accepted.readableEnded() == !withData);
  ScriptedLayer& layer = script(pair.accepted);
  layer.onReceived = [&](Buffer&& bytes) { layer.deliver(Buffer::adopt(rot13(bytes))); };
  Record accepted(pair.accepted);
  pair.accepted.resume();
  pair.accepted.end();
  pair.server.close();
  world.end();
  CHECK(accepted.data == (withData ? "Hello" : ""));
  CHECK(accepted.text() == (withData ? "data end finish close" : "finish close"));
}

TEST_CASE("a reset is told to the layer, then to the program", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.accepted);
  Record accepted(pair.accepted);
  pair.client.resetAndDestroy();
  pair.server.close();
  world.end();
  CHECK(layer.told() == "start receivedEnd(ECONNRESET) closing");
  REQUIRE(accepted.errors.size() == 1);
  CHECK(accepted.errors[0].message == "read ECONNRESET");
  CHECK(accepted.text() == "error close");
}

TEST_CASE("resetAndDestroy() resets, and the layer's last word is not sent", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  layer.onClosing = [&] { layer.send("goodbye"); };
  Record accepted(pair.accepted);
  pair.client.resetAndDestroy();
  pair.server.close();
  world.end();
  REQUIRE(accepted.errors.size() == 1);
  CHECK(accepted.errors[0].code == "ECONNRESET");
  CHECK(accepted.data.empty());
}

TEST_CASE("destroy() lets the layer send its last word", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  ScriptedLayer& layer = script(pair.client);
  layer.onClosing = [&] { layer.send("goodbye"); };
  Record accepted(pair.accepted);
  pair.client.destroy();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "goodbye");
  CHECK(accepted.text() == "data end finish close");
}

TEST_CASE("writes that destroy() cuts off are told as without a layer", "[net][layer]") {
  const bool layered = GENERATE(false, true);
  const bool held = GENERATE(false, true);
  CAPTURE(layered, held);
  if (held && !layered) return;
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  pair.accepted.pause();
  if (layered) {
    ScriptedLayer& layer = script(pair.client);
    if (held) layer.onWrite = [](std::string_view) { return std::size_t{0}; };
  }
  std::vector<std::string> lines;
  const auto note = [&](const std::string& name) {
    return [&lines, name](const Error* error) {
      lines.push_back(name + (error == nullptr ? "ok" : error->code + error->message));
    };
  };
  pair.client.on<"close">([&] { lines.push_back("close"); });
  pair.client.on<"error">([&](const Error& error) { lines.push_back("error " + error.message); });
  pair.client.write(kTooMuch, note("1 "));
  pair.client.write("two", note("2 "));
  pair.client.end(note("end "));
  pair.client.destroy(Error("enough"));
  world.until([&] { return !lines.empty() && lines.back() == "close"; });
  CHECK(lines == std::vector<std::string>{"error enough", "1 ECANCELEDwrite ECANCELED", "2 enough",
                                          "end enough", "close"});
  pair.close();
  world.end();
}

TEST_CASE("a failing write is told why", "[net][layer]") {
  const bool queued = GENERATE(false, true);
  CAPTURE(queued);
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  Record client(pair.client);
  std::vector<std::string> lines;
  const auto note = [&](const Error* error) {
    lines.push_back(error == nullptr ? "ok" : error->code);
  };
  layer.onWrite = [&](std::string_view) -> std::size_t {
    if (queued) return 0;
    throw Error("bad bytes", "E_LAYER");
  };
  pair.client.write("abc", note);
  pair.client.write("def", note);
  layer.onWrite = [](std::string_view) -> std::size_t { throw Error("bad bytes", "E_LAYER"); };
  if (queued) layer.ready();
  world.until([&] { return client.has("close"); });
  // The second one came too late, or was queued behind it.
  CHECK(lines == std::vector<std::string>{"E_LAYER", queued ? "E_LAYER" : "ERR_STREAM_DESTROYED"});
  CHECK(client.errors.size() == 1);
  pair.close();
  world.end();
}

TEST_CASE("a peer that is gone fails what the layer kept, once", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.client);
  Record client(pair.client);
  pair.accepted.pause();
  int told = 0;
  layer.send(kTooMuch);  // of its own
  CHECK(layer.unsent() > 0);
  pair.client.write("behind", [&](const Error* error) {
    ++told;
    CHECK(error != nullptr);
  });
  turn(world.host, 3);
  pair.accepted.resetAndDestroy();
  world.until([&] { return client.has("close"); });
  CHECK(told == 1);
  CHECK(client.errors.size() == 1);
  pair.server.close();
  world.end();
}
