// Data over a connection: write, 'drain', pause and resume, encodings, onread, timeouts, options.
// Values are those node v20.20.2 printed for the same steps.
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::ConnectOptions;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::runToEnd;
using uvnet::test::Transport;
using uvnet::test::turn;

namespace {

// More than any system takes at once for a peer that does not read.
const std::string kTooMuch(8000000, 'm');

}  // namespace

TEST_CASE("bytes of every form arrive, in order", "[net][D02][D03][K06][V05]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record accepted(pair.accepted);
  const std::uint8_t bytes[] = {'4', '5'};
  pair.client.write("12");
  pair.client.write(Buffer::copyOf("3"));
  pair.client.write(std::span<const std::uint8_t>(bytes));
  pair.client.write("Ng==", "base64");
  pair.client.write("€");
  pair.client.end("é", "latin1");
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "123456€\xe9");
}

TEST_CASE("write() says true for what the system takes at once, whatever the mark",
          "[net][D04][C34]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  ConnectOptions options;
  options.highWaterMark = 100;
  LoopbackPair pair(world, transport, {}, options);
  Record client(pair.client);
  CHECK(pair.client.writableHighWaterMark() == 100);
  CHECK(pair.client.write(std::string(10000, 'x')));
  CHECK(pair.client.writableLength() == 0);
  CHECK_FALSE(pair.client.writableNeedDrain());
  pair.accepted.resume();
  pair.client.end();
  pair.server.close();
  world.end();
  CHECK(client.text() == "finish end close");
}

TEST_CASE("write() says false while more than the mark waits; 'drain' once all is out",
          "[net][D04][D05][V07][K27]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.pause();
  std::vector<std::string> order;
  pair.client.on<"drain">([&] {
    order.push_back("drain");
    CHECK(pair.client.writableLength() == 0);
  });
  CHECK_FALSE(pair.client.write(kTooMuch, [&] { order.push_back("callback"); }));
  CHECK(pair.client.writableNeedDrain());
  CHECK(pair.client.writableLength() == kTooMuch.size());
  CHECK(pair.client.bufferSize() == kTooMuch.size());
  CHECK(pair.client.bytesWritten() == kTooMuch.size());
  turn(world.host, 10);
  CHECK(order.empty());
  Record accepted(pair.accepted);
  pair.accepted.resume();
  world.until([&] { return order.size() == 2; });
  CHECK(order == std::vector<std::string>{"drain", "callback"});
  pair.client.end();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == kTooMuch);
}

TEST_CASE("pause() holds the sender back, resume() delivers everything", "[net][D12][D20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record accepted(pair.accepted);
  CHECK(&pair.accepted.pause() == &pair.accepted);
  pair.client.write(kTooMuch);
  turn(world.host, 50);
  CHECK(accepted.events.empty());
  // Read ahead up to the mark, not more than one read beyond it.
  CHECK(pair.accepted.bytesRead() <= 2 * pair.accepted.readableHighWaterMark());
  CHECK(&pair.accepted.resume() == &pair.accepted);
  pair.client.end();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == kTooMuch);
}

TEST_CASE("pauseOnConnect: nothing is read before resume()", "[net][M07][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, uvnet::ServerOptions{.pauseOnConnect = true});
  pair.client.end("waits");
  turn(world.host, 20);
  CHECK(pair.accepted.bytesRead() == 0);
  CHECK(pair.accepted.isPaused());
  Record accepted(pair.accepted);
  pair.accepted.resume();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "waits");
}

TEST_CASE("data that comes before anybody listens waits", "[net][V06][C36]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.client.write("early");
  world.until([&] { return pair.accepted.bytesRead() == 5; });
  turn(world.host);
  Record accepted(pair.accepted);
  pair.client.end(" late");
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "early late");
}

