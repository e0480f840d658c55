// What a program goes on doing with a Socket that has a layer: onread, encodings, timeouts, pipe(),
// its handle, other lives.
#include <array>
#include <chrono>
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

}  // namespace

TEST_CASE("the unread of a socket with an encoding goes to the layer as the bytes it came as",
          "[net][layer]") {
  const Encoding encoding = GENERATE(Encoding(Encoding::utf8), Encoding(Encoding::latin1),
                                     Encoding("hex"), Encoding("base64"), Encoding("utf16le"));
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  pair.accepted.pause();
  pair.accepted.setEncoding(encoding);
  const std::string bytes = "a\xe2\x82";  // a character begins
  pair.client.write(bytes);
  world.until([&] { return pair.accepted.bytesRead() == 3; });
  ScriptedLayer& layer = script(pair.accepted);
  layer.onReceived = [](Buffer&&) {};
  pair.accepted.resume();
  pair.client.write("\xac");
  world.until([&] { return layer.got.size() == 4; });
  CHECK(layer.got == "a\xe2\x82\xac");
  pair.close();
  world.end();
}

TEST_CASE("'readable' is of the layer's bytes, not of the unread that went to it", "[net][layer]") {
  const bool told = GENERATE(false, true);
  CAPTURE(told);
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp, {.pauseOnConnect = true});
  std::string got;
  int readable = 0;
  bool reads = false;
  const auto listen = [&] {
    pair.accepted.on<"readable">([&] {
      ++readable;
      if (!reads) return;
      while (const std::optional<Buffer> chunk = pair.accepted.read()) got += chunk->view();
    });
  };
  if (told) listen();
  pair.client.write("Uryyb");
  if (!told) pair.accepted.read(0);
  world.until([&] { return pair.accepted.readableLength() == 5 && readable == (told ? 1 : 0); });
  if (!told) listen();  // its 'readable' is on its way
  pair.accepted.putLayer(std::make_unique<Rot13Layer>());
  reads = true;
  world.until([&] { return got == "Hello"; });
  pair.client.write(" jbeyq");
  world.until([&] { return got == "Hello world"; });
  pair.close();
  world.end();
}

TEST_CASE("with onread a layer's bytes go to the program's memory", "[net][layer]") {
  NetWorld world;
  std::array<char, 4> memory{};
  std::string got;
  int calls = 0;
  ConnectOptions options;
  options.onread.buffer = memory;
  options.onread.callback = [&](std::size_t n, std::span<char> buffer) {
    ++calls;
    got.append(buffer.data(), n);
    return true;
  };
  LoopbackPair pair(world, Transport::kTcp, {}, options);
  pair.client.putLayer(std::make_unique<Rot13Layer>());
  pair.accepted.write("Uryyb jbeyq");
  world.until([&] { return got.size() == 11; });
  CHECK(got == "Hello world");
  CHECK(calls == 3);
  CHECK(pair.client.bytesRead() == 11);
  pair.close();
  world.end();
}

TEST_CASE("an onread that says stop stops the connection, also through a layer", "[net][layer]") {
  NetWorld world;
  std::vector<char> memory(1000);
  std::size_t got = 0;
  bool more = false;
  ConnectOptions options;
  options.onread.buffer = memory;
  options.onread.callback = [&](std::size_t n, std::span<char>) {
    got += n;
    return more;
  };
  LoopbackPair pair(world, Transport::kTcp, {}, options);
  script(pair.client);
  pair.accepted.write(kTooMuch);
  turn(world.host, 30);
  // What one read brought.
  CHECK(got <= kPiece);
  more = true;
  pair.client.resume();
  world.until([&] { return got == kTooMuch.size(); });
  pair.close();
  world.end();
}

TEST_CASE("bytes of the connection keep the socket from being idle, whatever becomes of them",
          "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  ScriptedLayer& layer = script(pair.accepted);
  using Clock = std::chrono::steady_clock;
  Clock::time_point last;
  layer.onReceived = [&](Buffer&&) { last = Clock::now(); };
  pair.accepted.setTimeout(60);
  int sent = 0;
  Timeout every = world.host.setInterval(5, [&] {
    pair.client.write("x");
    if (++sent == 30) every.cancel();
  });
  bool idle = false;
  pair.accepted.once<"timeout">([&] {
    idle = true;
    CHECK(Clock::now() - last >= std::chrono::milliseconds(58));
  });
  world.until([&] { return idle; });
  pair.close();
  world.end();
}

