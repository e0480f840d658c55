// The last Ref of a socket or server that the loop does not hold is dropped in what one of its
// calls runs.
#include <functional>
#include <string>

#include "support/loopback.h"

using namespace uvnet;
using uvnet::test::NetWorld;

namespace {

class Counted final : public Socket {
 public:
  explicit Counted(Net& net, SocketOptions options = {}) : Socket(net, std::move(options)) {
    ++living;
  }
  using Stream::push;
  static inline int living = 0;

 protected:
  ~Counted() override { --living; }
};

class CountedServer final : public Server {
 public:
  explicit CountedServer(Net& net) : Server(net) { ++living; }
  static inline int living = 0;

 protected:
  ~CountedServer() override { --living; }
};

}  // namespace

TEST_CASE("a socket that never connected may go in what its calls run", "[net][lastref]") {
  struct Cell {
    const char* name;
    void (*listen)(Counted&, const std::function<void()>& drop);
    void (*call)(Counted&);
  };
  const auto onPause = [](Counted& s, const std::function<void()>& drop) { s.on<"pause">(drop); };
  const auto onNew = [](Counted& s, const std::function<void()>& drop) {
    s.on<"newListener">(drop);
  };
  const auto onData = [](Counted& s, const std::function<void()>& drop) {
    s.pause();
    s.on<"data">(drop);
  };
  const Cell cells[] = {
      {"pause", onPause, [](Counted& s) { s.pause(); }},
      {"read with an encoding", onData,
       [](Counted& s) {
         s.setEncoding(Encoding::utf8);
         s.unshift("abc");
         s.read(1);
       }},
      {"read", onData,
       [](Counted& s) {
         s.unshift("abc");
         s.read();
       }},
      {"setTimeout", onNew, [](Counted& s) { s.setTimeout(1000, [] {}); }},
      {"ref", onNew, [](Counted& s) { s.ref(); }},
      {"unref", onNew, [](Counted& s) { s.unref(); }},
      {"destroySoon", onNew, [](Counted& s) { s.destroySoon(); }},
      {"end", onNew, [](Counted& s) { s.end("abc").on<"error">([] {}); }},
      {"resume", onNew, [](Counted& s) { s.resume().read(0); }},
      {"on", onNew, [](Counted& s) { s.on<"data">([] {}); }},
      {"connect refused", onNew,
       [](Counted& s) {
         s.connect({.port = 1, .host = "127.0.0.1"}, [] {});
         s.destroy();
       }},
  };
  for (const Cell& cell : cells) {
    INFO(cell.name);
    NetWorld world;
    int drops = 0;
    Ref<Counted> ref = make<Counted>(world.net());
    cell.listen(*ref, [&] {
      if (!ref) return;
      ++drops;
      ref.reset();
      CHECK(Counted::living == 1);
    });
    {
      Counted& socket = *ref;
      const CallGuard several(socket);
      cell.call(socket);
    }
    if (drops == 0) ref.reset();  // nothing was to tell
    test::runToEnd(world.host);
    CHECK(Counted::living == 0);
  }
}

TEST_CASE("a server may go in what its calls run", "[net][lastref]") {
  struct Cell {
    const char* name;
    void (*call)(CountedServer&);
  };
  const Cell cells[] = {
      {"listen",
       [](CountedServer& s) {
         s.listen({.port = 0, .host = "127.0.0.1"}, [] {});
         s.close();
       }},
      {"close", [](CountedServer& s) { s.close([](const Error*) {}); }},
      {"on", [](CountedServer& s) { s.on<"close">([] {}); }},
  };
  for (const Cell& cell : cells) {
    INFO(cell.name);
    NetWorld world;
    Ref<CountedServer> ref = make<CountedServer>(world.net());
    int drops = 0;
    ref->on<"newListener">([&] {
      if (!ref) return;
      ++drops;
      ref.reset();
      CHECK(CountedServer::living == 1);
    });
    {
      CountedServer& server = *ref;
      const CallGuard several(server);
      cell.call(server);
    }
    CHECK(drops == 1);
    test::runToEnd(world.host);
    CHECK(CountedServer::living == 0);
  }
}

TEST_CASE("a server whose listen() failed goes with its last Ref", "[net][lastref]") {
  NetWorld world;
  // An address of nobody's (RFC 5737), and a folder that is not there.
  for (const ListenOptions& where : {ListenOptions{.port = 0, .host = "203.0.113.1"},
                                     ListenOptions{.path = "/nowhere/at/all"}}) {
    Ref<CountedServer> server = make<CountedServer>(world.net());
    int errors = 0;
    server->on<"error">([&] { ++errors; });
    server->listen(where);
    server.reset();
    CHECK(CountedServer::living == 1);
    world.until([&] { return errors == 1; });
    test::turn(world.host);
    CHECK(CountedServer::living == 0);
  }
}

TEST_CASE("a server of createServer() is there to listen again after a failure", "[net][lastref]") {
  NetWorld world;
  Server& server = world.watch(world.net().createServer());
  int errors = 0;
  server.on<"error">([&] { ++errors; });
  server.listen({.port = 0, .host = "203.0.113.1"});
  world.until([&] { return errors == 1; });
  test::turn(world.host);
  server.listen({.port = 0, .host = "127.0.0.1"}, [&] { server.close(); });
  world.end();
}
