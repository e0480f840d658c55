// A listening StreamHandle, for TCP and pipes alike: every connection is taken, or closed and told.
#include "handles/stream_handle.h"

#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "handles/fixture.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
namespace uverr = handles::uverr;
using Kind = StreamHandle::Kind;

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
