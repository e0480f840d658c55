// 'clientError': a peer that fails must not end the host. The errors of accepted sockets that
// nobody hears go to their server, when it listens; otherwise to the host, as in Node.
#include <uvnet/net.h>

#include <string>
#include <vector>

#include "support/loopback.h"

using uvnet::Error;
using uvnet::Server;
using uvnet::Socket;
using uvnet::test::LoopbackPair;
using uvnet::test::NetWorld;
using uvnet::test::Transport;

namespace {

// What reached Host::uncaught.
struct Uncaught {
  explicit Uncaught(NetWorld& world) {
    world.host.onUncaught([this](std::exception_ptr thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const Error& error) {
        texts.push_back(error.code.empty() ? error.message : error.code);
      }
    });
  }
  std::vector<std::string> texts;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("'clientError' takes what an accepted socket suffers and nobody hears", "[net][U15]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  NetWorld world;
  Uncaught uncaught(world);
  LoopbackPair pair(world, transport);
  Texts errors;
  bool hadError = false;
  Socket* failed = nullptr;
  pair.server.on<"clientError">([&](const Error& error, Socket& socket) {
    errors.push_back(error.message);
    failed = &socket;
    CHECK(socket.destroyed());
  });
  pair.accepted.on<"close">([&](bool had) { hadError = had; });
  pair.accepted.destroy(Error("x"));
  world.until([&] { return pair.accepted.closed() && hadError; });
  CHECK(errors == Texts{"x"});
  CHECK(failed == &pair.accepted);
  CHECK(uncaught.texts.empty());
  CHECK(pair.server.listening());
  pair.close();
  world.end();
}

TEST_CASE("a peer that resets is one 'clientError', and the server goes on", "[net][U15]") {
  NetWorld world;
  Uncaught uncaught(world);
  LoopbackPair pair(world, Transport::kTcp);
  Texts errors;
  pair.server.on<"clientError">([&](const Error& error, Socket&) { errors.push_back(error.code); });
  pair.accepted.resume();
  bool closed = false;
  pair.accepted.on<"close">([&] { closed = true; });
  pair.client.resetAndDestroy();
  world.until([&] { return closed; });
  CHECK(errors == Texts{"ECONNRESET"});
  CHECK(uncaught.texts.empty());

  // The next client is served as ever.
  bool served = false;
  pair.server.once<"connection">([&](Socket& socket) {
    world.watch(socket);
    served = true;
    socket.end();
    socket.resume();
  });
  Socket& next = world.watch(world.net().connect(pair.listening.to()));
  next.resume();
  bool over = false;
  next.on<"close">([&] { over = true; });
  world.until([&] { return served && over; });
  pair.close();
  world.end();
}

TEST_CASE("without 'clientError' an unheard error of an accepted socket is uncaught",
          "[net][U15]") {
  NetWorld world;
  Uncaught uncaught(world);
  LoopbackPair pair(world, Transport::kUnix);
  bool closed = false;
  pair.accepted.on<"close">([&] { closed = true; });
  pair.accepted.destroy(Error("x"));
  world.until([&] { return closed; });
  CHECK(uncaught.texts == Texts{"x"});
  pair.close();
  world.end();
}

TEST_CASE("a socket with its own 'error' listener needs no 'clientError'", "[net][U15]") {
  NetWorld world;
  Uncaught uncaught(world);
  LoopbackPair pair(world, Transport::kUnix);
  int own = 0;
  int server = 0;
  bool closed = false;
  pair.server.on<"clientError">([&] { ++server; });
  pair.accepted.on<"error">([&] { ++own; });
  pair.accepted.on<"close">([&] { closed = true; });
  pair.accepted.destroy(Error("x"));
  world.until([&] { return closed; });
  CHECK(own == 1);
  CHECK(server == 0);
  CHECK(uncaught.texts.empty());
  pair.close();
  world.end();
}

TEST_CASE("'clientError' is for accepted sockets: a client's error is its own", "[net][U15]") {
  NetWorld world;
  Uncaught uncaught(world);
  LoopbackPair pair(world, Transport::kUnix);
  int server = 0;
  bool closed = false;
  pair.server.on<"clientError">([&] { ++server; });
  pair.client.on<"close">([&] { closed = true; });
  pair.client.destroy(Error("x"));
  world.until([&] { return closed; });
  CHECK(server == 0);
  CHECK(uncaught.texts == Texts{"x"});
  pair.close();
  world.end();
}

TEST_CASE("what a 'clientError' listener throws is uncaught, the socket still closes",
          "[net][U15]") {
  NetWorld world;
  Uncaught uncaught(world);
  LoopbackPair pair(world, Transport::kUnix);
  bool closed = false;
  pair.server.on<"clientError">([] { throw Error("thrown"); });
  pair.accepted.on<"close">([&] { closed = true; });
  pair.accepted.destroy(Error("x"));
  world.until([&] { return closed; });
  CHECK(uncaught.texts == Texts{"thrown"});
  pair.close();
  world.end();
}

TEST_CASE("'clientError' comes while the server closes too", "[net][U15]") {
  NetWorld world;
  Uncaught uncaught(world);
  LoopbackPair pair(world, Transport::kUnix);
  int server = 0;
  pair.server.on<"clientError">([&] { ++server; });
  pair.server.close();
  pair.accepted.destroy(Error("x"));
  world.until([&] { return pair.accepted.closed() && server == 1; });
  CHECK(uncaught.texts.empty());
  pair.client.destroy();
  world.end();
}
