// Listeners and callbacks that throw: run() rethrows, LoopHost::onUncaught or the embedder's Host
// takes it, and everybody else goes on as in node after 'uncaughtException'.
#include <uvnet/net.h>

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;

Transport anyTransport() { return GENERATE(Transport::kTcp, Transport::kUnix); }

std::string textOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (int number) {
    return "int " + std::to_string(number);
  }
}

// Runs until something was thrown, and says what.
std::string thrownByRun(NetWorld& world) {
  try {
    runToEnd(world.host);
  } catch (const std::exception& error) {
    return error.what();
  } catch (int number) {
    return "int " + std::to_string(number);
  }
  return "nothing";
}

TEST_CASE("a 'connection' listener that throws: run() rethrows, server and client live on",
          "[net][E02][M04]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  Ref<Socket> accepted;
  bool second = false;
  server->on<"connection">([&](Socket& socket) {
    accepted = Ref<Socket>(&world.watch(socket));
    throw std::runtime_error("in connection");
  });
  server->on<"connection">([&] { second = true; });
  Socket& client = world.watch(world.net().connect(server.to()));
  Record record(client);
  CHECK(thrownByRun(world) == "in connection");
  CHECK_FALSE(second);  // the listeners behind it are skipped
  world.until([&] { return record.has("connect"); });
  CHECK(server->listening());
  CHECK(server->connections() == 1);
  CHECK(accepted->readyState() == "open");
  Record other(*accepted);
  client.end("still connected");
  world.until([&] { return other.has("close") && record.has("close"); });
  CHECK(other.data == "still connected");
  server->close();
  world.end();
}

TEST_CASE("listeners of 'listening', 'close', 'error' and callbacks that throw",
          "[net][E01][E03][E06]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.getConnections([](const Error*, std::size_t) { throw std::runtime_error("count"); });
  CHECK(thrownByRun(world) == "count");
  server.once<"error">([] { throw std::runtime_error("in error"); });
  server.listen({.port = 0, .host = "192.0.2.1"});
  CHECK(thrownByRun(world) == "in error");
  server.listen({.port = 0}, [] { throw 42; });  // NOLINT: not every exception is a std one
  CHECK(thrownByRun(world) == "int 42");
  CHECK(server.listening());
  server.close([] { throw std::runtime_error("in close"); });
  CHECK(thrownByRun(world) == "in close");
  world.end();
}

TEST_CASE("'ready', 'data' and 'close' listeners that throw do not keep a socket from ending",
          "[net][M10][M14]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;
  Listening server(world, transport);
  std::vector<std::string> caught;
  world.host.onUncaught([&](std::exception_ptr error) { caught.push_back(textOf(error)); });
  server->on<"connection">([&](Socket& socket) {
    world.watch(socket).end("hello");
    socket.resume();
  });
  Socket& client = world.watch(world.net().connect(server.to()));
  client.on<"ready">([] { throw std::runtime_error("ready"); });
  client.on<"data">([] { throw std::runtime_error("data"); });
  client.on<"close">([] { throw std::runtime_error("close"); });
  world.until([&] { return !caught.empty() && caught.back() == "close"; });
  server->close();
  world.end();
  CHECK(caught == std::vector<std::string>{"ready", "data", "close"});
}

TEST_CASE("onUncaught takes exceptions and unheard 'error's, and run() goes on", "[net][E06]") {
  NetWorld world;
  std::vector<std::string> caught;
  world.host.onUncaught([&](std::exception_ptr error) { caught.push_back(textOf(error)); });
  Server& server = world.watch(world.net().createServer());
  server.listen({.port = 0, .host = "192.0.2.1"});
  world.until([&] { return caught.size() == 1; });
  server.listen({.port = 0}, [] { throw std::runtime_error("in listening"); });
  world.until([&] { return caught.size() == 2; });
  const std::string path = world.path();
  world.watch(world.net().connect(path));
  world.until([&] { return caught.size() == 3; });
  server.close();
  world.end();
  CHECK(caught == std::vector<std::string>{"listen EADDRNOTAVAIL: address not available 192.0.2.1",
                                           "in listening", "connect ENOENT " + path});
}

// An embedder's Host: the loop and the ticks of a LoopHost, its own place for what nobody caught.
class CollectingHost final : public Host {
 public:
  explicit CollectingHost(LoopHost& inner) : inner_(inner) {}
  uv_loop_s* loop() noexcept override { return inner_.loop(); }
  void nextTick(Task task) override {
    inner_.nextTick([this, task = std::move(task)]() mutable {
      try {
        task();
      } catch (...) {
        uncaught(std::current_exception());
      }
    });
  }
  void enter() override { inner_.enter(); }
  void leave() noexcept override { inner_.leave(); }
  void uncaught(std::exception_ptr error) noexcept override { caught.push_back(textOf(error)); }

  std::vector<std::string> caught;

 private:
  LoopHost& inner_;
};

TEST_CASE("an embedder's Host is told of exceptions and unheard errors, once each",
          "[net][E06][M01]") {
  const Transport transport = anyTransport();
  INFO(nameOf(transport));
  NetWorld world;  // for its folder and its checks
  CollectingHost host(world.host);
  {
    Net net{host};
    const std::string path = world.path();
    Server& server = net.createServer([](Socket& socket) {
      socket.resume().end();
      socket.server()->close();
      throw std::runtime_error("in connection");
    });
    ListenOptions where{.path = path};
    if (transport == Transport::kTcp) where = {.port = 0, .host = "127.0.0.1"};
    server.listen(where, [] { throw std::runtime_error("in listening"); });
    world.until([&] { return host.caught.size() == 1; });
    ConnectOptions to{.path = path};
    if (transport == Transport::kTcp) {
      to = {.port = std::get<AddressInfo>(server.address()).port, .host = "127.0.0.1"};
    }
    net.connect(to).resume();
    net.connect({.path = path + "-nobody"});
    runToEnd(world.host);
    REQUIRE(host.caught.size() == 3);
    CHECK(host.caught[0] == "in listening");
    const bool order = host.caught[1] == "in connection";
    CHECK(host.caught[order ? 1 : 2] == "in connection");
    CHECK(host.caught[order ? 2 : 1] == "connect ENOENT " + path + "-nobody");
  }
  world.end();
}

TEST_CASE("an exception out of the public call itself goes to the caller", "[net][S22][M10]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  server.listen({.port = 0}, [&] {
    try {
      server.listen(0);
      FAIL_CHECK("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code == "ERR_SERVER_ALREADY_LISTEN");
    }
    server.close();
  });
  world.end();
}

}  // namespace
}  // namespace uvnet
