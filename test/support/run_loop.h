// Running a loop in a test: bounded, so that what never happens fails the test instead of hanging
// it.
#pragma once

#include <uvnet/host.h>

#include <chrono>
#include <functional>

extern "C" struct uv_loop_s;

namespace uvnet::test {

// Far beyond what a test needs on a busy machine under a sanitizer.
inline constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(20);

// Turns the loop until the predicate holds. Fails the test when the time is up, or when nothing is
// left on the loop that could make it true. What nobody caught leaves as an exception.
void runUntil(LoopHost& host, const std::function<bool()>& predicate,
              std::chrono::milliseconds timeout = kPatience);

// Runs until nothing that is referenced is left (LoopHost::run with an end).
void runToEnd(LoopHost& host, std::chrono::milliseconds timeout = kPatience);

// A number of turns that do not wait: time for what must not happen to happen.
void turn(LoopHost& host, int times = 5);

// Handles on the loop that are not being closed, referenced or not; 0 when a test cleaned up.
int openHandles(uv_loop_s* loop);

}  // namespace uvnet::test
