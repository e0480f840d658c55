// Twins of the scenarios with listeners and callbacks that throw.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("throw-in-connect") {
  onUncaught();
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("hello");
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"connect">([&] {
        trace(o, "throwing");
        raise(o, "in connect");
      });
      watch(o, client, "connect ready data end finish error close");
      after(40, [&] {
        state(o, "later", client);
        trace(o, "bytesRead", client.bytesRead());
        client.destroy();
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("throw-in-data") {
  onUncaught();
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("one");
      after(30, [&] { peer.end("two"); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"data">([&](const Buffer& d) {
        trace(o, "data", chunkText(d));
        raise(o, "in data");
      });
      watch(o, client, "end finish error close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("throw-in-end-and-close") {
  onUncaught();
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end();
      peer.resume();
      peer.on<"error">([] {});
    });
    watch(t.object("server"), server, "close");
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"end">([&] {
        trace(o, "throwing");
        raise(o, "in end");
      });
      client.on<"close">([&] {
        trace(o, "throwing");
        raise(o, "in close");
      });
      watch(o, client, "end finish error close");
      after(40, [&] {
        state(o, "later", client);
        client.destroy();
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("throw-in-server") {
  onUncaught();
  both([&](Transport& t) {
    const std::string& o = t.object("server");
    Server& server = net.createServer([&](Socket& peer) {
      watch(t.object("peer"), peer, "end finish close");
      peer.resume();
      trace(o, "throwing");
      raise(o, "in connection");
    });
    watch(o, server, "close");
    server.on<"listening">([&] {
      trace(o, "listening");
      Socket& client = net.connect(t.target(server));
      client.resume();
      client.end("hello", told(t.object("client"), "end callback"));
      watch(t.object("client"), client, "end close");
      client.on<"close">([&] { server.close(); });
      raise(o, "in listening");
    });
    t.listen(server);
  });
}

SCENARIO_TWIN("throw-in-write-callback") {
  onUncaught();
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "drain finish end error close");
      client.on<"connect">([&] {
        client.write("one", [&](const Error*) {
          trace(o, "throwing");
          raise(o, "in write callback");
        });
        tick([&] {
          trace(o, "tick");
          client.write("two", told(o, "write callback 2"));
        });
        after(20, [&] { client.end(told(o, "end callback")); });
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
