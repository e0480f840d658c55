// connect() on a socket that has connected before, is connecting, or has not yet: its several
// lives. What is expected is what node v20.20.2 printed.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/support/local_addresses.h"
#include "support/loopback.h"

using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::LookupAddress;
using uvnet::LookupCallback;
using uvnet::LookupOptions;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::LocalAddresses;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;

TEST_CASE("a socket connects again after 'close', also to another transport",
          "[net][K10][K04][C20]") {
  NetWorld world;
  Listening tcp(world, Transport::kTcp);
  Listening local(world, Transport::kUnix);
  for (Listening* one : {&tcp, &local}) {
    (*one)->on<"connection">([one](Socket& peer) {
      peer.end(nameOf(one->transport));
      (*one)->close();
    });
  }
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client, 2);
  Record record(*client);
  client->connect(tcp.to());
  client->once<"close">([&] { client->connect(local.to()); });
  world.end();
  CHECK(record.data == "tcpunix");
  CHECK(record.text() == "connect ready data end finish close connect ready data end finish close");
}

TEST_CASE("connect() while connecting is an 'error', and the loop still ends",
          "[net][K10][K08][code:EALREADY]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  const Ref<Socket> client(&world.watch(world.net().connect(listening.to())));
  Record record(*client);
  bool again = false;
  client->on<"connectionAttempt">([&] {
    // The attempt itself begins after this event.
    world.host.nextTick([&] {
      if (!std::exchange(again, true) && client->connecting()) client->connect(listening.to());
    });
  });
  if (transport == Transport::kUnix) client->connect(listening.to());
  client->on<"close">([&] { listening->close(); });
  world.end();
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "EALREADY");
}

TEST_CASE("a connected socket that is to connect again ends or stays, as in node",
          "[net][K10][C20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const Transport second = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport), nameOf(second));
  // The system itself says yes to the first such connect() over TCP, and so does node: 'connect'.
  const bool accepted = transport == Transport::kTcp && second == Transport::kTcp;
  NetWorld world;
  LoopbackPair pair(world, transport);
  Listening other(world, second);
  Record record(pair.client);
  pair.accepted.resume();
  pair.accepted.on<"error">([] {});
  pair.client.connect(other.to());
  pair.client.on<"close">([&] {
    other->close();
    pair.server.close();
  });
  if (accepted) {
    world.until([&] { return record.has("ready"); });
    CHECK(record.text() == "connect ready");
    pair.client.destroy();
    world.end();
    return;
  }
  world.end();
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "EISCONN");
  CHECK(record.errors[0].syscall == "connect");
}

TEST_CASE("writing or ending a socket that never connected is an 'error'", "[net][D02][D06]") {
  const bool end = GENERATE(false, true);
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  world.watch(*socket);
  Record record(*socket);
  std::string told;
  const auto heard = [&](const Error* error) { told = describe(error); };
  if (end) {
    socket->end("x", heard);
  } else {
    socket->write("x", heard);
  }
  world.end();
  CHECK(told == "Error ERR_SOCKET_CLOSED: Socket is closed {}");
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "ERR_SOCKET_CLOSED");
}

TEST_CASE("connect() opens a socket again whose write before it failed, until that is told",
          "[net][K10][D02]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  Record record(*client);
  CHECK_FALSE(client->write("x"));
  CHECK_FALSE(client->writable());
  CHECK(client->errored() != nullptr);
  client->connect(listening.to());
  CHECK(client->writable());
  CHECK(client->errored() == nullptr);
  CHECK_FALSE(client->readableAborted());
  CHECK(client->readyState() == "opening");
  listening->close();
  world.end();
  CHECK(record.text() == "error close");
  REQUIRE(record.errors.size() == 1);
  CHECK(record.errors[0].code == "ERR_SOCKET_CLOSED");
}

TEST_CASE("connect() keeps what was corked before it", "[net][K10][D04]") {
  NetWorld world;
  Listening listening(world, Transport::kUnix);
  std::string got;
  listening->on<"connection">([&](Socket& peer) {
    peer.on<"data">([&](const uvnet::Buffer& chunk) { got += chunk.view(); });
    listening->close();
  });
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  client->cork();
  client->write("corked");
  client->connect(listening.to());
  CHECK(client->writableCorked() == 1);
  CHECK(client->writableLength() == 6);
  client->resume();
  client->end();
  world.end();
  CHECK(got == "corked");
}

