// Host::resolve: the host's own resolver, for connect() and listen() by name.
#include <string>
#include <vector>

#include "host/support/fake_runtime.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

using Found = std::vector<LookupAddress>;

const Found kLocal{{"127.0.0.1", 4}};

// Answers at the next turn of the loop, as a resolver with sockets of its own would.
void later(FakeRuntime& runtime, std::function<void()> call) {
  struct Timer {
    uv_timer_t uv;
    std::function<void()> call;
  };
  auto* timer = new Timer{{}, std::move(call)};
  uv_timer_init(runtime.loop(), &timer->uv);
  timer->uv.data = timer;
  uv_timer_start(
      &timer->uv,
      [](uv_timer_t* uv) {
        static_cast<Timer*>(uv->data)->call();
        uv_close(reinterpret_cast<uv_handle_t*>(uv),
                 [](uv_handle_t* closed) { delete static_cast<Timer*>(closed->data); });
      },
      0, 0);
}

}  // namespace

TEST_CASE("the host's resolver is asked by connect() and its answer is connected to",
          "[host][P2][U17]") {
  const bool race = GENERATE(true, false);
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  LookupOptions wanted;
  runtime.resolver = [&](const std::string&, const LookupOptions& options, LookupCallback answer) {
    wanted = options;
    later(runtime, [answer = std::move(answer)] { answer(nullptr, kLocal); });
    return true;
  };
  std::string got;
  std::string found;
  Socket& socket =
      runtime.net().connect({.port = echo.port, .host = "echo.invalid", .autoSelectFamily = race});
  socket.on<"lookup">([&](const Error*, const std::string& address, int, const std::string&) {
    found = address;
    CHECK(runtime.depth == 1);  // an event is told inside the host's scope
  });
  socket.on<"data">([&](const Buffer& chunk) { got += chunk.view(); });
  socket.on<"end">([&] { echo.server->close(); });
  socket.end("hello");
  CHECK(runtime.names == std::vector<std::string>{"echo.invalid 0"});
  CHECK(wanted.all == race);
  runtime.toEnd();
  CHECK(found == "127.0.0.1");
  CHECK(got == "hello");
}

TEST_CASE("the host's resolver is not asked for addresses, paths and options with a lookup",
          "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  int custom = 0;
  for (ConnectOptions options :
       {ConnectOptions{.port = echo.port, .host = "127.0.0.1"}, ConnectOptions{.path = "/nowhere"},
        ConnectOptions{.port = echo.port,
        .host = "echo.invalid",
        .lookup = [&](const std::string&, const LookupOptions&, const LookupCallback& answer) {
          ++custom;
          answer(nullptr, kLocal);
        }}}) {
    Socket& socket = runtime.net().connect(std::move(options));
    bool over = false;
    socket.on<"connect">([&] { socket.destroy(); });
    socket.on<"error">([] {});
    socket.on<"close">([&] { over = true; });
    runtime.until([&] { return over; });
  }
  CHECK(custom == 1);
  CHECK(runtime.names.empty());
}

TEST_CASE("the host's resolver is asked by listen() too", "[host][P2]") {
  FakeRuntime runtime;
  runtime.resolver = [&](const std::string&, const LookupOptions&, const LookupCallback& answer) {
    later(runtime, [answer = std::move(answer)] { answer(nullptr, kLocal); });
    return true;
  };
  Server& server = runtime.net().createServer();
  server.listen({.port = 0, .host = "here.invalid"});
  std::string address;
  server.on<"listening">([&] {
    address = std::get<AddressInfo>(server.address()).address;
    server.close();
  });
  runtime.toEnd();
  CHECK(address == "127.0.0.1");
  CHECK(runtime.names == std::vector<std::string>{"here.invalid 0"});
}

TEST_CASE("a resolver that says false leaves the name to the system", "[host][P2]") {
  FakeRuntime runtime;
  Server& server = runtime.net().createServer();
  server.listen({.port = 0, .host = "localhost"});
  bool connected = false;
  server.on<"listening">([&] {
    Socket& socket = runtime.net().connect(
        {.port = std::get<AddressInfo>(server.address()).port, .host = "localhost"});
    socket.on<"connect">([&] {
      connected = true;
      socket.destroy();
      server.close();
    });
  });
  runtime.toEnd();
  CHECK(connected);
  CHECK(runtime.names == std::vector<std::string>{"localhost 0", "localhost 0"});
}

TEST_CASE("listen() by name asks for all addresses and passes over link-local ones", "[host][P2]") {
  const std::string linkLocal = GENERATE("fe80::1", "FEBF::1");
  FakeRuntime runtime;
  std::vector<LookupAddress> found{{linkLocal, 6}, {"127.0.0.1", 4}};
  LookupOptions asked;
  runtime.resolver = [&](const std::string&, const LookupOptions& options,
                         const LookupCallback& answer) {
    asked = options;
    answer(nullptr, found);
    return true;
  };
  Server& server = runtime.net().createServer();
  server.listen({.port = 0, .host = "here.invalid"});
  runtime.until([&] { return server.listening(); });
  CHECK(asked.all);
  CHECK(std::get<AddressInfo>(server.address()).address == "127.0.0.1");
  server.close();

  // Where there is no other it must do.
  found.pop_back();
  Server& second = runtime.net().createServer();
  std::string code;
  second.on<"error">([&](const Error& error) { code = error.code + " " + error.address; });
  second.listen({.port = 0, .host = "here.invalid"});
  runtime.toEnd();
  CHECK(code == "EINVAL " + linkLocal);
}

