// StreamHandle, for TCP and pipes alike: closed, dropped or let go at any moment.
#include "handles/stream_handle.h"

#include <unistd.h>

#include <stdexcept>
#include <string>

#include "handles/fixture.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
namespace uverr = handles::uverr;
using Kind = StreamHandle::Kind;

TEST_CASE("close answers what is pending with ECANCELED, in order, before it says closed") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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

TEST_CASE("an exception in a listener goes to the host, and the handle goes on") {
  const Kind kind = GENERATE(Kind::kTcp, Kind::kPipe);
  ConnectedPair p(kind);
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
  ConnectedPair p(kind);
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

TEST_CASE("a user may keep a chunk after its loop is gone") {
  Buffer small;
  Buffer large;
  {
    ConnectedPair p(Kind::kTcp);
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
