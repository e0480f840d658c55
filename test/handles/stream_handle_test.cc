// StreamHandle, for TCP and pipes alike: reading, writing, ending and closing.
#include "handles/stream_handle.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <climits>
#include <new>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "handles/fixture.h"
#include "handles/request.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
namespace uverr = handles::uverr;
using Kind = StreamHandle::Kind;

namespace {

constexpr int kPending = 1;  // no status of libuv

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('!' + (i * 7 + i / 89) % 90);
  return text;
}

void shrinkBuffers(StreamHandle& handle) {
  const int size = 1;  // the system's minimum
  REQUIRE(::setsockopt(handle.fileno(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
}

// As many bytes as the kernel takes.
void fillUp(StreamHandle& handle) {
  const std::string block(65536, 'f');
  while (handle.tryWrite(block) > 0) {
  }
}

// A connected pair with readers that write down.
struct Pair {
  explicit Pair(Kind kind) : listening(world, kind) {
    std::tie(near, far) = listening.pair();
    near->setReadListener(&nearReader);
    far->setReadListener(&farReader);
  }
  World world;
  ListeningHandle listening;
  Reader nearReader;
  Reader farReader;
  HandlePtr near;
  HandlePtr far;
  Ref<Owner> owner = make<Owner>();
};

}  // namespace

TEST_CASE("what one end writes the other end reads, and back") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  INFO(nameOf(kind));
  Pair p(kind);
  CHECK(p.far->kind() == kind);
  REQUIRE(p.near->readStart() == 0);
  REQUIRE(p.far->readStart() == 0);
  p.farReader.read = [&](const Buffer& chunk) { CHECK(p.far->tryWrite(chunk.view()) == 5); };
  CHECK(p.near->tryWrite("hello") == 5);
  runUntil(p.world.host, [&] { return p.nearReader.bytes == "hello"; });
  CHECK(p.near->bytesWritten() == 5);
  CHECK(p.near->bytesRead() == 5);
  CHECK(p.far->bytesRead() == 5);
}

TEST_CASE("a steady echo allocates nothing") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  const std::string message(GENERATE(64U, 16384U), 'm');
  INFO(nameOf(kind) << " " << message.size());
  Pair p(kind);
  p.near->readStart();
  p.far->readStart();
  // The far end answers by a request and keeps the chunk until that is done.
  p.farReader.read = [&](const Buffer& chunk) {
    REQUIRE(p.far->write({&chunk, 1}, *p.owner, [](int status) { CHECK(status == 0); }) == 0);
  };
  int rounds = 0;
  std::size_t come = 0;
  p.nearReader.read = [&](const Buffer& chunk) {
    come += chunk.size();
    p.nearReader.bytes.clear();
    p.farReader.bytes.clear();
    if (come < message.size()) return;
    come = 0;
    ++rounds;
    CHECK(p.near->tryWrite(message) == static_cast<int>(message.size()));
  };
  CHECK(p.near->tryWrite(message) == static_cast<int>(message.size()));
  runUntil(p.world.host, [&] { return rounds >= 20; });
  const auto blocks = p.world.context->slab().pool().allocations();
  const auto requests = p.world.context->requests().allocations();
  runUntil(p.world.host, [&] { return rounds >= 200; });
  CHECK(p.world.context->slab().pool().allocations() == blocks);
  CHECK(p.world.context->requests().allocations() == requests);
}

TEST_CASE("readStart and readStop are idempotent, and nothing is lost between them") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  CHECK(p.far->readStop() == 0);
  CHECK(p.far->readStart() == 0);
  CHECK(p.far->readStart() == 0);
  p.farReader.read = [&](const Buffer&) { CHECK(p.far->readStop() == 0); };
  p.near->tryWrite("one");
  runUntil(p.world.host, [&] { return p.farReader.bytes == "one"; });
  p.near->tryWrite("two");
  turn(p.world.host);
  CHECK(p.farReader.bytes == "one");
  CHECK(p.far->readStop() == 0);
  CHECK(p.far->readStart() == 0);
  runUntil(p.world.host, [&] { return p.farReader.bytes == "onetwo"; });
}

