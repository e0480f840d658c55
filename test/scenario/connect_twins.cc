// Twins of the scenarios about connecting, once or again.
#include <filesystem>
#include <fstream>

#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("connect-order") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      trace(t.object("server"), "listener");
      peer.end("hello");
      watch(t.object("peer"), peer, "connect ready end finish close");
      peer.resume();
    });
    watch(t.object("server"), server, "listening connection close");
    t.listen(server, [&] {
      trace(t.object("server"), "callback");
      Socket& client =
          net.connect(t.target(server), [&] { trace(t.object("client"), "callback"); });
      watch(t.object("client"), client,
            "lookup connectionAttempt connect ready data end finish close");
      state(t.object("client"), "return", client);
      client.on<"connect">([&] { state(t.object("client"), "connect", client); });
      tick([&] { trace(t.object("client"), "tick"); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("connect-after-destroy") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) { peer.end("hello"); });
  t.listen(server, [&] {
    Socket& client = net.socket();
    watch("client", client, "connect ready data end finish error close");
    client.destroy();
    client.once<"close">([&] {
      client.connect(t.target(server));
      state("client", "connect returned", client);
    });
    closeAfter(server, 1);
  });
}

SCENARIO_TWIN("connect-after-server-closed") {
  Transport& t = transport("tcp");
  auto& target = var(ConnectOptions());
  auto& client = var<Socket*>(nullptr);
  Server& server = net.createServer([&](Socket& peer) {
    peer.on<"data">([&](const Buffer& d) { peer.end(d); });
    peer.server()->close(told("server", "close callback"));
    Socket& late = net.connect(target);
    watch("late", late, "connect error close");
    late.on<"close">([&] { client->write("still here"); });
  });
  t.listen(server, [&] {
    target = t.target(server);
    client = &net.connect(target);
    watch("client", *client, "connect data end finish close");
  });
}

SCENARIO_TWIN("connect-callback") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { peer.end(); });
    t.listen(server, [&] {
      Socket& client = net.socket();
      const std::string& o = t.object("client");
      client.on<"connect">([&] { trace(o, "first listener"); });
      client.connect(t.target(server), [&] {
        trace(o, "callback, listeners left", client.listenerCount<"connect">());
      });
      client.on<"connect">([&] { trace(o, "last listener"); });
      client.prependListener<"connect">([&] { trace(o, "prepended listener"); });
      watch(o, client, "ready end close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("connect-missing-unix") {
  const std::string& path = tempPath();
  Socket& client = net.connect(path, [&] { trace("client", "callback"); });
  trace("client", "connect returned");
  watch("client", client, "connectionAttempt connectionAttemptFailed connect error close");
  state("client", "return", client);
  tick([&] { trace("client", "tick"); });
  client.on<"error">([&] { state("client", "error", client); });
  client.on<"close">([&] { state("client", "close", client); });
}

SCENARIO_TWIN("connect-refused-tcp") {
  refusedPort([&](int port) {
    Socket& client = net.connect(port, "127.0.0.1", [&] { trace("client", "callback"); });
    watch("client", client,
          "connectionAttempt connectionAttemptFailed connect ready end finish error close");
    state("client", "return", client);
    client.on<"error">([&] { state("client", "error", client); });
    client.on<"close">([&] { state("client", "close", client); });
  });
}

SCENARIO_TWIN("connect-refused-unix") {
  const std::string& path = tempPath();
  std::ofstream(path).flush();
  Socket& client = net.connect(path);
  watch("client", client, "connect error close");
  Socket& below = net.connect(path + "/below");
  watch("below", below, "connect error close");
}

SCENARIO_TWIN("connect-timers-and-ticks") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      tick([&] { trace(t.object("server"), "tick"); });
      trace(t.object("server"), "listener");
      peer.resume();
    });
    server.on<"connection">([&] { trace(t.object("server"), "second listener"); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"connect">([&] {
        tick([&] { trace(o, "tick of connect"); });
        trace(o, "connect");
      });
      client.on<"ready">([&] {
        tick([&] { trace(o, "tick of ready"); });
        trace(o, "ready");
        client.end();
      });
      watch(o, client, "end finish close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
