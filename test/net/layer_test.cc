// A layer between a Socket's connection and its stream: what it is told, in which order, and what
// the program sees of it.
#include <string>
#include <vector>

#include "net/support/layers.h"
#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::Layer;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::rot13;
using uvnet::test::Rot13Layer;
using uvnet::test::script;
using uvnet::test::ScriptedLayer;
using uvnet::test::thrownBy;
using uvnet::test::Transport;
using uvnet::test::turn;

namespace {

void rotate(Socket& socket) { socket.putLayer(std::make_unique<Rot13Layer>()); }

}  // namespace

TEST_CASE("a layer changes the bytes both ways", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  rotate(pair.client);
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.client.write("Hello");
  world.until([&] { return accepted.data == "Uryyb"; });
  pair.accepted.write("Jbeyq");
  world.until([&] { return client.data == "World"; });
  pair.client.end();
  pair.server.close();
  world.end();
  CHECK(client.text() == "data finish end close");
  CHECK(accepted.text() == "data end finish close");
}

TEST_CASE("with layers on both ends a program sees what it would see without", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  rotate(pair.client);
  rotate(pair.accepted);
  Record client(pair.client);
  pair.accepted.pipe(pair.accepted);
  std::string sent;
  for (int i = 0; i < 1000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    sent += line;
    pair.client.write(line);
  }
  const std::string much(3000000, 'm');
  sent += much;
  pair.client.end(much);
  pair.server.close();
  world.end();
  CHECK(client.data == sent);
  CHECK(client.hadError == std::vector<bool>{false});
}

TEST_CASE("the hooks come in the order of a life", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.accepted);
  CHECK(layer.told() == "start");
  CHECK(pair.accepted.layer() == &layer);
  pair.accepted.resume();
  pair.client.resume();
  pair.client.end("abc");
  pair.accepted.write("defg");
  pair.server.close();
  const Ref<Socket> keep(&pair.accepted);
  world.end();
  CHECK(layer.told() == "start write(4) received(3) receivedEnd end closing");
}

TEST_CASE("on a connecting socket a layer starts before 'connect'", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  Ref<Socket> peer;
  listening->once<"connection">([&](Socket& socket) { peer = Ref<Socket>(&world.watch(socket)); });
  std::vector<std::string> order;
  Socket& client = world.watch(world.net().connect(listening.to()));
  ScriptedLayer& layer = script(client);
  layer.onStart = [&] {
    order.push_back("start");
    CHECK_FALSE(client.connecting());
    layer.send("first ");
  };
  CHECK(layer.told().empty());
  client.on<"connect">([&] {
    order.push_back("connect");
    client.write("second");
  });
  world.until([&] { return peer && order.size() == 2; });
  CHECK(order == std::vector<std::string>{"start", "connect"});
  Record server(*peer);
  world.until([&] { return server.data == "first second"; });
  client.end();
  client.resume();
  listening->close();
  world.end();
}

TEST_CASE("what was written while connecting leaves in plain, the layer's first byte behind it",
          "[net][layer]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  Ref<Socket> peer;
  listening->once<"connection">([&](Socket& socket) { peer = Ref<Socket>(&world.watch(socket)); });
  Socket& client = world.watch(world.net().connect(listening.to()));
  const Ref<Socket> keep(&client);
  client.write("one ");
  client.write("two ");
  ScriptedLayer& layer = script(client);
  layer.onStart = [&] { layer.send("hello "); };
  layer.onWrite = [&](std::string_view bytes) {
    layer.send(rot13(bytes));
    return bytes.size();
  };
  client.write("three");
  CHECK(client.bytesWritten() == 13);
  client.end();
  client.resume();
  world.until([&] { return static_cast<bool>(peer); });
  Record server(*peer);
  listening->close();
  world.end();
  CHECK(server.data == "one two hello guerr");
  CHECK(client.bytesWritten() == 13);
}

TEST_CASE("in place after plain talk: the unread goes to the layer, the unsent leaves as it is",
          "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.pause();
  pair.client.write("Uryyb");
  world.until([&] { return pair.accepted.readableLength() == 5; });
  const std::string much(8000000, 'm');
  Record client(pair.client, false);
  pair.client.pause();
  pair.accepted.write(much);
  pair.accepted.write("behind");
  int written = 0;
  rotate(pair.accepted);
  CHECK(pair.accepted.readableLength() == 0);
  pair.accepted.write("Layer", [&] { ++written; });
  Record accepted(pair.accepted);
  pair.accepted.resume();
  world.until([&] { return accepted.data == "Hello"; });
  CHECK(written == 0);
  Record reading(pair.client);
  pair.client.resume();
  pair.accepted.end();
  pair.server.close();
  world.end();
  CHECK(written == 1);
  CHECK(reading.data == much + "behind" + "Ynlre");
}

TEST_CASE("the unread is told on a tick, and before what comes later", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  pair.accepted.pause();
  pair.client.write("unread ");
  world.until([&] { return pair.accepted.readableLength() == 7; });
  pair.client.write("later");
  ScriptedLayer& layer = script(pair.accepted);
  CHECK(layer.told() == "start");
  Record accepted(pair.accepted);
  pair.accepted.resume();
  world.until([&] { return layer.got.size() == 12; });
  CHECK(layer.hooks->at(1) == "received(7)");
  CHECK(layer.got == "unread later");
  CHECK(accepted.data == "unread later");
  pair.close();
  world.end();
}

TEST_CASE("a second layer is refused, and so is none", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  rotate(pair.client);
  CHECK(thrownBy([&] { rotate(pair.client); }) ==
        "Error ERR_SOCKET_HAS_LAYER: The socket has a layer already {}");
  CHECK(thrownBy([&] { pair.accepted.putLayer(nullptr); }).find("ERR_INVALID_ARG_VALUE") !=
        std::string::npos);
  CHECK(pair.accepted.layer() == nullptr);
  pair.client.destroy();
  pair.accepted.destroy();
  CHECK(thrownBy([&] { rotate(pair.accepted); }) == "Error ERR_SOCKET_CLOSED: Socket is closed {}");
  pair.close();
  world.end();
}