TEST_CASE("a read before there is a connection is refused") {
  World world;
  HandlePtr tcp = handles::Tcp::create(world.context);
  HandlePtr pipe = handles::Pipe::create(world.context);
  CHECK(tcp->readStart() == uverr::kNotConn);
  CHECK(pipe->readStart() == uverr::kNotConn);
  CHECK(tcp->tryWrite("x") == uverr::kBadFd);
  CHECK(tcp->fileno() == -1);
}

TEST_CASE("the end of the peer is told as EOF, after all bytes, and reading can start again") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  p.far->readStart();
  int done = kPending;
  p.near->tryWrite("last words");
  REQUIRE(p.near->shutdown(*p.owner, [&](int status) { done = status; }) == 0);
  CHECK(done == kPending);
  runUntil(p.world.host, [&] { return p.farReader.status != 0 && done != kPending; });
  CHECK(done == 0);
  CHECK(p.farReader.status == uverr::kEof);
  CHECK(p.farReader.bytes == "last words");
  CHECK(p.near->tryWrite("more") == uverr::kPipe);
  // Half open: the other direction still works.
  p.near->readStart();
  CHECK(p.far->tryWrite("answer") == 6);
  runUntil(p.world.host, [&] { return p.nearReader.bytes == "answer"; });
  p.farReader.status = 0;
  CHECK(p.far->readStart() == 0);
  runUntil(p.world.host, [&] { return p.farReader.status == uverr::kEof; });
}

TEST_CASE("shutdown waits for what is queued") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  shrinkBuffers(*p.near);
  const std::string text = pattern(600000);
  const Buffer big = Buffer::copyOf(text);
  std::string order;
  REQUIRE(p.near->write({&big, 1}, *p.owner, [&](int) { order += "w"; }) == 0);
  REQUIRE(p.near->shutdown(*p.owner, [&](int) { order += "s"; }) == 0);
  CHECK(p.near->writeQueueSize() > 0);
  CHECK(p.near->bytesWritten() == text.size());
  p.far->readStart();
  runUntil(p.world.host, [&] { return p.farReader.status != 0; });
  CHECK(p.farReader.bytes == text);
  CHECK(order == "ws");
  CHECK(p.near->writeQueueSize() == 0);
}

TEST_CASE("tryWrite takes a part when the kernel has no room for all, and then nothing") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  const std::string text = pattern(8000000);
  const int taken = p.near->tryWrite(text);
  REQUIRE(taken > 0);
  REQUIRE(static_cast<std::size_t>(taken) < text.size());
  fillUp(*p.near);
  const auto written = p.near->bytesWritten();
  CHECK(p.near->tryWrite("more") == 0);
  CHECK(p.near->bytesWritten() == written);
  p.far->readStart();
  runUntil(p.world.host, [&] { return p.farReader.bytes.size() == written; });
  CHECK(p.farReader.bytes.substr(0, static_cast<std::size_t>(taken)) ==
        text.substr(0, static_cast<std::size_t>(taken)));
}

TEST_CASE(
    "gathered chunks arrive in order: tried, queued, and more than the system takes at once") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  const std::size_t count = GENERATE(std::size_t{0}, 1U, 3U, 64U, 65U, 3 * IOV_MAX + 1U);
  INFO(nameOf(kind) << " " << count);
  Pair p(kind);
  p.far->readStart();
  std::vector<Buffer> chunks;
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    chunks.push_back(Buffer::copyOf(std::to_string(i) + (i % 10 == 0 ? "" : ",")));
    all += chunks.back().view();
  }
  const int taken = p.near->tryWrite(chunks);
  REQUIRE(taken >= 0);
  std::size_t first = 0;
  for (auto left = static_cast<std::size_t>(taken); left > 0; ++first) {
    REQUIRE(left >= chunks[first].size());
    left -= chunks[first].size();
  }
  CHECK(first == std::min(count, StreamHandle::kGather));
  int done = kPending;
  REQUIRE(p.near->write(std::span(chunks).subspan(first), *p.owner,
                        [&](int status) { done = status; }) == 0);
  CHECK(done == kPending);
  chunks.clear();  // the request has its own counts
  runUntil(p.world.host,
           [&] { return done != kPending && p.farReader.bytes.size() >= all.size(); });
  CHECK(done == 0);
  CHECK(p.farReader.bytes == all);
  CHECK(p.near->bytesWritten() == all.size());
}

