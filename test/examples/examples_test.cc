// The examples, run as somebody who tries them would run them: at a terminal, with nc on the other
// side where the documentation has telnet or nc. Ports are 0 and paths unique, never the defaults.
#include <fstream>
#include <sstream>
#include <string>

#include "examples/terminal.h"
#include "support/catch.h"
#include "support/held_port.h"

using uvnet::test::Example;
using uvnet::test::HeldPort;
using uvnet::test::SocketPath;
using uvnet::test::Terminal;

namespace {

// Types a line, has it back, leaves with Ctrl-D.
void converseWithEcho(Terminal& nc) {
  CHECK(nc.until("\n") == "hello\r\n");
  nc.type("one\n");
  CHECK(nc.until("\n") == "one\n");
  nc.type("two\n");
  CHECK(nc.until("\n") == "two\n");
  nc.typeEnd();
  CHECK(nc.rest().empty());
  CHECK(nc.exitStatus() == 0);
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("example: the echo server talks with nc over TCP", "[examples][M23]") {
  Example server("echo_server", {"0"});
  CHECK(server.until("\n") == "server bound\n");
  Terminal nc("nc", {"-N", "localhost", server.port()});
  converseWithEcho(nc);
  CHECK(server.until("disconnected\n") == "client connected\nclient disconnected\n");
}

TEST_CASE("example: the echo server talks with nc -U over a Unix socket", "[examples][M23]") {
  const SocketPath path;
  const std::string name = GENERATE(std::string("echo_server_unix"), std::string("echo_server"));
  Example server(name, {*path});
  CHECK(server.until("\n") == "server bound\n");
  Terminal nc("nc", {"-N", "-U", *path});
  converseWithEcho(nc);
  CHECK(server.until("disconnected\n") == "client connected\nclient disconnected\n");
}

TEST_CASE("example: a second echo server says EADDRINUSE and ends", "[examples][M23]") {
  const SocketPath path;
  Example first("echo_server_unix", {*path});
  first.until("server bound\n");
  Example second("echo_server_unix", {*path});
  CHECK(second.rest() == "listen EADDRINUSE: address already in use " + *path +
                             "\nif no server runs there: rm " + *path + "\n");
  CHECK(second.exitStatus() == 1);

  Example third("echo_server", {*path});
  CHECK(third.rest() == "listen EADDRINUSE: address already in use " + *path + "\n");
  CHECK(third.exitStatus() == 1);
}

TEST_CASE("example: the echo client has its word back", "[examples][M23]") {
  const SocketPath path;
  const bool tcp = GENERATE(true, false);
  Example server("echo_server", {tcp ? "0" : *path});
  server.until("server bound\n");
  Example client("echo_client", {tcp ? server.port() : *path});
  CHECK(client.rest() == "connected to server!\nhello\r\nworld!\r\ndisconnected from server\n");
  CHECK(client.exitStatus() == 0);
  server.until("client disconnected\n");
}

TEST_CASE("example: the echo client says why it could not connect", "[examples][M23]") {
  const SocketPath path;
  Example client("echo_client", {*path});
  CHECK(client.rest() == "connect ENOENT " + *path + "\n");
  CHECK(client.exitStatus() == 1);
}

TEST_CASE("example: the server on a random port says which one it has", "[examples][M23][S04]") {
  Example server("random_port");
  const std::string said = server.until("\n");
  CHECK(said.starts_with("opened server on "));
  CHECK(said.substr(said.rfind(':') + 1) == server.port() + "\n");
  Terminal nc("nc", {"-d", "localhost", server.port()});
  CHECK(nc.rest() == "goodbye\n");
}

TEST_CASE("example: the retrying server has the port as soon as it is free",
          "[examples][M23][S23]") {
  const HeldPort held;  // free, and nobody else's, from the one server to the other
  const std::string port = std::to_string(held.port);
  Example other("echo_server", {port});
  other.until("server bound\n");
  Example server("listen_retry", {port});
  CHECK(server.until("\n") == "Address in use, retrying...\n");
  CHECK(server.until("\n") == "Address in use, retrying...\n");
  other.kill();
  server.until("server bound\n");
  CHECK(server.port() == port);
}

TEST_CASE("example: a second exclusive listen is refused", "[examples][M23][S14]") {
  Example first("listen_exclusive", {"0"});
  CHECK(first.until("\n") == "localhost:0 is ours alone\n");
  const std::string port = first.port();
  Example second("listen_exclusive", {port});
  const std::string said = second.rest();
  CHECK(said.starts_with("listen EADDRINUSE: address already in use "));
  CHECK(said.ends_with(":" + port + "\n"));
  CHECK(second.exitStatus() == 1);
}

TEST_CASE("example: the onread client reads into its own buffer", "[examples][M23][K17]") {
  Example server("echo_server", {"0"});
  server.until("server bound\n");
  Example client("onread_client", {server.port()});
  CHECK(client.rest() == "hello\r\nGET / HTTP/1.0\r\n\r\n");
  CHECK(client.exitStatus() == 0);
}

TEST_CASE("example: the idle connection is told, and ended by the listener",
          "[examples][M23][D15]") {
  Example server("idle_timeout", {"0", "200"});
  CHECK(server.until("\n") == "server bound\n");
  Terminal nc("nc", {"-d", "localhost", server.port()});
  CHECK(nc.rest().empty());
  CHECK(nc.exitStatus() == 0);
  CHECK(server.until("\n") == "socket timeout\n");
}

TEST_CASE("example: the server that is told to stop lets its connection end", "[examples]") {
  Example server("stop_on_signal", {"0"});
  CHECK(server.until("\n") == "server bound\n");
  Terminal nc("nc", {"-N", "localhost", server.port()});
  nc.type("one\n");
  CHECK(nc.until("\n") == "one\n");
  const bool term = GENERATE(true, false);
  term ? server.terminate() : server.interrupt();
  CHECK(server.until("\n") == std::string(term ? "SIGTERM" : "SIGINT") + ", no new connections\n");
  nc.type("two\n");
  CHECK(nc.until("\n") == "two\n");
  nc.typeEnd();
  CHECK(server.rest() == "server closed\n");
  CHECK(server.exitStatus() == 0);
}

TEST_CASE("example: the server on which nothing happens stops by itself", "[examples]") {
  Example server("stop_on_signal", {"0", "200"});
  CHECK(server.until("\n") == "server bound\n");
  CHECK(server.rest() == "idle, no new connections\nserver closed\n");
  CHECK(server.exitStatus() == 0);
}

TEST_CASE("example: Hello World, server and net.connect()", "[examples][M23]") {
  Example server("hello_server", {"0"});
  CHECK(server.until("\n") == "server is listening\n");
  Example client("hello_client", {server.port()});
  CHECK(client.rest() ==
        "Connected to the server!\nHello World!\r\nDisconnected from the server\n");
  CHECK(client.exitStatus() == 0);
  CHECK(server.until("connection\n") == "client connected\nclient closed the connection\n");
}

TEST_CASE("example: Hello World, server and new Socket().connect()", "[examples][M23]") {
  Example server("hello_server", {"0"});
  server.until("server is listening\n");
  Example client("hello_socket", {server.port()});
  // The client's own words may come back in the same chunk, or after it has gone.
  const std::string said = client.rest();
  CHECK(said.starts_with("Connected\nReceived: Hello World!\r\n"));
  CHECK(said.ends_with("Connection closed\n"));
  CHECK(client.exitStatus() == 0);
  CHECK(server.until("\n") == "client connected\n");
}

TEST_CASE("example: v0.3's echo server greets and takes leave", "[examples][M23]") {
  Example server("v03_echo_server", {"0"});
  server.until("server bound\n");
  Terminal nc("nc", {"-N", "localhost", server.port()});
  CHECK(nc.until("\n") == "hello\r\n");
  nc.type("grüße\n");
  CHECK(nc.until("\n") == "grüße\n");
  nc.typeEnd();
  CHECK(nc.rest() == "goodbye\r\n");
  CHECK(nc.exitStatus() == 0);
}

TEST_CASE("example: v0.3's listenFD() takes a listening socket over", "[examples][M23][S09]") {
  Example server("v03_listen_fd", {"0"});
  CHECK(server.until("\n") == "server bound\n");
  Terminal nc("nc", {"-d", "127.0.0.1", server.port()});
  CHECK(nc.rest() == "hello\r\n");
  CHECK(server.until("\n") == "connections: 1\n");
}

TEST_CASE("example: v0.3's readyState through a life", "[examples][M23][K20]") {
  Example program("v03_ready_state");
  CHECK(program.rest() ==
        "client: open at first\n"  // as node -p 'new net.Socket().readyState' says
        "client: opening after connect()\n"
        "client: open when connected\n"
        "client: readOnly after end()\n"
        "server: writeOnly when the client has ended\n"
        "goodbye\r\n"
        "client: closed when all is over\n");
  CHECK(program.exitStatus() == 0);
}

TEST_CASE("example: messages framed by a Transform come out whole",
          "[examples][stream:transform][stream:pipeline]") {
  Example program("framing");
  const std::string said = program.rest();
  CAPTURE(said);
  std::istringstream lines(said);
  std::string messages;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("message")) messages += line + "\n";
  }
  CHECK(messages ==
        "message of 5 bytes: hello\n"
        "message of 29 bytes: small ones may leave\n"
        "message of 300000 bytes: xxxxxxxxxxxxxxxxxxxx\n"
        "message of 7 bytes: goodbye\n");
  CHECK(said.find("server: all is over\n") != std::string::npos);
  CHECK(said.find("client: all is over\n") != std::string::npos);
  CHECK(program.exitStatus() == 0);
}

