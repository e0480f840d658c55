// What other reimplementations of net get wrong (rows F1 to F32), one test a
// row, for the rows that no scenario with node's own trace shows (those carry their row too).
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "net/support/no_more_descriptors.h"
#include "support/loopback.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

using uvnet::AddressInfo;
using uvnet::Buffer;
using uvnet::ConnectOptions;
using uvnet::LookupAddress;
using uvnet::Ref;
using uvnet::Server;
using uvnet::Socket;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::NoMoreDescriptors;
using uvnet::test::Record;
using uvnet::test::Transport;
using uvnet::test::turn;

namespace {

int portOfEnd(int fd, decltype(&::getsockname) name) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (name(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return -1;
  if (address.ss_family != AF_INET) return -1;
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

// The descriptor of an IPv4 connection: the one of this process that has its two ports.
int descriptorOf(const Socket& socket) {
  for (int fd = 3; fd < 1024; ++fd) {
    if (portOfEnd(fd, ::getsockname) == socket.localPort() &&
        portOfEnd(fd, ::getpeername) == socket.remotePort()) {
      return fd;
    }
  }
  FAIL("no descriptor has the ports of the socket");
  return -1;
}

int option(const Socket& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  CHECK(::getsockopt(descriptorOf(socket), level, name, &value, &size) == 0);
  return value;
}

std::ptrdiff_t allocatedBytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return static_cast<std::ptrdiff_t>(__sanitizer_get_current_allocated_bytes());
#else
  const auto info = ::mallinfo2();
  return static_cast<std::ptrdiff_t>(info.uordblks + info.hblkhd);
#endif
}

}  // namespace

TEST_CASE("F5: an idle timeout is milliseconds, told also for a queue of writes that stands still",
          "[net][F5][D15]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, uvnet::ServerOptions{.pauseOnConnect = true});
  pair.client.write(Buffer::alloc(16 << 20));
  const auto begin = std::chrono::steady_clock::now();
  int timeouts = 0;
  pair.client.setTimeout(40, [&] { ++timeouts; });
  world.until([&] { return timeouts == 1; });
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(36));
  CHECK(pair.client.writableLength() > 0);
  CHECK(pair.client.readyState() == "open");
  pair.close();
  world.end();
}

TEST_CASE("F11: bytes are counted with onread too, on both ends, and anew in each life",
          "[net][F11][K26]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  std::vector<std::uint64_t> served;
  listening->on<"connection">([&](Socket& peer) {
    peer.end("12345");
    peer.on<"data">([] {});
    peer.on<"close">([&] {
      served.push_back(peer.bytesRead());
      served.push_back(peer.bytesWritten());
    });
  });
  std::vector<char> memory(64);
  ConnectOptions options = listening.to();
  options.onread = {.buffer = memory,
                    .callback = [](std::size_t, std::span<char>) { return true; }};
  Socket& client = world.watch(world.net().connect(options), 2);
  const Ref<Socket> kept(client);
  std::vector<std::uint64_t> counted;
  client.write("123");
  client.on<"close">([&] {
    counted.push_back(client.bytesRead());
    counted.push_back(client.bytesWritten());
    if (counted.size() > 2) return;
    client.connect(listening.to());
    client.write("12");
  });
  world.until([&] { return counted.size() == 4 && served.size() == 4; });
  CHECK(counted == std::vector<std::uint64_t>{5, 3, 5, 2});
  CHECK(served == std::vector<std::uint64_t>{3, 5, 2, 5});
  listening->close();
  world.end();
}

TEST_CASE("F13: localhost falls back from ::1 to 127.0.0.1", "[net][F13][K13]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);  // on 127.0.0.1 alone
  listening->on<"connection">([](Socket& peer) { peer.end(); });
  ConnectOptions options = listening.to({.host = "localhost"});
  options.lookup = [&](const std::string&, const uvnet::LookupOptions&,
                       const uvnet::LookupCallback& told) {
    world.host.nextTick([told] { told(nullptr, {{"::1", 6}, {"127.0.0.1", 4}}); });
  };
  const Ref<Socket> client(world.watch(world.net().connect(options)));
  Record record(*client);
  world.until([&] { return record.has("close"); });
  CHECK(record.text() == "connect ready end finish close");
  const std::string port = std::to_string(listening.port);
  CHECK(client->autoSelectFamilyAttemptedAddresses() ==
        std::vector<std::string>{"::1:" + port, "127.0.0.1:" + port});
  listening->close();
  world.end();
}

