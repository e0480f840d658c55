// Paths of Unix sockets: which are taken, who unlinks them, how long they may be, abstract names.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uvnet/net.h>

#include <filesystem>
#include <string>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;
using namespace std::string_literals;

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

// Serves one connection on the path and closes.
void checkServes(NetWorld& world, const std::string& path) {
  Server& server = world.watch(world.net().createServer([&](Socket& socket) {
    world.watch(socket).end("served");
    socket.resume();
    socket.server()->close();
  }));
  server.listen(path);
  world.until([&] { return server.listening(); });
  CHECK(server.address() == ServerAddress(path));
  Record record(world.watch(world.net().connect(path)));
  world.until([&] { return record.has("close"); });
  CHECK(record.text() == "connect ready data end finish close");
  CHECK(record.data == "served");
  runToEnd(world.host);
}

TEST_CASE("listen, connect and socket.connect take a path", "[net][I01]") {
  NetWorld world;
  Listening server(world, Transport::kUnix);
  int accepted = 0;
  server->on<"connection">([&](Socket& socket) {
    ++accepted;
    world.watch(socket).end();
    socket.resume();
  });
  const Ref<Socket> own = make<Socket>(world.net());
  own->connect(server.path);
  world.watch(*own).resume();
  world.watch(world.net().connect(server.path)).resume();
  world.watch(world.net().connect({.path = server.path})).resume();
  world.watch(world.net().createConnection(server.path)).resume();
  world.until([&] { return accepted == 4; });
  server->close();
  world.end();
}

TEST_CASE("a relative path and one with odd letters are ordinary names", "[net][I01][I02]") {
  NetWorld world;
  checkServes(world, world.path("with space, \xc3\xa9 and 'quotes'"));
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(world.path()).parent_path());
  checkServes(world, "./relative.sock");
  checkServes(world, "relative");
  std::filesystem::current_path(before);
  world.end();
}

TEST_CASE("the file is visible while the server listens, and close() unlinks it at once",
          "[net][I02][I04][C16]") {
  NetWorld world;
  Listening server(world, Transport::kUnix);
  CHECK(exists(server.path));
  server->close();
  CHECK_FALSE(exists(server.path));
  world.end();
  // So that it can be used again.
  NetWorld again;
  checkServes(again, again.path());
  again.end();
}

TEST_CASE("connections outlive the file", "[net][I02][I04]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  pair.server.close();
  CHECK_FALSE(exists(pair.listening.path));
  Record client(pair.client);
  pair.accepted.end("after it was gone");
  pair.accepted.resume();
  world.end();
  CHECK(client.data == "after it was gone");
}

TEST_CASE("a Net that goes unlinks the files of its servers", "[net][I04]") {
  NetWorld world;
  Listening server(world, Transport::kUnix);
  world.endNet();
  CHECK_FALSE(exists(server.path));
  runToEnd(world.host);
}

TEST_CASE("a file that somebody else made stays where it is", "[net][I04][C16]") {
  NetWorld world;
  Listening first(world, Transport::kUnix);
  Server& second = world.watch(world.net().createServer());
  Record record(second);
  second.listen(first.path);
  world.until([&] { return record.has("error"); });
  second.close();
  CHECK(record.errors.at(0).code == "EADDRINUSE");
  world.until([&] { return record.has("close"); });
  CHECK(exists(first.path));
  first->close();
  world.end();
}

