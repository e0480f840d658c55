// Host::refuse: what is asked, when, and how a refusal is told. The texts and the shape of the
// error are Node's; Node 26 tells a refused listen() by throwing, here it is an 'error'.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "host/support/fake_runtime.h"
#include "support/socket_path.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

using Asked = std::vector<std::string>;
using Kind = Access::Kind;

// Refuses that kind, and nothing else.
std::function<std::optional<Error>(const Access&)> no(Kind kind) {
  return [kind](const Access& access) {
    return access.kind == kind ? std::optional(accessDenied(access)) : std::nullopt;
  };
}

// What a socket says until 'close'.
std::string historyOf(FakeRuntime& runtime, Socket& socket, Error& error) {
  std::string events;
  bool closed = false;
  socket.on<"connectionAttempt">([&] { events += "attempt "; });
  socket.on<"connectionAttemptFailed">([&] { events += "failed "; });
  socket.on<"connect">([&] {
    events += "connect ";
    socket.destroy();
  });
  socket.on<"error">([&](const Error& told) {
    events += "error ";
    error = told;
  });
  socket.on<"close">([&](bool) { closed = true; });
  runtime.until([&] { return closed; });
  return events + "close";
}

std::string port(int number) { return std::to_string(number); }

}  // namespace

TEST_CASE("resource() names what is asked for", "[host][P2]") {
  const Access v4{Kind::kConnect, "127.0.0.1", 80};
  const Access v6{Kind::kListen, "::1", 0};
  const Access path{.kind = Kind::kBind, .path = "/run/x.sock"};
  const Access fd{.kind = Kind::kAdopt, .fd = 3};
  CHECK(v4.resource() == "127.0.0.1:80");
  CHECK(v6.resource() == "[::1]:0");
  CHECK(path.resource() == "/run/x.sock");
  CHECK(fd.resource() == "fd 3");
  const Error error = accessDenied(v4);
  CHECK(error.message == "Access to this API has been restricted");
  CHECK(error.code == "ERR_ACCESS_DENIED");
  CHECK(error.permission == "Net");
  CHECK(error.resource == "127.0.0.1:80");
}

TEST_CASE("connect() asks for the address before it tries it", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  const bool allowed = GENERATE(true, false);
  if (!allowed) runtime.policy = no(Kind::kConnect);
  runtime.asked.clear();
  Error error;
  Socket& socket = runtime.net().connect(echo.port, "127.0.0.1");
  const std::string history = historyOf(runtime, socket, error);
  CHECK(runtime.asked == Asked{"connect 127.0.0.1:" + port(echo.port)});
  if (allowed) {
    CHECK(history == "attempt connect close");
  } else {
    CHECK(history == "attempt error close");
    CHECK(error.code == "ERR_ACCESS_DENIED");
    CHECK(error.resource == "127.0.0.1:" + port(echo.port));
  }
  echo.server->close();
}

TEST_CASE("connect() asks for the path of a Unix socket", "[host][P2][I02]") {
  FakeRuntime runtime;
  const std::string path = uniqueSocketPath();
  FakeEcho echo(runtime, path);
  const bool allowed = GENERATE(true, false);
  if (!allowed) runtime.policy = no(Kind::kConnect);
  runtime.asked.clear();
  Error error;
  const std::string history = historyOf(runtime, runtime.net().connect(path), error);
  CHECK(runtime.asked == Asked{"connect " + path});
  // connect() itself has told the attempt.
  CHECK(history == (allowed ? "connect close" : "error close"));
  CHECK(error.resource == (allowed ? "" : path));
  echo.server->close();
}

TEST_CASE("a name is asked for first, then each of its addresses", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  runtime.resolver = [](const std::string&, const LookupOptions&, const LookupCallback& answer) {
    answer(nullptr, {{"127.0.0.2", 4}, {"127.0.0.1", 4}});
    return true;
  };
  const std::string at = ":" + port(echo.port);
  runtime.asked.clear();
  Error error;
  std::string history;
  const ConnectOptions to{.port = echo.port, .host = "echo.invalid"};

  SECTION("the name is refused: nobody looks it up") {
    runtime.policy = no(Kind::kLookup);
    history = historyOf(runtime, runtime.net().connect(to), error);
    CHECK(history == "error close");
    CHECK(error.resource == "echo.invalid" + at);
    CHECK(runtime.asked == Asked{"lookup echo.invalid" + at});
    CHECK(runtime.names.empty());
  }
  SECTION("one address is refused: the next one is tried") {
    runtime.policy = [](const Access& access) {
      return access.kind == Kind::kConnect && access.address == "127.0.0.2"
                 ? std::optional(accessDenied(access))
                 : std::nullopt;
    };
    Socket& socket = runtime.net().connect(to);
    history = historyOf(runtime, socket, error);
    CHECK(history == "attempt failed attempt connect close");
    CHECK(runtime.asked ==
          Asked{"lookup echo.invalid" + at, "connect 127.0.0.2" + at, "connect 127.0.0.1" + at});
  }
  SECTION("all addresses are refused: an AggregateError of the refusals") {
    runtime.policy = no(Kind::kConnect);
    history = historyOf(runtime, runtime.net().connect(to), error);
    CHECK(history == "attempt failed attempt failed error close");
    CHECK(error.name == "AggregateError");
    CHECK(error.code == "ERR_ACCESS_DENIED");
    REQUIRE(error.errors.size() == 2);
    CHECK(error.errors[1].resource == "127.0.0.1" + at);
  }
  echo.server->close();
}