TEST_CASE("F15: without a host a server has every address, of both families", "[net][F15][S06]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer([](Socket& peer) { peer.end(); }));
  bool listening = false;
  server.listen(0, [&] { listening = true; });
  world.until([&] { return listening; });
  const auto bound = std::get<AddressInfo>(server.address());
  // Where the system has no IPv6 it is IPv4's own.
  const bool dual = bound.address == "::";
  if (!dual) CHECK(bound.address == "0.0.0.0");
  std::vector<std::string> hosts{"127.0.0.1", "127.0.0.2"};
  if (dual) hosts.emplace_back("::1");
  for (const std::string& host : hosts) {
    CAPTURE(host);
    Record record(world.watch(world.net().connect(bound.port, host)));
    world.until([&] { return record.has("close"); });
    CHECK(record.text() == "connect ready end finish close");
  }
  server.close();
  world.end();
}

TEST_CASE("F16: a path that is taken is refused and stays; one's own goes with close()",
          "[net][F16][S07][I04]") {
  NetWorld world;
  const std::string path = world.path();
  Server& first = world.watch(world.net().createServer([](Socket& peer) { peer.end("first"); }));
  Record heard(first);
  first.listen({.path = path});
  world.until([&] { return heard.has("listening"); });
  CHECK(std::get<std::string>(first.address()) == path);

  Server& second = world.watch(world.net().createServer());
  Record refused(second);
  second.listen({.path = path});
  world.until([&] { return refused.has("error"); });
  CHECK(refused.errors.at(0).code == "EADDRINUSE");
  second.close();
  world.until([&] { return refused.has("close"); });
  // The loser unlinks nothing: the first is still there.
  CHECK(std::filesystem::is_socket(path));
  Record client(world.watch(world.net().connect(std::string_view(path))));
  world.until([&] { return client.has("close"); });
  CHECK(client.data == "first");

  first.close();
  CHECK_FALSE(std::filesystem::exists(path));
  world.end();
}

TEST_CASE("F17: listen({fd}) serves that descriptor's port, or says why not", "[net][F17][S10]") {
  NetWorld world;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
  const int port = portOfEnd(fd, ::getsockname);
  Server& server =
      world.watch(world.net().createServer([](Socket& peer) { peer.end("that one"); }));
  bool listening = false;
  server.listen({.fd = fd}, [&] { listening = true; });
  world.until([&] { return listening; });
  CHECK(std::get<AddressInfo>(server.address()).port == port);
  Record client(world.watch(world.net().connect(port, "127.0.0.1")));
  world.until([&] { return client.has("close"); });
  CHECK(client.data == "that one");
  server.close();

  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  Server& other = world.watch(world.net().createServer());
  Record refused(other);
  other.listen({.fd = file});
  world.until([&] { return refused.has("error"); });
  CHECK(refused.errors.at(0).code == "EINVAL");
  CHECK_FALSE(refused.has("listening"));
  CHECK(other.address() == uvnet::ServerAddress());
  other.close();
  ::close(file);
  world.end();
}

