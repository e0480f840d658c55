// LoopHost::onSignal().
#include <uvnet/host.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;

TEST_CASE("onSignal is told of each signal, in the loop's thread", "[host]") {
  LoopHost host;
  int calls = 0;
  Watcher watcher = host.onSignal(SIGUSR2, [&] { ++calls; });
  watcher.ref();
  CHECK(watcher.active());
  for (int i = 1; i <= 3; ++i) {
    REQUIRE(::raise(SIGUSR2) == 0);
    CHECK(calls == i - 1);
    runUntil(host, [&] { return calls == i; });
  }
}

TEST_CASE("several functions of one signal are told, but for one that was cancelled", "[host]") {
  LoopHost host;
  std::vector<int> calls(3);
  std::vector<Watcher> watchers;
  for (int i = 0; i < 3; ++i) {
    watchers.push_back(host.onSignal(SIGUSR2, [&calls, i] { ++calls[static_cast<size_t>(i)]; }));
    watchers.back().ref();
  }
  const Watcher other = host.onSignal(SIGUSR1, [] { FAIL("another signal"); });
  REQUIRE(::raise(SIGUSR2) == 0);
  runUntil(host, [&] { return calls == std::vector<int>{1, 1, 1}; });
  watchers[1].cancel();
  REQUIRE(::raise(SIGUSR2) == 0);
  runUntil(host, [&] { return calls[0] == 2 && calls[2] == 2; });
  turn(host);
  CHECK(calls == std::vector<int>{2, 1, 2});
}

TEST_CASE("a function of a signal may cancel itself and the others", "[host]") {
  LoopHost host;
  int calls = 0;
  std::vector<Watcher> watchers(3);
  for (Watcher& watcher : watchers) {
    watcher = host.onSignal(SIGUSR2, [&, text = std::string(100, 'x')] {
      ++calls;
      for (Watcher& each : watchers) each.cancel();
      CHECK(text == std::string(100, 'x'));
    });
  }
  Watcher last = host.onSignal(SIGUSR2, [] {});  // or the second signal ends the test
  last.ref();
  REQUIRE(::raise(SIGUSR2) == 0);
  runUntil(host, [&] { return calls > 0; });
  REQUIRE(::raise(SIGUSR2) == 0);
  turn(host);
  CHECK(calls == 1);
  CHECK(openHandles(host.loop()) == 1);
}

TEST_CASE("a signal keeps the loop running only when it is asked to", "[host]") {
  LoopHost host;
  int calls = 0;
  Watcher watcher = host.onSignal(SIGUSR2, [&] {
    ++calls;
    watcher.cancel();
  });
  runToEnd(host);
  CHECK(calls == 0);
  watcher.ref();
  REQUIRE(::raise(SIGUSR2) == 0);
  runToEnd(host);
  CHECK(calls == 1);
}

TEST_CASE("what the function of a signal throws leaves run()", "[host]") {
  LoopHost host;
  Watcher watcher = host.onSignal(SIGUSR2, [] { throw std::runtime_error("of the signal"); });
  watcher.ref();
  REQUIRE(::raise(SIGUSR2) == 0);
  CHECK_THROWS_WITH(host.run(), "of the signal");
  CHECK(watcher.active());
}

TEST_CASE("what is no signal, or cannot be caught, is told as Node does", "[host]") {
  const int number = GENERATE(0, -1, 1000, SIGKILL, SIGSTOP);
  LoopHost host;
  const auto alive = std::make_shared<int>(0);
  try {
    const Watcher watcher = host.onSignal(number, [alive] {});
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.message == "uv_signal_start EINVAL");
    CHECK(error.code == "EINVAL");
    CHECK(error.syscall == "uv_signal_start");
    CHECK(error.number == -EINVAL);
  }
  CHECK(alive.use_count() == 1);
  CHECK(openHandles(host.loop()) == 0);
}

TEST_CASE("a Watcher of a signal may outlive its LoopHost, detached ones go with it", "[host]") {
  const auto alive = std::make_shared<int>(0);
  Watcher watcher;
  {
    LoopHost host;
    watcher = host.onSignal(SIGUSR2, [alive] { FAIL("not raised"); });
    host.onSignal(SIGUSR2, [alive] { FAIL("not raised"); }).detach();
    turn(host);
    CHECK(alive.use_count() == 3);
  }
  CHECK(alive.use_count() == 1);
  CHECK_FALSE(watcher.active());
  watcher.ref();
  watcher.cancel();
}
