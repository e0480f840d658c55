// Twins of the scenarios about write()'s answer and 'drain'. Their numbers are those of Node 20's
// highWaterMark.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("drain-before-connect") {
  both([&](Transport& t) {
    Server& server = net.createServer({.highWaterMark = kNode20Mark},
                                      [&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      trace(o, "mark", client.writableHighWaterMark());
      watch(o, client, "connect ready drain finish end close");
      trace(o, "write ->", client.write(std::string(16383, 'x'), told(o, "write callback 1")));
      counters(o, "below", client);
      trace(o, "write ->", client.write("x", told(o, "write callback 2")));
      counters(o, "mark", client);
      trace(o, "write ->", client.write(std::string(100, 'x'), told(o, "write callback 3")));
      client.on<"drain">([&] {
        counters(o, "drain", client);
        client.end();
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("drain-in-drain") {
  both([&](Transport& t) {
    Server& server = net.createServer({.highWaterMark = kNode20Mark}, [&](Socket& peer) {
      gather(t.object("peer"), peer);
      peer.pause();
      after(30, [&] { peer.resume(); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      watch(o, client, "drain finish close");
      client.on<"drain">([&, rounds = 0]() mutable {
        if (++rounds == 3) {
          client.end();
          return;
        }
        client.cork();
        trace(o, "write ->", client.write(std::string(20000, 'x'), told(o, "write callback")));
        client.uncork();
      });
      client.write(Buffer::alloc(16000000), told(o, "write callback"));
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("drain-not-after-end") {
  both([&](Transport& t) {
    Server& server = net.createServer({.highWaterMark = kNode20Mark},
                                      [&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      watch(o, client, "connect drain finish end close");
      trace(o, "write ->", client.write(std::string(20000, 'x'), told(o, "write callback")));
      client.end();
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("drain-not-owed") {
  both([&](Transport& t) {
    Server& server = net.createServer({.highWaterMark = kNode20Mark},
                                      [&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      watch(o, client, "connect drain finish end close");
      trace(o, "write ->", client.write(std::string(16383, 'x')));
      client.on<"connect">([&] {
        after(20, [&] {
          trace(o, "write ->", client.write(std::string(100, 'x')));
          after(20, [&] { client.end(); });
        });
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("drain-slow-reader") {
  both([&](Transport& t) {
    Server& server = net.createServer({.highWaterMark = kNode20Mark}, [&](Socket& peer) {
      gather(t.object("peer"), peer);
      peer.pause();
      after(40, [&] {
        trace(t.object("peer"), "resume");
        peer.resume();
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      watch(o, client, "drain finish end close");
      client.on<"connect">([&] {
        trace(o, "write ->", client.write(Buffer::alloc(16000000), told(o, "write callback 1")));
        trace(o, "needDrain", client.writableNeedDrain(), "length", client.writableLength());
      });
      client.on<"drain">([&] {
        counters(o, "drain", client);
        client.end();
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("drain-taken-at-once") {
  both([&](Transport& t) {
    Server& server = net.createServer({.highWaterMark = kNode20Mark},
                                      [&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.highWaterMark = kNode20Mark}));
      const std::string& o = t.object("client");
      watch(o, client, "drain finish end close");
      client.on<"connect">([&] {
        trace(o, "write ->", client.write(std::string(16384, 'x'), told(o, "write callback 1")));
        counters(o, "first", client);
        trace(o, "write ->", client.write(std::string(16384, 'x'), told(o, "write callback 2")));
        counters(o, "second", client);
        after(20, [&] { client.end(); });
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
