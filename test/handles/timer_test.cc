// Timer: one timer, from start to its end. What must happen happens within a bound; that something
// has not happened is only said of a loop that has turned past the time at which it would have.
#include "handles/timer.h"

#include "handles/alarm.h"
#include "support/catch.h"

using namespace uvnet;
using namespace uvnet::test;
using handles::Timer;

TEST_CASE("a timer fires once, not before its time") {
  World world;
  int fired = 0;
  Alarm alarm([&] { ++fired; });
  const std::uint64_t start = world.context->now();
  alarm.timer.start(world.context->timers(), 20);
  CHECK(alarm.timer.active());
  std::uint64_t at = 0;
  alarm.fired = [&] {
    ++fired;
    at = world.context->now();
    CHECK_FALSE(alarm.timer.active());
  };
  pass(world, 60);
  CHECK(fired == 1);
  CHECK(at >= start + 20);
}

TEST_CASE("timers do not keep the loop running") {
  World world;
  Alarm alarm([] { FAIL("an hour has passed"); });
  alarm.timer.start(world.context->timers(), 3600 * 1000);
  world.host.run();
  CHECK(alarm.timer.active());
}

TEST_CASE("refresh moves the timer away from its time for as long as it is called") {
  World world;
  int fired = 0;
  Alarm alarm([&] { ++fired; });
  alarm.timer.start(world.context->timers(), 200);
  const std::uint64_t start = world.context->now();
  while (world.context->now() < start + 400) {
    // On a machine that stalls for 200 ms the timer rightly fires; that is not what is tested.
    const std::uint64_t before = world.context->now();
    pass(world, 5);
    if (world.context->now() - before >= 200) return;
    alarm.timer.refresh();
    REQUIRE(fired == 0);
  }
  passUntil(world, [&] { return fired == 1; });
}

TEST_CASE("refresh starts a timer again that has fired, also from its own callback") {
  World world;
  int fired = 0;
  Alarm alarm([&] {
    if (++fired < 3) alarm.timer.refresh();
  });
  alarm.timer.start(world.context->timers(), 1);
  passUntil(world, [&] { return fired == 3; });
  pass(world, 5);
  CHECK(fired == 3);
  alarm.timer.refresh();
  CHECK(alarm.timer.active());
  passUntil(world, [&] { return fired == 4; });
}

TEST_CASE("stop holds against refresh, and start ends it") {
  World world;
  int fired = 0;
  Alarm alarm([&] { ++fired; });
  alarm.timer.start(world.context->timers(), 1);
  alarm.timer.stop();
  CHECK_FALSE(alarm.timer.active());
  alarm.timer.refresh();
  CHECK_FALSE(alarm.timer.active());
  pass(world, 10);
  CHECK(fired == 0);
  alarm.timer.start(world.context->timers(), 1);
  passUntil(world, [&] { return fired == 1; });
}

TEST_CASE("start of an active timer gives it its new duration") {
  World world;
  int fired = 0;
  Alarm alarm([&] { ++fired; });
  alarm.timer.start(world.context->timers(), 3600 * 1000);
  alarm.timer.start(world.context->timers(), 1);
  passUntil(world, [&] { return fired == 1; });
}

TEST_CASE("a timer may destroy itself in its callback, being its owner's last use") {
  World world;
  bool gone = false;
  struct Self : Owner {
    explicit Self(bool* flag)
        : Owner(flag),
          timer(
              *this, [](void* self) { static_cast<Self*>(self)->last.reset(); }, this) {}
    Ref<Self> last;
    Timer timer;
  };
  auto self = make<Self>(&gone);
  self->timer.start(world.context->timers(), 1);
  self->last = self;
  self.reset();
  passUntil(world, [&] { return gone; });
}

TEST_CASE("after shutdown of the context timers are silent, and a timer may outlive it") {
  Alarm fresh([] { FAIL("no loop"); });
  Alarm running([] { FAIL("no loop"); });
  {
    World world;
    running.timer.start(world.context->timers(), 1);
    world.context->shutdown();
    CHECK_FALSE(running.timer.active());
    fresh.timer.start(world.context->timers(), 1);
    CHECK_FALSE(fresh.timer.active());
    pass(world, 10);
  }
  running.timer.refresh();
  fresh.timer.refresh();
  CHECK_FALSE(running.timer.active());
  running.timer.stop();
}