TEST_CASE("example: a layer takes the preamble of a proxy off a connection", "[examples][layer]") {
  Example server("proxy_protocol", {"0"});
  server.until("server bound\n");
  {
    Terminal nc("nc", {"-N", "127.0.0.1", server.port()});
    nc.type("PROXY TCP4 203.0.113.9 192.0.2.1 40000 80\r\nhello\n");
    CHECK(nc.until("\n") == "welcome\r\n");
    CHECK(nc.until("\n") == "hello\n");
    CHECK(server.until("\n").find("connection of 203.0.113.9:40000 by way of ") == 0);
    nc.typeEnd();
    CHECK(nc.rest().empty());
    CHECK(nc.exitStatus() == 0);
  }
  Terminal nc("nc", {"-N", "127.0.0.1", server.port()});
  nc.type("GET / HTTP/1.0\r\n");
  CHECK(server.until("\n") == "no preamble of a proxy\n");
  nc.typeEnd();
  CHECK(nc.rest().empty());
}

TEST_CASE("example: a Transform limits the rate of what is piped through it",
          "[examples][stream:transform][stream:backpressure]") {
  Example program("rate_limit", {"60000", "100000"});
  const std::string said = program.rest();
  CAPTURE(said);
  CHECK(said.find("all is sent\n") != std::string::npos);
  const std::string before = "received 60000 bytes in ";
  const std::size_t at = said.find(before);
  REQUIRE(at != std::string::npos);
  // 30 slices of 2000 bytes with 20 ms between them; a timer of libuv may come a millisecond early.
  CHECK(std::stoi(said.substr(at + before.size())) >= 29 * 19);
  CHECK(program.exitStatus() == 0);
}

