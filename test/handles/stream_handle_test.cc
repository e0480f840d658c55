// StreamHandle, for TCP and pipes alike: reading, writing and ending.
#include "handles/stream_handle.h"

#include <climits>
#include <new>
#include <string>
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

}  // namespace

TEST_CASE("what one end writes the other end reads, and back") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  INFO(nameOf(kind));
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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

TEST_CASE("without a read listener reading stops, and the bytes wait for the next one") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  ConnectedPair p(kind);
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
    Into() { ownMemory = true; }
    std::span<char> onReadMemory() override { return memory; }
    void onReadInto(std::size_t n) override {
      CHECK(n <= sizeof memory);
      got.append(memory, n);
    }
    char memory[4] = {};
    std::string got;
  };
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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

TEST_CASE("a write for which there is no memory throws, and nothing is queued or called") {
  ConnectedPair p(Kind::kTcp);
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
