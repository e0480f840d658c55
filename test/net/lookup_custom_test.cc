// Resolvers of one's own (the option `lookup`), which answer in either form, at once or later,
// twice, too late or never.
#include <string>
#include <vector>

#include "support/loopback.h"

using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::Lookup;
using uvnet::LookupAddress;
using uvnet::LookupCallback;
using uvnet::LookupOptions;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::Listening;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;
using uvnet::test::turn;

namespace {

// What a resolver was asked, and the way to answer it.
struct Asked {
  std::vector<LookupOptions> options;
  std::vector<LookupCallback> answers;
  Lookup lookup() {
    return [this](const std::string&, const LookupOptions& asked, const LookupCallback& told) {
      options.push_back(asked);
      answers.push_back(told);
    };
  }
};

// A server that counts who came, and ends each.
struct Counting {
  explicit Counting(NetWorld& world) : listening(world, Transport::kTcp) {
    listening->on<"connection">([this](Socket& peer) {
      ++connections;
      peer.end();
    });
  }
  Listening listening;
  int connections = 0;
};

const std::vector<LookupAddress> kHere{{"127.0.0.1", 4}};

}  // namespace

TEST_CASE("a resolver may answer with one address or with several, at once or later, however asked",
          "[net][K13][K15][F14]") {
  const bool all = GENERATE(true, false);
  const bool several = GENERATE(true, false);
  const bool atOnce = GENERATE(true, false);
  CAPTURE(all, several, atOnce);
  NetWorld world;
  Counting server(world);
  std::vector<LookupAddress> found = kHere;
  // Where one address is asked for, the first one counts.
  if (several) found.push_back({"127.0.0.2", 4});
  int asked = 0;
  ConnectOptions to = server.listening.to({.host = "some.name", .autoSelectFamily = all});
  to.lookup = [&](const std::string& host, const LookupOptions& options,
                  const LookupCallback& told) {
    ++asked;
    CHECK(host == "some.name");
    CHECK(options.all == all);
    if (atOnce) {
      told(nullptr, found);
    } else {
      world.host.nextTick([told, found] { told(nullptr, found); });
    }
  };
  Socket& client = world.watch(world.net().connect(to));
  Record record(client);
  std::vector<std::string> lookups;
  client.on<"lookup">([&](const Error*, const std::string& address, int, const std::string&) {
    lookups.push_back(address);
  });
  world.until([&] { return record.has("close"); });
  CHECK(record.text() == "connect ready end finish close");
  CHECK(asked == 1);
  CHECK(server.connections == 1);
  // An answer that comes before connect() returns is heard by nobody, as in node.
  const std::size_t heard = atOnce ? 0 : all && several ? 2 : 1;
  CHECK(lookups.size() == heard);
  server.listening->close();
  world.end();
}

TEST_CASE("a resolver that answers twice opens one connection", "[net][K15][F14]") {
  const bool all = GENERATE(true, false);
  const bool error = GENERATE(true, false);
  const bool atOnce = GENERATE(true, false);
  CAPTURE(all, error, atOnce);
  NetWorld world;
  Counting server(world);
  Asked asked;
  Socket& client = world.watch(world.net().connect(
      server.listening.to({.host = "twice", .lookup = asked.lookup(), .autoSelectFamily = all})));
  Record record(client);
  REQUIRE(asked.answers.size() == 1);
  const Error late("late");
  const auto again = [&] { asked.answers[0](error ? &late : nullptr, kHere); };
  asked.answers[0](nullptr, kHere);
  if (atOnce) again();
  world.until([&] { return record.has("connect"); });
  again();
  world.until([&] { return record.has("close"); });
  again();
  turn(world.host);
  CHECK(record.text() == "connect ready end finish close");
  CHECK(server.connections == 1);
  server.listening->close();
  world.end();
}

TEST_CASE("a resolver that never answers keeps a socket connecting, and no loop running",
          "[net][K15][F14]") {
  NetWorld world;
  Asked asked;
  Socket& client = world.watch(world.net().connect(
      {.port = 1, .host = "never", .lookup = asked.lookup(), .timeout = 60000}));
  Record record(client);
  client.write("waits");
  CHECK_FALSE(world.host.runNoWait());
  CHECK(client.connecting());
  CHECK(client.readyState() == "opening");
  client.destroy();
  world.end();
  CHECK(record.text() == "close");
  asked.answers[0](nullptr, kHere);
  turn(world.host);
  CHECK(record.text() == "close");
}

TEST_CASE("the answer to a lookup that nobody waits for any more changes nothing",
          "[net][K15][K10][F14][F20]") {
  NetWorld world;
  Counting server(world);
  Asked asked;
  Ref<Socket> client(world.watch(
      world.net().connect(server.listening.to({.host = "first", .lookup = asked.lookup()})), 2));
  Record record(*client);
  client->destroy();
  world.until([&] { return record.has("close"); });

  SECTION("of a life that is over, while the next one looks up") {
    client->connect(server.listening.to({.host = "second", .lookup = asked.lookup()}));
    REQUIRE(asked.answers.size() == 2);
    const Error error("of the first");
    asked.answers[0](&error, {});
    asked.answers[0](nullptr, {{"192.0.2.1", 4}});
    turn(world.host);
    CHECK(record.text() == "close");
    CHECK(client->connecting());
    asked.answers[1](nullptr, kHere);
    world.until([&] { return record.count("close") == 2; });
    CHECK(record.text() == "close connect ready end finish close");
    CHECK(server.connections == 1);
  }
  SECTION("of a socket that was freed") {
    client->connect({.port = 1, .host = "second", .lookup = asked.lookup()});
    client->destroy();
    world.until([&] { return record.count("close") == 2; });
    client.reset();
    asked.answers[0](nullptr, kHere);
    asked.answers[1](nullptr, kHere);
    turn(world.host);
    CHECK(server.connections == 0);
  }
  server.listening->close();
  world.end();
}

TEST_CASE("destroy() in 'lookup' of several addresses: no further one is told or tried",
          "[net][K15][V04][D11][F19]") {
  NetWorld world;
  Asked asked;
  Socket& client =
      world.watch(world.net().connect({.port = 1, .host = "several", .lookup = asked.lookup()}));
  Record record(client);
  int lookups = 0;
  client.on<"lookup">([&] {
    ++lookups;
    client.destroy();
  });
  client.on<"connectionAttempt">([] { CHECK(false); });
  asked.answers[0](nullptr, {{"127.0.0.1", 4}, {"::1", 6}, {"127.0.0.2", 4}});
  world.end();
  CHECK(lookups == 1);
  CHECK(record.text() == "close");
}
