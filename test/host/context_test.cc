// Host::captureContext and swapContext: the context of a Socket or Server is current in each of its
// callbacks out of libuv. What node prints for the same program is quoted where it is the same.
#include <string>
#include <vector>

#include "host/support/fake_runtime.h"
#include "support/socket_path.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

// "event context", in order.
using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("events of a socket and a server run in the context of connect() and listen()",
          "[host][P2]") {
  const bool tcp = GENERATE(true, false);
  const std::string path = uniqueSocketPath();
  FakeRuntime runtime;
  Told server;
  Told client;
  const auto note = [&](Told& to, const char* event) {
    return [&runtime, &to, event] { to.push_back(event + (" " + runtime.context())); };
  };
  Ref<Server> listening;
  runtime.in("made", [&] { listening = make<Server>(runtime.net()); });
  listening->on<"listening">(note(server, "listening"));
  listening->on<"connection">(note(server, "connection"));
  listening->on<"connection">([&](Socket& socket) {
    socket.on<"data">(note(server, "data"));
    socket.on<"end">([&] { listening->close(); });
    socket.pipe(socket);
  });
  runtime.in("listen", [&] {
    if (tcp) {
      listening->listen({.port = 0, .host = "127.0.0.1"});
    } else {
      listening->listen({.path = path});
    }
  });
  runtime.until([&] { return listening->listening(); });

  Ref<Socket> socket;
  runtime.in("made", [&] { socket = make<Socket>(runtime.net()); });
  socket->on<"connect">(note(client, "connect"));
  socket->on<"data">(note(client, "data"));
  socket->on<"end">(note(client, "end"));
  socket->on<"close">(note(client, "close"));
  runtime.in("connect", [&] {
    if (tcp) {
      socket->connect(std::get<AddressInfo>(listening->address()).port, "127.0.0.1");
    } else {
      socket->connect(path);
    }
  });
  runtime.in("write", [&] { socket->end("x", note(client, "written")); });
  runtime.toEnd();

  CHECK(runtime.context().empty());
  // An accepted socket is made in the context of its server.
  CHECK(server == Told{"listening listen", "connection listen", "data listen"});
  CHECK(client ==
        Told{"connect connect", "written connect", "data connect", "end connect", "close connect"});
}

TEST_CASE("lookups and timeouts run in the socket's context", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  LookupCallback answer;
  const bool own = GENERATE(true, false);
  if (own) {
    runtime.resolver = [&](const std::string&, const LookupOptions&, LookupCallback given) {
      answer = std::move(given);
      return true;
    };
  }
  Told told;
  runtime.in("mine", [&] {
    Socket& socket = runtime.net().connect({.port = echo.port, .host = "localhost"});
    socket.on<"lookup">([&] { told.push_back("lookup " + runtime.context()); });
    socket.on<"timeout">([&] {
      told.push_back("timeout " + runtime.context());
      socket.destroy();
      echo.server->close();
    });
    socket.on<"connect">([&] { socket.setTimeout(1); });
  });
  if (own) {
    runtime.in("other", [&] {
      answer(nullptr, {{"127.0.0.1", 4}});
      CHECK(runtime.context() == "other");
    });
  }
  runtime.toEnd();
  REQUIRE(told.size() >= 2);
  CHECK(told.front() == "lookup mine");
  CHECK(told.back() == "timeout mine");
}

TEST_CASE("after a throw the context is what it was, and uncaught() is told inside", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  runtime.in("mine", [&] {
    Socket& socket = runtime.net().connect(echo.port, "127.0.0.1");
    socket.on<"connect">([&] {
      socket.destroy();
      echo.server->close();
      throw Error("in connect");
    });
  });
  runtime.toEnd();
  CHECK(runtime.exceptions == std::vector<std::string>{"in connect"});
  CHECK(runtime.context().empty());
  CHECK(runtime.swaps % 2 == 0);
}

TEST_CASE("without a context nothing is swapped", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  Socket& socket = runtime.net().connect(echo.port, "127.0.0.1");
  socket.on<"data">([] {});
  socket.on<"end">([&] { echo.server->close(); });
  socket.end("x");
  runtime.toEnd();
  CHECK(runtime.entered > 4);
  CHECK(runtime.swaps == 0);
}

TEST_CASE("a context lives as long as the object that captured it", "[host][P2]") {
  REQUIRE(Named::alive == 0);
  {
    FakeRuntime runtime;
    FakeEcho echo(runtime);
    Ref<Socket> socket;
    runtime.in("one", [&] { socket = make<Socket>(runtime.net()); });
    CHECK(Named::alive == 1);
    bool closed = false;
    socket->on<"close">([&] { closed = true; });
    runtime.in("two", [&] { socket->connect(echo.port, "127.0.0.1"); });
    CHECK(Named::alive == 1);  // connect() has taken the place of the constructor
    socket->destroy();
    runtime.until([&] { return closed; });
    CHECK(Named::alive == 1);
    socket.reset();
    CHECK(Named::alive == 0);
    echo.server->close();
    runtime.toEnd();
  }
}
