// Name lookup when the system's resolver is slow: whom it holds up and whom not.
//
// getaddrinfo() itself is replaced in this program: names that end in ".slow" wait until let go.
#include <dlfcn.h>
#include <netdb.h>
#include <uv.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/loopback.h"

using uvnet::LookupCallback;
using uvnet::LookupOptions;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::Listening;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::Transport;
using uvnet::test::turn;

namespace {

// Where slow lookups wait. They run on libuv's threads.
class SlowLookups {
 public:
  ~SlowLookups() { letGo(); }
  // How many have begun, once there are that many.
  bool begun(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, uvnet::test::kPatience, [&] { return begun_ >= count; });
  }
  void letGo() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void enter() {
    std::unique_lock lock(mutex_);
    ++begun_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  bool open_ = false;
};

SlowLookups*& slowLookups() {
  static SlowLookups* now = nullptr;
  return now;
}

struct WithSlowLookups : SlowLookups {
  WithSlowLookups() { slowLookups() = this; }
  ~WithSlowLookups() {
    letGo();
    slowLookups() = nullptr;
  }
  WithSlowLookups(const WithSlowLookups&) = delete;
  WithSlowLookups& operator=(const WithSlowLookups&) = delete;
};

}  // namespace

// Visible, or libuv does not see it.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
  const auto systems =
      reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node == nullptr || !std::string_view(node).ends_with(".slow")) {
    return systems(node, service, hints, result);
  }
  slowLookups()->enter();
  return systems("localhost", service, hints, result);
}

// In node getaddrinfo() is node's own and is not replaced.
#ifndef UVNET_TEST_IN_NODE
TEST_CASE("two slow lookups do not hold up connects to literal addresses", "[net][K15][V04]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  NetWorld world;
  WithSlowLookups slow;
  Listening listening(world, transport);
  listening->on<"connection">([](Socket& peer) { peer.end(); });
  // libuv gives half of its four threads to what may be slow, and these two take both.
  Socket& one = world.watch(world.net().connect({.port = 1, .host = "one.slow"}));
  Socket& two = world.watch(world.net().connect({.port = 1, .host = "two.slow"}));
  Record first(one);
  Record second(two);
  REQUIRE(slow.begun(2));
  // Nor does a third that has to wait for its turn.
  Record third(world.watch(world.net().connect({.port = 1, .host = "localhost"})));

  for (int i = 0; i < 3; ++i) {
    Record literal(world.watch(world.net().connect(listening.to())));
    world.until([&] { return literal.has("close"); });
    CHECK(literal.text() == "connect ready end finish close");
  }
  // Listening on an address neither.
  Listening another(world, transport);
  another->close();
  for (const Record* waiting : {&first, &second, &third}) CHECK(waiting->events.empty());
  CHECK(one.connecting());
  CHECK(two.connecting());

  slow.letGo();
  world.until([&] { return first.has("close") && second.has("close") && third.has("close"); });
  for (const Record* waiting : {&first, &second, &third}) CHECK(waiting->text() == "error close");
  listening->close();
  world.end();
}

TEST_CASE(
    "destroy() does not wait for the lookup: neither for one that runs nor for one that waits",
    "[net][K15][D11][F14]") {
  NetWorld world;
  WithSlowLookups slow;
  std::vector<Ref<Socket>> sockets;
  for (const char* host : {"one.slow", "two.slow", "three.slow", "four.slow", "five.slow"}) {
    sockets.emplace_back(&world.watch(world.net().connect({.port = 1, .host = host})));
  }
  REQUIRE(slow.begun(2));
  std::vector<std::unique_ptr<Record>> records;
  for (const Ref<Socket>& socket : sockets) {
    records.push_back(std::make_unique<Record>(*socket));
    socket->on<"lookup">([] { CHECK(false); });
    socket->destroy();
  }
  world.until([&] {
    bool all = true;
    for (const auto& record : records) all = all && record->has("close");
    return all;
  });
  for (const auto& record : records) CHECK(record->text() == "close");
  sockets.clear();
  // The sockets are gone when the answers come.
  slow.letGo();
  world.end();
}

TEST_CASE("a lookup that runs does not keep a socket that connects anew from its new address",
          "[net][K10][K15][F20]") {
  NetWorld world;
  WithSlowLookups slow;
  Listening listening(world, Transport::kTcp);
  listening->on<"connection">([](Socket& peer) { peer.end(); });
  Socket& client = world.watch(world.net().connect({.port = 1, .host = "one.slow"}), 2);
  const Ref<Socket> kept(client);
  REQUIRE(slow.begun(1));
  Record record(client);
  client.once<"close">([&] {
    client.connect(listening.to());
    slow.letGo();
  });
  client.destroy();
  world.until([&] { return record.count("close") == 2; });
  CHECK(record.text() == "close connect ready end finish close");
  listening->close();
  world.end();
}

TEST_CASE("a Net that goes does not wait for its lookups", "[net][K15]") {
  NetWorld world;
  WithSlowLookups slow;
  LookupCallback answer;
  world.net().connect({.port = 1, .host = "one.slow"});
  world.net().connect({.port = 1,
                       .host = "late",
                       .lookup = [&](const std::string&, const LookupOptions&,
                                     const LookupCallback& told) { answer = told; }});
  REQUIRE(slow.begun(1));
  world.endNet();
  answer(nullptr, {{"127.0.0.1", 4}});
  turn(world.host);
  slow.letGo();
  world.end();
}

TEST_CASE("shutdown() is done when the lookups that run are, and the loop sleeps till then",
          "[net][K15][P2]") {
  NetWorld world;
  WithSlowLookups slow;
  world.net().connect({.port = 1, .host = "one.slow"});
  world.net().createServer().listen({.port = 0, .host = "two.slow"});
  world.net().connect({.port = 1, .host = "three.slow"});
  REQUIRE(slow.begun(2));
  int done = 0;
  world.net().shutdown([&] { ++done; });

  // How often the loop turns until a timer of 50 ms is over.
  int turns = 0;
  bool over = false;
  uv_prepare_t prepare;
  uv_timer_t timer;
  uv_prepare_init(world.host.loop(), &prepare);
  uv_timer_init(world.host.loop(), &timer);
  prepare.data = &turns;
  timer.data = &over;
  uv_prepare_start(&prepare, [](uv_prepare_t* uv) { ++*static_cast<int*>(uv->data); });
  uv_timer_start(
      &timer, [](uv_timer_t* uv) { *static_cast<bool*>(uv->data) = true; }, 50, 0);
  world.until([&] { return over; });
  CHECK(turns < 20);
  CHECK(done == 0);
  uv_close(reinterpret_cast<uv_handle_t*>(&prepare), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);

  slow.letGo();
  world.end();
  CHECK(done == 1);
}

TEST_CASE("a LoopHost that goes first waits for the lookups, and shutdown() is done then",
          "[net][K15][P2]") {
  WithSlowLookups slow;
  int done = 0;
  {
    uvnet::LoopHost host;
    uvnet::Net net{host};
    net.connect({.port = 1, .host = "one.slow"});
    REQUIRE(slow.begun(1));
    net.shutdown([&] { ++done; });
    uvnet::test::turn(host);
    CHECK(done == 0);
    slow.letGo();
  }
  CHECK(done == 1);
}
#endif
