// Net::shutdown(): every handle is closed, lookups under way are waited for, and done is called
// once, from the loop, when the loop can go.
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "host/support/fake_runtime.h"
#include "support/socket_path.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

// shutdown(), and what is to be seen when done comes.
struct Shutdown {
  explicit Shutdown(FakeRuntime& runtime) {
    runtime.net().shutdown([this, &runtime] {
      ++calls;
      inScope = runtime.depth == 1;
      handles = openHandles(runtime.loop()) - runtime.guards;
    });
  }
  int calls = 0;
  bool inScope = false;
  int handles = -1;
};

}  // namespace

TEST_CASE("shutdown() with nothing open calls done from the loop, once", "[host][P2]") {
  FakeRuntime runtime;
  Shutdown shutdown(runtime);
  CHECK(shutdown.calls == 0);  // never from the call itself
  runtime.toEnd();
  runtime.turn();
  CHECK(shutdown.calls == 1);
  CHECK(shutdown.inScope);
  CHECK(shutdown.handles == 0);
}

TEST_CASE("shutdown() without a done closes as well", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  runtime.net().shutdown();
  runtime.toEnd();
  CHECK(openHandles(runtime.loop()) == 0);
}

TEST_CASE("shutdown() closes servers, sockets in each state, timers and signals, without an event",
          "[host][P2]") {
  FakeRuntime runtime;
  const std::string path = uniqueSocketPath();
  FakeEcho echo(runtime);
  FakeEcho unixEcho(runtime, path);
  std::stop_source stop;
  int events = 0;

  bool connected = false;
  Socket& open = runtime.net().connect({.port = echo.port, .host = "127.0.0.1", .timeout = 50000});
  open.on<"connect">([&] { connected = true; });
  runtime.until([&] { return connected; });
  bool written = false;
  Socket& half = runtime.net().connect({.path = path, .signal = stop.get_token()});
  half.on<"finish">([&] { written = true; });
  half.end("x");
  half.pause();
  runtime.until([&] { return written; });

  // More than the kernel takes: a write is under way.
  Socket& writing = runtime.net().connect(echo.port, "127.0.0.1");
  connected = false;
  writing.on<"connect">([&] { connected = true; });
  runtime.until([&] { return connected; });
  writing.pause();
  writing.write(Buffer::alloc(std::size_t{16} * 1024 * 1024), [&](const Error*) { ++events; });
  Socket& connecting = runtime.net().connect(echo.port, "127.0.0.1");
  Ref<Socket> kept(&runtime.net().connect("/nowhere"));
  const Ref<Socket> idle = make<Socket>(runtime.net());
  for (Socket* socket : {&open, &half, &writing, &connecting, kept.get()}) {
    socket->on<"error">([&] { ++events; });
    socket->on<"close">([&] { ++events; });
  }
  echo.server->on<"close">([&] { ++events; });

  Shutdown shutdown(runtime);
  runtime.toEnd();
  CHECK(shutdown.calls == 1);
  CHECK(shutdown.handles == 0);
  CHECK(events == 0);
  CHECK_FALSE(std::filesystem::exists(path));
  stop.request_stop();  // heard by nobody
  runtime.turn();
  CHECK(events == 0);
}

TEST_CASE("shutdown() waits for lookups under way without spinning", "[host][P2][U17]") {
  FakeRuntime runtime;
  // Every thread of libuv's pool is taken until the pipe is closed, so that the lookup waits.
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  constexpr int kThreads = 4;
  uv_work_t work[kThreads];
  for (uv_work_t& one : work) {
    one.data = gate;
    uv_queue_work(
        runtime.loop(), &one,
        [](uv_work_t* request) {
          char byte = 0;
          (void)!::read(static_cast<int*>(request->data)[0], &byte, 1);
        },
        nullptr);
  }
  int events = 0;
  Socket& socket = runtime.net().connect({.port = 1, .host = "localhost"});
  socket.on<"lookup">([&] { ++events; });
  socket.on<"close">([&] { ++events; });
  Server& server = runtime.net().createServer();
  server.on<"listening">([&] { ++events; });
  server.listen({.port = 0, .host = "localhost"});
  Shutdown shutdown(runtime);
  // A lookup that has not begun is cancelled at once, one that has is waited for; either way the
  // loop sleeps.
  const int before = runtime.entered;
  runtime.turn(20);
  CHECK(runtime.entered - before <= 3);
  ::close(gate[1]);
  runtime.toEnd();
  ::close(gate[0]);
  CHECK(shutdown.calls == 1);
  CHECK(events == 0);
}

TEST_CASE("shutdown() again, before, in and after done: each done is called once, in order",
          "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  Socket& socket = runtime.net().connect({.port = echo.port, .host = "localhost"});
  (void)socket;
  std::string order;
  runtime.net().shutdown([&] {
    order += "1";
    runtime.net().shutdown([&] { order += "3"; });
  });
  runtime.net().shutdown([&] { order += "2"; });
  runtime.toEnd();
  CHECK(order == "123");
  runtime.net().shutdown([&] { order += "4"; });
  runtime.toEnd();
  CHECK(order == "1234");
}

TEST_CASE("after shutdown() nothing can be opened; what is left answers quietly", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  Ref<Socket> socket(&runtime.net().connect(echo.port, "127.0.0.1"));
  Shutdown shutdown(runtime);
  runtime.toEnd();
  CHECK_THROWS_AS(socket->connect(echo.port, "127.0.0.1"), Error);
  CHECK_THROWS_AS(echo.server->listen(0), Error);
  CHECK_THROWS_AS(runtime.net().connect(1, "127.0.0.1"), Error);
  socket->write("x");
  socket->end();
  socket->destroy();
  echo.server->close();
  runtime.turn();
  CHECK(socket->fd() == -1);
  CHECK_FALSE(echo.server->listening());
  CHECK(openHandles(runtime.loop()) == 0);
  CHECK(shutdown.calls == 1);
}

TEST_CASE("a Net that is destroyed after shutdown(), before done: done is called all the same",
          "[host][P2]") {
  FakeRuntime runtime;
  int calls = 0;
  {
    FakeEcho echo(runtime);
    runtime.net().shutdown([&] { ++calls; });
  }
  runtime.endNet();
  runtime.toEnd();
  CHECK(calls == 1);
}

TEST_CASE("shutdown() in a listener of what it ends", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  int calls = 0;
  Socket& socket = runtime.net().connect(echo.port, "127.0.0.1");
  socket.on<"data">([&](const Buffer&) { runtime.net().shutdown([&] { ++calls; }); });
  socket.write("x");
  runtime.toEnd();
  CHECK(calls == 1);
  CHECK(runtime.exceptions.empty());
}