TEST_CASE("large writes through a tiny send buffer arrive whole, each done once and in order") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  shrinkBuffers(*p.near);
  p.far->readStart();
  const std::string text = pattern(100000);
  std::string order;
  for (char name = 'a'; name < 'f'; ++name) {
    const Buffer chunks[] = {Buffer::copyOf(text), Buffer::literal("|")};
    REQUIRE(p.near->write(chunks, *p.owner, [&order, name](int status) {
      CHECK(status == 0);
      order += name;
    }) == 0);
  }
  runUntil(p.world.host, [&] { return order.size() == 5 && p.farReader.bytes.size() == 500005; });
  CHECK(order == "abcde");
  CHECK(p.farReader.bytes.substr(4 * 100001) == text + "|");
}

TEST_CASE("close answers what is pending with ECANCELED, in order, before it says closed") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  fillUp(*p.near);
  bool ownerGone = false;
  auto owner = make<Owner>(&ownerGone);
  std::string order;
  const Buffer chunk = Buffer::copyOf("never sent");
  const auto told = [&](char name) {
    return [&order, name](int status) {
      CHECK(status == uverr::kCanceled);
      order += name;
    };
  };
  REQUIRE(p.near->write({&chunk, 1}, *owner, told('1')) == 0);
  REQUIRE(p.near->write({&chunk, 1}, *owner, told('2')) == 0);
  REQUIRE(p.near->shutdown(*owner, told('s')) == 0);
  owner.reset();
  StreamHandle::close(std::move(p.near), [&](int status) {
    CHECK(status == 0);
    CHECK(ownerGone);
    order += 'c';
  });
  CHECK(order.empty());
  CHECK_FALSE(ownerGone);
  runUntil(p.world.host, [&] { return order.size() == 4; });
  CHECK(order == "12sc");
  CHECK(p.world.context->openHandles() == 2);
}

TEST_CASE("a dropped handle tells nobody, and lets go of owners and bytes all the same") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  fillUp(*p.near);
  p.near->readStart();
  bool ownerGone = false;
  bool captureGone = false;
  auto owner = make<Owner>(&ownerGone);
  auto capture = make<Owner>(&captureGone);
  const Buffer chunk = Buffer::copyOf("never sent");
  REQUIRE(p.near->write({&chunk, 1}, *owner, [capture](int) { FAIL("told"); }) == 0);
  owner.reset();
  capture.reset();
  p.near.reset();
  runUntil(p.world.host, [&] { return ownerGone && captureGone; });
  CHECK(p.nearReader.status == 0);
}

TEST_CASE("a listener may drop the handle inside the callback, owner and all") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  p.near->tryWrite(pattern(300000));
  p.farReader.read = [&](const Buffer&) {
    p.far.reset();
    p.farReader.dropOwner();
  };
  p.far->readStart();
  runUntil(p.world.host, [&] { return p.far == nullptr; });
  turn(p.world.host);
  CHECK(p.farReader.chunks == 1);
}

TEST_CASE("a handle may be closed inside its own done, EOF and connect callbacks") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  int closed = 0;
  const auto count = [&](int) { ++closed; };
  const Buffer chunk = Buffer::copyOf("x");
  p.farReader.ended = [&](int) { StreamHandle::close(std::move(p.far), count); };
  p.far->readStart();
  REQUIRE(p.near->write({&chunk, 1}, *p.owner,
                        [&](int) { StreamHandle::close(std::move(p.near), count); }) == 0);
  HandlePtr third;
  third = p.listening.connect([&](int status) {
    CHECK(status == 0);
    StreamHandle::close(std::move(third), count);
  });
  runUntil(p.world.host, [&] { return closed == 3; });
  CHECK(p.farReader.bytes == "x");
}

