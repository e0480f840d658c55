// LoopHost::setTimeout() and setInterval(), and the Timeout they give.
#include <fcntl.h>
#include <unistd.h>
#include <uv.h>
#include <uvnet/host.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;

namespace {

using Clock = std::chrono::steady_clock;
// Node's timers and libuv's cut times to whole milliseconds, so 20 can be 19.1.
constexpr std::chrono::milliseconds kCut(1);

// What is written to stderr while it lives.
class Stderr {
 public:
  Stderr() : before_(::dup(STDERR_FILENO)) {
    REQUIRE(::pipe2(pipe_, O_NONBLOCK | O_CLOEXEC) == 0);
    ::dup2(pipe_[1], STDERR_FILENO);
  }
  Stderr(const Stderr&) = delete;
  Stderr& operator=(const Stderr&) = delete;
  ~Stderr() { restore(); }
  std::string text() {
    char bytes[1024];
    const ssize_t size = ::read(pipe_[0], bytes, sizeof bytes);
    restore();
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  void restore() {
    if (before_ < 0) return;
    ::dup2(before_, STDERR_FILENO);
    for (const int fd : {std::exchange(before_, -1), pipe_[0], pipe_[1]}) ::close(fd);
  }
  int before_;
  int pipe_[2] = {-1, -1};
};

}  // namespace

TEST_CASE("setTimeout calls once, not before its time, and keeps the loop running until then",
          "[host]") {
  LoopHost host;
  int calls = 0;
  const auto start = Clock::now();
  const Timeout timeout = host.setTimeout(20, [&] {
    ++calls;
    CHECK_FALSE(timeout.active());
  });
  CHECK(timeout.active());
  runToEnd(host);
  CHECK(calls == 1);
  CHECK(Clock::now() - start >= std::chrono::milliseconds(20) - kCut);
}

TEST_CASE("a timeout counts from its call, not from the start of the loop's turn", "[host]") {
  LoopHost host;
  const auto start = Clock::now();
  while (Clock::now() - start < std::chrono::milliseconds(30)) {
  }
  const auto called = Clock::now();
  std::optional<Clock::time_point> fired;
  const Timeout timeout = host.setTimeout(20, [&] { fired = Clock::now(); });
  runToEnd(host);
  REQUIRE(fired.has_value());
  CHECK(*fired - called >= std::chrono::milliseconds(20) - kCut);
}

TEST_CASE("setInterval calls until it is cancelled, by its own function as well", "[host]") {
  LoopHost host;
  int calls = 0;
  Timeout interval = host.setInterval(1, [&, text = std::string(100, 'x')] {
    CHECK(interval.active());
    if (++calls < 5) return;
    interval.cancel();
    CHECK_FALSE(interval.active());
    CHECK(text == std::string(100, 'x'));  // the running function is not destroyed
  });
  runToEnd(host);
  CHECK(calls == 5);
  CHECK(openHandles(host.loop()) == 0);
}

TEST_CASE("times that are less than 1, no number, or not whole are what Node makes of them",
          "[host]") {
  const double milliseconds =
      GENERATE(0.0, -0.0, -1.0, -1e300, 0.5, 1.9, std::numeric_limits<double>::quiet_NaN(),
               -std::numeric_limits<double>::infinity());
  LoopHost host;
  Stderr warnings;
  int timeouts = 0;
  int intervals = 0;
  const Timeout timeout = host.setTimeout(milliseconds, [&] { ++timeouts; });
  Timeout interval = host.setInterval(milliseconds, [&] {
    if (++intervals == 3) interval.cancel();
  });
  runToEnd(host);
  CHECK(timeouts == 1);
  CHECK(intervals == 3);
  CHECK(warnings.text().empty());
}

TEST_CASE("times of more than 31 bits become 1, with Node's warning", "[host]") {
  const auto [milliseconds, text] =
      GENERATE(table<double, std::string>({{2147483648.0, "2147483648"},
                                           {1e300, "1e+300"},
                                           {std::numeric_limits<double>::infinity(), "Infinity"}}));
  LoopHost host;
  Stderr warnings;
  int calls = 0;
  const Timeout timeout = host.setTimeout(milliseconds, [&] { ++calls; });
  const std::string said = warnings.text();
  runToEnd(host);
  CHECK(calls == 1);
  CHECK(said == "uvnet: TimeoutOverflowWarning: " + text +
                    " does not fit into a 32-bit signed integer.\n"
                    "Timeout duration was set to 1.\n");
}

TEST_CASE("the longest time there is does not fire early", "[host]") {
  LoopHost host;
  Stderr warnings;
  Timeout timeout = host.setTimeout(2147483647, [] { FAIL("24 days have passed"); });
  CHECK(warnings.text().empty());
  timeout.unref();
  turn(host);
  CHECK(timeout.active());
}

TEST_CASE("a timeout that is cancelled, or whose Timeout goes, is not called", "[host]") {
  LoopHost host;
  const auto alive = std::make_shared<int>(0);
  Timeout cancelled = host.setTimeout(1, [alive] { FAIL("cancelled"); });
  cancelled.cancel();
  {
    const Timeout gone = host.setTimeout(1, [alive] { FAIL("gone"); });
  }
  Timeout replaced = host.setTimeout(1, [alive] { FAIL("replaced"); });
  int calls = 0;
  replaced = host.setTimeout(1, [&calls] { ++calls; });
  CHECK(alive.use_count() == 1);  // the functions went at once
  cancelled.cancel();
  cancelled.refresh();
  runToEnd(host);
  CHECK(calls == 1);
}

TEST_CASE("a Timeout that is moved goes on with its new owner", "[host]") {
  LoopHost host;
  int calls = 0;
  std::vector<Watcher> kept;
  Timeout first = host.setTimeout(1, [&] { ++calls; });
  Timeout second = std::move(first);
  CHECK_FALSE(first.active());  // NOLINT(bugprone-use-after-move): it watches nothing now
  first.cancel();
  kept.push_back(std::move(second));
  second = Timeout();
  runToEnd(host);
  CHECK(calls == 1);
}

TEST_CASE("a function may replace its own timeout by the next one", "[host]") {
  LoopHost host;
  int calls = 0;
  Timeout timeout;
  const std::function<void()> again = [&] {
    if (++calls < 10) timeout = host.setTimeout(0, again);
  };
  timeout = host.setTimeout(0, again);
  runToEnd(host);
  CHECK(calls == 10);
}

TEST_CASE("a function may cancel another timeout that is due with it", "[host]") {
  LoopHost host;
  int calls = 0;
  Timeout one;
  Timeout two;
  one = host.setTimeout(1, [&] {
    ++calls;
    two.cancel();
  });
  two = host.setTimeout(1, [&] {
    ++calls;
    one.cancel();
  });
  const auto start = Clock::now();
  while (Clock::now() - start < std::chrono::milliseconds(5)) {
  }
  runToEnd(host);
  CHECK(calls == 1);
}

TEST_CASE("the ticks of a timeout run before the next one's function", "[host]") {
  LoopHost host;
  std::string order;
  const Timeout one = host.setTimeout(1, [&] {
    order += "1";
    host.nextTick([&] { order += "t"; });
  });
  const Timeout two = host.setTimeout(1, [&] { order += "2"; });
  const auto start = Clock::now();
  while (Clock::now() - start < std::chrono::milliseconds(5)) {
  }
  runToEnd(host);
  CHECK(order == "1t2");
}

TEST_CASE("an exception leaves run(), and the interval that threw it goes on", "[host]") {
  LoopHost host;
  int calls = 0;
  Timeout interval = host.setInterval(1, [&] {
    if (++calls == 1) throw std::runtime_error("first");
    interval.cancel();
  });
  CHECK_THROWS_WITH(runToEnd(host), "first");
  runToEnd(host);
  CHECK(calls == 2);
}

TEST_CASE("a timeout keeps the loop running only while it is referenced", "[host]") {
  LoopHost host;
  int calls = 0;
  Timeout hour = host.setTimeout(3600 * 1000, [] { FAIL("an hour has passed"); });
  hour.unref();
  runToEnd(host);
  CHECK(hour.active());
  Timeout soon = host.setTimeout(5, [&] { ++calls; });
  soon.unref();
  soon.ref();
  runToEnd(host);
  CHECK(calls == 1);
}

TEST_CASE("refresh begins the time again, after it has fired too", "[host]") {
  LoopHost host;
  int calls = 0;
  Timeout timeout = host.setTimeout(50, [&] { ++calls; });
  const auto start = Clock::now();
  while (Clock::now() - start < std::chrono::milliseconds(60)) {
  }
  timeout.refresh();  // it was due, and has not been told yet
  turn(host);
  if (Clock::now() - start < std::chrono::milliseconds(105)) CHECK(calls == 0);
  runToEnd(host);
  CHECK(calls == 1);
  timeout.refresh();
  CHECK(timeout.active());
  runToEnd(host);
  CHECK(calls == 2);
}

TEST_CASE("a timeout that is detached fires without its Timeout, and is gone then", "[host]") {
  LoopHost host;
  const auto alive = std::make_shared<int>(0);
  host.setTimeout(1, [alive] { ++*alive; }).detach();
  CHECK(alive.use_count() == 2);
  runToEnd(host);
  CHECK(*alive == 1);
  CHECK(alive.use_count() == 1);
  CHECK(openHandles(host.loop()) == 0);

  Timeout fired = host.setTimeout(1, [alive] { ++*alive; });
  runToEnd(host);
  fired.detach();
  CHECK(*alive == 2);
  CHECK(alive.use_count() == 1);
}

TEST_CASE("an interval that is detached goes on until the LoopHost goes", "[host]") {
  const auto alive = std::make_shared<int>(0);
  {
    LoopHost host;
    host.setInterval(1, [alive] { ++*alive; }).detach();
    runUntil(host, [&] { return *alive == 3; });
    CHECK(alive.use_count() == 2);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a Timeout may outlive its LoopHost, the function does not", "[host]") {
  Timeout timeout;
  Timeout interval;
  Timeout fired;
  const auto alive = std::make_shared<int>(0);
  {
    LoopHost host;
    fired = host.setTimeout(0, [alive] {});
    runToEnd(host);
    timeout = host.setTimeout(0, [alive] { FAIL("the loop goes"); });
    interval = host.setInterval(0, [alive] { FAIL("the loop goes"); });
  }
  CHECK(alive.use_count() == 1);
  for (Timeout* one : {&timeout, &interval, &fired}) {
    CHECK_FALSE(one->active());
    one->ref();
    one->unref();
    one->refresh();
    one->cancel();
  }
  fired.detach();
}

TEST_CASE("a function that owns its own Timeout goes with the LoopHost", "[host]") {
  struct Own {
    Timeout timeout;
  };
  std::weak_ptr<Own> weak;
  {
    LoopHost host;
    const auto own = std::make_shared<Own>();
    weak = own;
    own->timeout = host.setInterval(1000, [own] {});
  }
  CHECK(weak.expired());
}

TEST_CASE("what is asked for while the LoopHost goes is cancelled already", "[host]") {
  struct Asks {
    LoopHost& host;
    bool* active;
    ~Asks() {
      const Timeout late = host.setTimeout(1, [] { FAIL("the loop goes"); });
      const Watcher signal = host.onSignal(SIGUSR2, [] { FAIL("the loop goes"); });
      *active = late.active() || signal.active() || host.poster().post([] {});
    }
  };
  bool active = true;
  {
    LoopHost host;
    host.setTimeout(1000, [asks = std::make_unique<Asks>(Asks{host, &active})] {}).detach();
    active = true;
  }
  CHECK_FALSE(active);
}

TEST_CASE("a borrowed loop is left clean of timers, signals and posters", "[host]") {
  uv_loop_t loop;
  REQUIRE(uv_loop_init(&loop) == 0);
  {
    Timeout timeout;
    Watcher signal;
    Poster poster;
    {
      LoopHost host(&loop);
      timeout = host.setTimeout(1000, [] { FAIL("not run"); });
      signal = host.onSignal(SIGUSR2, [] { FAIL("not run"); });
      poster = host.poster();
      REQUIRE(poster.post([] { FAIL("not run"); }));
    }
    CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
  }
  CHECK(uv_loop_close(&loop) == 0);
}

TEST_CASE("an empty function is refused by the call that has it", "[host]") {
  LoopHost host;
  const auto code = [](auto&& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.name + " " + error.code + " " + error.message;
    }
    return std::string("none");
  };
  const std::string expected =
      "TypeError ERR_INVALID_ARG_TYPE The \"callback\" argument must be of type function. "
      "Received null";
  CHECK(code([&] { std::ignore = host.setTimeout(1, nullptr); }) == expected);
  CHECK(code([&] { std::ignore = host.setInterval(1, nullptr); }) == expected);
  CHECK(code([&] { std::ignore = host.onSignal(SIGUSR2, nullptr); }) == expected);
  CHECK(openHandles(host.loop()) == 0);
  const Poster poster = host.poster();
  CHECK(code([&] { poster.post(nullptr); }) == expected);
}
