// net.Server for connections that another process accepts, or serves.
#include <uvnet/net.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

std::array<int, 2> socketPair() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return ends;
}

TEST_CASE("a server that listens elsewhere has the connections that accept(fd) gives it",
          "[net][S10][S14][S36]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  std::string heard;
  server.on<"connection">([&](Socket& socket) {
    world.watch(socket).on<"data">([&heard](Buffer chunk) { heard += chunk.toString(); });
  });
  int listening = 0;
  server.listen({.elsewhere = true}, [&] { ++listening; });
  CHECK(server.listening());
  CHECK(server.fd() == -1);
  CHECK(server.address() == ServerAddress());
  CHECK(thrownBy([&] { server.listen(0); }).find("ERR_SERVER_ALREADY_LISTEN") != std::string::npos);
  const std::array<int, 2> ends = socketPair();
  server.accept(ends[0]);
  CHECK(server.connections() == 1);
  REQUIRE(::write(ends[1], "hello", 5) == 5);
  ::close(ends[1]);
  Record record(server);
  world.until([&] { return server.connections() == 0; });
  CHECK(listening == 1);
  CHECK(heard == "hello");
  CHECK(record.text() == "listening");  // and it does still
  server.close();
  CHECK_FALSE(server.listening());
  world.until([&] { return record.has("close"); });
  world.end();
  CHECK(::fcntl(ends[0], F_GETFD) == -1);
}

TEST_CASE("accept(fd) leaves what is no stream socket to its caller", "[net][code:EINVAL]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(thrownBy([&] { server.accept(fd); }).find("accept EINVAL") != std::string::npos);
  CHECK(server.connections() == 0);
  CHECK(::close(fd) == 0);
  server.close();
  world.end();
}

TEST_CASE("'close' waits for connections that are served elsewhere", "[net][S36]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  bool listening = false;
  server.listen(0, "127.0.0.1", [&] { listening = true; });
  world.until([&] { return listening; });
  Record record(server);
  server.addConnectionsElsewhere(2);
  CHECK(server.connections() == 2);
  server.close();
  server.addConnectionsElsewhere(-1);
  bool later = false;
  world.host.nextTick([&] { later = true; });
  world.until([&] { return later; });
  CHECK(record.text() == "");
  server.addConnectionsElsewhere(-1);
  world.until([&] { return record.has("close"); });
  world.end();
}

TEST_CASE("more connections than there are cannot be taken off",
          "[net][S36][code:ERR_OUT_OF_RANGE]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.addConnectionsElsewhere(1);
  CHECK(thrownBy([&] { server.addConnectionsElsewhere(-2); }).find("ERR_OUT_OF_RANGE") !=
        std::string::npos);
  CHECK(server.connections() == 1);
  server.addConnectionsElsewhere(-1);
  CHECK(server.connections() == 0);
  world.end();
}

TEST_CASE("a server whose Net has gone accepts nothing, and the descriptor stays its caller's",
          "[net][code:ERR_SERVER_NOT_RUNNING]") {
  NetWorld world;
  const Ref<Server> server(&world.net().createServer());
  world.endNet();
  const std::array<int, 2> ends = socketPair();
  CHECK(thrownBy([&] { server->accept(ends[0]); }).find("ERR_SERVER_NOT_RUNNING") !=
        std::string::npos);
  CHECK(::close(ends[0]) == 0);
  CHECK(::close(ends[1]) == 0);
}

}  // namespace
}  // namespace uvnet