TEST_CASE("setEncoding() gives text, characters whole", "[net][D13][D14][V05][D20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  CHECK(&pair.accepted.setEncoding("utf8") == &pair.accepted);
  Record accepted(pair.accepted);
  pair.client.write("\xe2\x82");
  world.until([&] { return pair.accepted.bytesRead() == 2; });
  turn(world.host);
  CHECK(accepted.data.empty());
  pair.client.end("\xac", "latin1");
  pair.client.resume();
  world.until([&] { return pair.accepted.bytesRead() >= 3; });
  pair.server.close();
  world.end();
  CHECK(accepted.count("data") >= 1);
  // latin1 text of U+00AC is the byte the euro sign still lacked: in UTF-8 it is one character.
  CHECK(accepted.data.substr(0, 3) != "\xe2\x82");
}

TEST_CASE("an echo through pipe() gives every byte back", "[net][D12][V07]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  pair.accepted.pipe(pair.accepted);
  pair.client.end(kTooMuch);
  pair.server.close();
  world.end();
  CHECK(client.data == kTooMuch);
  CHECK(pair.accepted.bytesRead() == kTooMuch.size());
  CHECK(pair.accepted.bytesWritten() == kTooMuch.size());
}

// --- onread --------------------------------------------------------------------------------------

TEST_CASE("onread gives data to one buffer, the stream carries none", "[net][K17]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  std::array<char, 16> memory{};
  std::string got;
  bool sameMemory = true;
  ConnectOptions options;
  options.onread = {.buffer = memory, .callback = [&](std::size_t n, std::span<char> buffer) {
                      sameMemory = sameMemory && buffer.data() == memory.data();
                      got.append(buffer.data(), n);
                      return true;
                    }};
  LoopbackPair pair(world, transport, {}, options);
  Record client(pair.client);
  const std::string sent = "more than fits into sixteen bytes at once";
  pair.accepted.end(sent);
  pair.accepted.resume();
  pair.server.close();
  world.end();
  CHECK(got == sent);
  CHECK(sameMemory);
  CHECK(client.text() == "end finish close");
  CHECK(pair.client.bytesRead() == sent.size());
}

TEST_CASE("onread asks for the next buffer before each read", "[net][K17]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  std::array<std::array<char, 8>, 2> memory{};
  std::size_t turnOf = 0;
  std::string got;
  ConnectOptions options;
  options.onread.nextBuffer = [&] { return std::span<char>(memory[turnOf++ % 2]); };
  options.onread.callback = [&](std::size_t n, std::span<char> buffer) {
    got.append(buffer.data(), n);
    return true;
  };
  LoopbackPair pair(world, transport, {}, options);
  pair.accepted.end("0123456789abcdefghij");
  pair.accepted.resume();
  pair.server.close();
  world.end();
  CHECK(got == "0123456789abcdefghij");
  CHECK(turnOf >= 3);
}

TEST_CASE("onread that answers false pauses until resume()", "[net][K17]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  std::array<char, 4> memory{};
  std::string got;
  ConnectOptions options;
  options.onread = {.buffer = memory, .callback = [&](std::size_t n, std::span<char> buffer) {
                      got.append(buffer.data(), n);
                      return false;
                    }};
  LoopbackPair pair(world, transport, {}, options);
  pair.accepted.end("abcdefgh");
  pair.accepted.resume();
  world.until([&] { return got.size() == 4; });
  turn(world.host, 10);
  CHECK(got == "abcd");
  pair.client.resume();
  world.until([&] { return got.size() == 8; });
  CHECK(got == "abcdefgh");
  pair.client.resume();
  pair.server.close();
  world.end();
}

// --- Timeouts ------------------------------------------------------------------------------------

TEST_CASE("setTimeout() notices idleness, once per listener, and closes nothing",
          "[net][D15][D16][V13][D20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  int told = 0;
  int heard = 0;
  pair.client.on<"timeout">([&] { ++heard; });
  CHECK(&pair.client.setTimeout(5, [&] { ++told; }) == &pair.client);
  CHECK(pair.client.timeout() == 5.0);
  world.until([&] { return heard == 1; });
  CHECK(told == 1);
  CHECK(pair.client.listenerCount<"timeout">() == 1);
  CHECK(pair.client.readyState() == "open");
  // One notice for one idle time: the next one takes a sign of life.
  pair.client.write("x");
  world.until([&] { return heard == 2; });
  CHECK(told == 1);
  pair.client.setTimeout(0);
  CHECK(pair.client.timeout() == 0.0);
  pair.close();
  world.end();
}