TEST_CASE("the file has the mode that the umask leaves", "[net][I02][S16]") {
  // Root may do anything, so only the mode is looked at.
  NetWorld world;
  const mode_t mask = ::umask(0077);
  Listening server(world, Transport::kUnix);
  ::umask(mask);
  struct stat status {};
  REQUIRE(::stat(server.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
  server->close();
  world.end();
}

TEST_CASE("a path of 107 bytes is taken, one more is refused instead of cut",
          "[net][I03][C15][net:path.length]") {
  constexpr std::size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
  NetWorld world;
  const std::string start = world.path("x");
  const std::string longest = start + std::string(kMost - start.size(), 'x');
  checkServes(world, longest);

  const std::string tooLong = longest + "x";
  const std::string refused =
      "TypeError ERR_INVALID_ARG_VALUE: The property 'options.path' is longer than the system "
      "takes (" +
      std::to_string(kMost) + " bytes). Received '" + tooLong + "' {}";
  Server& server = world.watch(world.net().createServer());
  const Ref<Socket> socket = make<Socket>(world.net());
  CHECK(thrownBy([&] { server.listen(tooLong); }) == refused);
  CHECK(thrownBy([&] { server.listen({.path = tooLong}); }) == refused);
  CHECK(thrownBy([&] { world.net().connect(tooLong); }) == refused);
  CHECK(thrownBy([&] { socket->connect({.path = tooLong}); }) == refused);
  CHECK_FALSE(exists(longest));
  // Nothing has happened to either.
  server.listen(longest);
  world.until([&] { return server.listening(); });
  server.close();
  world.end();
}

TEST_CASE("badPathsThrow off: a path that is too long or has a NUL inside is an 'error', EINVAL",
          "[net][I03][C15]") {
  NetWorld world({.badPathsThrow = false});
  const std::string bad = world.path("a") + GENERATE("\0b"s, std::string(200, 'x'));
  Server& server = world.net().createServer();
  std::vector<std::string> errors;
  const auto note = [&](const Error& error) { errors.push_back(describe(&error)); };
  server.on<"error">(note);
  server.listen(bad);
  CHECK_FALSE(server.listening());
  Socket& socket = world.watch(world.net().connect(bad));
  CHECK(socket.destroyed());
  CHECK_FALSE(socket.connecting());
  socket.on<"error">(note);
  world.end();
  CHECK(errors ==
        std::vector<std::string>{
            "Error EINVAL: listen EINVAL: invalid argument " + bad +
                " {errno=-22 syscall=listen address=" + bad + " port=-1}",
            "Error EINVAL: connect EINVAL " + bad +
                " - Local (undefined:undefined) {errno=-22 syscall=connect address=" + bad + "}"});
}

TEST_CASE("a path with a NUL inside is refused instead of cut", "[net][I03][C15]") {
  NetWorld world;
  const std::string start = world.path("a");
  const std::string path = start + "\0b"s;
  const std::string refused =
      "TypeError ERR_INVALID_ARG_VALUE: The property 'options.path' must be without null bytes. "
      "Received '" +
      start + "\\x00b' {}";
  Server& server = world.net().createServer();
  CHECK(thrownBy([&] { server.listen(path); }) == refused);
  CHECK(thrownBy([&] { server.listen({.path = path}); }) == refused);
  CHECK(thrownBy([&] { world.net().connect(path); }) == refused);
  CHECK(thrownBy([&] { world.net().connect({.path = path}); }) == refused);
  CHECK_FALSE(exists(start));
  server.close();
  world.end();
}

#ifdef __linux__
TEST_CASE("an abstract name works, exactly as long as it is, and leaves no file",
          "[net][M02][I01][net:path.abstract]") {
  NetWorld world;
  const std::string name = "\0uvnet-test-"s + std::to_string(::getpid());
  checkServes(world, name);
  // NUL is a letter like any other there, so these are three names.
  checkServes(world, name + "\0"s);
  checkServes(world, name + "\0x"s);
  Server& server = world.watch(world.net().createServer());
  server.listen(name);
  world.until([&] { return server.listening(); });
  Record record(world.watch(world.net().connect(name + "\0"s)));
  world.until([&] { return record.has("close"); });
  CHECK(record.text() == "error close");
  CHECK(record.errors.at(0).code == "ECONNREFUSED");
  CHECK(record.errors.at(0).number == -111);
  CHECK(record.errors.at(0).syscall == "connect");
  server.close();
  world.end();
}
#endif

}  // namespace
}  // namespace uvnet
