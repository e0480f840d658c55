// Twins of the scenarios about write(): forms, callbacks, order, and writes that come too late.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("write-after-destroy") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "error finish end close");
      client.on<"connect">([&] {
        client.destroy();
        trace(o, "write ->", client.write("late", told(o, "write callback")));
        client.end(told(o, "end callback"));
        client.end("late", told(o, "end callback with data"));
        trace(o, "returned");
      });
      client.on<"close">([&] {
        trace(o, "write ->", client.write("late", told(o, "write callback in close")));
        client.end(told(o, "end callback in close"));
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("write-after-end") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "error finish end close");
      client.on<"connect">([&] {
        client.end();
        trace(o, "write ->", client.write("late", told(o, "write callback")));
        state(o, "write returned", client);
        tick([&] { trace(o, "tick"); });
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("write-after-peer-ended") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end();
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "end finish error close");
      client.resume();
      client.on<"end">([&] {
        client.end();
        trace(o, "write ->", client.write("late", told(o, "write callback")));
        state(o, "write returned", client);
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("write-before-connect-refused") {
  refusedPort([&](int port) {
    Socket& client = net.connect(port, "127.0.0.1");
    watch("client", client, "connect error finish close");
    trace("client", "write ->", client.write("one", told("client", "write callback 1")));
    trace("client", "write ->", client.write("two", told("client", "write callback 2")));
    client.end(told("client", "end callback"));
    counters("client", "queued", client);
    client.on<"close">([&] { counters("client", "close", client); });
  });
}

SCENARIO_TWIN("write-before-connect") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect ready drain finish end close");
      trace(o, "write ->", client.write("one ", told(o, "write callback 1")));
      trace(o, "write ->", client.write("two ", told(o, "write callback 2")));
      counters(o, "queued", client);
      client.on<"connect">([&] {
        counters(o, "connect", client);
        client.end("three", told(o, "end callback"));
      });
      client.on<"close">([&] { counters(o, "close", client); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("write-callback-order") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect drain prefinish finish end close");
      client.on<"ready">([&] {
        trace(o, "write ->", client.write("one ", told(o, "write callback 1")));
        trace(o, "write ->", client.write("two ", told(o, "write callback 2")));
        tick([&] { trace(o, "tick"); });
        client.end("three", told(o, "end callback"));
        trace(o, "end returned");
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("write-callback-ticks") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.on<"ready">([&] {
        tick([&] { trace(o, "tick before"); });
        client.write("one", [&](const Error*) {
          trace(o, "write callback");
          tick([&] { trace(o, "tick of write callback"); });
          client.write("two", told(o, "second write callback"));
        });
        tick([&] { trace(o, "tick after"); });
        counters(o, "written", client);
        after(20, [&] { client.end(); });
      });
      watch(o, client, "drain finish end close");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("write-empty") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect drain finish end close");
      trace(o, "write ->", client.write("", told(o, "write callback 1")));
      client.on<"connect">([&] {
        trace(o, "write ->", client.write(Buffer::alloc(0), told(o, "write callback 2")));
        trace(o, "write ->", client.write("a", told(o, "write callback 3")));
        trace(o, "write ->", client.write("", told(o, "write callback 4")));
        after(20, [&] { client.end(); });
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("write-forms") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) {
    peer.setEncoding("hex");
    gather("peer", peer);
  });
  closeAfter(server, 1);
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server));
    watch("client", client, "finish end close");
    client.on<"connect">([&] {
      const auto wrote = [&](const char* what, bool answer) {
        trace("client", "write", what, "->", answer, "bytesWritten", client.bytesWritten());
      };
      wrote("utf8", client.write("\u00e9\u20ac"));
      wrote("latin1", client.write("\u00e9", "latin1"));
      wrote("binary", client.write("ab", "binary"));
      wrote("ascii", client.write("ab", "ascii"));
      wrote("utf16le", client.write("ab", "utf16le"));
      wrote("ucs2", client.write("ab", "ucs2"));
      wrote("hex", client.write("616263", "hex"));
      wrote("base64", client.write("YWJj", "base64"));
      wrote("base64url", client.write("YWJj", "base64url"));
      wrote("upper case", client.write("ab", "UTF-8"));
      wrote("buffer", client.write(Buffer::from("abc")));
      wrote("empty", client.write(""));
      wrote("callback", client.write("abc", told("client", "write callback")));
      attempt("client", "write unknown", [&] { client.write("abc", "nonsense"); });
      client.end();
    });
    client.resume();
  });
}

SCENARIO_TWIN("write-to-reset-peer") {
  Transport& t = transport("unix");
  Server& server = net.createServer([&](Socket& peer) { after(20, [&] { peer.destroy(); }); });
  closeAfter(server, 1);
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server, {.allowHalfOpen = true}));
    watch("client", client, "end finish error close");
    client.resume();
    client.on<"end">([&] {
      after(20, [&] {
        trace("client", "write ->", client.write("late", told("client", "write callback")));
        state("client", "write returned", client);
      });
    });
  });
}

}  // namespace uvnet::test
