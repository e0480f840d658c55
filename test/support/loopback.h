// What tests of `net` share: a loop with a Net and a folder for Unix sockets, a connected pair over
// either transport, a record of what an emitter said, and errors as one line of text.
//
// Relies on run_loop.h for bounded waits. A NetWorld proves at its end that nothing was left
// behind.
#pragma once

#include <uvnet/net.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/held_port.h"
#include "support/run_loop.h"

namespace uvnet::test {

enum class Transport { kTcp, kUnix };
// For `const Transport transport = GENERATE(kTcp, kUnix)` tests: says in a failure which one it
// was.
const char* nameOf(Transport transport);

// A loop and a Net. Declare it first: it outlives every Ref of the test.
class NetWorld {
 public:
  explicit NetWorld(NetOptions options = {});
  NetWorld(const NetWorld&) = delete;
  NetWorld& operator=(const NetWorld&) = delete;
  // Ends the Net and checks that the loop is empty and that no socket file is left.
  ~NetWorld();

  LoopHost host;
  Net& net() { return *net_; }

  // A path for a Unix socket that nobody else has, in a folder of this world; "name" for tests that
  // need to know it.
  std::string path(const std::string& name = {});

  // From here on exactly so many 'close' are expected of it by end().
  Socket& watch(Socket& socket, int lives = 1);
  Server& watch(Server& server, int lives = 1);

  void until(const std::function<bool()>& predicate) { runUntil(host, predicate); }
  // The last line of a test: everything comes to its end by itself, and what was watched has closed
  // once.
  void end();
  // For tests about a Net that goes first.
  void endNet() { net_.reset(); }

 private:
  struct Watched {
    int expected;
    std::shared_ptr<int> closes;
  };
  std::string folder_;
  int paths_ = 0;
  std::vector<Watched> watched_;
  std::optional<Net> net_;
};

// A server of that transport that has begun to listen (and is watched), and how to reach it. Its
// TCP port is held: after close() it refuses, and a server or socket of the test may bind to it
// again.
class Listening {
 public:
  Listening(NetWorld& world, Transport transport, ServerOptions options = {});

 private:
  std::optional<HeldPort> held_;  // of TCP

 public:
  ListenOptions where;  // that it was told
  // The base completed with what leads to this server.
  ConnectOptions to(ConnectOptions base = {}) const;

  Server& operator*() const { return *server; }
  Server* operator->() const { return server.get(); }

  Transport transport;
  Ref<Server> server;
  int port = 0;      // of TCP
  std::string path;  // of a Unix socket
};

// Both ends of a connection, established and watched. The server goes on listening; close() closes
// it.
class LoopbackPair {
 public:
  LoopbackPair(NetWorld& world, Transport transport, ServerOptions serverOptions = {},
               ConnectOptions clientOptions = {});
  // Destroys both ends and closes the server, for tests that have seen what they wanted.
  void close();

  Listening listening;
  Server& server;

 private:
  Ref<Socket> clientRef_;
  Ref<Socket> acceptedRef_;

 public:
  Socket& client;
  Socket& accepted;
};

// What a socket emitted, in order, by name; and what came with it. Hearing 'data' makes it flow.
class Record {
 public:
  explicit Record(Socket& socket, bool data = true);
  explicit Record(Server& server);

  int count(std::string_view event) const;
  bool has(std::string_view event) const { return count(event) > 0; }
  // "connect ready end close"
  std::string text() const;

  std::vector<std::string> events;
  std::string data;
  std::vector<Error> errors;
  std::vector<bool> hadError;          // of each 'close'
  std::vector<Ref<Socket>> connected;  // of each 'connection'

 private:
  template <EventName Name, class Emitter>
  void note(Emitter& emitter);
};

// "RangeError ERR_SOCKET_BAD_PORT: message {errno=-98 syscall=listen address=::1 port=80}", the way
// the tests quote what node said.
std::string describe(const Error& error);
std::string describe(const Error* error);  // "null"

// What the call throws, as describe() says it; "nothing" if it does not throw.
std::string thrownBy(const std::function<void()>& call);

}  // namespace uvnet::test