TEST_CASE("a pipe through a layer changes every byte, however much comes", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair in(world, transport);
  LoopbackPair out(world, transport);
  // In plain, and so much that the kernel would move it; then a layer on either side of the pipe.
  in.accepted.pipe(out.client);
  std::string got;
  out.accepted.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  in.client.write(kTooMuch);
  world.until([&] { return got.size() == kTooMuch.size(); });
  CHECK(got == kTooMuch);
  got.clear();
  const bool source = GENERATE(false, true);
  (source ? in.accepted : out.client).putLayer(std::make_unique<Rot13Layer>());
  in.client.end(kTooMuch);
  for (Socket* socket : {&in.client, &in.accepted, &out.client}) socket->resume();
  in.server.close();
  out.server.close();
  world.end();
  CHECK(got == rot13(kTooMuch));
}

TEST_CASE("pauseOnConnect: a layer reads all the same, up to the mark", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp, {.pauseOnConnect = true});
  ScriptedLayer& layer = script(pair.accepted);
  layer.onReceived = [&](Buffer&& bytes) {
    layer.send("answer");
    layer.deliver(std::move(bytes));
  };
  Record client(pair.client);
  pair.client.write("hello");
  world.until([&] { return client.data == "answer"; });
  CHECK(pair.accepted.isPaused());
  CHECK(pair.accepted.readableLength() == 5);
  pair.close();
  world.end();
}

TEST_CASE("the handle stays the socket's under a layer", "[net][layer]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  const int fd = pair.client.fd();
  const std::optional<int> port = pair.client.localPort();
  pair.client.putLayer(std::make_unique<Rot13Layer>());
  CHECK(pair.client.fd() == fd);
  CHECK(pair.client.localPort() == port);
  CHECK(pair.client.remoteAddress() == "127.0.0.1");
  CHECK(pair.client.readyState() == "open");
  CHECK_FALSE(pair.client.pending());
  CHECK(pair.client.hasRef());
  pair.client.unref();
  CHECK_FALSE(pair.client.hasRef());
  pair.client.ref();
  pair.client.setNoDelay().setKeepAlive(true);
  pair.close();
  world.end();
}

TEST_CASE("the next life of a socket is without the layer", "[net][layer]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  std::string got;
  listening->on<"connection">([&](Socket& socket) {
    world.watch(socket);
    socket.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  });
  const Ref<Socket> client(&world.watch(world.net().connect(listening.to()), 2));
  client->putLayer(std::make_unique<Rot13Layer>());
  bool closed = false;
  client->once<"close">([&] { closed = true; });
  client->end("Hello");
  client->resume();
  world.until([&] { return closed; });
  CHECK(client->layer() != nullptr);
  CHECK(client->bytesWritten() == 5);
  client->connect(listening.to());
  CHECK(client->layer() == nullptr);
  client->end(" world");
  client->resume();
  world.until([&] { return got == "Uryyb world"; });
  listening->close();
  world.end();
}

TEST_CASE("a layer put on a new socket begins when it connects", "[net][layer]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  std::string got;
  listening->on<"connection">([&](Socket& socket) {
    world.watch(socket);
    socket.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  });
  const Ref<Socket> client = make<Socket>(world.net());
  world.watch(*client);
  client->putLayer(std::make_unique<Rot13Layer>());
  client->connect(listening.to());
  client->end("Hello");
  client->resume();
  world.until([&] { return got == "Uryyb"; });
  listening->close();
  world.end();
}

TEST_CASE("a connect that fails leaves a layer untold", "[net][layer]") {
  NetWorld world;
  const Ref<Socket> client(&world.watch(world.net().connect(world.path("nobody"))));
  ScriptedLayer& layer = script(*client);
  Record record(*client);
  client->write("abc");
  world.end();
  CHECK(record.errors.size() == 1);
  CHECK(layer.told().empty());
}
