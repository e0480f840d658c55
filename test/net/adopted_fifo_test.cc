// Descriptors of FIFOs that were given to a socket: the program behind it on the same FIFO finds it
// as it was.
#include <uvnet/net.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

bool blocks(int fd) { return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0; }

struct Ends {
  int read = -1;
  int write = -1;
};
Ends fifo() {
  std::array<int, 2> fds{};
  REQUIRE(::pipe(fds.data()) == 0);
  return {fds[0], fds[1]};
}

Socket& adopt(NetWorld& world, int fd) {
  const bool reads = (::fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY;
  const Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.fd = fd, .readable = reads});
  return world.watch(*socket);
}

TEST_CASE("a FIFO that blocked when it was adopted blocks again after 'close'", "[net][C33]") {
  const bool reader = GENERATE(true, false);
  CAPTURE(reader);
  NetWorld world;
  const Ends ends = fifo();
  const int shared = ::dup(reader ? ends.read : ends.write);  // as another program would have it
  Socket& socket = adopt(world, reader ? ends.read : ends.write);
  CHECK_FALSE(blocks(shared));
  socket.destroy();
  world.end();
  CHECK(blocks(shared));
  ::close(shared);
  ::close(reader ? ends.write : ends.read);
}

TEST_CASE("a FIFO that did not block when it was adopted goes on so", "[net][C33]") {
  NetWorld world;
  const Ends ends = fifo();
  REQUIRE(::fcntl(ends.read, F_SETFL, O_NONBLOCK) == 0);
  const int shared = ::dup(ends.read);
  Socket& socket = adopt(world, ends.read);
  socket.destroy();
  world.end();
  CHECK_FALSE(blocks(shared));
  ::close(shared);
  ::close(ends.write);
}

TEST_CASE("a FIFO that two sockets have blocks again when both have closed", "[net][C33]") {
  const bool firstFirst = GENERATE(true, false);
  CAPTURE(firstFirst);
  NetWorld world;
  const Ends ends = fifo();
  const int shared = ::dup(ends.write);
  Socket& one = adopt(world, ends.write);
  Socket& two = adopt(world, ::dup(shared));
  Record record(firstFirst ? one : two);
  (firstFirst ? one : two).destroy();
  world.until([&] { return record.has("close"); });
  CHECK_FALSE(blocks(shared));
  (firstFirst ? two : one).destroy();
  world.end();
  CHECK(blocks(shared));
  ::close(shared);
  ::close(ends.read);
}

TEST_CASE("the other end of a FIFO keeps its own mode", "[net][C33]") {
  NetWorld world;
  const Ends ends = fifo();
  REQUIRE(::fcntl(ends.write, F_SETFL, O_WRONLY | O_NONBLOCK) == 0);
  const int sharedRead = ::dup(ends.read);
  const int sharedWrite = ::dup(ends.write);
  Socket& reader = adopt(world, ends.read);
  Socket& writer = adopt(world, ends.write);
  reader.destroy();
  writer.destroy();
  world.end();
  CHECK(blocks(sharedRead));
  CHECK_FALSE(blocks(sharedWrite));
  ::close(sharedRead);
  ::close(sharedWrite);
}

// A child that was handed it runs a loop of its own on it, which must not come to wait.
TEST_CASE("a socket that was adopted does not block afterwards", "[net][C33]") {
  NetWorld world;
  std::array<int, 2> fds{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()) == 0);
  const int shared = ::dup(fds[0]);
  Socket& socket = adopt(world, fds[0]);
  socket.destroy();
  world.end();
  CHECK_FALSE(blocks(shared));
  ::close(shared);
  ::close(fds[1]);
}

}  // namespace
}  // namespace uvnet
