// Twins of the scenarios about where a connection comes from (localAddress, localPort) and about
// resolvers of one's own.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("local-address-error") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([] {});
  t.listen(server, [&] {
    Socket& foreign = net.connect(t.target(server, {.localAddress = "198.51.100.1"}));
    watch("foreign", foreign, "connectionAttempt connect error close");
    trace("foreign", "connect returned");
    Socket& six = net.connect(t.target(server, {.localAddress = "::1", .autoSelectFamily = false}));
    watch("six", six, "connectionAttempt connect error close");
    after(20, [&] { server.close(); });
  });
}

SCENARIO_TWIN("local-address") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) {
    trace("peer", "remoteAddress", peer.remoteAddress());
    peer.end();
  });
  t.listen(server, [&] {
    Socket& client = net.connect(t.target(server, {.localAddress = "127.0.0.2"}));
    watch("client", client, "connectionAttempt connect error end close");
    client.on<"connect">([&] { trace("client", "localAddress", client.localAddress()); });
    client.resume();
    closeAfter(server, 1);
  });
}

SCENARIO_TWIN("local-port-busy") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([] {});
  t.listen(server, [&] {
    Server& holder = net.createServer();
    holder.listen(0, "127.0.0.1", [&] {
      const int localPort = hidePort(portOf(holder));
      Socket& client =
          net.connect(t.target(server, {.localAddress = "127.0.0.1", .localPort = localPort}));
      watch("client", client, "connectionAttempt connect error close");
      client.on<"close">([&] {
        server.close();
        holder.close();
      });
    });
  });
}

// Where JavaScript passes one address and its family, a C++ resolver passes a list of one.
SCENARIO_TWIN("lookup-forms") {
  using Answers = std::function<void(const LookupCallback&)>;
  const auto answer = [&](const std::string& name, ConnectOptions options, const Answers& f) {
    options.port = 1;
    options.host = name + ".test";
    options.lookup = [this, f](const std::string&, const LookupOptions&,
                               const LookupCallback& done) { tick([f, done] { f(done); }); };
    Socket& client = net.connect(std::move(options));
    watch(name, client, "lookup connectionAttempt connect error close");
    if (name == "scalar" || name == "list") client.on<"lookup">([&] { client.destroy(); });
  };
  const auto found = [](const std::string& ip, int family) -> Answers {
    return [ip, family](const LookupCallback& done) {
      done(nullptr, {{.address = ip, .family = family}});
    };
  };
  const Answers failed = [](const LookupCallback& done) {
    const Error error("no such name");
    done(&error, {});
  };
  answer("scalar", {.autoSelectFamily = false}, found("127.0.0.1", 4));
  answer("list", {}, found("127.0.0.1", 4));
  answer("error", {}, failed);
  answer("error-scalar", {.autoSelectFamily = false}, failed);
  answer("bad-ip", {.autoSelectFamily = false}, found("not an ip", 4));
  answer("bad-ip-list", {}, found("not an ip", 4));
  answer("bad-family", {.autoSelectFamily = false}, found("127.0.0.1", 7));
}

SCENARIO_TWIN("lookup-synchronous") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([](Socket& peer) { peer.end(); });
  t.listen(server, [&] {
    const Lookup lookup = [](const std::string&, const LookupOptions&, const LookupCallback& f) {
      f(nullptr, {{.address = "127.0.0.1", .family = 4}});
    };
    Socket& client = net.socket();
    watch("client", client, "lookup connectionAttempt connect ready end finish close");
    client.resume();
    client.connect({.port = portOf(server), .host = "one.test", .lookup = lookup});
    trace("client", "connect returned");
    state("client", "connect returned", client);
    closeAfter(server, 1);
  });
}

}  // namespace uvnet::test
