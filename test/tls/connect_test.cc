// tls.connect() and tls.createServer(): Node's orders of events, in TLS 1.2 and 1.3. What each test
// expects is what node 20.20.2 printed for the same program.
#include <uvnet/tls.h>

#include <sys/socket.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <uvnet/pipeline.h>

#include "support/loopback.h"
#include "tls/support/certificates.h"

namespace uvnet {
namespace {

using namespace test;

// What one side said, in order.
class Heard {
 public:
  explicit Heard(TLSSocket& socket) {
    socket.on<"connect">([this] { add("connect"); });
    socket.on<"ready">([this] { add("ready"); });
    socket.on<"secure">([this] { add("secure"); });
    socket.on<"secureConnect">([this] { add("secureConnect"); });
    socket.on<"data">([this](const Buffer& chunk) {
      if (data.empty()) add("data");
      data += chunk.view();
    });
    socket.on<"end">([this] { add("end"); });
    socket.on<"finish">([this] { add("finish"); });
    socket.on<"error">([this](const Error& error) {
      add("error(" + error.code + ")");
      messages.push_back(error.message);
    });
    socket.on<"close">([this](bool hadError) { add(hadError ? "close(true)" : "close(false)"); });
  }
  void add(const std::string& event) { text += (text.empty() ? "" : " ") + event; }
  std::string text;
  std::string data;
  std::vector<std::string> messages;
};

// A server and what it says, with its accepted socket (the last one).
class Served {
 public:
  explicit Served(NetWorld& world, TLSServerOptions options = {}) : tls(world.net()) {
    if (options.cert.empty() && !options.secureContext) {
      options.cert = serverIdentity().cert;
      options.key = serverIdentity().key;
    }
    server = Ref<tls::Server>(&tls.createServer(std::move(options)));
    world.watch(*server);
    server->on<"secureConnection">([this](TLSSocket& socket) {
      add("secureConnection");
      accepted = Ref<TLSSocket>(&socket);
      if (hears) heard = std::make_unique<Heard>(socket);
      if (onSecure) onSecure(socket);
    });
    server->on<"tlsClientError">([this](const Error& error, TLSSocket&) {
      add("tlsClientError(" + error.code + ")");
      messages.push_back(error.message);
    });
    server->listen({.port = 0, .host = "127.0.0.1"});
    world.until([this] { return server->listening(); });
    port = std::get<AddressInfo>(server->address()).port;
  }
  TLSConnectOptions to() const {
    TLSConnectOptions options;
    options.port = port;
    options.host = "127.0.0.1";
    options.servername = "localhost";
    options.ca = rootCa().cert;
    return options;
  }
  void add(const std::string& event) { text += (text.empty() ? "" : " ") + event; }
  void end() {
    accepted.reset();
    server->close();
  }

