// v0.3's TLS: setSecure() in place, on accepted and on connecting sockets.
#include <uvnet/tls.h>

#include <string>
#include <vector>

#include "support/loopback.h"
#include "tls/support/certificates.h"

namespace uvnet {
namespace {

using namespace test;

// The credentials of the seed's test: both sides have a key and trust the same root.
SecureContext credentialsOf(const Identity& identity) {
  return createCredentials({.key = identity.key, .cert = identity.cert, .ca = rootCa().cert});
}

// What a socket said, 'secure' included.
struct Heard {
  explicit Heard(Socket& socket) {
    socket.on<"connect">([this] { add("connect"); });
    socket.on<"secure">([this] { add("secure"); });
    socket.on<"data">([this](const Buffer& chunk) {
      data += chunk.view();
      if (events.empty() || events.back() != "data") add("data");
    });
    socket.on<"end">([this] { add("end"); });
    socket.on<"finish">([this] { add("finish"); });
    socket.on<"error">([this](const Error& error) {
      add("error");
      errors.push_back(error);
    });
    socket.on<"close">([this](bool hadError) { add(hadError ? "close(true)" : "close"); });
  }
  void add(const char* event) { events.emplace_back(event); }
  std::string text() const {
    std::string all;
    for (const std::string& event : events) all += (all.empty() ? "" : " ") + event;
    return all;
  }
  std::vector<std::string> events;
  std::vector<Error> errors;
  std::string data;
};

// Node v0.3.1's test-net-tls.js, but for the names in its certificate.
TEST_CASE("setSecure() on both sides: an echo, verified, with the certificates of both",
          "[tls][T01]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world;
  Listening listening(world, transport);
  std::vector<std::string> serverEvents;
  Ref<Socket> held;
  std::unique_ptr<Heard> server;
  listening->on<"connection">([&](Socket& socket) {
    held = Ref<Socket>(&world.watch(socket));
    server = std::make_unique<Heard>(socket);
    socket.setSecure(credentialsOf(serverIdentity()));
    socket.on<"secure">([&socket] {
      CHECK(socket.verifyPeer());
      const LegacyCertificate peer = socket.getPeerCertificate();
      CHECK(peer.subject == "/C=UK/O=uvnet/CN=client");
      CHECK(peer.issuer == "/C=UK/O=uvnet/CN=uvnet test root");
      CHECK(peer.fingerprint.size() == 59);
    });
    socket.on<"data">([&socket](const Buffer& chunk) { socket.write(chunk); });
    socket.on<"end">([&socket] { socket.end(); });
  });
  Socket& client = world.watch(world.net().connect(listening.to()));
  Heard heard(client);
  client.on<"connect">([&client] { client.setSecure(credentialsOf(clientIdentity())); });
  client.on<"secure">([&client] {
    CHECK(client.verifyPeer());
    CHECK(client.getPeerCertificate().subject == "/C=UK/O=uvnet/CN=localhost");
    CHECK(client.getCipher().name == "TLS_AES_256_GCM_SHA384");
    client.write("Hello");
    client.end();
  });
  world.until([&] { return heard.events.size() > 0 && heard.events.back().starts_with("close"); });
  listening->close();
  held.reset();
  world.end();
  CHECK(heard.text() == "connect secure finish data end close");
  CHECK(heard.data == "Hello");
  CHECK(server->text() == "secure data end finish close");
  CHECK(server->data == "Hello");
}

TEST_CASE("without credentials 'secure' comes and verifyPeer() says no", "[tls][T01]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([&](Socket& socket) {
    world.watch(socket).setSecure(
        createCredentials({.key = serverIdentity().key, .cert = serverIdentity().cert}));
    socket.on<"secure">([&socket] {
      CHECK_FALSE(socket.verifyPeer());  // it asks for no certificate
      CHECK(socket.getPeerCertificate().empty());
      socket.end("bye");
    });
    socket.resume();
  });
  Socket& client = world.watch(world.net().connect(listening.to()));
  Heard heard(client);
  client.setSecure();  // before 'connect'
  client.on<"secure">([&client] {
    CHECK_FALSE(client.verifyPeer());  // of a root it does not know
    CHECK(client.getPeerCertificate().subject == "/C=UK/O=uvnet/CN=localhost");
  });
  client.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(heard.text() == "connect secure data end finish close");
  CHECK(heard.data == "bye");
}

TEST_CASE("what is written before 'secure' arrives, in order", "[tls][T01]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  std::string arrived;
  listening->on<"connection">([&](Socket& socket) {
    world.watch(socket).setSecure(credentialsOf(serverIdentity()));
    socket.on<"data">([&](const Buffer& chunk) { arrived += chunk.view(); });
  });
  Socket& client = world.watch(world.net().connect(listening.to()));
  client.setSecure(credentialsOf(clientIdentity()));
  client.write("one ");
  client.write(std::string(100000, 'x'));
  client.end(" three");
  client.on<"close">([&] { listening->close(); });
  client.resume();
  world.end();
  CHECK(arrived == "one " + std::string(100000, 'x') + " three");
}

TEST_CASE(
    "after plain talk: bytes that were not read are the handshake's, those that wait go first",
    "[tls][T01]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  std::string arrived;
  listening->on<"connection">([&](Socket& socket) {
    world.watch(socket);
    socket.once<"data">([&](const Buffer& chunk) {
      CHECK(chunk == "STARTTLS\n");
      socket.write("GO\n");
      socket.setSecure(credentialsOf(serverIdentity()));
      socket.on<"data">([&](const Buffer& secret) {
        arrived += secret.view();
        socket.end("over");
      });
    });
  });
  Socket& client = world.watch(world.net().connect(listening.to()));
  std::string answer;
  client.write("STARTTLS\n");
  client.once<"data">([&](const Buffer& chunk) {
    CHECK(chunk == "GO\n");
    client.setSecure(credentialsOf(clientIdentity()));
    client.write("inside");
    client.on<"data">([&](const Buffer& secret) { answer += secret.view(); });
  });
  client.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(arrived == "inside");
  CHECK(answer == "over");
}

TEST_CASE("setSecure() twice is an error, and a socket without it is not secure", "[tls][T01]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  CHECK(thrownBy([&] { pair.client.verifyPeer(); }) == "Error : Stream is not a secure stream. {}");
  CHECK(thrownBy([&] { pair.client.getPeerCertificate(); }) ==
        "Error : Stream is not a secure stream. {}");
  pair.client.setSecure();
  CHECK(thrownBy([&] { pair.client.setSecure(); }) ==
        "Error ERR_TLS_ALREADY_SECURE: Stream is a secure stream already. {}");
  pair.close();
  world.end();
}

TEST_CASE("a peer that does not speak TLS is an 'error'", "[tls][T01]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">(
      [&](Socket& socket) { world.watch(socket).resume().end("no TLS here\r\n"); });
  Socket& client = world.watch(world.net().connect(listening.to()));
  Heard heard(client);
  client.setSecure();
  client.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(heard.text() == "connect error close(true)");
  REQUIRE(heard.errors.size() == 1);
  CHECK(heard.errors[0].code == "ERR_SSL_WRONG_VERSION_NUMBER");
}

}  // namespace
}  // namespace uvnet
