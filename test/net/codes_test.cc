// Error codes of the newest Node that need more than bad arguments: no descriptors
// left, attempts that time out, host names that are too long. Literals are node v20.20.2's.
#include <uvnet/net.h>

#include <string>
#include <vector>

#include "net/errors.h"
#include "net/support/local_addresses.h"
#include "net/support/no_more_descriptors.h"
#include "support/loopback.h"

using uvnet::ConnectOptions;
using uvnet::ListenOptions;
using uvnet::LookupAddress;
using uvnet::Ref;
using uvnet::Server;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::LocalAddresses;
using uvnet::test::NetWorld;
using uvnet::test::NoMoreDescriptors;
using uvnet::test::Record;

namespace {

// UBSan looks at the vtable of a type through a pipe the first time it meets it: not when there are
// no descriptors left.
void useEachTypeOnce(const std::string& path) {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  const auto once = [&](const ListenOptions& where) {
    Server& server = net.createServer([](Socket& peer) { peer.end(); });
    server.listen(where, [&] {
      ConnectOptions to{.path = where.path};
      const uvnet::ServerAddress address = server.address();
      if (const auto* info = std::get_if<uvnet::AddressInfo>(&address)) {
        to = {.port = info->port, .host = "127.0.0.1"};
      }
      net.connect(to).resume().on<"close">([&server] { server.close(); });
    });
    host.run();
  };
  once({.port = 0, .host = "127.0.0.1"});
  once({.port = 0});
  once({.path = path});
  net.connect({.path = path}).on<"error">([](const uvnet::Error& error) {
    CHECK(error.number < 0);
  });
  host.run();
}

}  // namespace

TEST_CASE("out of descriptors a connect is an 'error' EMFILE, and works again later",
          "[net][K08][V14][code:EMFILE]") {
  NetWorld world;
  const std::string path = world.path();
  useEachTypeOnce(path);
  Server& server = world.watch(world.net().createServer([](Socket& peer) { peer.end(); }));
  bool listening = false;
  server.listen({.path = path}, [&] { listening = true; });
  world.until([&] { return listening; });
  ConnectOptions options;
  std::string expected;
  SECTION("TCP") {
    options = {.port = 9, .host = "127.0.0.1"};
    expected =
        "Error EMFILE: connect EMFILE 127.0.0.1:9 - Local (undefined:undefined) {errno=-24 "
        "syscall=connect address=127.0.0.1 port=9}";
  }
  SECTION("a Unix socket") {
    options = {.path = path};
    expected = "Error EMFILE: connect EMFILE " + path +
               " {errno=-24 syscall=connect address=" + path + "}";
  }
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client, 2);
  Record record(*client);
  {
    const NoMoreDescriptors none;
    client->connect(options);
    world.until([&] { return record.has("close"); });
  }
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == expected);
  client->connect({.path = path});
  world.until([&] { return record.count("close") == 2; });
  CHECK(record.text() == "error close connect ready end finish close");
  server.close();
  world.end();
}

TEST_CASE("out of descriptors listen() is an 'error' EMFILE, and works again later",
          "[net][E06][code:EMFILE]") {
  NetWorld world;
  const std::string path = world.path();
  useEachTypeOnce(path);
  ListenOptions options;
  std::string where;  // as the message ends
  std::string fields;
  SECTION("an address") {
    options = {.port = 0, .host = "127.0.0.1"};
    where = fields = "127.0.0.1";
  }
  SECTION("every address") {
    options = {.port = 0};
    where = fields = "0.0.0.0";
  }
  SECTION("a path") {
    options = {.path = path};
    where = path;
    fields = path + " port=-1";
  }
  const std::string expected = "Error EMFILE: listen EMFILE: too many open files " + where +
                               " {errno=-24 syscall=listen address=" + fields + "}";
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  {
    const NoMoreDescriptors none;
    server.listen(options);
    world.until([&] { return record.has("error"); });
  }
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == expected);
  server.listen(options);
  world.until([&] { return record.events.size() == 2; });
  CHECK(record.text() == "error listening");
  server.close();
  world.end();
}

TEST_CASE("addresses that are silent time out one after the other, each a cause of the error",
          "[net][K13][V14][code:ETIMEDOUT][net:autoSelectFamilyAttemptTimeout]"
          "[net:connectionAttempt]") {
  const LocalAddresses addresses;  // .2 is silent, .4 refuses
  NetWorld world;
  ConnectOptions options{.port = addresses.port, .host = "far.test"};
  options.autoSelectFamilyAttemptTimeout = 10;
  options.lookup = [&](const std::string&, const uvnet::LookupOptions&,
                       const uvnet::LookupCallback& told) {
    world.host.nextTick([told] { told(nullptr, {{"127.0.0.2", 4}, {"127.0.0.4", 4}}); });
  };
  const Ref<Socket> client(world.watch(world.net().connect(options)));
  Record record(*client);
  std::vector<std::string> attempts;
  client->on<"connectionAttempt">(
      [&](const std::string& ip, int, int) { attempts.push_back("attempt " + ip); });
  client->on<"connectionAttemptTimeout">(
      [&](const std::string& ip, int, int) { attempts.push_back("timeout " + ip); });
  client->on<"connectionAttemptFailed">([&](const std::string& ip, int, int, const uvnet::Error&) {
    attempts.push_back("failed " + ip);
  });
  world.end();
  CHECK(attempts == std::vector<std::string>{"attempt 127.0.0.2", "timeout 127.0.0.2",
                                             "attempt 127.0.0.4", "failed 127.0.0.4"});
  const std::string port = std::to_string(addresses.port);
  CHECK(client->autoSelectFamilyAttemptedAddresses() ==
        std::vector<std::string>{"127.0.0.2:" + port, "127.0.0.4:" + port});
  REQUIRE(record.errors.size() == 1);
  const uvnet::Error& error = record.errors[0];
  CHECK(describe(error) == "AggregateError ETIMEDOUT:  {}");
  REQUIRE(error.errors.size() == 2);
  CHECK(describe(error.errors[0]) ==
        "Error ETIMEDOUT: connect ETIMEDOUT 127.0.0.2:" + port +
            " {errno=-110 syscall=connect address=127.0.0.2 port=" + port + "}");
  CHECK(describe(error.errors[1]) ==
        "Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.4:" + port +
            " {errno=-111 syscall=connect address=127.0.0.4 port=" + port + "}");
}

TEST_CASE("a host name that is too long for any is EINVAL, not a cut one",
          "[net][V04][code:EINVAL]") {
  NetWorld world;
  std::string host;
  SECTION("in one piece") { host = std::string(300, 'a'); }
  SECTION("in pieces of the right size") {
    for (int i = 0; i < 5; ++i) host += std::string(60, 'a') + ".";
    host += "x";
  }
  Socket& client = world.watch(world.net().connect({.port = 1, .host = host}));
  Record record(client);
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == "Error EINVAL: getaddrinfo EINVAL " + host +
                                          " {errno=-22 syscall=getaddrinfo hostname=" + host + "}");
}

// Neither Node 20 nor this library comes to it any more: attempts that timed out are causes of the
// AggregateError. Kept for those who compare with it.
TEST_CASE("ERR_SOCKET_CONNECTION_TIMEOUT reads as node's",
          "[net][code:ERR_SOCKET_CONNECTION_TIMEOUT]") {
  CHECK(describe(uvnet::impl::connectionTimeout()) ==
        "Error ERR_SOCKET_CONNECTION_TIMEOUT: Socket connection timeout {}");
}
