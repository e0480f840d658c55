// Tcp: addresses, connecting, refusing, resetting, and the socket's options.
#include "handles/tcp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "handles/fd.h"
#include "handles/fixture.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
using handles::asTcp;
using handles::Tcp;
using handles::TcpPtr;
namespace uverr = handles::uverr;
using Kind = StreamHandle::Kind;

namespace {

constexpr int kPending = 1;  // no status of libuv

int option(const StreamHandle& handle, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(handle.fileno(), level, name, &value, &size) == 0);
  return value;
}

bool haveIpv6(World& world) {
  return Tcp::create(world.context)->bind("::1", 0, true, {.ipv6Only = true}) == 0;
}

}  // namespace

TEST_CASE("both ends agree about their addresses") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  auto [near, far] = listening.pair();
  AddressInfo nearLocal, nearRemote, farLocal, farRemote;
  REQUIRE(asTcp(*near).getsockname(nearLocal) == 0);
  REQUIRE(asTcp(*near).getpeername(nearRemote) == 0);
  REQUIRE(asTcp(*far).getsockname(farLocal) == 0);
  REQUIRE(asTcp(*far).getpeername(farRemote) == 0);
  CHECK(nearLocal == farRemote);
  CHECK(nearRemote == farLocal);
  CHECK(nearRemote == AddressInfo{"127.0.0.1", "IPv4", listening.port});
}

TEST_CASE("an address before there is one is an error") {
  World world;
  const TcpPtr tcp = Tcp::create(world.context);
  AddressInfo address;
  CHECK(tcp->getsockname(address) < 0);
  CHECK(tcp->getpeername(address) < 0);
  CHECK(address.empty());
}

TEST_CASE("IPv6 addresses are given and taken") {
  World world;
  if (!haveIpv6(world)) return;
  Acceptor acceptor;
  const TcpPtr server = Tcp::create(world.context);
  REQUIRE(server->bind("::1", 0, true, {.ipv6Only = true}) == 0);
  server->setConnectionListener(&acceptor);
  REQUIRE(server->listen(5) == 0);
  AddressInfo address;
  REQUIRE(server->getsockname(address) == 0);
  CHECK(address.address == "::1");
  CHECK(address.family == "IPv6");
  CHECK(address.port > 0);
  const auto owner = make<Owner>();
  const TcpPtr client = Tcp::create(world.context);
  int done = kPending;
  REQUIRE(client->connect("::1", address.port, true, *owner, [&](int s) { done = s; }) == 0);
  runUntil(world.host, [&] { return done != kPending && !acceptor.clients.empty(); });
  CHECK(done == 0);
}

TEST_CASE("ipv6Only decides whether IPv4 clients reach the unspecified address") {
  World world;
  if (!haveIpv6(world)) return;
  for (const bool only : {false, true}) {
    const TcpPtr server = Tcp::create(world.context);
    REQUIRE(server->bind("::", 0, true, {.ipv6Only = only}) == 0);
    CHECK(option(*server, IPPROTO_IPV6, IPV6_V6ONLY) == (only ? 1 : 0));
  }
}

TEST_CASE("what is no literal of its family is refused at once, and done is not called") {
  World world;
  const auto owner = make<Owner>();
  const TcpPtr tcp = Tcp::create(world.context);
  CHECK(tcp->bind("localhost", 0, false) == uverr::kInval);
  CHECK(tcp->bind("::1", 0, false) == uverr::kInval);
  CHECK(tcp->bind("127.0.0.1", 0, true) == uverr::kInval);
  CHECK(tcp->connect("127.1", 1, false, *owner, [](int) { FAIL("called"); }) == uverr::kInval);
}

TEST_CASE("a refused connection is told through done") {
  World world;
  int port = 0;
  TcpPtr holder = Tcp::create(world.context);
  {
    // Bound and not listening: refuses, and nobody else gets the port meanwhile.
    REQUIRE(holder->bind("127.0.0.1", 0, false) == 0);
    AddressInfo address;
    REQUIRE(holder->getsockname(address) == 0);
    port = address.port;
  }
  bool ownerGone = false;
  auto owner = make<Owner>(&ownerGone);
  const TcpPtr client = Tcp::create(world.context);
  int done = kPending;
  REQUIRE(client->connect("127.0.0.1", port, false, *owner, [&](int s) { done = s; }) == 0);
  owner.reset();
  CHECK(done == kPending);
  CHECK_FALSE(ownerGone);
  runUntil(world.host, [&] { return done != kPending; });
  CHECK(done == uverr::kConnRefused);
  CHECK(ownerGone);
}

