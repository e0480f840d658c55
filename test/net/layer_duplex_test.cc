// A Socket over another stream instead of a handle, with and without a layer.
#include <uvnet/testing.h>

#include <string>
#include <vector>

#include "net/support/layers.h"
#include "support/loopback.h"

using namespace uvnet;
using namespace uvnet::test;
using uvnet::testing::Faults;
using uvnet::testing::memoryPair;
using uvnet::testing::MemoryPair;
using uvnet::testing::MemoryPairOptions;

namespace {

const std::string kMuch(1000000, 'm');

// A socket over one end, and the other end.
struct Over {
  explicit Over(NetWorld& world, MemoryPairOptions faults = {}, SocketOptions options = {})
      : pair(memoryPair(world.host, std::move(faults))) {
    options.over = pair.a.get();
    socket = make<Socket>(world.net(), std::move(options));
    world.watch(*socket);
    pair.b->on<"data">([this](const Buffer& chunk) { got += chunk.view(); });
    pair.b->on<"end">([this] { ended = true; });
  }
  MemoryPair pair;
  Ref<Socket> socket;
  std::string got;
  bool ended = false;
};

}  // namespace

TEST_CASE("a socket over a stream is connected at once, without a handle", "[net][layer]") {
  NetWorld world;
  Over over(world);
  Record record(*over.socket);
  CHECK(over.socket->readyState() == "open");
  CHECK_FALSE(over.socket->connecting());
  CHECK_FALSE(over.socket->pending());
  CHECK(over.socket->fd() == -1);
  CHECK(over.socket->localAddress().empty());
  CHECK(over.socket->remoteAddress().empty());
  CHECK_FALSE(over.socket->remotePort());
  CHECK(over.socket->bufferSize() == 0);
  CHECK(thrownBy([&] { over.socket->resetAndDestroy(); }).find("ERR_INVALID_HANDLE_TYPE") !=
        std::string::npos);
  over.socket->write("there");
  over.pair.b->write("back");
  world.until([&] { return over.got == "there" && record.data == "back"; });
  CHECK(over.socket->bytesRead() == 4);
  CHECK(over.socket->bytesWritten() == 5);
  over.socket->end();
  world.end();
  CHECK(over.ended);
  CHECK(record.text() == "data finish end close");
  CHECK(over.pair.a->destroyed());
}

TEST_CASE("a layer over a stream changes the bytes both ways", "[net][layer]") {
  const std::size_t pieces = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{100000});
  const unsigned delay = GENERATE(0U, 2U);
  CAPTURE(pieces, delay);
  NetWorld world;
  const Faults faults{.pieces = pieces, .delay = delay};
  Over over(world, {.toB = faults, .toA = faults});
  over.socket->putLayer(std::make_unique<Rot13Layer>());
  Record record(*over.socket);
  over.socket->write("Hello ");
  over.socket->end("world");
  over.pair.b->end("Tbbqolr");
  world.end();
  CHECK(over.got == "Uryyb jbeyq");
  CHECK(record.data == "Goodbye");
  CHECK(record.errors.empty());
  CHECK(record.count("close") == 1);
}

TEST_CASE("a layer in place over a stream: unread to the layer, unsent in plain", "[net][layer]") {
  NetWorld world;
  Over over(world, {.toB = {.blockAfter = 3}});
  over.socket->pause();
  over.pair.b->write("Uryyb");
  world.until([&] { return over.socket->readableLength() == 5; });
  over.socket->write("in plain ");
  over.socket->write("also ");
  turn(world.host);
  over.socket->putLayer(std::make_unique<Rot13Layer>());
  int written = 0;
  over.socket->write("Layer", [&] { ++written; });
  Record record(*over.socket);
  over.socket->resume();
  world.until([&] { return record.data == "Hello"; });
  CHECK(over.got == "in ");
  CHECK(written == 0);
  over.pair.a->unblock();
  world.until([&] { return written == 1; });
  CHECK(over.got == "in plain also Ynlre");
  over.socket->end();
  world.end();
}

