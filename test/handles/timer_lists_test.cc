// TimerLists: many timers on one loop, of one duration and of several: in which order they fire,
// what one may do to others that are due with it, and what they cost.
#include <uv.h>

#include <ctime>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "handles/alarm.h"
#include "support/catch.h"

using namespace uvnet;
using namespace uvnet::test;
using handles::Timer;
using handles::TimerLists;

TEST_CASE("timers fire in the order in which they are due, over all durations") {
  World world;
  std::string order;
  Alarm a([&] { order += "a"; });
  Alarm b([&] { order += "b"; });
  Alarm c([&] { order += "c"; });
  Alarm d([&] { order += "d"; });
  TimerLists& lists = world.context->timers();
  a.timer.start(lists, 30);
  b.timer.start(lists, 10);
  c.timer.start(lists, 20);
  d.timer.start(lists, 10);
  // The loop sleeps past all of them, so that one turn finds them all due.
  pass(world, 1);
  uv_sleep(50);
  pass(world, 1);
  CHECK(order == "bdca");
}

TEST_CASE("a refreshed timer is due later than one that was not, in whatever list") {
  World world;
  std::string order;
  Alarm a([&] { order += "a"; });
  Alarm b([&] { order += "b"; });
  Alarm c([&] { order += "c"; });
  TimerLists& lists = world.context->timers();
  a.timer.start(lists, 20);
  b.timer.start(lists, 20);
  c.timer.start(lists, 25);
  // Time passes without a turn: however slow the machine is, nothing fires before the refresh.
  uv_sleep(10);
  uv_update_time(world.host.loop());
  a.timer.refresh();
  uv_sleep(50);
  pass(world, 1);
  CHECK(order == "bca");
}

TEST_CASE("the last timer that stops leaves nothing active on the loop") {
  World world;
  const auto active = [&] {
    int count = 0;
    uv_walk(
        world.host.loop(),
        [](uv_handle_t* uv, void* total) {
          if (uv_is_active(uv) != 0) ++*static_cast<int*>(total);
        },
        &count);
    return count;
  };
  const int before = active();
  Alarm one([] {});
  Alarm two([] {});
  one.timer.start(world.context->timers(), 5000);
  two.timer.start(world.context->timers(), 6000);
  CHECK(active() == before + 1);
  one.timer.stop();
  CHECK(active() == before + 1);
  two.timer.stop();
  CHECK(active() == before);
}

TEST_CASE("a timer may stop and destroy others that are due in the same turn") {
  World world;
  std::string order;
  auto c = std::make_unique<Alarm>([&] { order += "c"; });
  Alarm b([&] { order += "b"; });
  Alarm a([&] {
    order += "a";
    b.timer.stop();
    c.reset();
  });
  Alarm d([&] { order += "d"; });
  TimerLists& lists = world.context->timers();
  a.timer.start(lists, 5);
  b.timer.start(lists, 5);
  c->timer.start(lists, 6);
  d.timer.start(lists, 7);
  uv_sleep(20);
  pass(world, 10);
  CHECK(order == "ad");
}

TEST_CASE("each timer has its own scope: ticks run between two timers, exceptions stay apart") {
  World world;
  std::string order;
  world.host.onUncaught([&](const std::exception_ptr&) { order += "!"; });
  Alarm a([&] {
    order += "a";
    world.host.nextTick([&] { order += "t"; });
    throw std::runtime_error("a");
  });
  Alarm b([&] { order += "b"; });
  a.timer.start(world.context->timers(), 2);
  b.timer.start(world.context->timers(), 2);
  uv_sleep(10);
  pass(world, 10);
  CHECK(order == "a!tb");
}

TEST_CASE("a callback may end the context while other timers are due") {
  World world;
  int fired = 0;
  const auto end = [&] {
    ++fired;
    world.context->shutdown();
  };
  Alarm a(end);
  Alarm b(end);
  a.timer.start(world.context->timers(), 1);
  b.timer.start(world.context->timers(), 2);
  uv_sleep(5);
  passUntil(world, [&] { return fired == 1; });
  pass(world, 5);
  CHECK(fired == 1);
}

TEST_CASE("refresh, stop and start of a used duration allocate nothing") {
  World world;
  Alarm a([] {});
  Alarm b([] {});
  TimerLists& lists = world.context->timers();
  a.timer.start(lists, 1000);
  b.timer.start(lists, 1000);
  a.timer.stop();
  b.timer.stop();
  a.timer.start(lists, 2000);
  b.timer.start(lists, 3000);
  const auto before = newCalls();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    a.timer.refresh();
    b.timer.refresh();
    a.timer.stop();
    b.timer.stop();
    a.timer.start(lists, 1000 + i % 3);
    b.timer.start(lists, 5000);
  }
  CHECK(newCalls() == before);
}

TEST_CASE("the cost of a refresh does not depend on the number of timers") {
  World world;
  TimerLists& lists = world.context->timers();
  const auto owner = make<Owner>();
  const auto nanosecondsPerRefresh = [&](std::size_t count) {
    std::deque<Timer> timers;
    for (std::size_t i = 0; i < count; ++i) {
      timers
          .emplace_back(
              *owner, [](void*) {}, nullptr)
          .start(lists, 1000 * 1000);
    }
    constexpr std::size_t kRounds = 200 * 1000;
    const std::clock_t start = std::clock();  // of the processor: the machine may be busy
    // A small prime step, so that what is measured is the lists and not the cache.
    for (std::size_t i = 0; i < kRounds; ++i) timers[i * 7 % 100].refresh();
    return static_cast<double>(std::clock() - start) * 1e9 / CLOCKS_PER_SEC / kRounds;
  };
  const auto few = nanosecondsPerRefresh(100);
  const auto many = nanosecondsPerRefresh(100 * 1000);
  // A heap would cost at least log2(1000), that is 10 times as much; 5 and 200 ns are for noise.
  CHECK(many < 5 * few + 200);
}

TEST_CASE("random starts, refreshes and stops: every timer fires when it is due, and in order") {
  World world;
  TimerLists& lists = world.context->timers();
  std::uint64_t seed = 12345;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (seed >> 33) % below;
  };
  struct One {
    explicit One(Ref<Owner> who, std::vector<One*>& out)
        : owner(std::move(who)),
          log(out),
          timer(
              *owner,
              [](void* self) {
                auto* one = static_cast<One*>(self);
                one->log.push_back(one);
              },
              this) {}
    Ref<Owner> owner;
    std::vector<One*>& log;
    std::uint64_t due = 0;  // 0: not active
    std::uint64_t ms = 0;
    Timer timer;
  };
  std::vector<One*> log;
  std::deque<One> all;
  const auto owner = make<Owner>();
  for (int i = 0; i < 50; ++i) all.emplace_back(owner, log);
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 20; ++i) {
      One& one = all[random(all.size())];
      const std::uint64_t now = world.context->now();
      switch (random(4)) {
        case 0:
          one.timer.stop();
          one.due = one.ms = 0;
          break;
        case 1:
          one.timer.refresh();
          if (one.ms != 0) one.due = now + one.ms;
          break;
        default:
          one.ms = 1 + random(12);
          one.timer.start(lists, one.ms);
          one.due = now + one.ms;
      }
    }
    log.clear();
    pass(world, random(3));
    std::uint64_t last = 0;
    for (One* one : log) {
      REQUIRE(one->due != 0);
      REQUIRE(one->due <= world.context->now());
      REQUIRE(one->due >= last);
      last = std::exchange(one->due, 0);
    }
    for (const One& one : all) REQUIRE(one.timer.active() == (one.due != 0));
  }
}