  Tls tls;
  Ref<tls::Server> server;
  int port = 0;
  Ref<TLSSocket> accepted;
  bool hears = true;  // the accepted socket
  std::unique_ptr<Heard> heard;
  std::function<void(TLSSocket&)> onSecure;
  std::string text;
  std::vector<std::string> messages;
};

void echo(TLSSocket& socket) {
  socket.on<"data">([&socket](const Buffer& chunk) { socket.write(chunk); });
}

struct Version {
  const char* name;
  bool is13() const { return std::string_view(name) == "TLSv1.3"; }
};
Version anyVersion() { return GENERATE(Version{"TLSv1.2"}, Version{"TLSv1.3"}); }

TEST_CASE("the client writes, the server echoes, the client ends", "[tls][T02]") {
  const Version version = anyVersion();
  INFO(version.name);
  NetWorld world;
  Served served(world);
  served.onSecure = echo;
  TLSConnectOptions to = served.to();
  to.maxVersion = version.name;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"secureConnect">([&] {
    CHECK(client.authorized());
    CHECK(client.authorizationError().empty());
    CHECK(client.getProtocol() == version.name);
    client.write("hello");
  });
  client.on<"data">([&] { client.end(); });
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(heard.text == "connect ready secureConnect secure data finish end close(false)");
  CHECK(heard.data == "hello");
  CHECK(served.text == "secureConnection");
  CHECK(served.heard->text == "data end finish close(false)");
}

TEST_CASE("a chain that is not trusted is an 'error' with its code, and no alert", "[tls][T02]") {
  const Version version = anyVersion();
  INFO(version.name);
  NetWorld world;
  Served served(world);
  TLSConnectOptions to = served.to();
  to.ca = strangerCa().cert;
  to.maxVersion = version.name;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(heard.text == "connect ready secure error(UNABLE_TO_VERIFY_LEAF_SIGNATURE) close(true)");
  CHECK(heard.messages.at(0) == "unable to verify the first certificate");
}

TEST_CASE("rejectUnauthorized: false lets anybody be the peer, and says who is not", "[tls][T02]") {
  NetWorld world;
  Served served(world);
  TLSConnectOptions to = served.to();
  to.ca = strangerCa().cert;
  to.rejectUnauthorized = false;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"secureConnect">([&] {
    CHECK_FALSE(client.authorized());
    CHECK(client.authorizationError() == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    client.end();
  });
  client.on<"close">([&] { served.end(); });
  client.resume();
  world.end();
  CHECK(heard.text == "connect ready secureConnect secure finish end close(false)");
}

TEST_CASE("a certificate for another host is refused", "[tls][T02]") {
  NetWorld world;
  Served served(world);
  TLSConnectOptions to = served.to();
  to.servername = "example.com";
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(heard.text == "connect ready secure error(ERR_TLS_CERT_ALTNAME_INVALID) close(true)");
  CHECK(heard.messages.at(0) ==
        "Hostname/IP does not match certificate's altnames: Host: example.com. is not in the "
        "cert's altnames: DNS:localhost, IP Address:127.0.0.1");
}

TEST_CASE("a client certificate that is good authorizes, one of a stranger does not come in",
          "[tls][T02]") {
  const Version version = anyVersion();
  const bool good = GENERATE(true, false);
  CAPTURE(version.name, good);
  NetWorld world;
  Served served(world, {.ca = rootCa().cert,
                        .cert = serverIdentity().cert,
                        .key = serverIdentity().key,
                        .requestCert = true});
  served.onSecure = [](TLSSocket& socket) {
    CHECK(socket.authorized());
    CHECK(socket.getPeerCertificate()->subjectOf("CN") == "client");
    socket.end("in");
  };
  const Identity stranger = issue({.commonName = "client"}, &strangerCa());
  TLSConnectOptions to = served.to();
  to.cert = good ? clientIdentity().cert : stranger.cert;
  to.key = good ? clientIdentity().key : stranger.key;
  to.maxVersion = version.name;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(served.text == (good ? "secureConnection" : "tlsClientError(ECONNRESET)"));
  if (good) {
    CHECK(heard.data == "in");
  } else {
    CHECK(served.messages.at(0) == "socket hang up");
    CHECK(heard.data.empty());
  }
}

TEST_CASE("a client certificate that does not come", "[tls][T02]") {
  const Version version = anyVersion();
  INFO(version.name);
  NetWorld world;
  Served served(world, {.ca = rootCa().cert,
                        .cert = serverIdentity().cert,
                        .key = serverIdentity().key,
                        .requestCert = true});
  TLSConnectOptions to = served.to();
  to.maxVersion = version.name;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(served.text == "tlsClientError(ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE)");
  if (version.is13()) {
    CHECK(heard.text.starts_with(
        "connect ready secureConnect secure error(ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)"));
  } else {
    CHECK(heard.text == "connect ready error(ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE) close(true)");
  }
}

TEST_CASE("a handshake that takes too long is a 'tlsClientError', and destroyed", "[tls][T02]") {
  NetWorld world;
  Served served(
      world, {.cert = serverIdentity().cert, .key = serverIdentity().key, .handshakeTimeout = 30});
  Socket& client = world.watch(world.net().connect(served.port, "127.0.0.1"));
  Record record(client);
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(served.text == "tlsClientError(ERR_TLS_HANDSHAKE_TIMEOUT)");
  CHECK(record.has("end"));
}

TEST_CASE("plain HTTP, and other bytes, are a 'tlsClientError'", "[tls][T02]") {
  const bool http = GENERATE(true, false);
  NetWorld world;
  Served served(world);
  Socket& client = world.watch(world.net().connect(served.port, "127.0.0.1"));
  Record record(client);
  client.write(http ? "GET / HTTP/1.0\r\n\r\n" : "hello, is there anybody?\r\n");
  client.on<"close">([&] { served.end(); });
  client.on<"error">([] {});
  world.end();
  CHECK(served.text == (http ? "tlsClientError(ERR_SSL_HTTP_REQUEST)"
                             : "tlsClientError(ERR_SSL_WRONG_VERSION_NUMBER)"));
}

TEST_CASE("a server that closes in the handshake", "[tls][T02]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([&](Socket& socket) { world.watch(socket).resume().end(); });
  Tls tls(world.net());
  TLSConnectOptions to;
  to.port = listening.port;
  TLSSocket& client = tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"close">([&] { listening->close(); });
  world.end();
  CHECK(heard.text.find("end error(ECONNRESET)") != std::string::npos);
  CHECK(heard.text.ends_with("close(true)"));
  CHECK(heard.messages.at(0) ==
        "Client network socket disconnected before secure TLS connection was established");
}

TEST_CASE("ALPN: the server's first that the client has", "[tls][T02]") {
  NetWorld world;
  Served served(world, {.cert = serverIdentity().cert,
                        .key = serverIdentity().key,
                        .ALPNProtocols = {"h2", "http/1.1"}});
  served.onSecure = [](TLSSocket& socket) {
    CHECK(socket.alpnProtocol() == "h2");
    CHECK(socket.servername() == "localhost");
    socket.resume();
  };
  TLSConnectOptions to = served.to();
  to.ALPNProtocols = {"http/1.1", "h2"};
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  client.on<"secureConnect">([&] {
    CHECK(client.alpnProtocol() == "h2");
    client.end();
  });
  client.on<"close">([&] { served.end(); });
  client.resume();
  world.end();
  CHECK(served.text == "secureConnection");
}

TEST_CASE("ALPN without a match ends the handshake with an alert", "[tls][T02]") {
  NetWorld world;
  Served served(
      world, {.cert = serverIdentity().cert, .key = serverIdentity().key, .ALPNProtocols = {"h2"}});
  TLSConnectOptions to = served.to();
  to.ALPNProtocols = {"spdy"};
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(heard.text ==
        "connect ready error(ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL) close(true)");
  CHECK(served.text == "tlsClientError(ERR_SSL_NO_APPLICATION_PROTOCOL)");
}

TEST_CASE("addContext(): another certificate for another name", "[tls][T02]") {
  NetWorld world;
  Served served(world);
  const Identity other = issue({.commonName = "x", .names = {"DNS:*.example.com"}}, &rootCa());
  served.server->addContext("*.example.com",
                            createSecureContext({.cert = other.cert, .key = other.key}));
  served.onSecure = [](TLSSocket& socket) { socket.end(); };
  TLSConnectOptions to = served.to();
  to.servername = "a.example.com";
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"secureConnect">([&] {
    CHECK(client.authorized());
    CHECK(client.getPeerCertificate()->subjectaltname == "DNS:*.example.com");
  });
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(heard.text == "connect ready secureConnect secure end finish close(false)");
}

TEST_CASE("SNICallback answers at once, later, with an error, by throwing, or twice",
          "[tls][T02]") {
  enum class How { kAtOnce, kLater, kNone, kError, kThrows, kTwice };
  const Version version = anyVersion();
  const How how =
      GENERATE(How::kAtOnce, How::kLater, How::kNone, How::kError, How::kThrows, How::kTwice);
  CAPTURE(version.name, static_cast<int>(how));
  NetWorld world;
  const Identity other = issue({.commonName = "x", .names = {"DNS:localhost"}}, &rootCa());
  const SecureContext context = createSecureContext({.cert = other.cert, .key = other.key});
  SNIAnswer kept;
  int asked = 0;
  Served served(world, {.cert = serverIdentity().cert,
                        .key = serverIdentity().key,
                        .SNICallback = [&](const std::string& name, SNIAnswer done) {
                          CHECK(name == "localhost");
                          ++asked;
                          const Error error("no such host", "ENOHOST");
                          switch (how) {
                            case How::kAtOnce:
                              return done(nullptr, context);
                            case How::kNone:
                              return done(nullptr, {});
                            case How::kError:
                              return done(&error, {});
                            case How::kThrows:
                              throw Error("thrown", "ETHROWN");
                            case How::kTwice:
                              done(nullptr, context);
                              return done(nullptr, context);
                            case How::kLater:
                              kept = std::move(done);
                              world.host.nextTick([&] {
                                kept(nullptr, context);
                                kept = {};
                              });
                          }
                        }});
  served.onSecure = [](TLSSocket& socket) { socket.end(); };
  TLSConnectOptions to = served.to();
  to.maxVersion = version.name;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  std::string name;
  client.on<"secureConnect">([&] { name = client.getPeerCertificate()->subjectOf("CN"); });
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(asked == 1);
  switch (how) {
    case How::kAtOnce:
    case How::kLater:
      CHECK(name == "x");
      CHECK(served.text == "secureConnection");
      break;
    case How::kNone:
      CHECK(name == "localhost");
      break;
    case How::kError:
      CHECK(served.text == "tlsClientError(ENOHOST)");
      break;
    case How::kThrows:
      CHECK(served.text == "tlsClientError(ETHROWN)");
      break;
    case How::kTwice:
      CHECK(served.text == "tlsClientError(ERR_MULTIPLE_CALLBACK)");
      break;
  }
}

TEST_CASE("an answer to SNICallback that comes after the connection has gone is nobody's",
          "[tls][T02]") {
  NetWorld world;
  SNIAnswer kept;
  Served served(
      world, {.cert = serverIdentity().cert,
              .key = serverIdentity().key,
              .SNICallback = [&](const std::string&, SNIAnswer done) { kept = std::move(done); }});
  TLSSocket& client = served.tls.connect(served.to());
  world.watch(client);
  client.on<"error">([] {});
  world.until([&] { return static_cast<bool>(kept); });
  client.destroy();
  world.until([&] { return !served.text.empty(); });
  kept(nullptr, createSecureContext({}));
  kept = {};
  served.end();
  world.end();
  CHECK(served.text == "tlsClientError(ECONNRESET)");
}

TEST_CASE("ALPNCallback chooses, refuses, throws, or gives what was not offered", "[tls][T02]") {
  enum class How { kChooses, kRefuses, kThrows, kInvents };
  const How how = GENERATE(How::kChooses, How::kRefuses, How::kThrows, How::kInvents);
  CAPTURE(static_cast<int>(how));
  NetWorld world;
  Served served(
      world,
      {.cert = serverIdentity().cert,
       .key = serverIdentity().key,
       .ALPNCallback = [&](const std::string& name, const std::vector<std::string>& protocols) {
         CHECK(name == "localhost");
         CHECK(protocols == std::vector<std::string>{"a", "b"});
         if (how == How::kThrows) throw Error("thrown", "ETHROWN");
         return how == How::kRefuses ? std::nullopt
                                     : std::optional<std::string>(how == How::kChooses ? "b" : "c");
       }});
  served.onSecure = [](TLSSocket& socket) { socket.end(); };
  TLSConnectOptions to = served.to();
  to.ALPNProtocols = {"a", "b"};
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  std::optional<std::string> chosen;
  client.on<"secureConnect">([&] { chosen = client.alpnProtocol(); });
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(chosen == (how == How::kChooses ? std::optional<std::string>("b") : std::nullopt));
  switch (how) {
    case How::kChooses:
      CHECK(served.text == "secureConnection");
      break;
    case How::kRefuses:
      CHECK(served.text == "tlsClientError(ERR_SSL_NO_APPLICATION_PROTOCOL)");
      break;
    case How::kThrows:
      CHECK(served.text == "tlsClientError(ETHROWN)");
      break;
    case How::kInvents:
      CHECK(served.text == "tlsClientError(ERR_TLS_ALPN_CALLBACK_INVALID_RESULT)");
      CHECK(served.messages.at(0) ==
            "ALPN callback returned a value (c) that did not match any of the client's offered "
            "protocols (a,b)");
      break;
  }
}

TEST_CASE("TLS over any stream: a pair in memory, and TLS inside TLS", "[tls][T02]") {
  const bool inside = GENERATE(false, true);
  CAPTURE(inside);
  NetWorld world;
  Served served(world);
  std::string heardInside;
  std::pair<Ref<Duplex>, Ref<Duplex>> pair;
  std::vector<Ref<TLSSocket>> outer;  // the server's end of the one outside
  served.hears = false;
  served.onSecure = [&](TLSSocket& socket) {
    if (inside && outer.empty()) {
      outer.emplace_back(&socket);
      served.server->serve(socket);
      return;
    }
    socket.on<"data">([&](const Buffer& chunk) {
      heardInside += chunk.view();
      socket.end("answer");
    });
  };
  Duplex* below = nullptr;
  if (inside) {
    TLSSocket& outside = served.tls.connect(served.to());
    world.watch(outside);
    below = &outside;
  } else {
    pair = duplexPair(world.host);
    below = pair.first.get();
    served.server->serve(*pair.second);
  }
  TLSConnectOptions to;
  to.socket = below;
  to.servername = "localhost";
  to.ca = rootCa().cert;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  client.on<"secureConnect">([&] { client.write("question"); });
  client.on<"close">([&] { served.end(); });
  world.until([&] { return heard.text.find("close") != std::string::npos; });
  CHECK(heardInside == "question");
  CHECK(heard.data == "answer");
  CHECK(heard.text.starts_with("secureConnect secure data"));
  pair = {};
  outer.clear();
  world.end();
}

TEST_CASE("ticket keys that change make old tickets worthless", "[tls][T02]") {
  NetWorld world;
  Served served(world);
  served.onSecure = [](TLSSocket& socket) { socket.end("x"); };
  CHECK(served.server->getTicketKeys().size() == 48);
  CHECK(thrownBy([&] { served.server->setTicketKeys("short"); }) ==
        "TypeError ERR_INVALID_ARG_VALUE: Session ticket keys must be a 48-byte buffer {}");
  Buffer session;
  for (int i = 0; i < 3; ++i) {
    if (i == 2) served.server->setTicketKeys(std::string(48, 'k'));
    TLSConnectOptions to = served.to();
    to.session = session;
    TLSSocket& client = served.tls.connect(std::move(to));
    const Ref<TLSSocket> held(&client);
    world.watch(client);
    client.on<"session">([&](const Buffer& bytes) { session = bytes; });
    client.on<"secureConnect">([&client] {
      CHECK(client.getEphemeralKeyInfo()->type == "ECDH");
      CHECK(client.getEphemeralKeyInfo()->name == "X25519");
      CHECK(client.getEphemeralKeyInfo()->size == 253);
    });
    Heard heard(client);
    world.until([&] { return heard.text.find("close") != std::string::npos; });
    CHECK(client.isSessionReused() == (i == 1));
  }
  served.end();
  world.end();
}

TEST_CASE("a session is resumed, and the name is not checked again", "[tls][T02]") {
  const Version version = anyVersion();
  INFO(version.name);
  NetWorld world;
  Served served(world);
  served.onSecure = [](TLSSocket& socket) { socket.end("x"); };
  Buffer session;
  int sessions = 0;
  for (const bool again : {false, true}) {
    int checks = 0;
    TLSConnectOptions to = served.to();
    to.maxVersion = version.name;
    to.session = session;
    to.checkServerIdentity = [&](const std::string& host, const Certificate&) {
      CHECK(host == "localhost");
      ++checks;
      return std::optional<Error>();
    };
    TLSSocket& client = served.tls.connect(std::move(to));
    const Ref<TLSSocket> held(&client);
    world.watch(client);
    client.on<"session">([&](const Buffer& bytes) {
      session = bytes;
      ++sessions;
    });
    client.resume();
    Heard heard(client);
    world.until([&] { return heard.text.find("close") != std::string::npos; });
    CHECK(client.isSessionReused() == again);
    CHECK(checks == (again ? 0 : 1));
    if (!again) CHECK(sessions == (version.is13() ? 2 : 1));
  }
  served.end();
  world.end();
}

TEST_CASE("keying material and Finished are the same on both sides", "[tls][T02]") {
  const Version version = anyVersion();
  INFO(version.name);
  NetWorld world;
  Served served(world);
  TLSConnectOptions to = served.to();
  to.maxVersion = version.name;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  CHECK(thrownBy([&] { client.exportKeyingMaterial(32, "label"); }) ==
        "Error ERR_TLS_INVALID_STATE: TLS socket connection must be securely established {}");
  served.onSecure = [&](TLSSocket& socket) { socket.write("x"); };
  client.on<"data">([&] {
    TLSSocket& socket = *served.accepted;
    CHECK(socket.exportKeyingMaterial(32, "label", "context") ==
          client.exportKeyingMaterial(32, "label", "context"));
    CHECK_FALSE(socket.exportKeyingMaterial(32, "label") ==
                client.exportKeyingMaterial(32, "other"));
    CHECK(socket.getFinished() == client.getPeerFinished());
    CHECK_FALSE(socket.getFinished().empty());
    socket.end();
  });
  client.on<"close">([&] { served.end(); });
  client.resume();
  world.end();
  CHECK(served.text == "secureConnection");
}

TEST_CASE("bulk goes both ways byte for byte, with slow readers", "[tls][T02]") {
  NetWorld world;
  Served served(world);
  served.onSecure = [](TLSSocket& socket) { socket.pipe(socket); };
  TLSSocket& client = served.tls.connect(served.to());
  world.watch(client);
  std::string sent;
  for (int i = 0; sent.size() < 3000000; ++i) sent += std::to_string(i);
  std::string back;
  int pauses = 0;
  client.on<"data">([&](const Buffer& chunk) {
    back += chunk.view();
    if (++pauses % 16 == 0) {
      client.pause();
      client.host().nextTick([&client] { client.resume(); });
    }
  });
  client.end(sent);
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(back.size() == sent.size());
  CHECK(back == sent);
}

TEST_CASE("closedCleanly() tells a goodbye from a connection that was cut", "[tls][T02]") {
  const bool clean = GENERATE(true, false);
  CAPTURE(clean);
  NetWorld world;
  Served served(world);
  served.onSecure = [clean](TLSSocket& socket) {
    if (clean) {
      socket.end("x");
    } else {
      ::shutdown(socket.fd(), SHUT_WR);
    }
  };
  TLSSocket& client = served.tls.connect(served.to());
  const Ref<TLSSocket> held(&client);
  world.watch(client);
  Heard heard(client);
  world.until([&] { return heard.text.find("close") != std::string::npos; });
  CHECK(client.closedCleanly() == clean);
  CHECK(heard.text.find("error") == std::string::npos);
  served.end();
  world.end();
}

TEST_CASE("destroy() in 'secureConnect' and in 'secureConnection'", "[tls][T02]") {
  const Version version = anyVersion();
  const bool byClient = GENERATE(true, false);
  CAPTURE(version.name, byClient);
  NetWorld world;
  Served served(world);
  if (!byClient) served.onSecure = [](TLSSocket& socket) { socket.destroy(); };
  TLSConnectOptions to = served.to();
  to.maxVersion = version.name;
  TLSSocket& client = served.tls.connect(std::move(to));
  world.watch(client);
  Heard heard(client);
  if (byClient) client.on<"secureConnect">([&] { client.destroy(); });
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(heard.text.starts_with("connect ready"));
  CHECK(heard.text.find("close") != std::string::npos);
}

TEST_CASE("what a listener throws goes to the host, and the connection lives", "[tls][T02]") {
  NetWorld world;
  Served served(world);
  int uncaught = 0;
  world.host.onUncaught([&](std::exception_ptr) { ++uncaught; });
  served.onSecure = [](TLSSocket& socket) {
    socket.resume();
    throw std::runtime_error("listener");
  };
  TLSSocket& client = served.tls.connect(served.to());
  world.watch(client);
  Heard heard(client);
  client.on<"secureConnect">([&] { client.end("x"); });
  client.on<"close">([&] { served.end(); });
  world.end();
  CHECK(uncaught == 1);
  CHECK(served.heard->data == "x");
  CHECK(heard.text == "connect ready secureConnect secure finish end close(false)");
}

}  // namespace
}  // namespace uvnet
