// Twins of the scenarios about listen(), and of getConnections().
#include <filesystem>
#include <fstream>

#include "scenario/support/scenario.h"

namespace uvnet::test {
namespace {

bool bound(const Server& server) {
  return !std::holds_alternative<std::monostate>(server.address());
}

}  // namespace

SCENARIO_TWIN("get-connections") {
  both([&](Transport& t) {
    const std::string& o = t.object("server");
    const auto count = [this, &o](std::string_view what) {
      return [this, &o, what](const Error*, std::size_t n) { trace(o, what, n); };
    };
    Server& server = net.createServer([this, &o, count](Socket& peer) {
      Server& own = *peer.server();
      peer.resume();
      Server& same = own.getConnections([this, &o](const Error* error, std::size_t n) {
        trace(o, "count", error == nullptr ? Word(nullptr) : Word(fields(*error)), n);
      });
      trace(o, "getConnections ->", &same == &own);
      trace(o, "getConnections returned");
      peer.on<"end">([&own, count] { own.getConnections(count("count at end")); });
      peer.on<"close">([&own, count] { own.getConnections(count("count at close")); });
    });
    server.getConnections(count("count before listen"));
    t.listen(server, [this, &t, &server, count] {
      Socket& client = net.connect(t.target(server));
      client.resume();
      after(30, [&client, &server, count] {
        server.close();
        server.getConnections(count("count closing"));
        client.end();
      });
    });
  });
}

SCENARIO_TWIN("listen-again") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) { peer.end(); });
    const std::string& o = t.object("server");
    watch(o, server, "listening connection close error");
    t.listen(server, [&] {
      server.close([&] {
        trace(o, "close callback");
        t.listen(server, [&] {
          Socket& client = net.connect(t.target(server));
          client.resume();
          watch(t.object("client"), client, "connect end close");
          closeAfter(server, 1);
        });
        trace(o, "listening", server.listening());
      });
    });
  });
}

SCENARIO_TWIN("listen-busy-path") {
  Transport& t = transport("unix");
  Server& first = net.createServer();
  t.listen(first, [&] {
    Server& second = net.createServer([](Socket& peer) { peer.end("hello"); });
    watch("second", second, "listening error close");
    second.once<"error">([&] {
      trace("second", "listening", second.listening(), "file", std::filesystem::exists(t.path));
      first.close([&] {
        t.listen(second, [&] {
          Socket& client = net.connect(t.target(second));
          watch("client", client, "connect data end close");
          closeAfter(second, 1);
        });
      });
    });
    t.listen(second);
    trace("second", "listen returned");
  });
}

SCENARIO_TWIN("listen-busy-port") {
  Transport& t = transport("tcp");
  Server& first = net.createServer();
  t.listen(first, [&] {
    const int port = portOf(first);
    Server& second = net.createServer();
    watch("second", second, "listening error close");
    second.once<"error">([&] {
      trace("second", "listening", second.listening(), "address",
            bound(second) ? Word("bound") : Word(nullptr));
      second.close(told("second", "close callback"));
      second.listen(0, "127.0.0.1", [&] {
        second.close();
        first.close();
      });
    });
    second.listen(port, "127.0.0.1", [&] { trace("second", "never"); });
    trace("second", "listen returned");
    tick([&] { trace("second", "tick"); });
  });
}

SCENARIO_TWIN("listen-errors") {
  const auto fail = [&](const std::string& name, const ListenOptions& options) {
    Server& server = net.createServer();
    watch(name, server, "listening error close");
    server.listen(options);
    tick([this, name, &server] { trace(name, "tick, listening", server.listening()); });
  };
  fail("address", {.port = 0, .host = "198.51.100.1"});
  fail("directory", {.path = tempPath() + "/missing/x.sock"});
  const std::string& file = tempPath();
  std::ofstream{file};
  fail("file", {.path = file});
}

SCENARIO_TWIN("listen-host-name") {
  Server& server = net.createServer();
  watch("server", server, "listening close error");
  server.listen(0, "localhost", [&] {
    trace("server", "callback, listening", server.listening());
    server.close();
  });
  trace("server", "listening", server.listening(), "address",
        bound(server) ? Word("bound") : Word(nullptr));
}

SCENARIO_TWIN("listen-order") {
  both([&](Transport& t) {
    Server& server = net.createServer();
    const std::string& o = t.object("server");
    const auto where = [this, &o, &server](std::string_view at) {
      trace(o, "at", at, "listening", server.listening(), "address",
            bound(server) ? "there" : "null");
    };
    where("new");
    server.on<"listening">([&] { trace(o, "first listener"); });
    tick([&] { trace(o, "tick before"); });
    Server& same = t.listen(server, [this, &o, where] {
      trace(o, "callback");
      where("callback");
    });
    trace(o, "listen ->", &same == &server);
    tick([&] { trace(o, "tick after"); });
    server.on<"listening">([&] {
      trace(o, "last listener");
      server.close(told(o, "close callback"));
      trace(o, "listening", server.listening());
    });
    watch(o, server, "close error");
  });
}

SCENARIO_TWIN("listen-retry") {
  Transport& t = transport("tcp");
  Server& first = net.createServer();
  t.listen(first, [&] {
    const int port = portOf(first);
    Server& second = net.createServer();
    second.on<"error">([&, port, tries = 0](const Error& error) mutable {
      trace("second", "error", ++tries, error.code);
      if (tries == 2) first.close();
      after(30, [&, port] {
        second.close();
        second.listen(port, "127.0.0.1");
      });
    });
    second.on<"listening">([&] {
      trace("second", "listening");
      second.close();
    });
    watch("second", second, "close");
    second.listen(port, "127.0.0.1");
  });
}

SCENARIO_TWIN("listen-twice") {
  both([&](Transport& t) {
    Server& server = net.createServer();
    const std::string& o = t.object("server");
    watch(o, server, "listening close error");
    t.listen(server, [&] {
      attempt(o, "listen in callback", [&] { server.listen(0, "127.0.0.1", told(o, "never")); });
      trace(o, "listening", server.listening());
      server.close();
      trace(o, "listening", server.listening());
    });
  });
}

}  // namespace uvnet::test
