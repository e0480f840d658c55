// Bytes that go from one handle to another inside the kernel: what arrives, what is left over, who
// is told.
#include "handles/kernel_pipe.h"

#include <unistd.h>

#include <csignal>
#include <string>

#include "handles/fixture.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
namespace uverr = handles::uverr;
using handles::KernelPipe;
using Kind = StreamHandle::Kind;

#ifdef __linux__

namespace {

constexpr std::size_t kSlab = handles::ReadSlab::kSize;

// Gives what it reads to another handle, if there is one.
class Mover : public Reader {
 public:
  StreamHandle* onReadDestination() override { return to; }
  void onMoved(std::size_t n) override { moved += n; }
  void onTaken() override { ++taken; }
  void onNothingThere() noexcept override { ++nothing; }

  StreamHandle* to = nullptr;
  std::size_t moved = 0;
  int taken = 0;
  int nothing = 0;
};

// Two connections: what comes in by the one goes out by the other, to `end`.
struct Through {
  explicit Through(Kind kind) : listening(world, kind) {
    auto first = listening.pair();
    auto second = listening.pair();
    writer = std::move(first.first);
    from = std::move(first.second);
    to = std::move(second.first);
    end = std::move(second.second);
    from->setReadListener(&mover);
    to->setReadListener(&toReader);
    end->setReadListener(&endReader);
    mover.to = to.get();
    from->moveReads(4);
    REQUIRE(from->readStart() == 0);
  }
  KernelPipe& pipe() { return world.context->kernelPipe(); }
  // Queues it; the answer is of no interest.
  void write(const std::string& bytes) {
    const Buffer chunk = Buffer::copyOf(bytes);
    REQUIRE(writer->write({&chunk, 1}, *owner, [](int) {}) == 0);
  }

  World world;
  ListeningHandle listening;
  Ref<Owner> owner = make<Owner>();
  Mover mover;
  Mover toReader;
  Reader endReader;
  HandlePtr writer, from, to, end;
};

}  // namespace

TEST_CASE("what one handle reads another writes, without a word to either's reader") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  INFO(nameOf(kind));
  Through t(kind);
  const std::string message = pattern(150000);
  t.end->readStart();
  t.write(message);
  runUntil(t.world.host, [&] { return t.endReader.bytes.size() == message.size(); });
  CHECK(t.endReader.bytes == message);
  CHECK(t.mover.chunks == 0);
  CHECK(t.pipe().moved() == message.size());
  CHECK(t.mover.moved == message.size());
  CHECK(t.toReader.taken > 0);
  CHECK(t.from->bytesRead() == message.size());
  CHECK(t.to->bytesWritten() == message.size());
}

TEST_CASE("what the destination does not take comes to the reader, in order, and counts once") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  INFO(nameOf(kind));
  Through t(kind);
  const std::string message = pattern(12000000);
  shrinkBuffers(*t.to);
  std::string left;
  t.mover.read = [&](const Buffer& chunk) {
    left += chunk.view();
    CHECK(chunk.size() <= 4 * kSlab);
    t.from->readStop();
  };
  t.write(message);
  runUntil(t.world.host, [&] { return !left.empty(); });
  CHECK(t.from->bytesRead() == t.pipe().moved() + left.size());
  CHECK(t.to->bytesWritten() == t.pipe().moved());
  CHECK(left == message.substr(t.pipe().moved(), left.size()));
  // And what was moved is at the other end.
  t.end->readStart();
  const auto moved = t.pipe().moved();
  runUntil(t.world.host, [&] { return t.endReader.bytes.size() == moved; });
  CHECK(t.endReader.bytes == message.substr(0, moved));
}

TEST_CASE("without a destination, and with moveReads(0), it is read as ever") {
  const bool off = GENERATE(false, true);
  Through t(Kind::kTcp);
  if (off) {
    t.from->moveReads(0);
  } else {
    t.mover.to = nullptr;
  }
  t.write("hello");
  runUntil(t.world.host, [&] { return t.mover.bytes == "hello"; });
  CHECK(t.pipe().moved() == 0);
}

TEST_CASE("that nothing is behind a read is told after one that filled its memory, and only then") {
  Through t(Kind::kPipe);
  t.from->moveReads(0);
  t.write("hello");
  runUntil(t.world.host, [&] { return t.mover.bytes.size() == 5; });
  CHECK(t.mover.nothing == 0);
  t.write(pattern(kSlab));
  runUntil(t.world.host, [&] { return t.mover.bytes.size() == 5 + kSlab; });
  CHECK(t.mover.nothing == 1);
}

TEST_CASE("an echo moves to the handle it reads from") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Through t(kind);
  t.mover.to = t.from.get();
  Reader back;
  t.writer->setReadListener(&back);
  t.writer->readStart();
  const std::string message = pattern(200000);
  t.write(message);
  runUntil(t.world.host, [&] { return back.bytes.size() == message.size(); });
  CHECK(back.bytes == message);
  CHECK(t.from->bytesRead() == message.size());
  CHECK(t.from->bytesWritten() == message.size());
}

TEST_CASE("the end of what is moved is told as that of what is read") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  Through t(kind);
  t.end->readStart();
  t.write("last words");
  REQUIRE(t.writer->shutdown(*t.owner, [](int) {}) == 0);
  runUntil(t.world.host, [&] { return t.mover.status != 0; });
  CHECK(t.mover.status == uverr::kEof);
  CHECK(t.mover.chunks == 0);
  CHECK_FALSE(t.from->movesReads());
  runUntil(t.world.host, [&] { return t.endReader.bytes == "last words"; });
}

TEST_CASE("a reset of what is moved is told as ECONNRESET, once") {
  Through t(Kind::kTcp);
  handles::Tcp::closeReset(std::move(t.writer), nullptr);
  int told = 0;
  t.mover.ended = [&](int) { ++told; };
  runUntil(t.world.host, [&] { return told > 0; });
  turn(t.world.host);
  CHECK(t.mover.status == uverr::kConnReset);
  CHECK(told == 1);
}

TEST_CASE("why the destination failed is told by its next write, with the bytes not lost") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  INFO(nameOf(kind));
  Through t(kind);
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  if (kind == Kind::kTcp) {
    handles::Tcp::closeReset(std::move(t.end), nullptr);
  } else {
    t.end.reset();
  }
  turn(t.world.host);
  t.write("too late");
  runUntil(t.world.host, [&] { return t.mover.bytes == "too late"; });
  CHECK(t.pipe().moved() == 0);
  CHECK(t.to->bytesWritten() == 0);
  // What the kernel says once. A reset that was told by then leaves a broken pipe.
  CHECK(t.to->tryWrite("x") == (kind == Kind::kTcp ? uverr::kConnReset : uverr::kPipe));
  CHECK(t.to->tryWrite("x") == uverr::kPipe);
  std::signal(SIGPIPE, before);
}

TEST_CASE("the pipe's descriptors are closed with the context, and there are none before") {
  const auto descriptors = [] {
    const int next = ::dup(0);
    ::close(next);
    return next;
  };
  Through t(Kind::kPipe);
  const int before = descriptors();
  t.end->readStart();
  t.write("first");
  runUntil(t.world.host, [&] { return t.endReader.bytes == "first"; });
  CHECK(descriptors() == before + 2);
  t.write("second");
  runUntil(t.world.host, [&] { return t.endReader.bytes == "firstsecond"; });
  CHECK(descriptors() == before + 2);
}

#endif
