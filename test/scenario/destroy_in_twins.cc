// Twins of the scenarios that call destroy() inside a listener or callback, one for each.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("destroy-in-close") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) { peer.end(); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"close">([&] {
        client.destroy();
        client.destroy(Error("too late"));
        trace(o, "destroy returned");
      });
      watch(o, client, "error close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-connect") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.end("hello");
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"connect">([&] {
        trace(o, "destroying");
        client.destroy();
      });
      watch(o, client, "connect ready data end finish error close");
      client.on<"ready">([&] { state(o, "ready", client); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-connection") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "data end finish error close");
      peer.destroy();
      state(o, "destroy returned", peer);
      tick([&] { trace(o, "tick"); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect data end finish error close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-data") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.end("hello");
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"data">([&] {
        trace(o, "destroy ->", &client.destroy() == &client);
        state(o, "destroy returned", client);
        sides(o, "destroy returned", client);
      });
      watch(o, client, "data end finish error close");
      client.on<"close">([&] { sides(o, "close", client); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-drain") {
  both([&](Transport& t) {
    Server& server = net.createServer({.highWaterMark = kNode20Mark}, [](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      watch(o, client, "drain finish end error close");
      client.write(std::string(20000, 'x'), told(o, "write callback 1"));
      client.write("two", told(o, "write callback 2"));
      client.on<"drain">([&] {
        client.destroy();
        trace(o, "destroy returned");
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-end-callback") {
  both([&](Transport& t) {
    Server& server = net.createServer({.allowHalfOpen = true}, [&](Socket& peer) {
      gather(t.object("peer"), peer);
      peer.on<"end">([&] { after(20, [&] { peer.destroy(); }); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "finish end error close");
      client.on<"connect">([&] {
        client.end("bye", [&](const Error* error) {
          trace(o, "end callback", error != nullptr ? error->code : "no error");
          client.destroy();
        });
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-end") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("hello");
      peer.resume();
      watch(t.object("peer"), peer, "end finish error close");
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "end finish error close");
      client.on<"end">([&] {
        client.destroy();
        state(o, "destroy returned", client);
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-error") {
  refusedPort([&](int port) {
    Socket& client = net.connect(port, "127.0.0.1");
    client.on<"error">([&] {
      client.destroy();
      client.destroy(Error("second"));
      trace("client", "destroy returned");
    });
    watch("client", client, "error close");
    client.on<"close">([&] { trace("client", "errored", client.errored()->code); });
  });
}

SCENARIO_TWIN("destroy-in-finish") {
  both([&](Transport& t) {
    Server& server = net.createServer({.allowHalfOpen = true}, [&](Socket& peer) {
      gather(t.object("peer"), peer);
      peer.on<"end">([&] { after(20, [&] { peer.destroy(); }); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"connect">([&] { client.end("bye", told(o, "end callback")); });
      client.on<"finish">([&] {
        client.destroy();
        trace(o, "destroy returned");
      });
      watch(o, client, "finish end error close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-lookup") {
  const Lookup lookup = [&](const std::string&, const LookupOptions&, const LookupCallback& f) {
    tick([f] { f(nullptr, {{.address = "127.0.0.1", .family = 4}}); });
  };
  Socket& client = net.connect({.port = 1, .host = "one.test", .lookup = lookup});
  watch("client", client, "lookup connectionAttempt connect error close");
  client.on<"lookup">([&] {
    client.destroy();
    state("client", "destroy returned", client);
  });
}

SCENARIO_TWIN("destroy-in-readable") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.end("hello");
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"readable">([&] {
        trace(o, "readable, length", client.readableLength());
        client.destroy();
        trace(o, "read ->", client.read());
      });
      watch(o, client, "end finish error close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-timeout-error") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "timeout end finish error close");
      client.setTimeout(30);
      client.on<"timeout">([&] { client.destroy(Error("idle")); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-timeout") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.setTimeout(30, [&] {
        trace(o, "callback");
        client.destroy();
      });
      watch(o, client, "timeout end finish error close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-in-write-callback") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "finish end error close");
      client.on<"connect">([&] {
        client.write("one", [&] {
          trace(o, "write callback 1");
          client.destroy();
        });
        client.write("two", told(o, "write callback 2"));
        client.write("three", told(o, "write callback 3"));
      });
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
