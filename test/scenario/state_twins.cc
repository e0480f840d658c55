// Twins of the scenarios about what a socket or server answers, and when: states, properties,
// options, a second connect(), resets, maxConnections, and the place of ticks between events.
#include "scenario/support/scenario.h"

#include <filesystem>

namespace uvnet::test {
namespace {

// for (const name of names) emitter.on(name, () => f(name)).
template <EventName... Names, class F>
void onEach(Socket& socket, F f) {
  (socket.on<Names>([f] { f(Names.view()); }), ...);
}

}  // namespace

SCENARIO_TWIN("max-connections") {
  both([&](Transport& t) {
    const std::string& o = t.object("server");
    Server& server = net.createServer([&](Socket& peer) {
      trace(o, "connection");
      peer.resume();
      peer.on<"error">([] {});
    });
    server.setMaxConnections(1);
    server.on<"drop">([&](const DropInfo& data) {
      const bool none = data.local.empty() && data.remote.empty();
      trace(o, "drop",
            none ? "undefined" : data.local.address + " " + std::string(data.remote.family));
    });
    t.listen(server, [&] {
      Socket& one = net.connect(t.target(server));
      one.resume();
      one.on<"connect">([&] {
        Socket& two = net.connect(t.target(server));
        watch(t.object("two"), two, "connect end close");
        two.on<"error">([] {});
        two.resume();
        two.on<"close">([&] {
          one.end();
          after(30, [&] {
            Socket& three = net.connect(t.target(server));
            watch(t.object("three"), three, "connect end close");
            three.resume();
            after(30, [&] {
              three.end();
              server.close();
            });
          });
        });
      });
    });
  });
}

SCENARIO_TWIN("never-connected") {
  Socket& s = net.socket();
  state("socket", "new", s);
  sides("socket", "new", s);
  flow("socket", "new", s);
  counters("socket", "new", s);
  trace("socket", orUndefined(s.remoteAddress()), s.remotePort(), orUndefined(s.remoteFamily()),
        orUndefined(s.localAddress()), s.localPort(), s.timeout());
  trace("socket", s.address().empty() ? 0 : 3);
  // Braces evaluate from left to right.
  const std::vector<Socket*> chain{&s.setNoDelay(),  &s.setKeepAlive(true, 1000),
                                   &s.ref(),         &s.unref(),
                                   &s.setTimeout(0), &s.pause(),
                                   &s.resume()};
  const auto same = [&](std::size_t i) { return chain[i] == &s; };
  trace("socket", "chains", same(0), same(1), same(2), same(3), same(4), same(5), same(6));
  watch("socket", s, "close end finish");
  s.destroy();
  state("socket", "destroy returned", s);
  sides("socket", "destroy returned", s);
}

SCENARIO_TWIN("options-before-connect") {
  // `s.x() === s` of each: braces evaluate from left to right.
  const auto traceSame = [this](const std::string& o, const Socket& s,
                                std::initializer_list<const Socket*> returned) {
    std::string words;
    for (const Socket* r : returned) words += (words.empty() ? "" : " ") + Word(r == &s).text;
    trace(o, words);
  };
  both([&, traceSame](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { peer.end(); });
    t.listen(server, [&, traceSame] {
      Socket& s = net.socket();
      const std::string& o = t.object("client");
      traceSame(o, s,
                {&s.setNoDelay(true), &s.setKeepAlive(true, 2000), &s.unref(), &s.ref(),
                 &s.setTimeout(0)});
      traceSame(o, s, {&s.connect(t.target(server))});
      s.on<"connect">([&, traceSame] {
        traceSame(o, s, {&s.setNoDelay(false), &s.setKeepAlive(false), &s.unref(), &s.ref()});
      });
      s.on<"close">([&, traceSame] {
        traceSame(
            o, s,
            {&s.setNoDelay(true), &s.setKeepAlive(true), &s.unref(), &s.ref(), &s.setTimeout(10)});
        traceSame(o, s, {&s.pause(), &s.resume(), &s.end(), &s.destroy(), (s.cork(), &s)});
      });
      watch(o, s, "connect end finish error timeout close");
      s.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("reconnect-after-close") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) { peer.end("hello"); });
    t.listen(server, [&] {
      Socket& client = net.socket();
      const std::string& o = t.object("client");
      int& rounds = var(0);
      watch(o, client, "connect ready data end finish close");
      client.on<"connect">([&] {
        counters(o, "connect", client);
        client.write("abc");
      });
      client.on<"close">([&] {
        counters(o, "close", client);
        sides(o, "close", client);
        if (++rounds == 2) {
          server.close();
          return;
        }
        client.connect(t.target(server));
        state(o, "connect returned", client);
        sides(o, "connect returned", client);
        counters(o, "connect returned", client);
      });
      client.connect(t.target(server));
    });
  });
}

