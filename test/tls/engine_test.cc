// The engine by itself: two of them in memory, no loop.
#include <openssl/err.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "support/catch.h"
#include "tls/engine.h"
#include "tls/support/certificates.h"

namespace uvnet {
namespace {

using namespace test;
using tls::Context;
using tls::Engine;
using tls::EngineOptions;

std::shared_ptr<Context> contextOf(const char* version, bool isServer) {
  SecureContextOptions options{.ca = rootCa().cert, .minVersion = version, .maxVersion = version};
  if (isServer) {
    options.cert = serverIdentity().cert;
    options.key = serverIdentity().key;
  }
  return std::make_shared<Context>(options);
}

// One side, and what it has said and got.
struct Side {
  Side(const char* version, bool isServer, EngineOptions options = {})
      : engine(contextOf(version, isServer), withRole(std::move(options), isServer)) {}
  static EngineOptions withRole(EngineOptions options, bool isServer) {
    options.isServer = isServer;
    return options;
  }

  // Gives it the bytes and returns what it wants sent.
  std::string feed(std::string_view bytes) {
    std::string out;
    engine.feed(bytes);
    for (;;) {
      const Engine::Step step = engine.next();
      std::string some = engine.takeOutput();
      out += some;
      engine.giveBack(std::move(some));
      CHECK(ERR_peek_error() == 0);  // nothing is left for the next connection
      switch (step) {
        case Engine::Step::kNothing:
          return out;
        case Engine::Step::kServername:
          engine.setContext(nullptr);
          break;
        case Engine::Step::kSecure:
          ++secure;
          break;
        case Engine::Step::kData:
          got += engine.data().view();
          break;
        case Engine::Step::kEnd:
          ++ends;
          return out;
        case Engine::Step::kFailed:
          ++failures;
          return out;
      }
    }
  }
  std::string say(std::string_view plain) {
    CHECK(engine.write(plain) == plain.size());
    return engine.takeOutput();
  }
  std::string end() {
    engine.end();
    return engine.takeOutput();
  }