TEST_CASE("a stream below that is full holds the writer up", "[net][layer]") {
  const bool layered = GENERATE(false, true);
  CAPTURE(layered);
  NetWorld world;
  Over over(world);
  if (layered) over.socket->putLayer(std::make_unique<Rot13Layer>());
  over.pair.b->pause();
  int written = 0;
  bool drained = false;
  over.socket->on<"drain">([&] { drained = true; });
  CHECK_FALSE(over.socket->write(kMuch, [&] { ++written; }));
  CHECK_FALSE(over.socket->write(kMuch, [&] { ++written; }));
  turn(world.host, 20);
  CHECK(written == 0);
  CHECK_FALSE(drained);
  over.pair.b->resume();
  world.until([&] { return written == 2 && drained; });
  over.socket->end();
  over.socket->resume();
  world.end();
  CHECK(over.got == (layered ? rot13(kMuch + kMuch) : kMuch + kMuch));
}

TEST_CASE("a reader that stops stops the stream below", "[net][layer]") {
  const bool layered = GENERATE(false, true);
  CAPTURE(layered);
  NetWorld world;
  Over over(world);
  if (layered) script(*over.socket);
  Record record(*over.socket);
  over.socket->pause();
  std::size_t written = 0;
  for (int i = 0; i < 1000; ++i) {
    over.pair.b->write(Buffer::copyOf(std::string(1000, 'x')), [&] { written += 1000; });
  }
  turn(world.host, 50);
  CHECK(written < 300000);
  CHECK(over.socket->readableLength() <= over.socket->readableHighWaterMark() + 65536);
  over.socket->resume();
  over.pair.b->end();
  over.socket->end();
  world.end();
  CHECK(record.data.size() == 1000000);
}

TEST_CASE("destroy() of a socket destroys the stream below, and the other way round",
          "[net][layer]") {
  const bool layered = GENERATE(false, true);
  const bool below = GENERATE(false, true);
  CAPTURE(layered, below);
  NetWorld world;
  Over over(world, {.toB = {.blockAfter = 0}});
  ScriptedLayer* layer = layered ? &script(*over.socket) : nullptr;
  Record record(*over.socket);
  std::vector<std::string> lines;
  over.socket->write(
      "abc", [&](const Error* error) { lines.push_back(error == nullptr ? "ok" : error->code); });
  turn(world.host);
  if (below) {
    over.pair.a->destroy();
  } else {
    over.socket->destroy();
  }
  world.end();
  CHECK(over.pair.a->destroyed());
  CHECK(over.socket->destroyed());
  CHECK(record.text() == "close");
  CHECK(record.hadError == std::vector<bool>{false});
  CHECK(lines == std::vector<std::string>{"ECANCELED"});
  if (layered) CHECK(layer->told() == "start write(3) closing");
}

TEST_CASE("errors of the stream below are the socket's", "[net][layer]") {
  const bool layered = GENERATE(false, true);
  CAPTURE(layered);
  NetWorld world;
  Over over(world);
  ScriptedLayer* layer = layered ? &script(*over.socket) : nullptr;
  Record record(*over.socket);
  over.pair.a->destroy(Error("broken", "E_BROKEN"));
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "E_BROKEN");
  CHECK(record.text() == "error close");
  CHECK(record.hadError == std::vector<bool>{true});
  if (layered) CHECK(layer->told() == "start receivedEnd(E_BROKEN) closing");
}

TEST_CASE("a write that fails below fails the socket", "[net][layer]") {
  const bool layered = GENERATE(false, true);
  CAPTURE(layered);
  NetWorld world;
  Over over(world, {.toB = {.errorAfter = 4}});
  if (layered) script(*over.socket);
  Record record(*over.socket);
  std::vector<std::string> lines;
  over.socket->write("abcdef", [&](const Error* error) {
    lines.push_back(error == nullptr ? "ok" : error->code);
  });
  world.end();
  CHECK(lines == std::vector<std::string>{"EPIPE"});
  CHECK(record.errors.size() == 1);
  CHECK(record.count("close") == 1);
  CHECK(over.got == "abcd");
}

