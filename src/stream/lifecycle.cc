// destroy(), and the two events that end a life: 'error', then 'close', on a tick.
#include <utility>

#include "base/assert.h"
#include "handles/callback_scope.h"
#include "stream/core.h"
#include "stream/errors.h"
#include "stream/tick.h"

namespace uvnet::stream {

namespace {

using State = Lifecycle::State;

[[maybe_unused]] bool leads(State from, State to) noexcept {  // only asserted
  if (to == State::kAbandoned) return from != to;
  switch (from) {
    case State::kConstructing:
      return to == State::kAlive || to == State::kDoomed;
    case State::kAlive:
      return to == State::kConstructing || to == State::kDestroyed;
    case State::kDoomed:
      return to == State::kDestroyed;
    case State::kDestroyed:
      return to == State::kClosed;
    case State::kClosed:
      return to == State::kOver;
    case State::kOver:
    case State::kAbandoned:
      return false;
  }
  return false;
}

}  // namespace

void Lifecycle::become(State next) noexcept {
  UVNET_ASSERT(leads(state_, next));
  state_ = next;
}

void Lifecycle::fail(const Error& error) {
  if (errored == nullptr) errored = std::make_unique<Error>(error);
}

void Lifecycle::destroy(const Error* error) {
  if (destroyed()) return;
  Core& core = stream_.core();
  // Only then: an Error that belongs to a callback does not outlive it.
  if (error != nullptr) fail(*error);
  core.writable.errorBufferNextTick();
  if (!constructed()) {
    become(State::kDoomed);
    if (error != nullptr) destroyError_ = std::make_unique<Error>(*error);
    return;
  }
  runDestroy(error);
}

void Lifecycle::runDestroy(const Error* error) {
  become(State::kDestroyed);
  guarded(
      [&] {
        stream_.doDestroy(error, [self = Ref<Stream>(&stream_), this,
                                  called = false](const Error* result) mutable {
          if (std::exchange(called, true)) return;
          onDestroyed(result);
        });
      },
      [this](const Error& thrown) {
        if (!closed()) onDestroyed(&thrown);
      });
}

void Lifecycle::construct() {
  become(State::kConstructing);
  nextTick(stream_, stream_.core(), [this] {
    const auto answer = [self = Ref<Stream>(&stream_), this](const Error* error) {
      nextTick(stream_, stream_.core(),
               [this, failed = error != nullptr ? std::make_unique<Error>(*error) : nullptr] {
                 onConstructed(failed.get());
               });
    };
    guarded([&] { stream_.doConstruct(answer); }, [&](const Error& error) { answer(&error); });
  });
}

void Lifecycle::onConstructed(const Error* error) {
  if (constructed()) {
    errorOrDestroy(error != nullptr ? *error : multipleCallback(), false);
    return;
  }
  if (destroyed()) {
    const std::unique_ptr<Error> destroyError = std::move(destroyError_);
    if (error == nullptr || destroyError == nullptr) {
      runDestroy(error != nullptr ? error : destroyError.get());
    } else {
      const Error both = aggregateTwoErrors(*error, *destroyError);
      runDestroy(&both);
    }
    return;
  }
  become(State::kAlive);
  if (error != nullptr) {
    errorOrDestroy(*error, true);
  } else {
    stream_.core().readable.onConstructed();
    stream_.core().writable.onConstructed();
  }
}

void Lifecycle::onDestroyed(const Error* error) {
  if (error != nullptr) fail(*error);
  // Not when a late answer finds the next life.
  if (state_ == State::kDestroyed) become(State::kClosed);
  stream_.core().abort.reset();
  if (error != nullptr) {
    emitErrorNextTick(*error, true);
  } else {
    emitCloseNextTick();
  }
}

void Lifecycle::emitErrorNextTick(const Error& error, bool thenClose) {
  nextTick(stream_, stream_.core(), [this, thenClose, error, life = generation.now()] {
    handles::shielded(stream_.host(), [&] {
      if (generation.is(life)) {
        emitErrorOnce(error);
      } else {
        stream_.emitError(error);
      }
    });
    if (thenClose) emitClosed(life);  // whoever threw
  });
}

void Lifecycle::emitCloseNextTick() {
  nextTick(stream_, stream_.core(), [this, life = generation.now()] { emitClosed(life); });
}

void Lifecycle::emitErrorOnce(const Error& error) {
  if (errorEmitted) return;
  errorEmitted = true;
  stream_.emitError(error);
}

void Lifecycle::emitClosed(base::Generation::Stamp life) {
  if (generation.is(life) && state_ == State::kClosed) become(State::kOver);
  if (emitClose) stream_.emitArgs<bool>(EventId::kClose, errored != nullptr);
}

void Lifecycle::errorOrDestroy(const Error& error, bool sync) {
  if (destroyed()) return;
  if (autoDestroy) {
    destroy(&error);
    return;
  }
  fail(error);
  if (sync) {
    emitErrorNextTick(error, false);
  } else {
    emitErrorOnce(error);
  }
}

void Lifecycle::reopen() {
  UVNET_ASSERT(!destroyed());
  errorEmitted = false;
  errored.reset();
  stream_.core().readable.reopen();
  stream_.core().writable.reopen();
}

void Lifecycle::undestroy() {
  generation.next();
  state_ = State::kAlive;
  errorEmitted = false;
  errored.reset();
  stream_.core().readable.undestroy();
  stream_.core().writable.undestroy();
}

}  // namespace uvnet::stream
