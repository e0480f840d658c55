// LoopHost: the order of ticks, what wakes the loop for them, and what becomes of exceptions.
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>
#include <uvnet/host.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "handles/callback_scope.h"
#include "handles/fixture.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
using handles::CallbackScope;

namespace {

// A timeout on the loop, as a foreign library would make one.
void once(uv_loop_t* loop, std::function<void()> call, std::uint64_t ms = 0) {
  struct Foreign {
    uv_timer_t uv;
    std::function<void()> call;
  };
  auto* foreign = new Foreign{{}, std::move(call)};
  uv_timer_init(loop, &foreign->uv);
  foreign->uv.data = foreign;
  uv_timer_start(
      &foreign->uv,
      [](uv_timer_t* uv) {
        static_cast<Foreign*>(uv->data)->call();
        uv_close(reinterpret_cast<uv_handle_t*>(uv),
                 [](uv_handle_t* closed) { delete static_cast<Foreign*>(closed->data); });
      },
      ms, 0);
}

std::string messageOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("ticks run when the outermost scope ends, in order, with those that ticks queue") {
  LoopHost host;
  std::string order;
  CallbackScope::run(host, nullptr, [&] {
    host.nextTick([&] {
      order += "1";
      host.nextTick([&] { order += "3"; });
      CallbackScope::run(host, nullptr, [&] { order += "i"; });
    });
    host.nextTick([&] { order += "2"; });
    CallbackScope::run(host, nullptr, [&] { order += "n"; });
    order += "e";
  });
  CHECK(order == "ne1i23");
  CHECK(openHandles(host.loop()) == 0);
}

TEST_CASE(
    "ticks queued outside any scope keep the loop running until they have run, and no longer") {
  LoopHost host;
  std::string order;
  host.nextTick([&] { order += "1"; });
  host.nextTick([&] { order += "2"; });
  CHECK(order.empty());
  CHECK(openHandles(host.loop()) == 1);
  host.run();
  CHECK(order == "12");
  CHECK(openHandles(host.loop()) == 0);
}

TEST_CASE("a tick queued by a foreign callback runs in the same uv_run") {
  uv_loop_t loop;
  REQUIRE(uv_loop_init(&loop) == 0);
  {
    LoopHost host(&loop);
    bool ran = false;
    once(&loop, [&] { host.nextTick([&] { ran = true; }); });
    REQUIRE(uv_run(&loop, UV_RUN_DEFAULT) == 0);
    CHECK(ran);
  }
  CHECK(uv_loop_close(&loop) == 0);
}

TEST_CASE("run() runs the ticks that wait before the loop's own callbacks") {
  LoopHost host;
  std::string order;
  once(host.loop(), [&] { order += "timer"; });
  host.nextTick([&] { order += "tick "; });
  host.run();
  CHECK(order == "tick timer");
}

TEST_CASE("a borrowed loop is left clean when the LoopHost goes with a tick waiting") {
  uv_loop_t loop;
  REQUIRE(uv_loop_init(&loop) == 0);
  bool ran = false;
  {
    LoopHost host(&loop);
    host.nextTick([&] { ran = true; });
  }
  CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
  CHECK(uv_loop_close(&loop) == 0);
  CHECK_FALSE(ran);
}

TEST_CASE("many ticks in a row keep their order while the queue grows") {
  LoopHost host;
  std::vector<int> order;
  CallbackScope::run(host, nullptr, [&] {
    for (int i = 0; i < 5000; ++i) {
      host.nextTick([&order, &host, i] {
        order.push_back(i);
        if (i % 2 == 0) host.nextTick([&order, i] { order.push_back(10000 + i); });
      });
    }
  });
  REQUIRE(order.size() == 7500);
  for (int i = 0; i < 5000; ++i) REQUIRE(order[static_cast<std::size_t>(i)] == i);
  for (int i = 0; i < 2500; ++i) {
    REQUIRE(order[5000 + static_cast<std::size_t>(i)] == 10000 + 2 * i);
  }
}

TEST_CASE("a tick in a steady state allocates nothing") {
  LoopHost host;
  int ran = 0;
  const auto tick = [&] {
    CallbackScope::run(host, nullptr, [&] {
      for (int i = 0; i < 10; ++i) host.nextTick([&ran, i] { ran += i; });
    });
  };
  tick();
  const auto before = newCalls();
  for (int i = 0; i < 1000; ++i) tick();
  CHECK(newCalls() == before);
  CHECK(ran == 45 * 1001);
}

TEST_CASE("an exception in a tick leaves run(), and the ticks behind it still run") {
  LoopHost host;
  bool second = false;
  once(host.loop(), [&] {
    CallbackScope::run(host, nullptr, [&] {
      host.nextTick([] { throw std::runtime_error("first"); });
      host.nextTick([&] { second = true; });
    });
  });
  bool later = false;
  once(host.loop(), [&] { later = true; });
  CHECK_THROWS_WITH(host.run(), "first");
  CHECK(second);
  host.run();
  CHECK(later);
}

TEST_CASE("an exception in a callback stops the loop and leaves runOnce() and runNoWait() too") {
  LoopHost host;
  const auto thrower = [&] {
    CallbackScope::run(host, nullptr, [] { throw std::runtime_error("thrown"); });
  };
  once(host.loop(), thrower);
  CHECK_THROWS_WITH(host.runOnce(), "thrown");
  once(host.loop(), thrower);
  CHECK_THROWS_WITH(
      [&] {
        for (int i = 0; i < 100; ++i) host.runNoWait();
      }(),
      "thrown");
  host.run();
}

TEST_CASE(
    "an exception in a tick that was queued before run() leaves run() before the loop turns") {
  LoopHost host;
  bool turned = false;
  once(host.loop(), [&] { turned = true; });
  host.nextTick([] { throw std::runtime_error("early"); });
  CHECK_THROWS_WITH(host.run(), "early");
  CHECK_FALSE(turned);
  host.run();
  CHECK(turned);
}

TEST_CASE("onUncaught takes exceptions instead of run(), until it is given back") {
  LoopHost host;
  std::vector<std::string> taken;
  host.onUncaught([&](const std::exception_ptr& error) { taken.push_back(messageOf(error)); });
  host.nextTick([] { throw std::runtime_error("a"); });
  host.nextTick([] { throw std::runtime_error("b"); });
  host.run();
  CHECK(taken == std::vector<std::string>{"a", "b"});
  host.onUncaught(nullptr);
  host.nextTick([] { throw std::runtime_error("c"); });
  CHECK_THROWS_WITH(host.run(), "c");
}

TEST_CASE("a handler of uncaught exceptions may replace itself, and what it throws leaves run()") {
  LoopHost host;
  std::string taken;
  host.onUncaught([&, big = std::string(100, 'x')](const std::exception_ptr&) {
    host.onUncaught([&](const std::exception_ptr& error) {
      taken += messageOf(error);
      throw std::runtime_error("from the handler");
    });
    taken += big.substr(0, 1);
  });
  host.nextTick([] { throw std::runtime_error("1"); });
  host.nextTick([] { throw std::runtime_error("2"); });
  CHECK_THROWS_WITH(host.run(), "from the handler");
  CHECK(taken == "x2");
}

TEST_CASE("an error told outside any scope waits for the next run()") {
  LoopHost host;
  host.uncaught(std::make_exception_ptr(std::runtime_error("outside")));
  CHECK_THROWS_WITH(host.run(), "outside");
  host.run();
}

TEST_CASE("an uncaught exception ends the process when the user runs a borrowed loop himself") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    ::close(STDERR_FILENO);
    std::set_terminate([] { ::_exit(42); });
    uv_loop_t loop;
    uv_loop_init(&loop);
    LoopHost host(&loop);
    once(&loop,
         [&] { CallbackScope::run(host, nullptr, [] { throw std::runtime_error("nobody"); }); });
    uv_run(&loop, UV_RUN_DEFAULT);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("stop() makes run() return, and the next run() goes on") {
  LoopHost host;
  int ticks = 0;
  once(host.loop(), [&] {
    ++ticks;
    host.stop();
    once(
        host.loop(), [&] { ++ticks; }, 1);
  });
  host.run();
  CHECK(ticks == 1);
  host.run();
  CHECK(ticks == 2);
}

TEST_CASE("a LoopHost that goes closes what is still open on its loop, foreign handles too") {
  bool ran = false;
  uv_timer_t foreign;
  {
    LoopHost host;
    uv_timer_init(host.loop(), &foreign);
    uv_timer_start(
        &foreign, [](uv_timer_t*) { FAIL("the loop goes"); }, 0, 0);
    host.nextTick([&] { ran = true; });
  }
  CHECK_FALSE(ran);
}

TEST_CASE("a tick that is dropped with its LoopHost may own handles") {
  bool gone = false;
  {
    LoopHost host;
    auto context = make<LoopContext>(host);
    auto owner = make<Owner>(&gone);
    HandlePtr handle = handles::Tcp::create(context);
    host.nextTick([owner, handle = std::move(handle)] { FAIL("not run"); });
  }
  CHECK(gone);
}

TEST_CASE("a handle that outlives its LoopHost, against the rules, is freed all the same") {
  HandlePtr tcp;
  HandlePtr pipe;
  {
    LoopHost host;
    auto context = make<LoopContext>(host);
    tcp = handles::Tcp::create(context);
    pipe = handles::Pipe::create(context);
  }
  StreamHandle::close(std::move(tcp), [](int) { FAIL("there is no loop to tell it"); });
  pipe.reset();
}

TEST_CASE("a handle that is closed while its LoopHost goes is freed once, and told") {
  int written = 1;
  int closed = 1;
  HandlePtr client;
  {
    LoopHost host;
    auto context = make<LoopContext>(host);
    auto owner = make<Owner>();
    auto tcp = handles::Tcp::create(context);
    REQUIRE(tcp->bind("127.0.0.1", 0, false, {}) == 0);
    AddressInfo address;
    REQUIRE(tcp->getsockname(address) == 0);
    auto connecting = handles::Tcp::create(context);
    REQUIRE(connecting->connect("127.0.0.1", address.port, false, *owner, [&](int status) {
      written = status;
      StreamHandle::close(std::move(client), [&](int answer) { closed = answer; });
    }) == 0);
    client = std::move(connecting);
  }
  CHECK(written == handles::uverr::kCanceled);
  CHECK(closed == 0);
}