TEST_CASE("half-open is the socket's to say, whatever the stream below would do", "[net][layer]") {
  const bool layered = GENERATE(false, true);
  CAPTURE(layered);
  NetWorld world;
  Over over(world, {}, {.allowHalfOpen = true});
  if (layered) script(*over.socket);
  Record record(*over.socket);
  over.pair.b->end("question");
  world.until([&] { return record.has("end"); });
  turn(world.host);
  CHECK(over.socket->writable());
  over.socket->end("answer");
  world.end();
  CHECK(over.got == "answer");
  CHECK(record.text() == "data end finish close");
}

TEST_CASE("layers stack: a socket over a socket that has one", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.client.putLayer(std::make_unique<Rot13Layer>());
  const Ref<Socket> outer = make<Socket>(world.net(), SocketOptions{.over = &pair.client});
  world.watch(*outer);
  outer->putLayer(std::make_unique<RepeatingLayer>(3, false));
  Record record(*outer);
  Record accepted(pair.accepted);
  outer->end("abc");
  world.until([&] { return accepted.has("end"); });
  pair.server.close();
  world.end();
  CHECK(accepted.data == "nnnoooppp");
  CHECK(record.text() == "finish end close");
}

TEST_CASE("a socket over one that still connects waits for it", "[net][layer]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  std::string got;
  listening->on<"connection">([&](Socket& socket) {
    world.watch(socket);
    socket.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  });
  Socket& below = world.watch(world.net().connect(listening.to()));
  const Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.over = &below});
  world.watch(*socket);
  socket->putLayer(std::make_unique<Rot13Layer>());
  socket->write("Hello");
  world.until([&] { return got == "Uryyb"; });
  socket->end();
  socket->resume();
  listening->close();
  world.end();
}

TEST_CASE("a connect that fails below fails the socket over it", "[net][layer]") {
  NetWorld world;
  Socket& below = world.watch(world.net().connect(world.path("nobody")));
  const Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.over = &below});
  world.watch(*socket);
  Record record(*socket);
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "ENOENT");
}

TEST_CASE("a connection in bulk comes through a socket over a socket", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  const Ref<Socket> left = make<Socket>(world.net(), SocketOptions{.over = &pair.client});
  const Ref<Socket> right = make<Socket>(world.net(), SocketOptions{.over = &pair.accepted});
  world.watch(*left);
  world.watch(*right);
  left->putLayer(std::make_unique<Rot13Layer>());
  right->putLayer(std::make_unique<Rot13Layer>());
  right->pipe(*right);
  Record record(*left);
  std::string sent;
  for (int i = 0; i < 100; ++i) {
    sent += std::string(50000, static_cast<char>('a' + i % 26));
    left->write(std::string_view(sent).substr(sent.size() - 50000));
  }
  left->end();
  pair.server.close();
  world.end();
  CHECK(record.data == sent);
  CHECK(record.errors.empty());
}

TEST_CASE("connect() on a socket over a stream is refused; afterwards it may connect",
          "[net][layer]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([&](Socket& socket) { world.watch(socket).resume(); });
  Over over(world);
  Record record(*over.socket);
  over.socket->connect(listening.to());
  world.until([&] { return record.has("close"); });
  CHECK(record.errors.at(0).code == "EISCONN");
  bool connected = false;
  bool closed = false;
  over.socket->connect(listening.to(), [&] { connected = true; });
  over.socket->on<"close">([&] { closed = true; });
  world.until([&] { return connected; });
  CHECK(over.socket->fd() != -1);
  over.socket->end();
  world.until([&] { return closed; });
  listening->close();
  runToEnd(world.host);
}

