// Pipe: paths, abstract names, permissions, and failures that come later.
#include "handles/pipe.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "handles/fd.h"
#include "handles/fixture.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
using handles::Pipe;
using handles::PipePtr;
namespace uverr = handles::uverr;
using Kind = StreamHandle::Kind;

namespace {

constexpr int kPending = 1;  // no status of libuv

// Connects and gives the answer, which must not come at once.
int connectTo(World& world, const std::string& path) {
  const auto owner = make<Owner>();
  const PipePtr pipe = Pipe::create(world.context);
  int done = kPending;
  pipe->connect(path, *owner, [&](int status) { done = status; });
  CHECK(done == kPending);
  runUntil(world.host, [&] { return done != kPending; });
  return done;
}

}  // namespace

TEST_CASE("the socket's file goes when the listening pipe closes") {
  World world;
  std::string path;
  {
    ListeningHandle listening(world, Kind::kPipe);
    path = listening.path;
    CHECK(std::filesystem::exists(path));
    auto ends = listening.pair();
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a failed connect is told later: no such file, nobody there, not a socket") {
  World world;
  CHECK(connectTo(world, uniqueSocketPath()) == uverr::kNoEnt);
  CHECK(connectTo(world, std::filesystem::temp_directory_path().string()) == uverr::kConnRefused);
  const std::string path = uniqueSocketPath();
  const PipePtr bound = Pipe::create(world.context);
  REQUIRE(bound->bind(path) == 0);
  CHECK(connectTo(world, path) == uverr::kConnRefused);
}

TEST_CASE("paths that libuv would cut short are refused: bind at once, connect later") {
  World world;
  const std::string folder = std::filesystem::temp_directory_path().string() + "/";
  const std::string longest = folder + std::string(Pipe::kMaxPath - folder.size(), 'n');
  for (const std::string& path :
       {longest + "n", std::string(1000, 'n'), folder + std::string("a\0b", 3), std::string(),
        std::string(200, '\0')}) {
    const PipePtr pipe = Pipe::create(world.context);
    CHECK(pipe->bind(path) == uverr::kInval);
    CHECK(connectTo(world, path) == uverr::kInval);
  }
  CHECK(connectTo(world, longest) == uverr::kNoEnt);
}

TEST_CASE("a path that is taken and a folder that is missing are told by bind") {
  World world;
  ListeningHandle listening(world, Kind::kPipe);
  CHECK(Pipe::create(world.context)->bind(listening.path) == uverr::kAddrInUse);
  CHECK(Pipe::create(world.context)->bind(listening.path + "-missing/socket") == uverr::kAccess);
}

TEST_CASE("chmod opens the socket to everybody, as asked") {
  World world;
  ListeningHandle listening(world, Kind::kPipe);
  const auto mode = [&] {
    struct stat info {};
    REQUIRE(::stat(listening.path.c_str(), &info) == 0);
    return info.st_mode & 0777U;
  };
  REQUIRE(::chmod(listening.path.c_str(), 0700) == 0);
  REQUIRE(handles::asPipe(*listening.handle).chmod(true, false) == 0);
  CHECK((mode() & 0444U) == 0444U);
  REQUIRE(handles::asPipe(*listening.handle).chmod(true, true) == 0);
  CHECK((mode() & 0666U) == 0666U);
  CHECK(handles::asPipe(*listening.handle).chmod(false, false) == uverr::kInval);
}

#ifdef __linux__
TEST_CASE("abstract names connect by their exact bytes, leave no file, and go with the handle") {
  World world;
  const std::string name = std::string(1, '\0') + uniqueSocketPath() + std::string("\0x", 2);
  {
    Acceptor acceptor;
    const PipePtr server = Pipe::create(world.context);
    REQUIRE(server->bind(name) == 0);
    server->setConnectionListener(&acceptor);
    REQUIRE(server->listen(5) == 0);
    CHECK(server->chmod(true, true) == uverr::kInval);
    CHECK(Pipe::create(world.context)->bind(name) == uverr::kAddrInUse);

    const auto owner = make<Owner>();
    const PipePtr client = Pipe::create(world.context);
    int done = kPending;
    client->connect(name, *owner, [&](int status) { done = status; });
    CHECK(done == kPending);
    runUntil(world.host, [&] { return done != kPending && !acceptor.clients.empty(); });
    CHECK(done == 0);
    Reader reader;
    acceptor.clients[0]->setReadListener(&reader);
    acceptor.clients[0]->readStart();
    CHECK(client->tryWrite("abstract") == 8);
    runUntil(world.host, [&] { return reader.bytes == "abstract"; });

    CHECK(connectTo(world, name.substr(0, name.size() - 1)) == uverr::kConnRefused);
    CHECK(connectTo(world, name + '\0') == uverr::kConnRefused);
  }
  CHECK(connectTo(world, name) == uverr::kConnRefused);
}

TEST_CASE("closing cancels the answer to an abstract connect as to any other") {
  World world;
  const std::string name = std::string(1, '\0') + uniqueSocketPath();
  const PipePtr server = Pipe::create(world.context);
  REQUIRE(server->bind(name) == 0);
  REQUIRE(server->listen(5) == 0);
  for (const std::string& target : {name, name + "missing", std::string(500, 'x')}) {
    const auto owner = make<Owner>();
    PipePtr client = Pipe::create(world.context);
    std::string order;
    client->connect(target, *owner, [&](int status) {
      CHECK(status == uverr::kCanceled);
      order += "d";
    });
    StreamHandle::close(std::move(client), [&](int) { order += "c"; });
    runUntil(world.host, [&] { return order.size() == 2; });
    CHECK(order == "dc");
  }
}
#endif

TEST_CASE("an open descriptor is taken over, and its type is known") {
  World world;
  int fds[2] = {-1, -1};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  CHECK(handles::guessType(fds[0]) == handles::FdType::kPipe);
  const PipePtr near = Pipe::create(world.context);
  const PipePtr far = Pipe::create(world.context);
  REQUIRE(near->open(fds[0]) == 0);
  REQUIRE(far->open(fds[1]) == 0);
  Reader reader;
  far->setReadListener(&reader);
  far->readStart();
  CHECK(near->tryWrite("pair") == 4);
  runUntil(world.host, [&] { return reader.bytes == "pair"; });
}

TEST_CASE("a FIFO is written to, although it is no socket, until it is full and once it has room") {
  World world;
  int fds[2] = {-1, -1};
  REQUIRE(::pipe(fds) == 0);
  const PipePtr reading = Pipe::create(world.context);
  const PipePtr writing = Pipe::create(world.context);
  REQUIRE(reading->open(fds[0]) == 0);
  REQUIRE(writing->open(fds[1]) == 0);
  const std::string text = pattern(300000);
  const int taken = writing->tryWrite(text);
  REQUIRE(taken > 0);
  REQUIRE(static_cast<std::size_t>(taken) < text.size());
  CHECK(writing->tryWrite("more") == 0);

  Reader reader;
  reading->setReadListener(&reader);
  REQUIRE(reading->readStart() == 0);
  runUntil(world.host, [&] { return reader.bytes.size() == static_cast<std::size_t>(taken); });
  CHECK(writing->tryWrite("more") == 4);
  runUntil(world.host, [&] { return reader.bytes.size() == static_cast<std::size_t>(taken) + 4; });
  CHECK(reader.bytes == text.substr(0, static_cast<std::size_t>(taken)) + "more");
  CHECK(writing->bytesWritten() == static_cast<std::uint64_t>(taken) + 4);
}

TEST_CASE("what a descriptor is") {
  using handles::FdType;
  using handles::guessType;
  int fds[2] = {-1, -1};
  REQUIRE(::pipe(fds) == 0);
  CHECK(guessType(fds[0]) == FdType::kPipe);
  ::close(fds[0]);
  ::close(fds[1]);
  const int udp = ::socket(AF_INET, SOCK_DGRAM, 0);
  CHECK(guessType(udp) == FdType::kUdp);
  ::close(udp);
  CHECK(guessType(udp) == FdType::kUnknown);
  CHECK(guessType(-1) == FdType::kUnknown);
}
