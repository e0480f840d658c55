// Emitter::relayEvents and RefCounted::watchShared: a runtime that keeps listeners in an emitter of
// its own, and whose objects a collector frees.
#include <string>
#include <vector>

#include "host/support/fake_runtime.h"
#include "support/socket_path.h"

using namespace uvnet;
using namespace uvnet::test;

using Events = std::vector<std::string>;

TEST_CASE("every event of a socket and a server comes to the runtime's emitter", "[host][P2]") {
  const std::string path = GENERATE(std::string(), uniqueSocketPath());
  FakeRuntime runtime;
  FakeHeap heap(runtime);
  FakeObject& server = heap.newServer();
  if (path.empty()) {
    server.server().listen({.port = 0, .host = "127.0.0.1"});
  } else {
    server.server().listen({.path = path});
  }
  runtime.until([&] { return server.server().listening(); });
  FakeObject& client = heap.newSocket();
  std::string got;
  client.on("data", [&](const std::string& chunk) { got += chunk; });
  client.on("end", [&](const std::string&) { server.server().close(); });
  // The half that the library made for the connection is one of the runtime's own class.
  server.server().on<"connection">([&](Socket& socket) {
    socket.end("hello");
    socket.resume();
  });
  if (path.empty()) {
    client.socket().connect(std::get<AddressInfo>(server.server().address()).port, "127.0.0.1");
  } else {
    client.socket().connect(path);
  }
  CHECK(heap.size() == 2);
  runtime.toEnd();
  CHECK(got == "hello");
  CHECK(heap.size() == 3);
  CHECK(server.events == Events{"listening", "connection", "close"});
  std::erase(client.events, "resume");  // on a tick: before or after the attempt
  CHECK(client.events == Events{"connectionAttempt", "connect", "ready", "data", "end", "prefinish",
                                "finish", "close"});
}

TEST_CASE("'data' flows only while the runtime's emitter has a listener of it", "[host][P2]") {
  FakeRuntime runtime;
  FakeHeap heap(runtime);
  FakeEcho echo(runtime);
  FakeObject& client = heap.newSocket();
  client.socket().connect(echo.port, "127.0.0.1");
  client.socket().write("one");
  runtime.until([&] { return client.socket().readableLength() == 3; });
  CHECK_FALSE(client.socket().readableFlowing().value_or(false));
  std::string got;
  client.on("data", [&](const std::string& chunk) { got += chunk; });
  runtime.until([&] { return got == "one"; });
  client.removeAllListeners("data");
  client.socket().destroy();
  echo.server->close();
  runtime.toEnd();
}

TEST_CASE("an 'error' nobody hears is raised by the runtime's emitter, and then uncaught",
          "[host][P2][E02]") {
  FakeRuntime runtime;
  FakeHeap heap(runtime);
  FakeObject& client = heap.newSocket();
  const bool heard = GENERATE(true, false);
  std::string told;
  if (heard) client.on("error", [&](const std::string& message) { told = message; });
  client.socket().connect("/nowhere/at/all.sock");
  runtime.toEnd();
  const std::string message = "connect ENOENT /nowhere/at/all.sock";
  CHECK(told == (heard ? message : ""));
  CHECK(runtime.exceptions == (heard ? Events{} : Events{message}));
}

TEST_CASE("an exception in a relayed listener is the host's", "[host][P2][E02]") {
  FakeRuntime runtime;
  FakeHeap heap(runtime);
  FakeEcho echo(runtime);
  FakeObject& client = heap.newSocket();
  client.on("connect", [](const std::string&) { throw Error("in connect"); });
  client.on("ready", [&](const std::string&) {
    client.socket().destroy();
    echo.server->close();
  });
  client.socket().connect(echo.port, "127.0.0.1");
  runtime.until([&] { return !runtime.exceptions.empty(); });
  CHECK(runtime.exceptions == Events{"in connect"});
  client.socket().destroy();
  echo.server->close();
  runtime.toEnd();
}

TEST_CASE("an open socket survives the collector, a closed one does not", "[host][P2]") {
  FakeRuntime runtime;
  FakeHeap heap(runtime);
  FakeEcho echo(runtime);
  FakeObject& client = heap.newSocket();
  CHECK_FALSE(client.strong);  // nothing of it is on the loop
  bool closed = false;
  bool connected = false;
  client.on("connect", [&](const std::string&) { connected = true; });
  client.on("close", [&](const std::string&) { closed = true; });
  client.socket().connect(echo.port, "127.0.0.1");
  client.reachable = false;
  CHECK(client.strong);
  CHECK(heap.collect() == 0);
  runtime.until([&] { return connected; });
  CHECK(heap.collect() == 0);
  client.socket().destroy();
  CHECK(heap.collect() == 0);  // 'close' is still to come
  runtime.until([&] { return closed; });
  runtime.turn();
  CHECK_FALSE(client.strong);
  CHECK(heap.collect() == 1);
  CHECK(heap.size() == 0);
  echo.server->close();
  runtime.toEnd();
}

TEST_CASE("a socket that was never opened is the collector's at once", "[host][P2]") {
  FakeRuntime runtime;
  FakeHeap heap(runtime);
  FakeObject& client = heap.newSocket();
  client.reachable = false;
  CHECK(heap.collect() == 1);
  runtime.toEnd();
}

TEST_CASE("a server and its connections live until they are closed", "[host][P2]") {
  FakeRuntime runtime;
  FakeHeap heap(runtime);
  FakeObject& server = heap.newServer();
  server.server().listen({.port = 0, .host = "127.0.0.1"});
  server.reachable = false;
  runtime.until([&] { return server.server().listening(); });
  FakeObject& client = heap.newSocket();
  client.reachable = false;
  bool ended = false;
  client.on("end", [&](const std::string&) { ended = true; });
  client.on("data", [](const std::string&) {});
  client.socket().connect(std::get<AddressInfo>(server.server().address()).port, "127.0.0.1");
  runtime.until([&] { return heap.size() == 3; });
  CHECK(heap.collect() == 0);
  server.server().close();
  CHECK(heap.collect() == 0);  // 'close' waits for the connection
  client.socket().end();
  runtime.until([&] { return ended; });
  runtime.toEnd();
  CHECK(server.events.back() == "close");
  // The accepted socket has a Ref to its server, so that goes when the collector comes again.
  CHECK(heap.collect() == 2);
  CHECK(heap.collect() == 1);
}
