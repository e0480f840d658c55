#include "handles/watch.h"

#include <uvnet/error.h>
#include <uvnet/watcher.h>

#include <string>
#include <utility>

#include "base/arguments.h"
#include "handles/callback_scope.h"
#include "handles/close_handle.h"
#include "handles/require_function.h"
#include "handles/uv_error.h"

namespace uvnet::handles {
namespace {

// Node's timers hold a signed 32-bit number of milliseconds.
constexpr double kMaxMilliseconds = 2147483647.0;

std::uint64_t wholeMilliseconds(Host& host, double milliseconds) {
  if (milliseconds > kMaxMilliseconds) {
    host.warning("TimeoutOverflowWarning", base::formatNumber(milliseconds) +
                                               " does not fit into a 32-bit signed integer.\n"
                                               "Timeout duration was set to 1.");
    return 1;
  }
  // Written so that what is no number becomes 1 too.
  return milliseconds >= 1 ? static_cast<std::uint64_t>(milliseconds) : 1;
}

}  // namespace

// The function while it runs: it may cancel what called it, and must not be destroyed by that.
class Watch::Lent {
 public:
  explicit Lent(Watch& watch) noexcept : call(std::move(watch.call_)), watch_(watch) {}
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  ~Lent() {
    if (watch_.all_ != nullptr) watch_.call_ = std::move(call);
  }
  Task call;

 private:
  Watch& watch_;
};

Ref<Watch> Watches::timer(double milliseconds, bool repeats, Task call) {
  requireFunction(call);
  auto watch =
      make<Watch>(repeats ? Watch::Kind::kInterval : Watch::Kind::kTimeout, std::move(call));
  watch->ms_ = wholeMilliseconds(host_, milliseconds);
  uv_timer_init(host_.loop(), &watch->uv_.timer);
  watch->open(*this);
  watch->start(watch->ms_);
  return watch;
}

Ref<Watch> Watches::signal(int number, Task call) {
  requireFunction(call);
  auto watch = make<Watch>(Watch::Kind::kSignal, std::move(call));
  const auto must = [](int status, const std::string& syscall) {
    if (status == 0) return;
    const std::string code(errorName(status));
    Error error(syscall + ' ' + code, code);
    error.number = status;
    error.syscall = syscall;
    throw error;
  };
  must(uv_signal_init(host_.loop(), &watch->uv_.signal), "uv_signal_init");
  watch->open(*this);
  uv_unref(&watch->uv_.handle);
  const int status = uv_signal_start(
      &watch->uv_.signal, [](uv_signal_t* uv, int) { static_cast<Watch*>(uv->data)->fire(); },
      number);
  if (status != 0) watch->cancel();
  must(status, "uv_signal_start");
  return watch;
}

void Watches::close() noexcept {
  while (first_ != nullptr) first_->cancel();
}

void Watch::open(Watches& all) noexcept {
  uv_.handle.data = this;
  loop_ = Ref<Watch>(this);
  all_ = &all;
  next_ = all.first_;
  if (next_ != nullptr) next_->previous_ = this;
  all.first_ = this;
}

void Watch::start(std::uint64_t ms) noexcept {
  // libuv counts from the start of the loop's turn, which may have been long ago: never too early.
  constexpr std::uint64_t kNanoseconds = 1000 * 1000;  // in a millisecond
  const std::uint64_t now = uv_hrtime() / kNanoseconds;
  const std::uint64_t turn = uv_now(uv_.timer.loop);
  uv_timer_start(
      &uv_.timer, [](uv_timer_t* uv) { static_cast<Watch*>(uv->data)->fire(); },
      ms + (now > turn ? now - turn : 0), kind_ == Kind::kInterval ? ms : 0);
}

void Watch::fire() noexcept {
  CallbackScope::run(all_->host_, this, [this] {
    const bool last = detached_ && kind_ == Kind::kTimeout;
    Lent lent(*this);
    if (last) cancel();
    lent.call();
  });
}

void Watch::cancel() noexcept {
  Watches* const all = std::exchange(all_, nullptr);
  if (all == nullptr) return;
  const Ref<Watch> kept(this);
  (previous_ != nullptr ? previous_->next_ : all->first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
  if (!closeOwned(&uv_.handle, onClosed)) loop_.reset();
  // Last, because it may own anything: it may end in the destructor of who cancels.
  const Task gone = std::move(call_);
}

void Watch::onClosed(uv_handle_t* handle) noexcept {
  static_cast<Watch*>(handle->data)->loop_.reset();
}

void Watch::detach() noexcept {
  detached_ = true;
  if (kind_ == Kind::kTimeout && !active()) cancel();  // it has fired: there is no more to come
}

void Watch::refresh() noexcept {
  if (all_ != nullptr) start(ms_);
}

void Watch::keepRunning(bool yes) noexcept {
  if (all_ == nullptr) return;
  yes ? uv_ref(&uv_.handle) : uv_unref(&uv_.handle);
}

}  // namespace uvnet::handles

namespace uvnet {

Watcher::Watcher() noexcept = default;
Watcher::Watcher(Ref<handles::Watch> watch) noexcept : watch_(std::move(watch)) {}
Watcher::Watcher(Watcher&& other) noexcept : watch_(std::move(other.watch_)) {}
Watcher& Watcher::operator=(Watcher&& other) noexcept {
  if (this != &other) {
    cancel();
    watch_ = std::move(other.watch_);
  }
  return *this;
}
Watcher::~Watcher() { cancel(); }

void Watcher::cancel() noexcept {
  if (const Ref<handles::Watch> watch = std::exchange(watch_, {})) watch->cancel();
}
void Watcher::detach() noexcept {
  if (const Ref<handles::Watch> watch = std::exchange(watch_, {})) watch->detach();
}
void Watcher::ref() noexcept {
  if (watch_) watch_->keepRunning(true);
}
void Watcher::unref() noexcept {
  if (watch_) watch_->keepRunning(false);
}
bool Watcher::active() const noexcept { return watch_ && watch_->active(); }

void Timeout::refresh() noexcept {
  if (watch_) watch_->refresh();
}

}  // namespace uvnet