TEST_CASE("without a read listener reading stops, and the bytes wait for the next one") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  p.far->readStart();
  p.far->setReadListener(nullptr);
  p.near->tryWrite("kept");
  turn(p.world.host);
  CHECK(p.farReader.bytes.empty());
  Reader other;
  p.far->setReadListener(&other);
  p.far->readStart();
  runUntil(p.world.host, [&] { return other.bytes == "kept"; });
}

TEST_CASE("bytes go to the caller's own memory where the listener gives some") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  struct Into final : Reader {
    std::span<char> onReadMemory() override { return memory; }
    void onReadInto(std::size_t n) override {
      CHECK(n <= sizeof memory);
      got.append(memory, n);
    }
    char memory[4] = {};
    std::string got;
  };
  Pair p(kind);
  Into into;
  p.far->setReadListener(&into);
  p.far->readStart();
  p.near->tryWrite("ten bytes.");
  runUntil(p.world.host, [&] { return into.got == "ten bytes."; });
  CHECK(into.chunks == 0);
  CHECK(p.far->bytesRead() == 10);
}

TEST_CASE("a chunk that is kept keeps its bytes while more is read") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  std::vector<Buffer> kept;
  p.farReader.read = [&](Buffer chunk) { kept.push_back(std::move(chunk)); };
  p.far->readStart();
  const std::string text = pattern(2000000);
  const Buffer big = Buffer::copyOf(text);
  REQUIRE(p.near->write({&big, 1}, *p.owner, nullptr) == 0);
  runUntil(p.world.host, [&] { return p.farReader.bytes.size() == text.size(); });
  CHECK(Buffer::concat(kept).view() == text);
  CHECK(p.farReader.bytes == text);
}

TEST_CASE("an exception in a listener goes to the host, and the handle goes on") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  int uncaught = 0;
  p.world.host.onUncaught([&](const std::exception_ptr&) { ++uncaught; });
  p.farReader.read = [&](const Buffer&) { throw std::runtime_error("listener"); };
  p.far->readStart();
  p.near->tryWrite("1");
  runUntil(p.world.host, [&] { return uncaught == 1; });
  p.near->tryWrite("2");
  runUntil(p.world.host, [&] { return uncaught == 2; });
  CHECK(p.farReader.bytes == "12");
}

TEST_CASE("an unreferenced handle does not keep the loop running") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Pair p(kind);
  p.far->readStart();
  p.near->readStart();
  CHECK(p.far->hasRef());
  p.far->unref();
  CHECK_FALSE(p.far->hasRef());
  p.near->unref();
  p.listening.handle->unref();
  p.world.host.run();  // would not return
  p.far->ref();
  CHECK(p.far->hasRef());
}

TEST_CASE("every waiting connection is accepted and handed over, each as its own handle") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  World world;
  ListeningHandle listening(world, kind);
  std::vector<HandlePtr> clients;
  clients.reserve(20);
  for (int i = 0; i < 20; ++i) clients.push_back(listening.connect());
  runUntil(world.host, [&] { return listening.acceptor.clients.size() == 20; });
  for (const HandlePtr& client : listening.acceptor.clients) {
    CHECK(client->kind() == kind);
    CHECK(client->tryWrite("x") == 1);
  }
  CHECK(listening.acceptor.statuses == std::vector<int>(20, 0));
}

TEST_CASE("a listening handle may be closed while it hands over a connection") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  World world;
  ListeningHandle listening(world, kind);
  std::vector<HandlePtr> clients;
  clients.reserve(20);
  for (int i = 0; i < 5; ++i) clients.push_back(listening.connect());
  bool closed = false;
  listening.acceptor.connected = [&] {
    StreamHandle::close(std::move(listening.handle), [&](int) { closed = true; });
  };
  runUntil(world.host, [&] { return closed; });
  CHECK(listening.acceptor.clients.size() == 1);
}