TEST_CASE("a local address is asked for before a connect() starts from it", "[host][P2]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  const bool allowed = GENERATE(true, false);
  if (!allowed) runtime.policy = no(Kind::kBind);
  runtime.asked.clear();
  Error error;
  Socket& socket =
      runtime.net().connect({.port = echo.port, .host = "127.0.0.1", .localAddress = "127.0.0.1"});
  const std::string history = historyOf(runtime, socket, error);
  CHECK(runtime.asked.at(0) == "bind 127.0.0.1:0");
  CHECK(runtime.asked.size() == (allowed ? 2U : 1U));
  CHECK(history == (allowed ? "attempt connect close" : "error close"));
  echo.server->close();
}

TEST_CASE("listen() asks for address and port, or path; a refusal is an 'error'",
          "[host][P2][S05]") {
  FakeRuntime runtime;
  const bool allowed = GENERATE(true, false);
  if (!allowed) runtime.policy = no(Kind::kListen);
  const std::string path = uniqueSocketPath();
  const auto [options, asked] = GENERATE_COPY(table<ListenOptions, std::string>(
      {{ListenOptions{.port = 0, .host = "127.0.0.1"}, "listen 127.0.0.1:0"},
       {ListenOptions{.port = 0}, "listen [::]:0"},
       {ListenOptions{.path = path}, "listen " + path}}));
  Server& server = runtime.net().createServer();
  std::string events;
  server.on<"listening">([&] { events += "listening"; });
  server.on<"error">([&](const Error& error) { events += error.code + " " + error.resource; });
  server.listen(options);
  CHECK(events.empty());  // nobody is told before listen() has returned
  runtime.until([&] { return !events.empty(); });
  CHECK(runtime.asked == Asked{asked});
  CHECK(events == (allowed ? "listening" : "ERR_ACCESS_DENIED " + asked.substr(7)));
  CHECK(server.listening() == allowed);
  CHECK(std::filesystem::exists(options.path) == (allowed && !options.path.empty()));
  server.close();
  runtime.toEnd();
}

TEST_CASE("a server that was refused can listen elsewhere", "[host][P2]") {
  FakeRuntime runtime;
  runtime.policy = [](const Access& access) {
    return access.path.empty() ? std::optional(accessDenied(access)) : std::nullopt;
  };
  Server& server = runtime.net().createServer();
  std::string events;
  server.on<"error">([&] {
    events += "error ";
    server.listen({.path = uniqueSocketPath()});
  });
  server.on<"listening">([&] {
    events += "listening";
    server.close();
  });
  server.listen(0);
  runtime.toEnd();
  CHECK(events == "error listening");
}

TEST_CASE("a BoundSocket asks when it binds and again when somebody listens on it",
          "[host][P2][S10]") {
  FakeRuntime runtime;
  const std::string path = GENERATE(std::string(), uniqueSocketPath());
  BoundSocketOptions options{.path = path};
  if (path.empty()) options = {.host = "127.0.0.1"};
  const std::string asked = "bind " + (path.empty() ? "127.0.0.1:0" : path);

  runtime.policy = no(Kind::kBind);
  std::string refusal;
  try {
    const BoundSocket refused(runtime.net(), options);
  } catch (const Error& error) {
    refusal = error.code + " " + error.resource;
  }
  CHECK(refusal == "ERR_ACCESS_DENIED " + asked.substr(5));
  CHECK(runtime.asked == Asked{asked});
  CHECK_FALSE(std::filesystem::exists(path));

  runtime.policy = no(Kind::kListen);
  BoundSocket bound(runtime.net(), options);
  const std::string where =
      path.empty() ? "127.0.0.1:" + port(std::get<AddressInfo>(bound.address()).port) : path;
  Server& server = runtime.net().createServer();
  std::string told;
  server.on<"error">([&](const Error& error) { told = error.resource; });
  server.listen(bound);
  runtime.until([&] { return !told.empty(); });
  CHECK(told == where);
  CHECK(runtime.asked.back() == "listen " + where);
  server.close();
  runtime.toEnd();
}

TEST_CASE("a descriptor from outside is asked for; refused, it stays its owner's", "[host][P2]") {
  FakeRuntime runtime;
  std::array<int, 2> fds{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  const std::string fd = "fd " + std::to_string(fds[0]);
  runtime.policy = no(Kind::kAdopt);
  std::string refusal;
  try {
    make<Socket>(runtime.net(), SocketOptions{.fd = fds[0]});
  } catch (const Error& error) {
    refusal = error.code + " " + error.resource;
  }
  CHECK(refusal == "ERR_ACCESS_DENIED " + fd);
  Server& server = runtime.net().createServer();
  std::string told;
  server.on<"error">([&](const Error& error) { told = error.resource; });
  server.listenFD(fds[0]);
  runtime.until([&] { return !told.empty(); });
  CHECK(told == fd);
  CHECK(runtime.asked == Asked{"adopt " + fd, "adopt " + fd});
  server.close();
  CHECK(::close(fds[0]) == 0);
  CHECK(::close(fds[1]) == 0);
  runtime.toEnd();
}

TEST_CASE("a server on another server's descriptor is not asked for again", "[host][P2][S10]") {
  FakeRuntime runtime;
  FakeEcho echo(runtime);
  runtime.asked.clear();
  Server& copy = runtime.net().createServer();
  copy.listen(*echo.server, [&] {
    copy.close();
    echo.server->close();
  });
  runtime.toEnd();
  CHECK(runtime.asked.empty());
}

TEST_CASE("the error is the host's own, its object included", "[host][P2]") {
  FakeRuntime runtime;
  const auto object = std::make_shared<int>(7);
  runtime.policy = [&](const Access&) {
    Error error("not today", "ERR_HOUSE_RULE");
    error.origin = object;
    return std::optional(error);
  };
  Error error;
  historyOf(runtime, runtime.net().connect(1, "127.0.0.1"), error);
  CHECK(error.message == "not today");
  CHECK(error.origin == object);
}