TEST_CASE("a port that is taken is told by listen") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  const TcpPtr second = Tcp::create(world.context);
  CHECK(second->bind("127.0.0.1", listening.port, false) == 0);
  CHECK(second->listen(5) == uverr::kAddrInUse);
}

TEST_CASE("closing cancels a connect under way") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  int done = kPending;
  int closed = kPending;
  HandlePtr client = listening.connect([&](int status) {
    CHECK(closed == kPending);
    done = status;
  });
  StreamHandle::close(std::move(client), [&](int status) { closed = status; });
  runUntil(world.host, [&] { return closed != kPending; });
  CHECK(done == uverr::kCanceled);
}

TEST_CASE("bytes written while connecting are sent when connected") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  const auto owner = make<Owner>();
  HandlePtr client = listening.connect();
  CHECK(client->tryWrite("early") == 0);
  const Buffer chunk = Buffer::literal("early");
  int done = kPending;
  REQUIRE(client->write({&chunk, 1}, *owner, [&](int status) { done = status; }) == 0);
  runUntil(world.host, [&] { return !listening.acceptor.clients.empty() && done != kPending; });
  CHECK(done == 0);
  Reader reader;
  listening.acceptor.clients[0]->setReadListener(&reader);
  listening.acceptor.clients[0]->readStart();
  runUntil(world.host, [&] { return reader.bytes == "early"; });
}

TEST_CASE("closeReset makes the peer see a reset") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  auto [near, far] = listening.pair();
  Reader reader;
  far->setReadListener(&reader);
  far->readStart();
  bool closed = false;
  CHECK(Tcp::closeReset(std::move(near), [&](int status) {
          CHECK(status == 0);
          closed = true;
        }) == 0);
  runUntil(world.host, [&] { return closed && reader.status != 0; });
  CHECK(reader.status == uverr::kConnReset);
  CHECK(far->tryWrite("x") < 0);
}

TEST_CASE("closeReset while a shutdown is under way closes plainly and says so") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  auto [near, far] = listening.pair();
  const auto owner = make<Owner>();
  std::string order;
  REQUIRE(near->shutdown(*owner, [&](int status) {
    CHECK(status == uverr::kCanceled);
    order += "s";
  }) == 0);
  CHECK(Tcp::closeReset(std::move(near), [&](int) { order += "c"; }) == uverr::kInval);
  Reader reader;
  far->setReadListener(&reader);
  far->readStart();
  runUntil(world.host, [&] { return order.size() == 2 && reader.status != 0; });
  CHECK(order == "sc");
  CHECK(reader.status == uverr::kEof);
}

TEST_CASE("noDelay and keepAlive reach the socket") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  auto [near, far] = listening.pair();
  Tcp& tcp = asTcp(*near);
  REQUIRE(tcp.setNoDelay(true) == 0);
  CHECK(option(tcp, IPPROTO_TCP, TCP_NODELAY) == 1);
  REQUIRE(tcp.setNoDelay(false) == 0);
  CHECK(option(tcp, IPPROTO_TCP, TCP_NODELAY) == 0);

  const int idle = option(tcp, IPPROTO_TCP, TCP_KEEPIDLE);
  REQUIRE(tcp.setKeepAlive({.enable = true}) == 0);
  CHECK(option(tcp, SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(tcp, IPPROTO_TCP, TCP_KEEPIDLE) == idle);
  REQUIRE(tcp.setKeepAlive({.enable = true, .initialDelay = 17}) == 0);
  CHECK(option(tcp, IPPROTO_TCP, TCP_KEEPIDLE) == 17);
  CHECK(option(tcp, IPPROTO_TCP, TCP_KEEPINTVL) == 1);
  CHECK(option(tcp, IPPROTO_TCP, TCP_KEEPCNT) == 10);
  REQUIRE(tcp.setKeepAlive({.enable = false}) == 0);
  CHECK(option(tcp, SOL_SOCKET, SO_KEEPALIVE) == 0);
}

TEST_CASE("an open socket is taken over, and its type is known") {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  CHECK(handles::guessType(fd) == handles::FdType::kTcp);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(listening.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const TcpPtr tcp = Tcp::create(world.context);
  REQUIRE(tcp->open(fd) == 0);
  CHECK(tcp->fileno() == fd);
  Reader reader;
  tcp->setReadListener(&reader);
  REQUIRE(tcp->readStart() == 0);
  // A second handle for what the loop watches is refused, and the descriptor stays with the first.
  CHECK(Tcp::create(world.context)->open(fd) == uverr::kExist);
  CHECK(tcp->tryWrite("hello") == 5);
  runUntil(world.host, [&] { return !listening.acceptor.clients.empty(); });
}