TEST_CASE("an end() before connect() finishes at once, and the socket connects and writes after it",
          "[net][K10][D06]") {
  NetWorld world;
  Listening listening(world, Transport::kUnix);
  std::string got;
  listening->on<"connection">([&](Socket& peer) {
    peer.on<"data">([&](const uvnet::Buffer& chunk) { got += chunk.view(); });
    listening->close();
  });
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  std::string told;
  client->end([&](const Error* error) { told += describe(error); });
  world.until([&] { return client->writableFinished(); });
  CHECK(told == "null");
  client->connect(listening.to());
  CHECK(client->writable());
  CHECK_FALSE(client->writableEnded());
  client->resume();
  client->end("x");
  world.end();
  CHECK(got == "x");
  CHECK(told == "null");
}

TEST_CASE("unconnectedEndsFinish off: an end() before connect() waits for the connection",
          "[net][K10][D06]") {
  NetWorld world({.unconnectedEndsFinish = false});
  Listening listening(world, Transport::kUnix);
  listening->on<"connection">([&](Socket& peer) {
    peer.resume();
    listening->close();
  });
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  Record record(*client);
  client->end();
  bool turned = false;
  world.host.nextTick([&] { turned = true; });
  world.until([&] { return turned; });
  CHECK_FALSE(client->writableFinished());
  client->connect(listening.to());
  world.until([&] { return !client->connecting() && record.count("ready") == 1; });
  client->destroy();
  world.end();
}

TEST_CASE("unconnectedEndsFinish off: an end() before connect() and one after it are one FIN",
          "[net][K10][D06]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world({.unconnectedEndsFinish = false});
  Listening listening(world, transport);
  int ends = 0;
  listening->on<"connection">([&](Socket& peer) {
    peer.resume();
    peer.on<"end">([&] { ++ends; });
    listening->close();
  });
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client);
  Record record(*client);
  client->end();
  client->connect(listening.to());
  client->end();
  client->resume();
  world.until([&] { return client->closed() && ends == 1; });
  world.end();
  CHECK(record.count("finish") == 1);
}

TEST_CASE("a listener that destroys the socket and connects it elsewhere ends the first connect()",
          "[net][K10][C20]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  struct Way {
    std::string_view at;
    bool race;
  };
  const Way way =
      GENERATE(Way{"lookup", false}, Way{"connectionAttempt", false}, Way{"lookup", true},
               Way{"connectionAttempt", true}, Way{"connectionAttemptFailed", true},
               Way{"connectionAttemptTimeout", true});
  CAPTURE(nameOf(transport), way.at, way.race);
  const LocalAddresses addresses;  // .2 is silent, .4 and .5 refuse
  NetWorld world;
  Listening elsewhere(world, transport);
  elsewhere->on<"connection">([&](Socket& peer) {
    peer.end("elsewhere");
    elsewhere->close();
  });
  const Ref<Socket> client = uvnet::make<Socket>(world.net());
  world.watch(*client, 2);
  Record record(*client);
  const auto turn = [&] {
    client->destroy();
    client->connect(elsewhere.to());
  };
  std::vector<LookupAddress> found{{"127.0.0.4", 4}, {"127.0.0.5", 4}};
  ConnectOptions options{.port = addresses.port, .host = "two.test", .autoSelectFamily = way.race};
  if (way.at == "lookup") {
    client->once<"lookup">(turn);
  } else if (way.at == "connectionAttempt") {
    client->once<"connectionAttempt">(turn);
  } else if (way.at == "connectionAttemptFailed") {
    client->once<"connectionAttemptFailed">(turn);
  } else {
    client->once<"connectionAttemptTimeout">(turn);
    found[0].address = "127.0.0.2";
    options.autoSelectFamilyAttemptTimeout = 10;
  }
  options.lookup = [&](auto&&, const LookupOptions& asked, const LookupCallback& answer) {
    if (!asked.all) found.pop_back();
    answer(nullptr, found);
  };
  client->connect(options);
  // The first life's 'close' comes in the second one, which then has no 'end', as in node.
  client->on<"data">([&] { client->destroy(); });
  world.end();
  CHECK(record.data == "elsewhere");
  CHECK(record.count("connect") == 1);
  CHECK(record.errors.empty());
}
