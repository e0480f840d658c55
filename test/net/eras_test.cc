// Where the documents of the eras disagree, the newest rule: rows C01 to C36 of the feature table
// that no test of their own subject shows.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uvnet/net.h>

#include <string>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

Transport anyTransport() { return GENERATE(Transport::kTcp, Transport::kUnix); }

TEST_CASE("write() sends text as UTF-8 unless told otherwise", "[net][C01]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  Record accepted(pair.accepted);
  pair.client.write("\u00e9|");
  pair.client.write("\u00e9|", "ascii");
  pair.client.write("\u00e9|", "latin1");
  pair.client.end("6869", "hex");
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "\xc3\xa9|\xe9|\xe9|hi");
}

TEST_CASE("setEncoding() without argument means utf8, and cannot be undone", "[net][C02]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  CHECK_FALSE(pair.accepted.readableEncoding().has_value());
  pair.accepted.setEncoding();
  CHECK(pair.accepted.readableEncoding()->name() == "utf8");
  Record accepted(pair.accepted);
  bool written = false;
  pair.client.write("\xc3", [&] { written = true; });
  world.until([&] { return written && pair.accepted.bytesRead() == 1; });
  CHECK(accepted.data.empty());  // a half character waits for its other half
  pair.client.end("\xa9");
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "\u00e9");
}

TEST_CASE("bufferSize() is writableLength(), and nothing without a connection", "[net][C14]") {
  const Transport transport = anyTransport();
  NetWorld world;
  const Ref<Socket> idle = make<Socket>(world.net());
  CHECK(idle->bufferSize() == std::nullopt);
  LoopbackPair pair(world, transport);
  CHECK(pair.client.bufferSize() == 0U);
  pair.client.cork();
  pair.client.write("\u00e9");
  CHECK(pair.client.bufferSize() == 2U);  // bytes, not characters
  CHECK(pair.client.bufferSize() == pair.client.writableLength());
  pair.client.on<"error">([] {});
  pair.close();
  CHECK(pair.client.bufferSize() == std::nullopt);
  world.end();
}

TEST_CASE("a socket can connect again after 'close', and counts anew", "[net][C20]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  server->on<"connection">([&](Socket& socket) {
    world.watch(socket).end("once more");
    socket.resume();
  });
  const Ref<Socket> socket = make<Socket>(world.net());
  world.watch(*socket, 3);
  Record record(*socket);
  for (int life = 1; life <= 3; ++life) {
    socket->connect(server.to());
    CHECK_FALSE(socket->destroyed());
    world.until([&] { return record.count("close") == life; });
    CHECK(socket->bytesRead() == 9);
  }
  server->close();
  world.end();
  CHECK(record.data == "once moreonce moreonce more");
  CHECK(record.count("connect") == 3);
  CHECK(record.count("end") == 3);
  CHECK(record.errors.empty());
}

TEST_CASE("remoteAddress() is known on both sides, and gone after destroy()", "[net][C21]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  CHECK(pair.client.remoteAddress() == "127.0.0.1");
  CHECK(pair.client.remotePort() == pair.listening.port);
  CHECK(pair.client.remoteFamily() == "IPv4");
  pair.close();
  CHECK(pair.accepted.remoteAddress().empty());  // was never asked for
  CHECK(pair.accepted.remotePort() == std::nullopt);
  CHECK(pair.accepted.remoteFamily().empty());
  world.end();
}

TEST_CASE("destroy() with an error tells it, once, before 'close'", "[net][C22]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.client.destroy(Error("mine", "MINE")).destroy(Error("second"));
  CHECK(client.events.empty());
  pair.server.close();
  world.end();
  CHECK(client.text() == "error close");
  CHECK(client.hadError == std::vector<bool>{true});
  CHECK(describe(client.errors.at(0)) == "Error MINE: mine {}");
  CHECK(accepted.text() == "end finish close");
}

