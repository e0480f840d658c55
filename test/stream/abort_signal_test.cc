// addAbortSignal(): a stream that std::stop_token ends, from any thread.
#include <uv.h>

#include <atomic>
#include <optional>
#include <stop_token>
#include <thread>

#include "stream/kinds.h"

using uvnet::addAbortSignal;
using uvnet::Callback;
using uvnet::Error;
using uvnet::test::Hooks;
using uvnet::test::Kinds;
using uvnet::test::MadeReadable;
using uvnet::test::runUntil;

namespace {

// Keeps the loop running, as a socket would.
class Busy {
 public:
  explicit Busy(uvnet::Host& host) {
    uv_timer_init(host.loop(), &timer_);
    uv_timer_start(
        &timer_, [](uv_timer_t*) {}, 1, 1);
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  // Before the loop turns for the last time.
  void stop() { uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr); }

 private:
  uv_timer_t timer_;
};

}  // namespace

TEST_CASE("a stop in the loop's thread destroys at once", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  auto& r = w.watch(w.readable(), "r", Kinds::kAll);
  CHECK(&addAbortSignal(source.get_token(), r) == &r);
  w.tick();
  source.request_stop();
  CHECK(r.destroyed());
  REQUIRE(r.errored() != nullptr);
  CHECK(r.errored()->name + " " + r.errored()->code + " " + r.errored()->message ==
        "AbortError ABORT_ERR The operation was aborted");
  CHECK(w.end() == "r error ABORT_ERR, r close");
}

TEST_CASE("a signal that has fired already destroys within addAbortSignal()",
          "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  source.request_stop();
  auto& r = w.watch(w.readable(), "r", Kinds::kAll);
  addAbortSignal(source.get_token(), r);
  CHECK(r.destroyed());
  CHECK(w.end() == "r error ABORT_ERR, r close");
}

TEST_CASE("a stop after the end of a stream changes nothing", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  auto& r = w.watch(w.readable(), "r", Kinds::kAll);
  addAbortSignal(source.get_token(), r);
  r.push(nullptr);
  w.tick();
  source.request_stop();
  CHECK(w.end() == "r end, r close");
}

TEST_CASE("a stop after the stream has gone changes nothing", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  {
    const auto r = uvnet::make<MadeReadable>(w.host, uvnet::StreamOptions{}, Hooks{});
    addAbortSignal(source.get_token(), *r);
  }
  CHECK(uvnet::test::livingStreams == 0);
  source.request_stop();
  CHECK(w.end().empty());
}

TEST_CASE("each of two signals on one stream destroys it", "[stream][stream:addAbortSignal]") {
  const bool second = GENERATE(false, true);
  Kinds w;
  std::stop_source one;
  std::stop_source two;
  auto& r = w.watch(w.readable(), "r", Kinds::kAll);
  addAbortSignal(one.get_token(), r);
  addAbortSignal(two.get_token(), r);
  (second ? two : one).request_stop();
  CHECK(r.destroyed());
  CHECK(w.end() == "r error ABORT_ERR, r close");
}

TEST_CASE("addAbortSignal() beside the signal option: both count",
          "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source option;
  std::stop_source added;
  auto& r = w.watch(w.readable({.signal = option.get_token()}), "r", Kinds::kAll);
  addAbortSignal(added.get_token(), r);
  option.request_stop();
  CHECK(r.destroyed());
  CHECK(w.end() == "r error ABORT_ERR, r close");
}

TEST_CASE("one signal ends several streams", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  auto& r = w.watch(w.readable(), "r", Kinds::kAll);
  auto& q = w.watch(w.readable(), "q", Kinds::kAll);
  addAbortSignal(source.get_token(), r);
  addAbortSignal(source.get_token(), q);
  source.request_stop();
  // The order is std::stop_source's.
  const std::string said = w.end();
  CHECK((said == "r error ABORT_ERR, r close, q error ABORT_ERR, q close" ||
         said == "q error ABORT_ERR, q close, r error ABORT_ERR, r close"));
}

TEST_CASE("an abort with writes waiting tells those that were not begun",
          "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  Callback held;
  auto& s = w.watch(w.writable({}, {.write = Kinds::holding(held)}), "w");
  addAbortSignal(source.get_token(), s);
  s.write("a", w.told("a"));
  s.write("b", w.told("b"));
  s.end(w.told("end"));
  source.request_stop();
  CHECK(w.end() == "w error ABORT_ERR, w close");
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "a ok, b ABORT_ERR, end ABORT_ERR");
}

TEST_CASE("an abort that nobody hears is uncaught", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  auto& r = w.readable();
  addAbortSignal(source.get_token(), r);
  source.request_stop();
  CHECK(w.end() == "uncaught ABORT_ERR");
}

TEST_CASE("addAbortSignal() without a signal does nothing", "[stream][stream:addAbortSignal]") {
  Kinds w;
  auto& r = w.readable();
  addAbortSignal({}, r);
  w.tick();
  CHECK_FALSE(r.destroyed());
}

