// pipe() between sockets: what is copied, because it is no bulk or cannot be moved.
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "net/support/bulk.h"
#include "net/support/no_more_descriptors.h"
#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::make;
using uvnet::Net;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::bulkBuffer;
using uvnet::test::BulkSender;
using uvnet::test::kMiB;
using uvnet::test::kMoves;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::makeRoom;
using uvnet::test::moved;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Transport;

namespace {

// Sends a message when the last one is back.
class SingleMessages {
 public:
  SingleMessages(Socket& socket, std::size_t size, int count)
      : socket_(socket), size_(size), left_(count) {
    socket_.on<"data">([this](const Buffer& chunk) {
      got_ += chunk.size();
      if (got_ < size_) return;
      got_ = 0;
      if (--left_ > 0) go();
    });
    go();
  }
  bool done() const { return left_ == 0; }

 private:
  void go() { socket_.write(bulkBuffer().subarray(0, size_)); }

  Socket& socket_;
  const std::size_t size_;
  std::size_t got_ = 0;
  int left_;
};

}  // namespace

TEST_CASE("messages that one read takes are copied", "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const std::size_t size = GENERATE(64U, 4096U, 16384U, 32768U, 65536U);
  CAPTURE(nameOf(transport), size);
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.pipe(pair.accepted);
  SingleMessages messages(pair.client, size, 200);
  world.until([&] { return messages.done(); });
  CHECK(moved(pair.accepted) == 0);
  pair.close();
  world.end();
}

TEST_CASE("bulk that becomes single messages is copied again", "[net][D12]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  makeRoom(pair.accepted);
  pair.accepted.pipe(pair.accepted);
  BulkSender sender(pair.client, 8 * kMiB);
  world.until([&] { return sender.done(); });
  CHECK((moved(pair.accepted) > 0) == kMoves);
  SingleMessages few(pair.client, 65536, 20);
  world.until([&] { return few.done(); });
  const std::uint64_t before = moved(pair.accepted);
  pair.client.removeAllListeners<"data">();
  SingleMessages many(pair.client, 65536, 100);
  world.until([&] { return many.done(); });
  CHECK(moved(pair.accepted) == before);
  pair.close();
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
  BulkSender sender(in.client, 4 * kMiB);
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
  makeRoom(pair.accepted);
  pair.accepted.pipe(pair.accepted);
  std::uint64_t result = 0;
  {
    const Limit limit;
    BulkSender sender(pair.client, 4 * kMiB);
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