TEST_CASE(
    "F18: what setters and options say is what the system has",
    "[net][F18][D17][D18][net:options.noDelay][net:options.keepAlive][net:options.typeOfService]") {
  NetWorld world;
  LoopbackPair pair(
      world, Transport::kTcp, {.noDelay = true, .keepAlive = true, .keepAliveInitialDelay = 7000},
      {.noDelay = true, .keepAlive = true, .keepAliveInitialDelay = 9000, .typeOfService = 0x10});
  for (const Socket* end : {&pair.client, &pair.accepted}) {
    CHECK(option(*end, IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option(*end, SOL_SOCKET, SO_KEEPALIVE) != 0);
  }
  CHECK(option(pair.client, IPPROTO_TCP, TCP_KEEPIDLE) == 9);
  CHECK(option(pair.accepted, IPPROTO_TCP, TCP_KEEPIDLE) == 7);
  CHECK(option(pair.client, IPPROTO_IP, IP_TOS) == 0x10);
  pair.client.setNoDelay(false).setKeepAlive(false).setTypeOfService(0x08);
  CHECK(option(pair.client, IPPROTO_TCP, TCP_NODELAY) == 0);
  CHECK(option(pair.client, SOL_SOCKET, SO_KEEPALIVE) == 0);
  CHECK(option(pair.client, IPPROTO_IP, IP_TOS) == 0x08);
  pair.close();

  // Said before connect() they are there at 'connect'.
  Listening listening(world, Transport::kTcp);
  Socket& early = world.watch(world.net().connect(listening.to()));
  early.setNoDelay().setKeepAlive(true, 5000);
  bool connected = false;
  early.on<"connect">([&] {
    connected = true;
    CHECK(option(early, IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option(early, IPPROTO_TCP, TCP_KEEPIDLE) == 5);
    early.destroy();
  });
  listening->on<"connection">([](Socket& peer) { peer.destroy(); });
  listening->once<"connection">([&] { listening->close(); });
  world.end();
  CHECK(connected);
}

TEST_CASE("F24: out of descriptors a server does not spin, and accepts again later", "[net][F24]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  int accepted = 0;
  listening->on<"connection">([&](Socket& peer) {
    ++accepted;
    peer.end();
  });
  // Connections that the system makes without anybody's accept().
  std::vector<int> clients;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(listening.port));
  for (int i = 0; i < 5; ++i) {
    clients.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(clients.back(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  int turns = 0;
  {
    const NoMoreDescriptors none;
    uv_timer_t timer;
    bool over = false;
    uv_timer_init(world.host.loop(), &timer);
    timer.data = &over;
    uv_timer_start(
        &timer, [](uv_timer_t* uv) { *static_cast<bool*>(uv->data) = true; }, 300, 0);
    for (; !over; ++turns) world.host.runOnce();
    bool closed = false;
    timer.data = &closed;
    uv_close(reinterpret_cast<uv_handle_t*>(&timer),
             [](uv_handle_t* uv) { *static_cast<bool*>(uv->data) = true; });
    while (!closed) world.host.runNoWait();
  }
  // A loop that is woken again and again by the same connection turns thousands of times.
  CHECK(turns < 50);
  CHECK(accepted == 0);
  CHECK(listening->listening());
  for (const int fd : clients) ::close(fd);

  Record client(world.watch(world.net().connect(listening.to())));
  world.until([&] { return client.has("close"); });
  CHECK(client.text() == "connect ready end finish close");
  CHECK(accepted == 1);
  listening->close();
  world.end();
}

TEST_CASE("F27: a kept chunk holds its own size, not a read buffer; a written Buffer is not copied",
          "[net][F27][D02]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp, {}, {.noDelay = true});
  constexpr std::size_t kChunks = 1000;
  std::vector<Buffer> kept;
  kept.reserve(kChunks);
  pair.accepted.on<"data">([&](const Buffer& chunk) {
    kept.push_back(chunk);
    if (kept.size() < kChunks) pair.client.write("x");
  });
  pair.client.write("x");
  world.until([&] { return kept.size() == 10; });  // by now all is there that stays
  std::ptrdiff_t before = allocatedBytes();
  world.until([&] { return kept.size() == kChunks; });
  CHECK(allocatedBytes() - before < static_cast<std::ptrdiff_t>(kChunks) * 512);

  pair.accepted.pause();
  constexpr std::size_t kSize = 32 << 20;
  const Buffer big = Buffer::alloc(kSize);
  before = allocatedBytes();
  pair.client.write(big);
  CHECK(pair.client.writableLength() > 0);
  CHECK(allocatedBytes() - before < (1 << 20));
  pair.close();
  world.end();
}
