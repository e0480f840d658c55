// Twins of the scenarios about pipe() and unpipe().
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("pipe-destination-destroyed") {
  Transport& t = transport("tcp");
  Socket*& source = var<Socket*>(nullptr);
  Server& server = net.createServer([&](Socket& peer) {
    if (source == nullptr) {
      source = &peer;
      peer.pause();
      watch("source", peer, "pause end error close");
      return;
    }
    watch("sink", peer, "unpipe error close");
    source->pipe(peer);
    flow("source", "piped", *source);
    peer.on<"close">([&] {
      flow("source", "sink closed", *source);
      after(20, [&] { source->destroy(); });
    });
    after(20, [&] { peer.destroy(); });
  });
  closeAfter(server, 2);
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server));
    client.resume();
    client.on<"connect">([&] { gather("other", net.connect(t.target(server))); });
  });
}

SCENARIO_TWIN("pipe-echo-large") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.pipe(peer);
      watch(t.object("peer"), peer, "unpipe end finish close");
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      watch(o, client, "finish");
      after(40, [&] {
        gather(o, client);
        watch(o, client, "end close");
      });
      client.end(std::string(9'000'000, 'x'));
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("pipe-echo") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "pipe unpipe end finish close");
      trace(o, "pipe ->", &peer.pipe(peer) == &peer);
      flow(o, "pipe returned", peer);
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      gather(t.object("client"), client);
      watch(t.object("client"), client, "finish end close");
      client.write("hello ");
      after(20, [&] { client.end("world"); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("pipe-no-end") {
  both([&](Transport& t) {
    Server& server = net.createServer({.allowHalfOpen = true}, [&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "pipe unpipe end finish close");
      peer.pipe(peer, {.end = false});
      peer.on<"end">([&] {
        after(20, [&] {
          state(o, "later", peer);
          peer.end(" and the rest");
        });
      });
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      gather(t.object("client"), client);
      client.end("hello");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("pipe-two-destinations") {
  Transport& t = transport("tcp");
  Socket*& source = var<Socket*>(nullptr);
  auto& sinks = var(std::vector<Socket*>());
  Server& server = net.createServer([&](Socket& peer) {
    if (source == nullptr) {
      source = &peer;
      peer.pause();
      watch("source", peer, "end finish close");
    } else {
      sinks.push_back(&peer);
      watch("sink" + std::to_string(sinks.size()), peer, "pipe unpipe finish end close");
    }
    if (sinks.size() != 2) return;
    for (Socket* sink : sinks) source->pipe(*sink);
    flow("source", "piped", *source);
  });
  closeAfter(server, 3);
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server));
    client.end("hello");
    client.resume();
    client.on<"connect">([&] {
      Socket& a = net.connect(t.target(server));
      gather("a", a);
      a.on<"connect">([&] { gather("b", net.connect(t.target(server))); });
    });
  });
}

SCENARIO_TWIN("unpipe") {
  both([&](Transport& t) {
    Socket*& client = var<Socket*>(nullptr);
    Server& server = net.createServer([&](Socket& peer) {
      const std::string& o = t.object("peer");
      watch(o, peer, "pipe unpipe end finish close");
      peer.pipe(peer);
      until([&] { return client->bytesRead() == 3; },
            [&] {
              trace(o, "unpipe ->", &peer.unpipe(peer) == &peer);
              flow(o, "unpiped", peer);
              client->end("two");
              until([&] { return peer.bytesRead() == 6; },
                    [&] {
                      flow(o, "later", peer);
                      peer.pipe(peer);
                    });
            });
    });
    t.listen(server, [&] {
      client = &net.connect(t.target(server));
      gather(t.object("client"), *client);
      watch(t.object("client"), *client, "end close");
      client->write("one");
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
