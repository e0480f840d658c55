// LoopHost: the Host of plain C++ programs. A queue of ticks that is drained when the outermost
// scope ends, and one idle handle while ticks wait that were queued outside any scope.
//
// Relies on libuv only; keeps nothing outside of the LoopHost, so there may be one per thread.
#include <uv.h>
#include <uvnet/error.h>
#include <uvnet/host.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <uvnet/tick_queue.h>
#include "handles/close_handle.h"
#include "handles/fd.h"
#include "handles/mailboxes.h"
#include "handles/uv_error.h"
#include "handles/wakeup.h"
#include "handles/watch.h"

namespace uvnet {
namespace {

void reportUncaught(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    std::fprintf(stderr, "uvnet: uncaught %s: %s\n", e.name.c_str(), e.message.c_str());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "uvnet: uncaught exception: %s\n", e.what());
  } catch (...) {
    std::fputs("uvnet: uncaught exception\n", stderr);
  }
}

Error loopError(int status) {
  std::string code(handles::errorName(status));
  Error error("uv_loop_init " + code + ": " + handles::errorText(status), code);
  error.number = status;
  error.syscall = "uv_loop_init";
  return error;
}

}  // namespace

struct LoopHost::State {
  using Handler = Function<void(std::exception_ptr)>;

  explicit State(LoopHost& owner) : host(owner), watches(owner), mailboxes(owner) {}

  LoopHost& host;
  uv_loop_t* loop = nullptr;
  uv_loop_t ownLoop;
  TickQueue ticks;
  unsigned depth = 0;
  bool delivering = false;           // inside run(), runOnce() or runNoWait(), which rethrow
  bool running = false;              // and inside their uv_run
  bool ending = false;               // inside ~LoopHost: ticks are dropped, nothing new begins
  uv_idle_t* idle = nullptr;         // while ticks wait that were queued outside any scope
  std::exception_ptr uncaught;       // the first one that nobody took, for run() to rethrow
  std::shared_ptr<Handler> handler;  // shared: it may be replaced while it runs
  handles::Watches watches;
  handles::Mailboxes mailboxes;

  bool ownsLoop() const noexcept { return loop == &ownLoop; }
  // Or has had some outside any scope, so that the idle handle can go.
  bool hasTicks() const noexcept { return !ticks.empty() || idle != nullptr; }
  void wakeLoop();
  void letLoopSleep() noexcept;
  void drain() noexcept;
  bool run(uv_run_mode mode);
  void endOwnLoop() noexcept;
};

// Makes the loop turn, and at once, though nothing else may keep it running.
void LoopHost::State::wakeLoop() {
  if (idle != nullptr) return;
  idle = new uv_idle_t;
  uv_idle_init(loop, idle);
  idle->data = &host;
  uv_idle_start(idle, [](uv_idle_t* uv) {
    auto* self = static_cast<LoopHost*>(uv->data);
    self->enter();
    self->leave();
  });
}

void LoopHost::State::letLoopSleep() noexcept {
  if (idle == nullptr) return;
  auto* uv = reinterpret_cast<uv_handle_t*>(std::exchange(idle, nullptr));
  // It points to nothing of ours when its loop, a borrowed one, comes to it after we are gone.
  const auto free = [](uv_handle_t* closed) { delete reinterpret_cast<uv_idle_t*>(closed); };
  if (!handles::closeOwned(uv, free)) free(uv);
}

void LoopHost::State::drain() noexcept {
  while (!ticks.empty()) {
    Task task = ticks.pop();
    if (ending || !task) continue;
    try {
      task();
    } catch (...) {
      host.uncaught(std::current_exception());
    }
  }
  ticks.trim();
  letLoopSleep();
}

bool LoopHost::State::run(uv_run_mode mode) {
  bool more = true;
  delivering = true;
  host.enter();
  host.leave();  // what was queued before
  if (uncaught == nullptr) {
    running = true;
    more = uv_run(loop, mode) != 0;
    running = false;
  }
  delivering = false;
  if (uncaught != nullptr) std::rethrow_exception(std::exchange(uncaught, nullptr));
  return more;
}