SCENARIO_TWIN("reconnect-after-refused") {
  Transport& t = transport("tcp");
  refusedPort([&](int port) {
    Server& server = net.createServer([&](Socket& peer) { peer.end(); });
    t.listen(server, [&, port] {
      Socket& client = net.socket();
      watch("client", client, "connect error end finish close");
      client.once<"close">([&] {
        client.connect(t.target(server));
        client.resume();
        closeAfter(server, 1);
      });
      client.connect(port, "127.0.0.1");
    });
  });
}

SCENARIO_TWIN("reset-by-peer") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) {
    watch("peer", peer, "end finish error close");
    peer.on<"data">([&] {
      trace("peer", "resetAndDestroy ->", &peer.resetAndDestroy() == &peer);
      state("peer", "reset returned", peer);
    });
  });
  closeAfter(server, 1);
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server));
    client.write("hello");
    watch("client", client, "connect data end finish error close");
    client.on<"error">([&] { state("client", "error", client); });
  });
}

SCENARIO_TWIN("reset-forms") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) {
    peer.resume();
    watch("peer", peer, "end error close");
  });
  closeAfter(server, 1);
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server));
    watch("connecting", client, "connect ready end error close");
    client.resetAndDestroy();
    state("connecting", "reset returned", client);
  });
  Socket& none = net.socket();
  watch("none", none, "error close");
  attempt("none", "resetAndDestroy", [&] { none.resetAndDestroy(); });
  Transport& u = transport("unix");
  Server& pipes = net.createServer([&](Socket& peer) { peer.resume(); });
  closeAfter(pipes, 1);
  u.listen(pipes, [&] {
    Socket& client = net.connect(u.target(pipes));
    watch("pipe", client, "error end close");
    client.on<"connect">([&] {
      attempt("pipe", "resetAndDestroy", [&] { client.resetAndDestroy(); });
      state("pipe", "after", client);
      client.end();
    });
    client.resume();
  });
}

SCENARIO_TWIN("server-address") {
  const auto shown = [](const Server& server) -> Word {
    const ServerAddress address = server.address();
    if (const auto* path = std::get_if<std::string>(&address)) return *path;
    return std::holds_alternative<std::monostate>(address) ? Word(nullptr) : Word("an object");
  };
  Transport& t = transport("tcp");
  Server& tcp = net.createServer();
  trace("tcp", "address", shown(tcp));
  t.listen(tcp, [&, shown] {
    const auto a = std::get<AddressInfo>(tcp.address());
    trace("tcp", "address", a.address, a.family, a.port);
    tcp.close([&, shown](const Error*) { trace("tcp", "address", shown(tcp)); });
  });
  Transport& u = transport("unix");
  Server& unix = net.createServer();
  trace("unix", "address", shown(unix));
  u.listen(unix, [&, shown] {
    const std::string path = shown(unix).text;
    trace("unix", "address", path, "file", std::filesystem::exists(path));
    unix.close(
        [this, path](const Error*) { trace("unix", "file", std::filesystem::exists(path)); });
  });
  Server& any = net.createServer();
  any.listen(0, "0.0.0.0", [&] {
    const auto a = std::get<AddressInfo>(any.address());
    trace("any", "address", a.address, a.family);
    any.close();
  });
}

SCENARIO_TWIN("server-socket") {
  both([&](Transport& t) {
    const std::string& o = t.object("peer");
    Server*& own = var<Server*>(nullptr);
    Server& server = net.createServer([&](Socket& peer) {
      state(o, "connection", peer);
      sides(o, "connection", peer);
      flow(o, "connection", peer);
      trace(o, "server", peer.server() == own, "timeout", peer.timeout(), "allowHalfOpen",
            peer.allowHalfOpen());
      watch(o, peer, "connect ready data end finish close");
      tick([&] { trace(o, "tick"); });
    });
    own = &server;
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      trace(t.object("client"), "server",
            client.server() == nullptr ? Word(nullptr) : Word("an object"));
      client.end("hello");
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("state-at-events") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      onEach<"end", "finish", "close">(peer, [&](auto name) { state(o, name, peer); });
      state(o, "connection", peer);
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.socket();
      const std::string& o = t.object("client");
      onEach<"lookup", "connectionAttempt", "connect", "ready", "end", "finish", "close">(
          client, [&](auto name) { state(o, name, client); });
      state(o, "new", client);
      client.connect(t.target(server));
      state(o, "connect returned", client);
      client.on<"ready">([&] {
        client.end();
        state(o, "end returned", client);
      });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("ticks-and-events") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("hello");
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      onEach<"data", "end", "finish", "close">(client, [&](std::string_view name) {
        trace(o, name);
        tick([this, &o, name] { trace(o, "tick of", name); });
      });
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
