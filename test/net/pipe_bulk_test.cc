// pipe() between sockets in bulk: on Linux the bytes go through the kernel once nobody looks at
// them, and nothing else may show it. What each test sees is seen twice where it can be, the second
// time with a 'data' listener, which makes the same bytes come up.
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "handles/loop_context.h"
#include "net/support/no_more_descriptors.h"
#include "stream/wire.h"
#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::make;
using uvnet::Net;
using uvnet::Ref;
using uvnet::ServerOptions;
using uvnet::Socket;
using uvnet::handles::KernelPipe;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;
using uvnet::test::turn;

namespace {

constexpr std::size_t kMiB = 1 << 20;

// Bytes of which no two stretches are alike.
const std::string& message() {
  static const std::string bytes = [] {
    std::string made;
    std::uint64_t state = 1;
    while (made.size() < 12 * kMiB) {
      std::uint64_t word = state += 0x9e3779b97f4a7c15U;  // SplitMix64
      word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
      word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
      word ^= word >> 31;
      made.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    return made;
  }();
  return bytes;
}
const Buffer& messageBuffer() {
  static const Buffer buffer = Buffer::copyOf(message());
  return buffer;
}

// What went through the kernel's pipe of the loop that this socket is on.
class Inner : public Socket {
 public:
  static constexpr auto kWire = &Inner::plainWire;
};
std::uint64_t moved(Socket& socket) {
  uvnet::stream::Wire* wire = (socket.*Inner::kWire)();
  REQUIRE(wire != nullptr);
  return wire->handle()->context().kernelPipe().moved();
}
constexpr bool kMoves = KernelPipe::kAvailable;

// Sends so much of the message, and checks what comes back against it.
class Sender {
 public:
  Sender(Socket& socket, std::size_t size) : socket_(socket), size_(size) {
    socket_.on<"data">([this](const Buffer& chunk) {
      same_ = same_ && back + chunk.size() <= message().size() &&
              message().compare(back, chunk.size(), chunk.view()) == 0;
      back += chunk.size();
    });
    socket_.on<"drain">([this] { go(); });
    go();
  }
  bool done() const { return back == size_; }
  bool same() const { return same_; }
  std::size_t back = 0;

 private:
  void go() {
    constexpr std::size_t kAtOnce = 262144;
    while (sent_ < size_) {
      const std::size_t end = std::min(sent_ + kAtOnce, size_);
      const bool more = socket_.write(messageBuffer().subarray(sent_, end));
      sent_ = end;
      if (!more) return;
    }
  }
  Socket& socket_;
  const std::size_t size_;
  std::size_t sent_ = 0;
  bool same_ = true;
};

void hear(Socket& socket) {
  socket.on<"data">([](const Buffer&) {});
}

// client - front | back - far: whatever the client sends goes to the far socket, and back.
struct Proxy {
  Proxy(NetWorld& world, Transport transport)
      : in(world, transport),
        out(world, transport),
        client(in.client),
        front(in.accepted),
        back(out.client),
        far(out.accepted) {}
  void close() {
    in.close();
    out.close();
  }
  LoopbackPair in;
  LoopbackPair out;
  Socket& client;
  Socket& front;
  Socket& back;
  Socket& far;
};

}  // namespace

TEST_CASE("an echo in bulk is exact, and counted as if it had been read and written",
          "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const bool heard = GENERATE(false, true);
  CAPTURE(nameOf(transport), heard);
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record accepted(pair.accepted, false);
  if (heard) hear(pair.accepted);
  pair.accepted.pipe(pair.accepted);
  Sender sender(pair.client, 8 * kMiB);
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
  Proxy p(world, transport);
  p.front.pipe(p.back);
  p.back.pipe(p.front);
  p.far.pipe(p.far);
  Sender sender(p.client, 8 * kMiB);
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

TEST_CASE("messages of up to 16 KiB are copied", "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const std::size_t size = GENERATE(64U, 4096U, 16384U);
  CAPTURE(nameOf(transport), size);
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.pipe(pair.accepted);
  const Buffer one = messageBuffer().subarray(0, size);
  std::size_t got = 0;
  int rounds = 0;
  pair.client.on<"data">([&](const Buffer& chunk) {
    got += chunk.size();
    if (got < size) return;
    got = 0;
    if (++rounds < 200) pair.client.write(one);
  });
  pair.client.write(one);
  world.until([&] { return rounds == 200; });
  CHECK(moved(pair.accepted) == 0);
  pair.close();
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
  Socket& echo = pair.accepted;
  echo.pipe(echo);
  Sender sender(pair.client, kSize);
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
    CHECK(seen == message().substr(before, kSize - before));
  }
  if (what == What::kSecondPipe) {
    world.until([&] { return seen.size() == kSize - before; });
    CHECK(seen == message().substr(before, kSize - before));
  }
  pair.close();
  other.close();
  world.end();
}

TEST_CASE("destroying either side in the middle of bulk ends it as ever", "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const bool source = GENERATE(false, true);
  const bool heard = GENERATE(false, true);
  CAPTURE(nameOf(transport), source, heard);
  NetWorld world;
  Proxy p(world, transport);
  Record front(p.front, false);
  Record back(p.back, false);
  if (heard) hear(p.front);
  p.far.resume();
  p.front.pipe(p.back);
  Sender sender(p.client, 12 * kMiB);
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

TEST_CASE("a reader that stops stops the pipe, with little kept, and all arrives when it goes on",
          "[net][D12][D05]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Proxy p(world, transport);
  Record back(p.back, false);
  const int size = 262144;  // so that the kernel is full soon
  REQUIRE(::setsockopt(p.back.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
  REQUIRE(::setsockopt(p.far.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
  p.front.pipe(p.back);
  p.far.pause();
  Sender sender(p.client, 12 * kMiB);
  std::size_t got = 0;
  bool same = true;
  p.far.on<"data">([&](const Buffer& chunk) {
    same = same && message().compare(got, chunk.size(), chunk.view()) == 0;
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
    same = same && message().compare(back, chunk.size(), chunk.view()) == 0;
    back += chunk.size();
  });
  pair.client.end(messageBuffer().subarray(0, 8 * kMiB));
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
  Proxy p(world, Transport::kTcp);
  Record front(p.front, false);
  Record back(p.back, false);
  if (heard) hear(p.front);
  p.far.resume();
  p.front.pipe(p.back);
  Sender sender(p.client, 12 * kMiB);
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

TEST_CASE("bulk keeps both sides from being idle", "[net][D12]") {
  NetWorld world;
  Proxy p(world, Transport::kTcp);
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
    while (p.client.write(messageBuffer().subarray(0, 262144))) {
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

namespace {

// Looks at what is written, as a subclass may.
class Counting final : public Socket {
 public:
  explicit Counting(Net& net) : Socket(net) {}
  std::size_t bytes = 0;

 protected:
  std::ptrdiff_t doTryWrite(std::string_view chunk, std::unique_ptr<Error>& error) override {
    const std::ptrdiff_t taken = Socket::doTryWrite(chunk, error);
    if (taken > 0) bytes += static_cast<std::size_t>(taken);
    return taken;
  }
  void doWrite(Buffer chunk, uvnet::Callback done) override {
    bytes += chunk.size();
    Socket::doWrite(std::move(chunk), std::move(done));
  }
  void doWritev(std::span<Buffer> chunks, uvnet::Callback done) override {
    for (const Buffer& chunk : chunks) bytes += chunk.size();
    Socket::doWritev(chunks, std::move(done));
  }
};

}  // namespace

TEST_CASE("a subclass of Socket sees every byte that is piped to it", "[net][D12]") {
  NetWorld world;
  LoopbackPair in(world, Transport::kUnix);
  Listening out(world, Transport::kUnix);
  std::size_t got = 0;
  out->on<"connection">([&](Socket& far) {
    world.watch(far);
    far.on<"data">([&](const Buffer& chunk) { got += chunk.size(); });
  });
  const Ref<Counting> counting = make<Counting>(world.net());
  world.watch(*counting);
  counting->connect(out.to());
  in.accepted.pipe(*counting);
  Sender sender(in.client, 4 * kMiB);
  world.until([&] { return got == 4 * kMiB; });
  CHECK(counting->bytes == 4 * kMiB);
  CHECK(moved(in.accepted) == 0);
  counting->destroy();
  in.close();
  out->close();
  world.end();
}

namespace {

// 4 MiB there and back in a loop of its own; how many of the bytes the kernel moved.
template <class Limit>
std::uint64_t movedOf4MiB() {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  pair.accepted.pipe(pair.accepted);
  std::uint64_t result = 0;
  {
    const Limit limit;
    Sender sender(pair.client, 4 * kMiB);
    world.until([&] { return sender.done(); });
    CHECK(sender.same());
    result = moved(pair.accepted);
    pair.client.removeAllListeners<"data">();
    pair.client.removeAllListeners<"drain">();
  }
  pair.close();
  world.end();
  return result;
}

struct NoLimit {
  NoLimit() noexcept {}  // not trivial: a variable of it is used
};

}  // namespace

TEST_CASE("with no descriptor left bulk is copied", "[net][D12]") {
  // First as usual: to look at a type for the first time UBSan needs a pipe of its own.
  CHECK(movedOf4MiB<NoLimit>() > 0);
  CHECK(movedOf4MiB<uvnet::test::NoMoreDescriptors>() == 0);
}
