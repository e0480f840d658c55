// Twins of the scenarios about connecting to a host by its name: lookup, and several addresses.
#include "scenario/support/scenario.h"

namespace uvnet::test {
namespace {

using Addresses = std::vector<LookupAddress>;
const Addresses kOne = {{"127.0.0.1", 4}};
const Addresses kTwo = {{"127.0.0.2", 4}, {"127.0.0.1", 4}};

}  // namespace

SCENARIO_TWIN("connect-host-name") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) { peer.end(); });
  t.listen(server, [&] {
    const Lookup lookup = [&](const std::string& name, const LookupOptions& options,
                              LookupCallback f) {
      // 0 is "not given".
      const Word family = options.family == 0 ? Word(undefined) : Word(options.family);
      trace("client", "lookup of", name, "all", options.all, "family", family);
      tick([f] { f(nullptr, kOne); });
    };
    Socket& client = net.connect({.port = portOf(server), .host = "one.test", .lookup = lookup});
    trace("client", "connect returned");
    watch("client", client, "lookup connectionAttempt connect ready end finish close");
    client.resume();
    state("client", "return", client);
    client.on<"lookup">([&] { state("client", "lookup", client); });
    client.on<"connectionAttempt">([&] { state("client", "connectionAttempt", client); });
    closeAfter(server, 1);
  });
}

SCENARIO_TWIN("connect-literal-no-lookup") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) { peer.end(); });
  t.listen(server, [&] {
    tick([&] { trace("client", "tick before"); });
    const Lookup lookup = [&](const std::string&, const LookupOptions&, const LookupCallback&) {
      trace("client", "lookup called");
    };
    Socket& client = net.connect({.port = portOf(server), .host = "127.0.0.1", .lookup = lookup});
    tick([&] { trace("client", "tick after"); });
    watch("client", client, "lookup connectionAttempt connect ready end finish close");
    client.resume();
    closeAfter(server, 1);
  });
}

SCENARIO_TWIN("connect-localhost") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) { peer.end(); });
  t.listen(server, [&] {
    Socket& client = net.connect({.port = portOf(server), .family = 4});
    watch("client", client, "lookup connectionAttempt connect ready end finish close");
    client.resume();
    closeAfter(server, 1);
  });
}

SCENARIO_TWIN("connect-refused-host-name") {
  refusedPort([&](int port) {
    const Lookup lookup = [&](const std::string&, const LookupOptions&, LookupCallback f) {
      tick([f] { f(nullptr, kOne); });
    };
    Socket& client = net.connect({.port = port, .host = "one.test", .lookup = lookup});
    watch("client", client, "lookup connectionAttempt connectionAttemptFailed connect error close");
  });
}

SCENARIO_TWIN("connect-two-addresses-refused") {
  refusedPort([&](int port) {
    const Lookup lookup = [&](const std::string&, const LookupOptions&, LookupCallback f) {
      tick([f] { f(nullptr, kTwo); });
    };
    Socket& client = net.connect({.port = port, .host = "two.test", .lookup = lookup});
    watch("client", client, "lookup connectionAttempt connectionAttemptFailed connect error close");
    client.on<"error">([&](const Error& error) {
      trace("client", error.name, error.errors.size());
      for (const Error& e : error.errors) trace("client", "inner", fields(e));
    });
  });
}

SCENARIO_TWIN("connect-two-addresses") {
  Transport& t = transport("tcp");
  Server& server = net.createServer([&](Socket& peer) { peer.end(); });
  t.listen(server, [&] {
    const Lookup lookup = [&](const std::string&, const LookupOptions&, LookupCallback f) {
      tick([f] { f(nullptr, kTwo); });
    };
    Socket& client = net.connect({.port = portOf(server), .host = "two.test", .lookup = lookup});
    watch("client", client,
          "lookup connectionAttempt connectionAttemptFailed connect ready error end finish close");
    client.on<"connect">([&] { trace("client", client.remoteAddress()); });
    client.resume();
    closeAfter(server, 1);
  });
}

}  // namespace uvnet::test
