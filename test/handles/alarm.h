// For tests of timers: a timer with a name, and ways to let time pass.
#pragma once

#include <cstdint>
#include <functional>

#include "handles/fixture.h"
#include "handles/timer.h"

namespace uvnet::test {

// A timer with a name that calls something.
struct Alarm {
  explicit Alarm(std::function<void()> call)
      : fired(std::move(call)),
        timer(
            *owner, [](void* self) { static_cast<Alarm*>(self)->fired(); }, this) {}
  Ref<Owner> owner = make<Owner>();
  std::function<void()> fired;
  handles::Timer timer;
};

// Lets the time of the loop pass, measured on the loop.
void pass(World& world, std::uint64_t ms);

// Lets time pass until then, as timers alone do not keep a loop running.
void passUntil(World& world, const std::function<bool()>& predicate);

}  // namespace uvnet::test
