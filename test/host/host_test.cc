// The five calls of Host, as a runtime of its own sees them; and memory for its reads.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/support/fake_runtime.h"
#include "support/socket_path.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

// Memory that says when it goes.
struct Arena {
  Buffer::Block head;
  char bytes[128 * 1024];
  static inline int alive = 0;

  static Buffer make(std::size_t size) {
    auto* arena = new Arena{{1, 0, &Arena::free}, {}};
    ++alive;
    return Buffer(&arena->head, arena->bytes, size);
  }
  static void free(Buffer::Block* block) noexcept {
    --alive;
    delete reinterpret_cast<Arena*>(block);
  }
};

}  // namespace

TEST_CASE("every event out of libuv comes inside one scope, and its ticks run before the next",
          "[host][P2]") {
  const std::string path = GENERATE(std::string(), uniqueSocketPath());
  FakeRuntime runtime;
  FakeEcho echo(runtime, path);
  ConnectOptions to{.path = path};
  if (path.empty()) to = {.port = echo.port, .host = "127.0.0.1"};
  Socket& socket = runtime.net().connect(to);
  std::string order;
  const auto event = [&](const char* name) {
    return [&order, &runtime, name] {
      CHECK(runtime.depth <= 1);
      order += name;
      runtime.nextTick([&order] { order += ". "; });
    };
  };
  socket.on<"connect">(event("connect"));
  socket.on<"data">(event("data"));
  socket.on<"end">(event("end"));
  socket.on<"close">(event("close"));
  socket.end("x", event("written"));
  socket.on<"close">([&] { echo.server->close(); });
  runtime.toEnd();
  CHECK(order == "connect. written. data. end. close. ");
  CHECK(runtime.depth == 0);
  CHECK(runtime.deepest == 1);
}

TEST_CASE("an exception and an unheard 'error' go to uncaught(), and the loop goes on",
          "[host][P2][E02]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  Socket& thrower = runtime.net().connect(echo.port, "127.0.0.1");
  thrower.on<"connect">([&] {
    thrower.destroy();
    throw Error("thrown");
  });
  runtime.until([&] { return runtime.exceptions.size() == 1; });
  runtime.net().connect("/nowhere/at/all.sock");
  runtime.until([&] { return runtime.exceptions.size() == 2; });
  CHECK(runtime.exceptions ==
        std::vector<std::string>{"thrown", "connect ENOENT /nowhere/at/all.sock"});
  echo.server->close();
  runtime.toEnd();
}

TEST_CASE("warnings are the host's", "[host][P2]") {
  FakeRuntime runtime;
  const Ref<Socket> socket = make<Socket>(runtime.net());
  for (int i = 0; i < 11; ++i) socket->on<"data">([] {});
  socket->setKeepAlive(true, 1);
  CHECK(runtime.warnings ==
        std::vector<std::string>{"MaxListenersExceededWarning", "KeepAliveWarning"});
}

TEST_CASE("calls into the library need no scope, and what they tick waits for the host",
          "[host][P2]") {
  FakeRuntime runtime;
  const Ref<Socket> socket = make<Socket>(runtime.net());
  bool told = false;
  socket->on<"close">([&] { told = true; });
  socket->destroy();
  CHECK_FALSE(told);
  CHECK(runtime.entered == 0);
  runtime.turn(1);
  CHECK(told);
}

TEST_CASE("large chunks are slices of the host's memory, which goes when nobody has one",
          "[host][P2][U16]") {
  REQUIRE(Arena::alive == 0);
  {
    FakeRuntime runtime;
    int asked = 0;
    std::size_t size = 0;
    runtime.memory = [&](std::size_t wanted) {
      ++asked;
      size = wanted;
      return Arena::make(wanted);
    };
    FakeEcho echo(runtime);
    Socket& socket = runtime.net().connect(echo.port, "127.0.0.1");
    std::vector<Buffer> kept;
    std::size_t received = 0;
    socket.on<"data">([&](const Buffer& chunk) {
      received += chunk.size();
      kept.push_back(chunk);
    });
    socket.on<"end">([&] { echo.server->close(); });
    std::string sent(512 * 1024, 'a');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
    socket.end(sent);
    runtime.toEnd();
    CHECK(size == 64 * 1024);
    CHECK(asked > 1);
    CHECK(Buffer::concat(kept) == sent);  // none was written again while it was kept
    std::size_t inArena = 0;
    for (const Buffer& chunk : kept) {
      if (chunk.block() != nullptr && chunk.block()->free == &Arena::free) inArena += chunk.size();
    }
    CHECK(inArena * 2 > sent.size());
    CHECK(Arena::alive > 0);
  }
  CHECK(Arena::alive == 0);
}

TEST_CASE("a host that has no memory ready is asked again, and the library's own does",
          "[host][P2][U16]") {
  FakeRuntime runtime;
  int asked = 0;
  runtime.memory = [&](std::size_t) {
    ++asked;
    return Buffer();
  };
  FakeEcho echo(runtime);
  Socket& socket = runtime.net().connect(echo.port, "127.0.0.1");
  std::string got;
  socket.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  socket.on<"end">([&] { echo.server->close(); });
  socket.end("hello");
  runtime.toEnd();
  CHECK(got == "hello");
  CHECK(asked >= 2);
}
