// Twins of the scenarios about destroy(): before, during and after a connection, with and without
// an error, with writes and data still waiting. destroy() inside listeners: destroy_in_twins.cc.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("destroy-before-connect") {
  both([&](Transport& t) {
    Server& server = net.createServer([] {});
    t.listen(server, [&] {
      const std::string& o = t.object("client");
      Socket& client = net.connect(t.target(server), [&] { trace(o, "callback"); });
      watch(o, client, "connectionAttempt connect ready error end finish close");
      client.write("lost", told(o, "write callback"));
      client.destroy();
      state(o, "destroy returned", client);
      tick([&] { trace(o, "tick"); });
      after(20, [&] { server.close(); });
    });
  });
}

SCENARIO_TWIN("destroy-during-lookup") {
  auto& answers = var(std::vector<LookupCallback>());
  const Lookup lookup = [&](const std::string&, const LookupOptions&, LookupCallback f) {
    answers.push_back(std::move(f));
  };
  Socket& client = net.connect({.port = 1, .host = "late.test", .lookup = lookup},
                               [&] { trace("client", "callback"); });
  watch("client", client, "lookup connectionAttempt connect error close");
  client.write("lost", told("client", "write callback"));
  tick([&] {
    trace("client", "lookups", answers.size());
    client.destroy();
    state("client", "destroy returned", client);
  });
  after(20, [&] {
    trace("client", "late answer");
    answers[0](nullptr, {{.address = "127.0.0.1", .family = 4}});
  });
}

SCENARIO_TWIN("destroy-error-during-lookup") {
  const Lookup lookup = [&](const std::string&, const LookupOptions&, const LookupCallback&) {
    trace("client", "lookup called");
  };
  Socket& client = net.connect({.port = 1, .host = "late.test", .lookup = lookup});
  watch("client", client, "lookup connectionAttempt connect error close");
  tick([&] {
    client.destroy(Error("enough"));
    trace("client", "destroy returned");
  });
}

SCENARIO_TWIN("destroy-error-queued-writes") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.pause();
      peer.on<"error">([] {});
      after(60, [&] { peer.destroy(); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "drain error finish end close");
      client.on<"connect">([&] {
        client.write(Buffer::alloc(16000000), told(o, "write callback 1"));
        client.write("two", told(o, "write callback 2"));
        client.write("three", told(o, "write callback 3"));
        after(20, [&] {
          client.destroy(Error("enough"));
          trace(o, "destroy returned");
        });
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-error") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "end finish error close");
      client.on<"connect">([&] {
        tick([&] { trace(o, "tick before"); });
        client.destroy(Error("enough"));
        trace(o, "errored", client.errored()->message, "closed", client.closed());
        tick([&] { trace(o, "tick after"); });
      });
      client.on<"close">(
          [&] { trace(o, "errored", client.errored()->message, "closed", client.closed()); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-first-error-wins") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& errors = net.connect(t.target(server));
      Socket& none = net.connect(t.target(server));
      watch(t.object("errors"), errors, "end finish error close");
      watch(t.object("none"), none, "end finish error close");
      errors.on<"connect">([&] {
        errors.destroy(Error("first"));
        errors.destroy(Error("second"));
        errors.destroy();
      });
      none.on<"connect">([&] {
        none.destroy();
        none.destroy(Error("second"));
      });
      closeAfter(server, 2);
    });
  });
}

SCENARIO_TWIN("destroy-queued-writes") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.pause();
      peer.on<"error">([] {});
      after(60, [&] { peer.destroy(); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "drain error finish end close");
      client.on<"connect">([&] {
        trace(o, "write ->", client.write(Buffer::alloc(16000000), told(o, "write callback 1")));
        trace(o, "write ->", client.write("two", told(o, "write callback 2")));
        client.end("three", told(o, "end callback"));
        after(20, [&] {
          client.destroy();
          trace(o, "destroy returned, writableLength", client.writableLength());
        });
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-soon") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      gather(t.object("peer"), peer);
      watch(t.object("peer"), peer, "error close");
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "error finish end close");
      client.on<"connect">([&] {
        client.write("last words", told(o, "write callback"));
        client.destroySoon();
        state(o, "destroySoon returned", client);
      });
      client.on<"finish">([&] { state(o, "finish", client); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-with-unread-data") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("hello");
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect end finish error close");
      auto& look = var(std::function<void()>());
      look = [&] {
        if (client.readableLength() == 0) return after(2, [&] { look(); });
        trace(o, "length", client.readableLength());
        client.destroy();
        sides(o, "destroy returned", client);
      };
      look();
      client.on<"close">([&] { sides(o, "close", client); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("destroy-without-handle") {
  Socket& plain = net.socket();
  Socket& failed = net.socket();
  watch("plain", plain, "error end finish close");
  watch("failed", failed, "error end finish close");
  tick([&] {
    trace("plain", "tick before");
    trace("failed", "tick before");
  });
  plain.destroy();
  failed.destroy(Error("enough"));
  failed.destroy(Error("second"));
  state("plain", "destroy returned", plain);
  state("failed", "destroy returned", failed);
  tick([&] {
    trace("plain", "tick after");
    trace("failed", "tick after");
  });
}

}  // namespace uvnet::test
