// Twins of the scenarios about reading by hand: read(n), 'readable', unshift(), pause() and
// resume().
#include "scenario/support/scenario.h"

namespace uvnet::test {
namespace {

// A chunk, or null.
Word orNull(const std::optional<Buffer>& chunk) { return chunk ? Word(*chunk) : Word(nullptr); }

}  // namespace

SCENARIO_TWIN("no-reader") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { peer.end("hello"); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect end finish close");
      flow(o, "connect returned", client);
      after(40, [&] {
        flow(o, "later", client);
        state(o, "later", client);
        client.on<"data">([&](const Buffer& d) { trace(o, "data", chunkText(d)); });
        flow(o, "listening", client);
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("pause-in-connection") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "data end close");
      peer.pause();
      flow(o, "pause returned", peer);
      after(40, [&] {
        flow(o, "later", peer);
        peer.resume();
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      client.end("hello");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("pause-on-connect") {
  both([&](Transport& t) {
    Server& server = net.createServer({.pauseOnConnect = true}, [&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "data pause resume end close");
      flow(o, "connection", peer);
      after(40, [&] {
        flow(o, "later", peer);
        trace(o, "bytesRead", peer.bytesRead());
        peer.resume();
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      client.end("hello");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("pause-resume") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("hello");
      peer.on<"data">([&](const Buffer& d) { peer.end(d); });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect data pause resume end close");
      client.once<"data">([&] {
        client.pause();
        flow(o, "pause returned", client);
        client.write(" again");
        after(40, [&] {
          flow(o, "later", client);
          client.resume();
          flow(o, "resume returned", client);
          tick([&] { flow(o, "tick", client); });
        });
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("read-exact") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("abcdefgh");
      after(30, [&] { peer.end("ijk"); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      const auto take = [this, &client, &o](std::int64_t n) {
        const std::optional<Buffer> chunk = client.read(n);
        trace(o, "read(" + std::to_string(n) + ")", chunk ? chunkText(*chunk) : "null", "left",
              client.readableLength());
      };
      int& rounds = var(0);
      client.on<"readable">([&, take] {
        trace(o, "readable", ++rounds);
        if (rounds == 1) {
          for (const int n : {3, 6, 0, 4, 2}) take(n);
        } else {
          take(9);
        }
      });
      watch(o, client, "end close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("read-without-listeners") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("hello");
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect end finish close");
      after(40, [&] {
        trace(o, "length", client.readableLength(), "bytesRead", client.bytesRead());
        trace(o, "read(2)", orNull(client.read(2)));
        trace(o, "read(9)", orNull(client.read(9)));
        trace(o, "read()", orNull(client.read()));
        trace(o, "read()", orNull(client.read()));
        tick([&] { trace(o, "tick"); });
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("readable-and-data") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("one");
      after(30, [&] { peer.write("two"); });
      after(60, [&] { peer.end("three"); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      ListenerToken& readable = var(ListenerToken());
      readable = client.on<"readable">([&] {
        trace(o, "readable, length", client.readableLength());
        client.read();
        client.off(readable);
        flow(o, "readable removed", client);
        tick([&] { flow(o, "tick", client); });
      });
      watch(o, client, "data end close");
      flow(o, "both listen", client);
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("readable-read") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("hello");
      after(30, [&] { peer.end(" world"); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      trace(o, "read ->", orNull(client.read()));
      client.on<"readable">([&] {
        trace(o, "readable, length", client.readableLength());
        while (const std::optional<Buffer> chunk = client.read()) {
          trace(o, "read", chunkText(*chunk));
        }
      });
      watch(o, client, "end finish close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("unshift-flowing") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("hello");
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      bool& first = var(true);
      client.on<"data">([&](const Buffer& d) {
        trace(o, "data", chunkText(d));
        if (first) {
          first = false;
          client.unshift(d.subarray(2));
          trace(o, "unshift returned");
        }
      });
      watch(o, client, "end close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("unshift") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("GET rest");
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.once<"data">([&](const Buffer& d) {
        trace(o, "head", chunkText(d.subarray(0, 4)));
        client.pause();
        client.unshift(d.subarray(4));
        flow(o, "unshift returned", client);
        after(20, [&] {
          client.on<"data">([&](const Buffer& rest) { trace(o, "data", chunkText(rest)); });
          client.unshift(Buffer::from("more "));
          client.resume();
        });
      });
      watch(o, client, "end close");
      client.on<"end">(
          [&] { attempt(o, "unshift in end", [&] { client.unshift(Buffer::from("x")); }); });
      watch(o, client, "error");
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