TEST_CASE("setTimeout(0) turns the notice off", "[net][D15][V13]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  int heard = 0;
  int other = 0;
  pair.client.on<"timeout">([&] { ++heard; });
  pair.client.setTimeout(1);
  pair.client.setTimeout(0);
  pair.accepted.setTimeout(5, [&] { ++other; });
  world.until([&] { return other == 1; });
  CHECK(heard == 0);
  pair.close();
  world.end();
}

TEST_CASE("a timeout set before connect() works; destroy() clears it", "[net][D15][R6][M15]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  ConnectOptions options;
  options.timeout = 5;
  Socket& client = world.watch(world.net().connect(listening.to(options)));
  CHECK(client.timeout() == 5.0);
  int heard = 0;
  client.on<"timeout">([&] {
    ++heard;
    client.destroy();
    listening->close();
  });
  world.end();
  CHECK(heard == 1);
}

TEST_CASE("a timeout does not keep the loop running", "[net][R6][D15]") {
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  int heard = 0;
  socket->setTimeout(10, [&] { ++heard; });
  CHECK_FALSE(world.host.runNoWait());
  CHECK(heard == 0);
  world.end();
}

// --- Options -------------------------------------------------------------------------------------

TEST_CASE("setNoDelay() and setKeepAlive() before connect() are applied at 'connect'",
          "[net][D17][D18][R7][D20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  CHECK(&client->setNoDelay() == client.get());
  CHECK(&client->setKeepAlive(true, 60000) == client.get());
  bool connected = false;
  client->connect(listening.to(), [&] { connected = true; });
  world.until([&] { return connected; });
  client->setNoDelay(false).setKeepAlive(false);
  CHECK(client->readyState() == "open");
  client->destroy();
  listening->close();
  world.end();
}

TEST_CASE("an unref'd socket does not keep the loop running, ref() undoes it", "[net][D19][R7]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.server.unref();
  CHECK(&pair.client.unref() == &pair.client);
  pair.accepted.unref();
  CHECK_FALSE(world.host.runNoWait());
  pair.client.unref();
  CHECK(&pair.client.ref() == &pair.client);
  CHECK(world.host.runNoWait());
  pair.close();
  world.end();
}

TEST_CASE("unref() before connect() takes effect at 'connect'", "[net][D19][R7]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  listening->on<"connection">([](Socket& peer) { peer.unref(); });
  listening->unref();
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  client->unref();
  client->connect(listening.to());
  bool connected = false;
  client->on<"connect">([&] { connected = true; });
  runToEnd(world.host);
  CHECK(connected);
  CHECK(client->readyState() == "open");
  client->destroy();
  listening->close();
  world.end();
}

TEST_CASE("an onread.nextBuffer that throws is the host's, and reading goes on", "[net][K17]") {
  const int throwsAt = GENERATE(0, 1, 2);
  CAPTURE(throwsAt);
  NetWorld world;
  int uncaught = 0;
  world.host.onUncaught([&](std::exception_ptr) { ++uncaught; });
  std::array<char, 8> memory{};
  int calls = 0;
  std::string got;
  ConnectOptions options;
  options.onread.buffer = memory;
  options.onread.nextBuffer = [&] {
    if (calls++ == throwsAt) throw std::runtime_error("no memory");
    return std::span<char>(memory);
  };
  options.onread.callback = [&](std::size_t n, std::span<char> buffer) {
    got.append(buffer.data(), n);
    return true;
  };
  LoopbackPair pair(world, Transport::kTcp, {}, options);
  pair.accepted.end("0123456789abcdefghij");
  pair.accepted.resume();
  pair.server.close();
  world.end();
  CHECK(got == "0123456789abcdefghij");
  CHECK(uncaught == 1);
}