TEST_CASE("a resolver that answers at once is told of after connect() and listen() have returned",
          "[host][P2]") {
  FakeRuntime runtime;
  runtime.resolver = [](const std::string& name, const LookupOptions&,
                        const LookupCallback& answer) {
    if (name == "none.invalid") {
      Error error("no such name", "ENOTFOUND");
      error.hostname = name;
      answer(&error, {});
    } else {
      answer(nullptr, kLocal);
    }
    return true;
  };
  std::string order;
  Server& server = runtime.net().createServer();
  server.on<"listening">([&] { order += "listening "; });
  server.listen({.port = 0, .host = "here.invalid"});
  Server& nowhere = runtime.net().createServer();
  nowhere.on<"error">([&](const Error& error) { order += error.code + " "; });
  nowhere.listen({.port = 0, .host = "none.invalid"});
  order += "called ";
  runtime.until([&] { return server.listening(); });
  Socket& socket = runtime.net().connect(
      {.port = std::get<AddressInfo>(server.address()).port, .host = "here.invalid"});
  socket.on<"lookup">([&] { order += "lookup "; });
  socket.on<"connect">([&] {
    order += "connect ";
    socket.destroy();
    server.close();
    nowhere.close();
  });
  Socket& lost = runtime.net().connect({.port = 1, .host = "none.invalid"});
  lost.on<"error">([&](const Error& error) { order += error.hostname + " "; });
  order += "called ";
  runtime.toEnd();
  CHECK(order == "called ENOTFOUND listening called lookup none.invalid connect ");
}

TEST_CASE("what a resolver says a second time, too late or wrongly changes nothing",
          "[host][P2][K15]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  std::vector<LookupCallback> answers;
  runtime.resolver = [&](const std::string&, const LookupOptions&, const LookupCallback& answer) {
    answers.push_back(std::move(answer));
    return true;
  };
  const ConnectOptions to{.port = echo.port, .host = "echo.invalid"};
  int lookups = 0;
  std::string closed;
  std::string code;

  SECTION("twice") {
    Socket& socket = runtime.net().connect(to);
    socket.on<"lookup">([&] { ++lookups; });
    socket.on<"connect">([&] { socket.destroy(); });
    socket.on<"close">([&](bool error) { closed += error ? "failed" : "closed"; });
    answers.at(0)(nullptr, kLocal);
    answers.at(0)(nullptr, kLocal);
    runtime.until([&] { return !closed.empty(); });
    CHECK(lookups == 1);
    CHECK(closed == "closed");
  }
  SECTION("after destroy()") {
    Socket& socket = runtime.net().connect(to);
    socket.on<"lookup">([&] { ++lookups; });
    socket.on<"close">([&](bool) { closed += "closed"; });
    socket.destroy();
    answers.at(0)(nullptr, kLocal);
    runtime.until([&] { return !closed.empty(); });
    answers.at(0)(nullptr, kLocal);
    CHECK(lookups == 0);
  }
  SECTION("no addresses, no error") {
    Socket& socket = runtime.net().connect(to);
    socket.on<"error">([&](const Error& error) { code = error.code; });
    socket.on<"close">([&](bool) { closed += "closed"; });
    answers.at(0)(nullptr, {});
    runtime.until([&] { return !closed.empty(); });
    CHECK(code == "ENOTFOUND");
  }
  SECTION("no IP address") {
    Socket& socket = runtime.net().connect(to);
    socket.on<"error">([&](const Error& error) { code = error.code; });
    socket.on<"close">([&](bool) { closed += "closed"; });
    answers.at(0)(nullptr, {{"nonsense", 4}});
    runtime.until([&] { return !closed.empty(); });
    CHECK(code == "ERR_INVALID_IP_ADDRESS");
  }
  SECTION("after the Net has gone") {
    Ref<Socket> socket(&runtime.net().connect(to));
    socket->on<"lookup">([&] { ++lookups; });
    echo.server.reset();
    runtime.endNet();
    answers.at(0)(nullptr, kLocal);
    runtime.turn();
    CHECK(lookups == 0);
  }
  SECTION("never, and close() of a server that waits for it") {
    Server& server = runtime.net().createServer();
    server.on<"close">([&] { closed = "closed"; });
    server.on<"listening">([&] { closed = "listening"; });
    server.listen({.port = 0, .host = "here.invalid"});
    server.close();
    runtime.until([&] { return !closed.empty(); });
    answers.at(0)(nullptr, kLocal);
    runtime.turn();
    CHECK(closed == "closed");
  }
  if (echo.server) echo.server->close();
  answers.clear();
}

TEST_CASE("an exception in a listener that a resolver's answer calls is the host's", "[host][P2]") {
  FakeRuntime runtime;
  LookupCallback answer;
  runtime.resolver = [&](const std::string&, const LookupOptions&, LookupCallback given) {
    answer = std::move(given);
    return true;
  };
  Socket& socket = runtime.net().connect({.port = 1, .host = "x.invalid"});
  socket.on<"lookup">([&] {
    socket.destroy();
    throw Error("in lookup");
  });
  answer(nullptr, kLocal);
  CHECK(runtime.exceptions == std::vector<std::string>{"in lookup"});
  answer = {};
  runtime.toEnd();
}
