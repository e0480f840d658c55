// Twins of the scenarios about the closing of servers, and what 'close' carries.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("close-argument") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "error close");
      peer.resume();
      peer.on<"error">([] {});
      peer.on<"data">([&](const Buffer& d) {
        if (d == "fail") peer.destroy(Error("asked to fail"));
      });
    });
    using Act = std::function<void(Socket&)>;
    using Next = std::function<void()>;
    t.listen(server, [&] {
      auto& run = var(std::function<void(const char*, Act, Next)>());
      run = [&](const char* name, Act f, Next next) {
        Socket& client = net.connect(t.target(server));
        watch(t.object(name), client, "error close");
        client.resume();
        client.on<"connect">([&, f = std::move(f)] { f(client); });
        client.on<"close">([&, next = std::move(next)] {
          if (next) after(20, next);
        });
      };
      run(
          "1-end", [](Socket& c) { c.end(); },
          [&] {
            run(
                "2-destroy", [](Socket& c) { c.destroy(); },
                [&] { run("3-peer-fails", [](Socket& c) { c.write("fail"); }, {}); });
          });
      closeAfter(server, 3);
    });
  });
}

SCENARIO_TWIN("close-in-listen") {
  both([&](Transport& t) {
    Server& server = net.createServer();
    const std::string& o = t.object("server");
    watch(o, server, "listening close error");
    t.listen(server);
    trace(o, "listening", server.listening());
    trace(o, "close ->", &server.close(told(o, "close callback")) == &server);
    trace(o, "listening", server.listening());
  });
}

SCENARIO_TWIN("close-not-running") {
  Server& server = net.createServer();
  watch("fresh", server, "close error");
  server.close(told("fresh", "close callback"));
  server.close();
  tick([&] { trace("fresh", "tick"); });
  both([&](Transport& t) {
    Server& s = net.createServer();
    const std::string& o = t.object("server");
    watch(o, s, "close error");
    t.listen(s, [&] {
      s.close(told(o, "close callback 1"));
      s.close(told(o, "close callback 2"));
    });
    s.once<"close">([&] { s.close(told(o, "close callback 3")); });
  });
}

SCENARIO_TWIN("close-order") {
  both([&](Transport& t) {
    const std::string& o = t.object("server");
    Server& server = net.createServer([&](Socket& peer) {
      peer.server()->close([&] { trace(o, "close callback"); });
      watch(o, peer, "end finish");
      peer.on<"close">([&] {
        trace(o, "peer close");
        tick([&] { trace(o, "tick of peer close"); });
      });
      peer.destroy();
    });
    server.on<"close">([&] { trace(o, "server close"); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      client.resume();
      client.on<"error">([] {});
    });
  });
}

SCENARIO_TWIN("close-waits") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.on<"data">([&](const Buffer& d) { peer.end(d); });
      peer.on<"close">([&] { trace(t.object("server"), "peer closed"); });
      peer.server()->close(told(t.object("server"), "close callback"));
      trace(t.object("server"), "close returned, listening", peer.server()->listening());
    });
    watch(t.object("server"), server, "close");
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      watch(t.object("client"), client, "connect data end close");
      after(40, [&] {
        trace(t.object("server"), "still open");
        client.write("hello");
      });
    });
  });
}

}  // namespace uvnet::test
