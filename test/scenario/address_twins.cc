// Twins of the scenarios about the addresses of both ends, and who hears of a connection.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("addresses-not-read") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) {
    peer.resume();
    peer.on<"error">([] {});
  });
  closeAfter(server, 1);
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server));
    client.on<"connect">([&] {
      client.destroy();
      trace("client", "remote", orUndefined(client.remoteAddress()), client.remotePort(),
            orUndefined(client.remoteFamily()));
      trace("client", "local", orUndefined(client.localAddress()), client.localPort(),
            orUndefined(client.localFamily()));
      trace("client", "address fields", client.address().empty() ? 0 : 3);
    });
  });
}

SCENARIO_TWIN("addresses") {
  both([&](Transport& t) {
    const auto show = [&](const std::string& o, std::string_view at, const Socket& s) {
      if (s.localPort()) hidePort(*s.localPort());
      if (s.remotePort()) hidePort(*s.remotePort());
      trace(o, "at", at, "local", orUndefined(s.localAddress()), s.localPort(),
            orUndefined(s.localFamily()), "remote", orUndefined(s.remoteAddress()), s.remotePort(),
            orUndefined(s.remoteFamily()));
    };
    Server& server = net.createServer([&, show](Socket& peer) {
      show(t.object("peer"), "connection", peer);
      peer.resume();
      peer.on<"end">([&, show] { show(t.object("peer"), "end", peer); });
      peer.on<"close">([&, show] { show(t.object("peer"), "close", peer); });
    });
    t.listen(server, [&, show] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      show(o, "connect returned", client);
      client.on<"connect">([&, show] {
        show(o, "connect", client);
        client.end();
      });
      client.on<"close">([&, show] { show(o, "close", client); });
      client.resume();
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("connection-listeners") {
  both([&](Transport& t) {
    const std::string& o = t.object("server");
    Server& server = net.createServer([&] { trace(o, "listener of createServer"); });
    server.prependListener<"connection">([&] { trace(o, "prepended"); });
    server.once<"connection">([&](Socket& peer) {
      trace(o, "once");
      peer.end();
      peer.resume();
    });
    trace(o, "listeners", server.listenerCount<"connection">());
    closeAfter(server, 1);
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      client.resume();
      client.on<"close">([&] { trace(o, "listeners", server.listenerCount<"connection">()); });
    });
  });
}

}  // namespace uvnet::test
