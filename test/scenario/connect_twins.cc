// Twins of the scenarios about connecting.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("connect-order") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      trace(t.object("server"), "listener");
      peer.end("hello");
      watch(t.object("peer"), peer, "connect ready end finish close");
      peer.resume();
    });
    watch(t.object("server"), server, "listening connection close");
    t.listen(server, [&] {
      trace(t.object("server"), "callback");
      Socket& client =
          net.connect(t.target(server), [&] { trace(t.object("client"), "callback"); });
      watch(t.object("client"), client,
            "lookup connectionAttempt connect ready data end finish close");
      state(t.object("client"), "return", client);
      client.on<"connect">([&] { state(t.object("client"), "connect", client); });
      tick([&] { trace(t.object("client"), "tick"); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("connect-refused-tcp") {
  refusedPort([&](int port) {
    Socket& client = net.connect(port, "127.0.0.1", [&] { trace("client", "callback"); });
    watch("client", client,
          "connectionAttempt connectionAttemptFailed connect ready end finish error close");
    state("client", "return", client);
    client.on<"error">([&] { state("client", "error", client); });
    client.on<"close">([&] { state("client", "close", client); });
  });
}

}  // namespace uvnet::test
