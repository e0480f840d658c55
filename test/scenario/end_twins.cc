// Twins of the scenarios about end() and 'end', of half-open sockets, and of errors nobody hears.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("end-before-connect") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect ready prefinish finish end close");
      client.write("one ");
      client.end("two", told(o, "end callback"));
      state(o, "end returned", client);
      sides(o, "end returned", client);
      client.on<"connect">([&] { state(o, "connect", client); });
      client.on<"finish">([&] { state(o, "finish", client); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("end-forms") {
  using Form = std::pair<std::string, std::function<Socket&(Socket&)>>;
  auto& forms = var(std::vector<Form>{
      {"nothing", [](Socket& s) -> Socket& { return s.end(); }},
      {"data", [](Socket& s) -> Socket& { return s.end("abc"); }},
      {"encoding", [](Socket& s) -> Socket& { return s.end("616263", "hex"); }},
      {"all",
       [&](Socket& s) -> Socket& { return s.end("YWJj", "base64", told("all", "end callback")); }},
      {"data-callback",
       [&](Socket& s) -> Socket& { return s.end("abc", told("data-callback", "end callback")); }},
      {"callback", [&](Socket& s) -> Socket& { return s.end(told("callback", "end callback")); }},
      {"buffer", [](Socket& s) -> Socket& { return s.end(Buffer::from("abc")); }},
      {"empty", [](Socket& s) -> Socket& { return s.end(""); }},
  });
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) {
    auto& text = var(std::string());
    peer.on<"data">([&](const Buffer& chunk) { text += chunk.view(); });
    peer.on<"end">([&] { peer.end(text); });
  });
  closeAfter(server, static_cast<int>(forms.size()));
  t.listen(server, [&] {
    for (const auto& form : forms) {
      Socket& client = net.connect(t.target(server));
      watch(form.first, client, "connect finish data end close");
      client.on<"connect">([&] { trace(form.first, "end ->", &form.second(client) == &client); });
    }
  });
}

SCENARIO_TWIN("end-twice-with-data") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.resume();
      peer.on<"error">([] {});
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "error finish end close");
      client.on<"connect">([&] {
        client.end("one", told(o, "end callback 1"));
        client.end("two", told(o, "end callback 2"));
        state(o, "second end returned", client);
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("end-twice") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) { peer.resume(); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "error finish end close");
      client.on<"connect">([&] {
        client.end("one", told(o, "end callback 1"));
        client.end(told(o, "end callback 2"));
        client.end();
        sides(o, "ended", client);
      });
      client.on<"finish">([&] { client.end(told(o, "end callback in finish")); });
      client.on<"close">([&] { client.end(told(o, "end callback in close")); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("end-waits-for-reader") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "end finish error close");
      peer.pause();
      after(40, [&] {
        state(o, "resume", peer);
        peer.on<"data">([&](const Buffer& d) { trace(o, "data", chunkText(d)); });
        peer.resume();
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "finish end close");
      client.end("hello");
      after(20, [&] { state(o, "before the peer reads", client); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("end-without-data-before-connect") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect ready finish end close");
      client.end();
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("end-without-data") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) { peer.end(); });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "connect end finish close");
      after(40, [&] {
        state(o, "later", client);
        client.destroy();
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("error-without-listener") {
  onUncaught();
  const std::string& path = tempPath();
  Socket& client = net.connect(path);
  watch("client", client, "close");
  refusedPort([&](int port) {
    Socket& other = net.connect(port, "127.0.0.1");
    watch("other", other, "close");
    other.on<"close">([&] {
      Server& server = net.createServer();
      watch("server", server, "listening close");
      server.listen({.path = path + "/missing"});
    });
  });
}

SCENARIO_TWIN("half-open-changed") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "end finish error close");
      peer.setAllowHalfOpen(true);
      peer.resume();
      peer.on<"end">([&] {
        after(20, [&] {
          state(o, "later", peer);
          peer.end();
        });
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      client.resume();
      client.end();
      watch(t.object("client"), client, "end finish close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("half-open-client") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      peer.end("first");
      gather(o, peer);
      watch(o, peer, "finish end error close");
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server, {.allowHalfOpen = true}));
      const std::string& o = t.object("client");
      watch(o, client, "data end finish error close");
      client.on<"end">([&] {
        after(20, [&] {
          state(o, "later", client);
          client.end("second");
        });
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("half-open-false") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "end finish error close");
      peer.on<"data">([&] { peer.write("answer", told(o, "write callback")); });
      peer.on<"end">([&] {
        sides(o, "end", peer);
        trace(o, "write ->", peer.write(" and more", told(o, "write callback in end")));
        tick([&] { sides(o, "tick", peer); });
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      gather(t.object("client"), client);
      watch(t.object("client"), client, "end finish close");
      client.end("question");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("half-open-true") {
  both([&](Transport& t) {
    Server& server = net.createServer({.allowHalfOpen = true}, [&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "end finish error close");
      peer.resume();
      peer.on<"end">([&] {
        state(o, "end", peer);
        after(30, [&] {
          state(o, "later", peer);
          peer.end("late answer");
          state(o, "end returned", peer);
        });
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      gather(t.object("client"), client);
      watch(t.object("client"), client, "end finish close");
      client.end("question");
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
