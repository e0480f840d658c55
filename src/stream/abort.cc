#include "stream/abort.h"

#include <uvnet/pipeline.h>

#include <optional>
#include <thread>
#include <utility>

#include "handles/wakeup.h"
#include "stream/errors.h"

namespace uvnet::stream {

class AbortWatch final : public RefCounted {
 public:
  AbortWatch(Host& host, Task action) : host_(host), action_(std::move(action)) {}

  void watch(const std::stop_token& signal) {
    if (signal.stop_requested()) {
      host_.nextTick([self = Ref<AbortWatch>(this)] { self->run(); });
      return;
    }
    // Made here, in the loop's thread: the thread that stops only wakes it.
    wakeup_.emplace(
        host_, [](void* watch) { static_cast<AbortWatch*>(watch)->run(); }, this);
    callback_.emplace(signal, OnStop{this, std::this_thread::get_id()});
  }

  void drop() noexcept {
    callback_.reset();  // waits for a request_stop() that is running in another thread
    wakeup_.reset();
    action_ = {};
    next_.reset();
  }

  AbortHandle next_;  // another signal of the same interest

 private:
  struct OnStop {
    AbortWatch* watch;
    std::thread::id home;
    void operator()() const noexcept {
      if (std::this_thread::get_id() == home) {
        watch->run();
      } else {
        watch->wakeup_->send();
      }
    }
  };

  void run() {
    const Ref<AbortWatch> keep(this);
    if (wakeup_ && wakeup_->over()) return;  // no host to tell anything on
    if (action_) std::exchange(action_, {})();
  }

  Host& host_;
  Task action_;
  std::optional<handles::Wakeup> wakeup_;
  std::optional<std::stop_callback<OnStop>> callback_;
};

AbortHandle::AbortHandle() noexcept = default;
AbortHandle::AbortHandle(Ref<AbortWatch> watch) noexcept : watch_(std::move(watch)) {}
AbortHandle::AbortHandle(AbortHandle&& other) noexcept : watch_(std::move(other.watch_)) {}
AbortHandle& AbortHandle::operator=(AbortHandle&& other) noexcept {
  if (this != &other) {
    reset();
    watch_ = std::move(other.watch_);
  }
  return *this;
}
AbortHandle::~AbortHandle() { reset(); }
void AbortHandle::reset() noexcept {
  if (const Ref<AbortWatch> watch = std::exchange(watch_, {})) watch->drop();
}

void AbortHandle::add(AbortHandle other) noexcept {
  if (!other.watch_) return;
  other.watch_->next_ = std::move(*this);
  watch_ = std::move(other.watch_);
}

AbortHandle onAbort(const std::stop_token& signal, Host& host, Task action) {
  const auto watch = make<AbortWatch>(host, std::move(action));
  watch->watch(signal);
  return AbortHandle(watch);
}

}  // namespace uvnet::stream

namespace uvnet {

Stream& addAbortSignal(const std::stop_token& signal, Stream& stream) {
  if (!signal.stop_possible()) return stream;
  stream.abortOn(signal);
  return stream;
}

}  // namespace uvnet