  Engine engine;
  std::string got;
  int secure = 0;
  int ends = 0;
  int failures = 0;
};

// All that one says goes to the other, in pieces of that many bytes (0: whole), until both are
// still.
void converse(Side& client, Side& server, std::size_t piece = 0, std::string toServer = {},
              std::string toClient = {}) {
  if (toServer.empty() && toClient.empty()) toServer = client.feed({});
  const auto give = [piece](Side& to, std::string& bytes, std::string& answer) {
    const std::size_t size = piece == 0 ? bytes.size() : std::min(piece, bytes.size());
    const std::string some = bytes.substr(0, size);
    bytes.erase(0, size);
    answer += to.feed(some);
  };
  for (int i = 0; i < 1000000 && !(toServer.empty() && toClient.empty()); ++i) {
    if (!toServer.empty()) give(server, toServer, toClient);
    if (!toClient.empty()) give(client, toClient, toServer);
  }
}

const char* anyVersion() { return GENERATE("TLSv1.2", "TLSv1.3"); }

TEST_CASE("two engines make a connection and talk, whole or one byte at a time", "[tls][T03]") {
  const char* version = anyVersion();
  const std::size_t piece = GENERATE(0U, 1U, 7U, 1000U);
  CAPTURE(version, piece);
  Side client(version, false, {.servername = "localhost"});
  Side server(version, true);
  CHECK(client.engine.write("too soon") == 0);
  converse(client, server, piece);
  CHECK(client.secure == 1);
  CHECK(server.secure == 1);
  const std::string big(100000, 'x');
  std::string said = client.say("hello");
  said += client.say(big);
  converse(client, server, piece, said, server.say("there"));
  CHECK((server.got == "hello" + big));  // not shown
  CHECK(client.got == "there");
  converse(client, server, piece, client.end(), {});
  CHECK(server.ends == 1);
  CHECK(client.failures + server.failures == 0);
  // The other side may go on.
  converse(client, server, piece, {}, server.say("late"));
  CHECK(client.got == "therelate");
}

TEST_CASE("a handshake may be cut at every byte", "[tls][T03]") {
  const char* version = anyVersion();
  CAPTURE(version);
  std::size_t size = 0;
  {
    Side client(version, false);
    size = client.feed({}).size();
  }
  REQUIRE(size > 100);
  for (std::size_t cut = 1; cut < size; ++cut) {
    Side client(version, false);
    Side server(version, true);
    const std::string hello = client.feed({});
    CHECK(server.feed(std::string_view(hello).substr(0, cut)).empty());
    const std::string answer = server.feed(std::string_view(hello).substr(cut));
    CHECK_FALSE(answer.empty());
    converse(client, server, 0, {}, answer);
    CHECK(client.secure == 1);
  }
}

TEST_CASE("a flipped bit in the handshake fails it, once, and leaves nothing behind",
          "[tls][T03]") {
  const char* version = anyVersion();
  CAPTURE(version);
  const std::size_t step = 13;  // a prime, so that all fields are met
  for (std::size_t at = 0; at < 3000; at += step) {
    Side client(version, false);
    Side server(version, true);
    std::string toServer = client.feed({});
    std::string toClient;
    std::size_t offset = at;
    bool flipped = false;
    const auto spoil = [&](std::string& bytes) {
      if (flipped) return;
      if (offset < bytes.size()) {
        bytes[offset] = static_cast<char>(bytes[offset] ^ 0x10);
        flipped = true;
      } else {
        offset -= bytes.size();
      }
    };
    for (int i = 0; i < 20 && !(toServer.empty() && toClient.empty()); ++i) {
      spoil(toServer);
      toClient += server.feed(std::exchange(toServer, {}));
      spoil(toClient);
      toServer += client.feed(std::exchange(toClient, {}));
    }
    if (!flipped) break;
    CHECK(client.failures <= 1);
    CHECK(server.failures <= 1);
    // Whoever has failed goes on saying nothing.
    if (client.failures == 1) {
      CHECK(client.engine.write("x") == 0);
      CHECK_FALSE(client.engine.error().message.empty());
    }
    CHECK((client.failures == 0 || client.engine.state() == Engine::State::kFailed));
  }
}

TEST_CASE("garbage in each state fails with a code, and the alert is there to be sent",
          "[tls][T03]") {
  const char* version = anyVersion();
  CAPTURE(version);
  {
    Side server(version, true);
    server.feed(std::string_view("\x16\x03\x01\x00\x05garba", 10));
    CHECK(server.failures == 1);
    CHECK(server.engine.error().code.starts_with("ERR_SSL_"));
  }
  {
    Side server(version, true);
    server.feed("GET / HTTP/1.0\r\n\r\n");
    CHECK(server.failures == 1);
    CHECK(server.engine.error().code == "ERR_SSL_HTTP_REQUEST");
    CHECK(server.engine.error().library == "SSL routines");
    CHECK(server.engine.error().reason == "http request");
  }
  Side client(version, false);
  Side server(version, true);
  converse(client, server);
  const std::string alert =
      client.feed(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'z'));
  CHECK(client.failures == 1);
  CHECK(client.engine.error().code == (std::string_view(version) == "TLSv1.3"
                                           ? "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"
                                           : "ERR_SSL_CIPHER_OPERATION_FAILED"));
  CHECK_FALSE(alert.empty());
  server.feed(alert);
  CHECK(server.failures == 1);
  CHECK(server.engine.error().code == "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC");
}

// OpenSSL has no limit of its own any more.
TEST_CASE("a flood of KeyUpdate ends the connection", "[tls][T03]") {
  Side client("TLSv1.3", false);
  Side server("TLSv1.3", true);
  converse(client, server);
  std::string flood;
  for (int i = 0; i < 40; ++i) {
    SSL_key_update(client.engine.ssl(), SSL_KEY_UPDATE_REQUESTED);
    client.engine.write("");
    SSL_do_handshake(client.engine.ssl());
    flood += client.engine.takeOutput();
  }
  server.feed(flood);
  CHECK(server.failures == 1);
  CHECK(server.engine.error().code == "ERR_SSL_TOO_MANY_KEY_UPDATES");
}

TEST_CASE("a client that wants to renegotiate is refused", "[tls][T03]") {
  Side client("TLSv1.2", false);
  Side server("TLSv1.2", true);
  converse(client, server);
  SSL_clear_options(client.engine.ssl(), SSL_OP_NO_RENEGOTIATION);
  SSL_renegotiate(client.engine.ssl());
  SSL_do_handshake(client.engine.ssl());
  const std::string answer = server.feed(client.engine.takeOutput());
  CHECK(server.secure == 1);
  CHECK(server.failures == 0);
  CHECK_FALSE(answer.empty());  // the alert no_renegotiation
}

TEST_CASE("ALPN's list: one that is empty or too long throws", "[tls][T03]") {
  CHECK(tls::alpnWire({"h2", "http/1.1"}) == std::string("\x02h2\x08http/1.1"));
  CHECK_THROWS_AS(tls::alpnWire({std::string(256, 'x')}), Error);
  CHECK_THROWS_AS(tls::alpnWire({""}), Error);
}

}  // namespace
}  // namespace uvnet
