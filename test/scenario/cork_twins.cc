// Twins of the scenarios about corked writes and the counters of bytes.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("cork") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "drain finish end close");
      client.on<"connect">([&] {
        client.cork();
        client.cork();
        trace(o, "write ->", client.write("one ", told(o, "write callback 1")));
        trace(o, "write ->", client.write("74776f20", "hex", told(o, "write callback 2")));
        trace(o, "write ->", client.write("dGhyZWU=", "base64", told(o, "write callback 3")));
        trace(o, "corked", client.writableCorked());
        counters(o, "corked", client);
        client.uncork();
        trace(o, "corked", client.writableCorked());
        counters(o, "uncork 1", client);
        client.uncork();
        trace(o, "corked", client.writableCorked());
        counters(o, "uncork 2", client);
        client.uncork();
        after(20, [&] { client.end(); });
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("cork-drain") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      watch(o, client, "drain finish end close");
      client.on<"connect">([&] {
        client.cork();
        trace(o, "write ->", client.write(std::string(20000, 'x'), told(o, "write callback")));
        tick([&] {
          trace(o, "uncork");
          client.uncork();
          tick([&] { trace(o, "tick"); });
        });
      });
      client.on<"drain">([&] { client.end(); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("cork-end") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect finish end close");
      client.on<"connect">([&] {
        client.cork();
        client.write("one ", told(o, "write callback 1"));
        client.write("two ", told(o, "write callback 2"));
        client.end("three", told(o, "end callback"));
        trace(o, "corked", client.writableCorked());
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("counters") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      counters(o, "connection", peer);
      peer.once<"data">([&](const Buffer& d) {
        counters(o, "data", peer);
        peer.write(d);
        counters(o, "write", peer);
      });
      peer.on<"end">([&] { counters(o, "end", peer); });
      peer.on<"close">([&] { counters(o, "close", peer); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      counters(o, "connect returned", client);
      client.write("hello");
      counters(o, "write", client);
      client.on<"connect">([&] { counters(o, "connect", client); });
      client.on<"data">([&] {
        counters(o, "data", client);
        client.end("bye");
        counters(o, "end", client);
      });
      client.on<"finish">([&] { counters(o, "finish", client); });
      client.on<"close">([&] { counters(o, "close", client); });
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
