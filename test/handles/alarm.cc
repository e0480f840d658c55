#include "handles/alarm.h"

#include <uv.h>

#include "support/catch.h"
#include "support/run_loop.h"

namespace uvnet::test {

void pass(World& world, std::uint64_t ms) {
  bool over = false;
  uv_timer_t timer;
  uv_timer_init(world.host.loop(), &timer);
  timer.data = &over;
  uv_timer_start(
      &timer, [](uv_timer_t* uv) { *static_cast<bool*>(uv->data) = true; }, ms, 0);
  runUntil(world.host, [&] { return over; });
  bool closed = false;
  timer.data = &closed;
  uv_close(reinterpret_cast<uv_handle_t*>(&timer),
           [](uv_handle_t* uv) { *static_cast<bool*>(uv->data) = true; });
  runUntil(world.host, [&] { return closed; });
}

void passUntil(World& world, const std::function<bool()>& predicate) {
  const std::uint64_t start = world.context->now();
  while (!predicate()) {
    REQUIRE(world.context->now() - start < static_cast<std::uint64_t>(kPatience.count()));
    pass(world, 2);
  }
}

}  // namespace uvnet::test