TEST_CASE("a signal does not keep the loop running", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  addAbortSignal(source.get_token(), w.readable());
  uvnet::test::runToEnd(w.host);
}

TEST_CASE("a stop in another thread destroys in the loop's", "[stream][stream:addAbortSignal]") {
  Kinds w;
  std::stop_source source;
  const std::thread::id home = std::this_thread::get_id();
  auto& r = w.readable();
  addAbortSignal(source.get_token(), r);
  bool here = false;
  r.on<"error">([&](const Error& error) {
    w.say(error.code);
    here = std::this_thread::get_id() == home;
  });
  Busy busy(w.host);
  std::thread other([&] { source.request_stop(); });
  runUntil(w.host, [&] { return r.closed(); });
  other.join();
  busy.stop();
  w.tick();
  CHECK(here);
  CHECK(w.end() == "ABORT_ERR");
}

TEST_CASE("a stop in another thread while the stream goes is harmless",
          "[stream][stream:addAbortSignal]") {
  Kinds w;
  for (int i = 0; i < 50; ++i) {
    std::stop_source source;
    std::atomic<bool> go{false};
    auto r = uvnet::make<MadeReadable>(w.host, uvnet::StreamOptions{}, Hooks{});
    r->on<"error">([] {});
    addAbortSignal(source.get_token(), *r);
    std::thread other([&] {
      while (!go) std::this_thread::yield();
      source.request_stop();
    });
    go = true;
    r.reset();
    other.join();
    w.tick();
    CHECK(uvnet::test::livingStreams == 0);
  }
}

TEST_CASE("a stop in another thread while the stream is destroyed is harmless",
          "[stream][stream:addAbortSignal]") {
  Kinds w;
  for (int i = 0; i < 50; ++i) {
    std::stop_source source;
    std::atomic<bool> go{false};
    auto r = uvnet::make<MadeReadable>(w.host, uvnet::StreamOptions{}, Hooks{});
    int errors = 0;
    int closes = 0;
    r->on<"error">([&] { ++errors; });
    r->on<"close">([&] { ++closes; });
    addAbortSignal(source.get_token(), *r);
    std::thread other([&] {
      while (!go) std::this_thread::yield();
      source.request_stop();
    });
    go = true;
    r->destroy();
    other.join();
    w.tick();
    CHECK(errors <= 1);
    CHECK(closes == 1);
  }
}

TEST_CASE("a stream with a signal may outlive its host", "[stream][stream:addAbortSignal]") {
  std::stop_source source;
  uvnet::Ref<MadeReadable> r;
  {
    uvnet::LoopHost host;
    r = uvnet::make<MadeReadable>(host, uvnet::StreamOptions{}, Hooks{});
    addAbortSignal(source.get_token(), *r);
  }
  r.reset();
  CHECK(uvnet::test::livingStreams == 0);
}

TEST_CASE("a stop after the host has gone reaches nobody, in its thread or another",
          "[stream][stream:addAbortSignal]") {
  const bool elsewhere = GENERATE(false, true);
  const bool borrowed = GENERATE(false, true);
  CAPTURE(elsewhere, borrowed);
  uv_loop_t loop;
  REQUIRE(uv_loop_init(&loop) == 0);
  std::stop_source source;
  uvnet::Ref<MadeReadable> r;
  int closes = 0;
  {
    std::optional<uvnet::LoopHost> host;
    borrowed ? host.emplace(&loop) : host.emplace();
    r = uvnet::make<MadeReadable>(*host, uvnet::StreamOptions{}, Hooks{});
    r->on<"close">([&] { ++closes; });
    addAbortSignal(source.get_token(), *r);
  }
  if (elsewhere) {
    std::thread([&] { source.request_stop(); }).join();
  } else {
    source.request_stop();
  }
  uv_run(&loop, UV_RUN_NOWAIT);
  CHECK_FALSE(r->destroyed());
  r.reset();
  CHECK(closes == 0);
  CHECK(uvnet::test::livingStreams == 0);
  uv_run(&loop, UV_RUN_DEFAULT);  // what was lent has closed
  CHECK(uv_loop_close(&loop) == 0);
}

TEST_CASE("a stop in another thread while the host goes is harmless",
          "[stream][stream:addAbortSignal]") {
  for (int i = 0; i < 50; ++i) {
    std::stop_source source;
    std::atomic<bool> go{false};
    uvnet::Ref<MadeReadable> r;
    std::thread other([&] {
      while (!go) std::this_thread::yield();
      source.request_stop();
    });
    {
      uvnet::LoopHost host;
      r = uvnet::make<MadeReadable>(host, uvnet::StreamOptions{}, Hooks{});
      addAbortSignal(source.get_token(), *r);
      go = true;
    }
    other.join();
    r.reset();
    CHECK(uvnet::test::livingStreams == 0);
  }
}
