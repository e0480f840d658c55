// Twins of the scenarios about setTimeout() and the timeout option, and unref().
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("timeout-callback-once") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { peer.resume(); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      const auto f = [this, &o] { trace(o, "callback"); };
      client.setTimeout(100, f);
      trace(o, "listeners", client.listenerCount<"timeout">());
      client.setTimeout(0, f);
      trace(o, "listeners", client.listenerCount<"timeout">());
      client.setTimeout(100, f);
      client.on<"timeout">(
          [&] { trace(o, "timeout, listeners", client.listenerCount<"timeout">()); });
      after(300, [&] {
        client.setTimeout(0);
        client.write("x");
      });
      after(500, [&] { client.end(); });
      watch(o, client, "close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("timeout-cleared-by-destroy") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "timeout close");
      client.setTimeout(100);
      client.on<"connect">([&] { client.destroy(); });
      client.on<"close">([&] { trace(o, "setTimeout ->", &client.setTimeout(10) == &client); });
      after(200, [&] { trace(o, "done"); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("timeout-idle") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { peer.resume(); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "timeout end finish close");
      trace(o, "timeout", client.timeout());
      trace(o, "setTimeout ->", &client.setTimeout(100) == &client);
      trace(o, "timeout", client.timeout());
      client.on<"timeout">([&] { state(o, "timeout", client); });
      after(300, [&] { client.end(); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("timeout-option") {
  const Lookup lookup = [](const std::string&, const LookupOptions&, const LookupCallback&) {};
  Socket& slow = net.connect({.port = 1, .host = "slow.test", .lookup = lookup, .timeout = 100});
  watch("slow", slow, "timeout connect error close");
  slow.on<"timeout">([&] {
    state("slow", "timeout", slow);
    slow.destroy();
  });
  trace("slow", "timeout", slow.timeout());
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "timeout end finish close");
      peer.setTimeout(100, [&] { peer.end(); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      watch(t.object("client"), client, "end finish close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("timeout-refreshed") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.resume();
      for (const int ms : {100, 200, 300}) after(ms, [&] { peer.write("x"); });
      after(1300, [&] { peer.end(); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      gather(o, client);
      watch(o, client, "timeout end close");
      client.setTimeout(300);
      for (const int ms : {400, 550, 700}) {
        after(ms, [&] {
          trace(o, "write");
          client.write("y");
        });
      }
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("unref-socket") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      watch(t.object("peer"), peer, "end close");
      trace(t.object("peer"), "unref ->", &peer.unref() == &peer);
      peer.resume();
    });
    server.unref();
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      watch(t.object("client"), client, "connect end close");
      client.on<"connect">([&] { after(30, [&] { client.unref(); }); });
      client.resume();
    });
  });
}

SCENARIO_TWIN("unref") {
  both([&](Transport& t) {
    const std::string& o = t.object("server");
    Server& server = net.createServer();
    trace(o, "unref ->", &server.unref() == &server, &server.unref() == &server);
    t.listen(server, [&] { trace(o, "callback, listening", server.listening()); });
    watch(o, server, "listening close");
    Server& other = net.createServer();
    other.listen(0, "127.0.0.1", [&] {
      const bool unref = &other.unref() == &other;
      trace(t.object("other"), "unref ref ->", unref, &other.ref() == &other);
      after(20, [&] { other.unref(); });
    });
  });
}

}  // namespace uvnet::test
