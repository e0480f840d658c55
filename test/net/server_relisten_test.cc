// Who holds a server that closes and listens again at once: a plain reference, as the retry recipe
// of Node's documentation has it, must stay good.
#include <memory>
#include <variant>

#include "support/catch.h"
#include "support/loopback.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

// Expires when the server is freed.
std::weak_ptr<int> lifeOf(Server& server) {
  auto life = std::make_shared<int>(0);
  server.on<"connection">([life] {});
  return life;
}

}  // namespace

TEST_CASE("a server that listens again right after close() is held although that fails",
          "[net][S23][S22]") {
  NetWorld world;
  const Listening busy(world, Transport::kTcp);
  Server& server = world.net().createServer();
  const std::weak_ptr<int> life = lifeOf(server);
  int errors = 0;
  int closes = 0;
  server.on<"close">([&] { ++closes; });
  server.on<"error">([&] {
    if (++errors == 3) return;
    server.close();
    server.listen({.port = busy.port, .host = "127.0.0.1"});
  });
  server.listen({.port = busy.port, .host = "127.0.0.1"});
  world.until([&] { return errors == 3 && closes == 2; });
  turn(world.host);
  REQUIRE_FALSE(life.expired());

  server.close();
  busy->close();
  world.end();
  CHECK(closes == 3);
  CHECK(life.expired());
}

TEST_CASE("a server that listens again right after close() is held while it does",
          "[net][S22][S21]") {
  NetWorld world;
  const Listening other(world, Transport::kTcp);
  Server& server = world.net().createServer();
  const std::weak_ptr<int> life = lifeOf(server);
  int listened = 0;
  int closes = 0;
  server.on<"close">([&] { ++closes; });
  server.on<"listening">([&] { ++listened; });
  server.close();
  server.listen({.port = 0, .host = "127.0.0.1"});
  world.until([&] { return listened == 1 && closes == 1; });
  turn(world.host);
  REQUIRE_FALSE(life.expired());
  CHECK(server.listening());

  server.close();
  other->close();
  world.end();
  CHECK(closes == 2);
  CHECK(life.expired());
}
