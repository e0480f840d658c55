// LoopHost::poster(): tasks of other threads. Run under ThreadSanitizer by tools/dev tsan.
#include <uvnet/host.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;

TEST_CASE("what other threads post runs in the loop's thread, in each one's order", "[host]") {
  constexpr int kThreads = 4;
  constexpr int kTasks = 1000;
  LoopHost host;
  const auto home = std::this_thread::get_id();
  std::vector<std::vector<int>> ran(kThreads);
  std::vector<std::thread> threads;
  int elsewhere = 0;
  {
    const Poster poster = host.poster();
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, poster, t] {
        for (int i = 0; i < kTasks; ++i) {
          poster.post([&, t, i] {
            if (std::this_thread::get_id() != home) ++elsewhere;
            ran[t].push_back(i);
          });
        }
      });
    }
  }
  runToEnd(host);  // until every copy has gone
  for (std::thread& thread : threads) thread.join();
  CHECK(elsewhere == 0);
  for (const std::vector<int>& order : ran) {
    REQUIRE(order.size() == kTasks);
    for (int i = 0; i < kTasks; ++i) REQUIRE(order[static_cast<std::size_t>(i)] == i);
  }
  CHECK(openHandles(host.loop()) == 0);
}

TEST_CASE("a Poster keeps the loop running until its last copy goes, in whichever thread",
          "[host]") {
  LoopHost host;
  bool ran = false;
  std::atomic<bool> go = false;
  std::thread worker([&go, &ran, poster = std::optional<Poster>(host.poster())]() mutable {
    while (!go) std::this_thread::yield();
    poster->post([&ran] { ran = true; });
    poster.reset();
  });
  turn(host);
  go = true;
  runToEnd(host);
  CHECK(ran);
  CHECK(openHandles(host.loop()) == 0);
  worker.join();
}

TEST_CASE("a Poster that is not referenced does not keep the loop running", "[host]") {
  LoopHost host;
  bool ran = false;
  const Poster poster = host.poster();
  const Poster copy = poster;
  poster.unref();
  runToEnd(host);
  CHECK(copy.post([&] {
    ran = true;
    copy.unref();
  }));
  copy.ref();
  runToEnd(host);
  CHECK(ran);
}

TEST_CASE("a task may post, queue ticks and drop the Poster", "[host]") {
  LoopHost host;
  std::string order;
  auto poster = std::make_unique<Poster>(host.poster());
  poster->post([&] {
    order += "1";
    host.nextTick([&] { order += "t"; });
    poster->post([&] {
      order += "3";
      poster.reset();
    });
  });
  poster->post([&] { order += "2"; });
  CHECK(order.empty());
  runToEnd(host);
  CHECK(order == "12t3");
  CHECK(openHandles(host.loop()) == 0);
}

TEST_CASE("a task that owns the last copy of its Poster lets the loop end", "[host]") {
  LoopHost host;
  bool ran = false;
  {
    Poster poster = host.poster();
    poster.post([&ran, poster] { ran = true; });
  }
  runToEnd(host);
  CHECK(ran);
  CHECK(openHandles(host.loop()) == 0);
}

TEST_CASE("what a posted task throws leaves run(), and the tasks behind it still run", "[host]") {
  LoopHost host;
  bool second = false;
  {
    const Poster poster = host.poster();
    poster.post([] { throw std::runtime_error("posted"); });
    poster.post([&] { second = true; });
  }
  CHECK_THROWS_WITH(host.run(), "posted");
  CHECK(second);
  runToEnd(host);
}

TEST_CASE("a Poster may outlive its LoopHost: tasks that were not run go, later ones are refused",
          "[host]") {
  const auto alive = std::make_shared<int>(0);
  Poster poster;
  CHECK_FALSE(poster.post([alive] { FAIL("to no loop"); }));
  {
    LoopHost host;
    poster = host.poster();
    CHECK(poster.post([alive] { FAIL("the loop goes"); }));
    // Its own Poster in a task that is not run.
    CHECK(poster.post([alive, poster] { FAIL("the loop goes"); }));
    CHECK(alive.use_count() == 3);
  }
  CHECK(alive.use_count() == 1);
  CHECK_FALSE(poster.post([alive] { FAIL("the loop has gone"); }));
  CHECK(alive.use_count() == 1);
  poster.ref();
  poster.unref();
}

TEST_CASE("threads may post while the LoopHost goes", "[host]") {
  std::atomic<int> refused = 0;
  std::atomic<bool> started = false;
  std::vector<std::thread> threads;
  int ran = 0;
  {
    LoopHost host;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, poster = host.poster()] {
        while (poster.post([&ran] { ++ran; })) started = true;
        ++refused;
      });
    }
    runUntil(host, [&] { return started && ran > 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(refused == 4);
}
