// Peers that we did not write: OpenSSL's own programs, and this project's examples.
#include <uvnet/tls.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "support/loopback.h"
#include "tls/support/certificates.h"

namespace uvnet {
namespace {

using namespace test;

// A program under `timeout`, whose output is read by the loop's thread when it has ended.
class Program {
 public:
  explicit Program(const std::string& command)
      : pipe_(::popen(("timeout 20 " + command + " 2>&1").c_str(), "r")) {}
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pipe_ != nullptr) ::pclose(pipe_);
  }
  int fd() const { return ::fileno(pipe_); }
  // Until it ends.
  std::string output() {
    std::string text;
    char some[4096];
    while (const std::size_t n = std::fread(some, 1, sizeof some, pipe_)) text.append(some, n);
    return text;
  }
  // Its first line.
  std::string line() {
    char some[256];
    return std::fgets(some, sizeof some, pipe_) != nullptr ? some : "";
  }

 private:
  std::FILE* pipe_;
};

// Files of a test, gone with it.
class Files {
 public:
  explicit Files(NetWorld& world) : base_(world.path()) {}
  ~Files() {
    for (const std::string& name : names_) ::unlink(name.c_str());
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  std::string write(const std::string& content) {
    names_.push_back(base_ + "-" + std::to_string(names_.size()) + ".pem");
    std::ofstream(names_.back()) << content;
    return names_.back();
  }

 private:
  std::string base_;
  std::vector<std::string> names_;
};

bool haveOpenssl() {
  static const bool there = std::system("command -v openssl >/dev/null 2>&1") == 0;
  if (!there) WARN("uvnet: skipped: no openssl program");
  return there;
}

TEST_CASE("openssl s_client talks to our server, TLS 1.2 and 1.3", "[tls][T06]") {
  if (!haveOpenssl()) return;
  const char* version = GENERATE("-tls1_2", "-tls1_3");
  CAPTURE(version);
  NetWorld world;
  Files files(world);
  const std::string ca = files.write(rootCa().cert);
  Tls tls(world.net());
  tls::Server& server = tls.createServer(
      {.cert = serverIdentity().cert, .key = serverIdentity().key}, [](TLSSocket& socket) {
        socket.on<"data">([&socket](const Buffer& chunk) {
          socket.write("got ");
          socket.end(chunk);
        });
      });
  world.watch(server);
  server.listen({.port = 0, .host = "127.0.0.1"});
  world.until([&] { return server.listening(); });
  const int port = std::get<AddressInfo>(server.address()).port;
  Program client(
      "sh -c 'echo hello | openssl s_client -quiet -verify_return_error "
      "-servername localhost -verify_hostname localhost " +
      std::string(version) + " -CAfile " + ca + " -connect 127.0.0.1:" + std::to_string(port) +
      "'");
  // Its output is there when its end is: the socket adopts a copy.
  const Ref<Socket> output =
      make<Socket>(world.net(), SocketOptions{.fd = ::dup(client.fd()), .writable = false});
  world.watch(*output);
  std::string text;
  output->on<"data">([&](const Buffer& chunk) { text += chunk.view(); });
  output->on<"close">([&] { server.close(); });
  world.end();
  CHECK(text.find("got hello") != std::string::npos);
}

TEST_CASE("the examples run: an echo server, and v0.3's way", "[tls][T06]") {
  NetWorld world;
  Files files(world);
  const Identity own = issue({.names = {"DNS:localhost"}});  // which is its own root
  const std::string key = files.write(own.key);
  const std::string cert = files.write(own.cert);
  const std::string examples = std::string(UVNET_TEST_BINARY_DIR) + "/examples/uvnet_example_";
  if (::access((examples + "v03_secure").c_str(), X_OK) != 0) {
    WARN("uvnet: skipped: the examples are not built");
    return;
  }
  Program old(examples + "v03_secure " + key + " " + cert);
  CHECK(old.output() == "verified: /C=UK/O=uvnet/CN=localhost\nwelcome\nhello\n");

  // Its process first, so that it can be ended.
  Program echo("sh -c '" + examples + "tls_echo_server " + key + " " + cert +
               " 0 & echo $!; wait'");
  const pid_t process = std::stoi(echo.line());
  const std::string line = echo.line();
  REQUIRE(line.starts_with("listening on "));
  Tls tls(world.net());
  TLSConnectOptions to;
  to.port = std::stoi(line.substr(13));
  to.host = "127.0.0.1";
  to.servername = "localhost";
  to.ca = own.cert;
  TLSSocket& client = tls.connect(std::move(to));
  world.watch(client);
  std::string back;
  client.on<"data">([&](const Buffer& chunk) { back += chunk.view(); });
  client.end("round");
  world.end();
  CHECK(back == "round");
  ::kill(process, SIGTERM);
}

}  // namespace
}  // namespace uvnet