TEST_CASE("readyState() follows the life of a socket", "[net][C25]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {.allowHalfOpen = true}, {.allowHalfOpen = true});
  Record client(pair.client);
  Record accepted(pair.accepted);
  CHECK(pair.client.readyState() == "open");
  pair.client.end();
  CHECK(pair.client.readyState() == "readOnly");
  world.until([&] { return accepted.has("end"); });
  CHECK(pair.accepted.readyState() == "writeOnly");
  pair.accepted.end();
  CHECK(pair.accepted.readyState() == "closed");
  pair.server.close();
  world.end();
  CHECK(pair.client.readyState() == "closed");
}

TEST_CASE("setKeepAlive() sets the interval and the count of probes too", "[net][C27]") {
  // A connection whose descriptor the test knows: a copy is taken over.
  NetWorld world;
  Listening server(world, Transport::kTcp);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(server.port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  const int copy = ::dup(fd);
  const Ref<Socket> socket = make<Socket>(world.net(), SocketOptions{.fd = fd});
  world.watch(*socket).setKeepAlive(true, 5999);
  const auto option = [copy](int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    CHECK(::getsockopt(copy, level, name, &value, &size) == 0);
    return value;
  };
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
#ifdef __linux__
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 5);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 10);
#endif
  socket->setKeepAlive(false);
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 0);
  ::close(copy);
  server->on<"connection">([&](Socket& peer) { world.watch(peer).resume(); });
  world.until([&] { return server->connections() == 1; });
  socket->destroy();
  server->close();
  world.end();
}

TEST_CASE("write() and end() take a callback, and bytes in every shape", "[net][C28][C29]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record accepted(pair.accepted);
  std::vector<std::string> told;
  const auto tell = [&](const char* name) {
    return [&told, name](const Error* error) { told.push_back(name + (" " + describe(error))); };
  };
  const std::vector<std::uint8_t> bytes = {'s', 'p', 'a', 'n', ' '};
  pair.client.write("text ", tell("text"));
  pair.client.write("dGV4dDY0IA==", "base64", tell("base64"));
  pair.client.write(Buffer::literal("buffer "), tell("buffer"));
  pair.client.write(std::span(bytes), tell("span"));
  pair.client.end("6c617374", "hex", tell("end"));
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(accepted.data == "text text64 buffer span last");
  CHECK(told == std::vector<std::string>{"text null", "base64 null", "buffer null", "span null",
                                         "end null"});
}

TEST_CASE("'close' carries hadError: false also where there was never a connection", "[net][C30]") {
  NetWorld world;
  const Ref<Socket> idle = make<Socket>(world.net());
  world.watch(*idle);
  Record record(*idle);
  idle->destroy();
  world.end();
  CHECK(record.text() == "close");
  CHECK(record.hadError == std::vector<bool>{false});
}

TEST_CASE("a socket on a descriptor reads and writes unless told not to", "[net][C33]") {
  NetWorld world;
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
  const Ref<Socket> both = make<Socket>(world.net(), SocketOptions{.fd = fds[0]});
  const Ref<Socket> reader =
      make<Socket>(world.net(), SocketOptions{.fd = fds[1], .writable = false});
  CHECK(both->readyState() == "open");
  CHECK(reader->readyState() == "readOnly");
  CHECK(reader->readable());
  CHECK_FALSE(reader->writable());
  Record record(world.watch(*reader));
  world.watch(*both).end("through the pair");
  both->resume();
  world.end();
  CHECK(record.data == "through the pair");
}

TEST_CASE("write() answers after the attempt: what the system took at once is no backlog",
          "[net][C34]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {}, {.highWaterMark = 100});
  Record client(pair.client);
  Record accepted(pair.accepted);
  CHECK(pair.client.write(std::string(3000, 'x')));
  CHECK(pair.client.writableLength() == 0);
  pair.client.cork();
  CHECK_FALSE(pair.client.write(std::string(101, 'y')));
  CHECK(pair.client.writableLength() == 101);
  pair.client.uncork();
  world.until([&] { return client.has("drain"); });
  pair.client.end();
  pair.server.close();
  world.end();
  CHECK(accepted.data.size() == 3101);
  CHECK(client.count("drain") == 1);
}

}  // namespace
}  // namespace uvnet