TEST_CASE("connections that nobody listens to are closed") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  World world;
  ListeningHandle listening(world, kind);
  listening.handle->setConnectionListener(nullptr);
  bool connected = false;
  HandlePtr client = listening.connect([&](int) { connected = true; });
  runUntil(world.host, [&] { return connected; });
  Reader reader;
  client->setReadListener(&reader);
  REQUIRE(client->readStart() == 0);
  runUntil(world.host, [&] { return reader.status == uverr::kEof; });
  CHECK(listening.acceptor.statuses.empty());
}

TEST_CASE("without memory for a connection it is closed and told, and the next one is accepted") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  World world;
  ListeningHandle listening(world, kind);
  bool connected = false;
  HandlePtr client = listening.connect([&](int) { connected = true; });
  Reader reader;
  {
    // A handle is the largest thing that is allocated meanwhile: libuv's part alone takes 248
    // bytes.
    const NoMemoryFrom none(248);
    runUntil(world.host, [&] { return connected && !listening.acceptor.statuses.empty(); });
  }
  CHECK(listening.acceptor.statuses == std::vector<int>{uverr::kNoMem});
  client->setReadListener(&reader);
  REQUIRE(client->readStart() == 0);
  runUntil(world.host, [&] { return reader.status == uverr::kEof; });
  HandlePtr second = listening.connect();
  runUntil(world.host, [&] { return listening.acceptor.clients.size() == 1; });
  CHECK(listening.acceptor.statuses == std::vector<int>{uverr::kNoMem, 0});
}

TEST_CASE("a write for which there is no memory throws, and nothing is queued or called") {
  Pair p(Kind::kTcp);
  const std::vector<Buffer> chunks(100, Buffer::literal("x"));
  bool captureGone = false;
  auto capture = make<Owner>(&captureGone);
  handles::StatusCallback done = [capture](int) { FAIL("called"); };
  capture.reset();
  {
    const NoMemoryFrom none(1000);
    CHECK_THROWS_AS(p.near->write(chunks, *p.owner, std::move(done)), std::bad_alloc);
    done = nullptr;
  }
  CHECK(captureGone);
  CHECK(p.near->writeQueueSize() == 0);
  CHECK(p.near->tryWrite("still good") == 10);
}

TEST_CASE("out of descriptors connections are closed, and accepted again when there are some") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  World world;
  ListeningHandle listening(world, kind);
  {
    // One that goes well, first: UBSan looks at the vtable of a type through a pipe, the first time
    // it meets it, and takes an object for a wrong one where there is no descriptor for that.
    Reader reader;
    HandlePtr client = listening.connect();
    client->setReadListener(&reader);
    while (client->readStart() != 0) turn(world.host, 1);
    runUntil(world.host, [&] { return listening.acceptor.clients.size() == 1; });
    listening.acceptor.clients.clear();
    runUntil(world.host, [&] { return reader.status != 0; });
  }
  HandlePtr client = listening.connect();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int lowestFree = ::dup(0);
  REQUIRE(lowestFree >= 0);
  ::close(lowestFree);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowestFree);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  Reader reader;
  client->setReadListener(&reader);
  while (client->readStart() != 0) turn(world.host, 1);
  runUntil(world.host, [&] { return reader.status != 0; });
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(listening.acceptor.clients.empty());
  HandlePtr second = listening.connect();
  runUntil(world.host, [&] { return listening.acceptor.clients.size() == 1; });
}

TEST_CASE("a user may keep a chunk after its loop is gone") {
  Buffer small;
  Buffer large;
  {
    Pair p(Kind::kTcp);
    p.farReader.read = [&](const Buffer& chunk) { (chunk.size() < 100 ? small : large) = chunk; };
    p.far->readStart();
    p.near->tryWrite("small");
    runUntil(p.world.host, [&] { return !small.empty(); });
    p.near->tryWrite(pattern(50000));
    runUntil(p.world.host, [&] { return !large.empty(); });
  }
  CHECK(small.view() == "small");
  CHECK(large.view() == pattern(50000).substr(0, large.size()));
}