TEST_CASE("README's first example is examples/echo_server.cc, to the letter", "[examples][M23]") {
  const std::string readme = read(UVNET_TEST_SOURCE_DIR "/README.md");
  const std::string fence = "```cpp\n";
  const std::size_t begin = readme.find(fence) + fence.size();
  const std::size_t end = readme.find("```", begin);
  REQUIRE(begin != std::string::npos + fence.size());
  REQUIRE(end != std::string::npos);
  CHECK(readme.substr(begin, end - begin) ==
        read(UVNET_TEST_SOURCE_DIR "/examples/echo_server.cc"));
}

TEST_CASE("example: a runtime of its own serves, refuses what is outside and ends in order",
          "[examples][P2]") {
  Example runtime("embedding", {"0"});
  // What is refused is told on a tick of connect(), the name is looked up first.
  CHECK(runtime.until("restricted\n") ==
        "echo: listening\noutside: Access to this API has been restricted\n");
  Terminal nc("nc", {"-N", "127.0.0.1", runtime.port()});
  nc.type("one\n");
  CHECK(nc.until("\n") == "one\n");
  nc.typeEnd();
  CHECK(nc.rest().empty());
  CHECK(runtime.until("disconnected\n") == "echo: client connected\necho: client disconnected\n");
  runtime.interrupt();
  CHECK(runtime.rest() == "-: closed\n");
  CHECK(runtime.exitStatus() == 0);
}

TEST_CASE("the code in docs/embedding.md is that of examples/embedding.cc, to the letter",
          "[examples][P2]") {
  const std::string guide = read(UVNET_TEST_SOURCE_DIR "/docs/embedding.md");
  const std::string program = read(UVNET_TEST_SOURCE_DIR "/examples/embedding.cc");
  const std::string fence = "```cpp\n";
  int blocks = 0;
  for (std::size_t at = guide.find(fence); at != std::string::npos; at = guide.find(fence, at)) {
    at += fence.size();
    const std::string block = guide.substr(at, guide.find("```", at) - at);
    INFO(block);
    CHECK(program.find(block) != std::string::npos);
    ++blocks;
  }
  CHECK(blocks == 7);
}