TEST_CASE("the Net may go over a stream that stays", "[net][layer]") {
  NetWorld world;
  MemoryPair pair = memoryPair(world.host);
  Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.over = pair.a.get()});
  ScriptedLayer& layer = script(*socket);
  layer.onWrite = [](std::string_view) { return std::size_t{0}; };
  socket->write("abc");
  socket.reset();
  CHECK(ScriptedLayer::living == 1);
  world.endNet();
  runToEnd(world.host);
  CHECK(ScriptedLayer::living == 0);
  pair.b->write("nobody hears it");
  pair.a->destroy();
  pair.b->destroy();
  runToEnd(world.host);
}

TEST_CASE("the layer's hooks may do anything over a stream, too", "[net][layer]") {
  const int deed = GENERATE(0, 1, 2, 3, 4);
  const std::string hook = GENERATE("start", "received", "receivedEnd", "write", "end", "sent");
  CAPTURE(deed, hook);
  NetWorld world;
  {
    Over over(world);
    bool acted = false;
    auto owned = std::make_unique<ScriptedLayer>();
    ScriptedLayer& layer = *owned;
    const auto hooks = layer.hooks;
    Socket& socket = *over.socket;
    const auto act = [&] {
      if (std::exchange(acted, true)) return;
      if (deed == 0) socket.destroy();
      if (deed == 1) over.pair.a->destroy();
      if (deed == 2) over.pair.a->destroy(Error("broken", "E_BROKEN"));
      if (deed == 3) throw Error("bad bytes", "E_LAYER");
      if (deed == 4) layer.fail(Error("bad bytes", "E_LAYER"));
    };
    Record record(socket);
    if (hook == "start") layer.onStart = act;
    if (hook == "received") layer.onReceived = [&](Buffer&&) { act(); };
    if (hook == "receivedEnd") {
      layer.onReceivedEnd = [&](const Error*) {
        act();
        layer.deliverEnd();
      };
    }
    if (hook == "end") layer.onEnd = act;
    if (hook == "sent") layer.onSent = act;
    if (hook == "write") {
      layer.onWrite = [&](std::string_view bytes) {
        act();
        return bytes.size();
      };
    }
    socket.putLayer(std::move(owned));
    int told = 0;
    if (!socket.destroyed()) {
      socket.write("abc", [&] { ++told; });
      if (!socket.destroyed()) socket.end();
      over.pair.b->end("def");
    }
    world.until([&] { return record.has("close"); });
    world.end();
    CHECK(acted);
    CHECK(record.count("close") == 1);
    CHECK(record.errors.size() == (deed < 2 ? 0U : 1U));
    CHECK(hooks->back() == "closing");
    CHECK(over.pair.a->destroyed());
    over.pair.b->destroy();
    runToEnd(world.host);
  }
  CHECK(ScriptedLayer::living == 0);
}

TEST_CASE("whoever hears the stream below first may end the socket over it", "[net][layer]") {
  NetWorld world;
  MemoryPair pair = memoryPair(world.host);
  Ref<Socket> socket;
  int heard = 0;
  pair.a->on<"data">([&] {
    ++heard;
    socket.reset();
    world.endNet();
  });
  socket = make<Socket>(world.net(), SocketOptions{.over = pair.a.get()});
  ScriptedLayer& layer = script(*socket);
  const auto hooks = layer.hooks;
  turn(world.host);
  pair.b->write("abc");
  turn(world.host);
  CHECK(heard == 1);
  CHECK(ScriptedLayer::living == 0);
  CHECK(*hooks == ScriptedLayer::Log{"start"});
  pair.a->destroy();
  pair.b->destroy();
  runToEnd(world.host);
}

TEST_CASE("a socket over a stream that is none is refused", "[net][layer]") {
  NetWorld world;
  MemoryPair pair = memoryPair(world.host);
  pair.a->destroy();
  CHECK(thrownBy([&] { make<Socket>(world.net(), SocketOptions{.over = pair.a.get()}); }) ==
        "Error ERR_SOCKET_CLOSED: Socket is closed {}");
  pair.b->destroy();
  runToEnd(world.host);
}