void LoopHost::State::endOwnLoop() noexcept {
  do {
    uv_walk(
        loop, [](uv_handle_t* handle, void*) { handles::closeForGood(handle); }, nullptr);
    uv_run(loop, UV_RUN_DEFAULT);  // until all are closed, and lookups that run have ended
    drain();                       // may close more
  } while (uv_loop_close(loop) == UV_EBUSY);
}

LoopHost::LoopHost() : state_(std::make_unique<State>(*this)) {
  handles::occupyStdio();
  const int status = uv_loop_init(&state_->ownLoop);
  if (status != 0) throw loopError(status);
  state_->loop = &state_->ownLoop;
}

LoopHost::LoopHost(uv_loop_s* loop) : state_(std::make_unique<State>(*this)) {
  state_->loop = loop;
}

LoopHost::~LoopHost() {
  State& state = *state_;
  if (state.uncaught != nullptr) reportUncaught(state.uncaught);  // run() was not called again
  state.ending = true;
  state.watches.close();
  state.mailboxes.close();
  handles::Wakeup::endAll(*this);
  state.drain();
  if (state.ownsLoop()) state.endOwnLoop();
}

void LoopHost::run() { state_->run(UV_RUN_DEFAULT); }
bool LoopHost::runOnce() { return state_->run(UV_RUN_ONCE); }
bool LoopHost::runNoWait() { return state_->run(UV_RUN_NOWAIT); }
void LoopHost::stop() noexcept { uv_stop(state_->loop); }

void LoopHost::onUncaught(Function<void(std::exception_ptr)> handler) {
  state_->handler = handler ? std::make_shared<State::Handler>(std::move(handler)) : nullptr;
}

// What goes with the LoopHost may still ask: it gets one that watches nothing, as if cancelled.
Timeout LoopHost::setTimeout(double milliseconds, Task f) {
  if (state_->ending) return {};
  return Timeout(state_->watches.timer(milliseconds, false, std::move(f)));
}
Timeout LoopHost::setInterval(double milliseconds, Task f) {
  if (state_->ending) return {};
  return Timeout(state_->watches.timer(milliseconds, true, std::move(f)));
}
Watcher LoopHost::onSignal(int signal, Task f) {
  if (state_->ending) return {};
  return Watcher(state_->watches.signal(signal, std::move(f)));
}
Poster LoopHost::poster() {
  if (state_->ending) return {};
  return state_->mailboxes.add();
}

uv_loop_s* LoopHost::loop() noexcept { return state_->loop; }

void LoopHost::nextTick(Task task) {
  State& state = *state_;
  if (state.depth == 0 && !state.ending) state.wakeLoop();
  state.ticks.push(std::move(task));
}

[[gnu::hot]] void LoopHost::enter() { ++state_->depth; }

[[gnu::hot]] void LoopHost::leave() noexcept {
  State& state = *state_;
  // Still inside while it drains: scopes that tasks open are not outermost.
  if (state.depth == 1 && state.hasTicks()) state.drain();
  --state.depth;
}

void LoopHost::uncaught(std::exception_ptr error) noexcept {
  State& state = *state_;
  if (const std::shared_ptr<State::Handler> handler = state.handler) {
    try {
      return (*handler)(error);
    } catch (...) {
      error = std::current_exception();
    }
  }
  // What is left of an owned loop goes on ending; outside of any scope the next run() can tell.
  const bool canRethrow = state.delivering || (state.ownsLoop() && state.depth == 0);
  if (canRethrow && !state.ending && state.uncaught == nullptr) {
    state.uncaught = error;
  } else {
    reportUncaught(error);  // run() throws one only
  }
  if (state.running) uv_stop(state.loop);
  // Inside somebody else's uv_run nothing can be thrown, and going on as if nothing had happened
  // is worse than ending, as node does.
  if (!canRethrow && !state.ending) std::terminate();
}

void LoopHost::warning(std::string_view name, std::string_view message) noexcept {
  std::fprintf(stderr, "uvnet: %.*s: %.*s\n", static_cast<int>(name.size()), name.data(),
               static_cast<int>(message.size()), message.data());
}

}  // namespace uvnet
