#include "handles/loop_context.h"

#include <uv.h>

#include <utility>

#include "handles/callback_scope.h"
#include "handles/request.h"
#include "handles/timer.h"

namespace uvnet::handles {

LoopContext::LoopContext(Host& host)
    : host_(host),
      loop_(host.loop()),
      slab_(&host),
      requests_(std::make_unique<RequestPool>()),
      timers_(make<TimerLists>(host)) {}

LoopContext::~LoopContext() { shutdown(); }

std::uint64_t LoopContext::now() const noexcept { return uv_now(loop_); }

void LoopContext::shutdown() noexcept { timers_->close(); }

namespace {

// A handle that is closed over and over, once a turn of the loop: while one closes the loop turns,
// and what was closed with it has been closed when its turn comes.
struct Sentinel {
  uv_idle_t uv;
  Ref<LoopContext> context;
  Task task;
  bool again = true;  // the timer has no count, but is closed within the first turn

  void close() noexcept {
    uv_idle_init(context->loop(), &uv);
    uv.data = this;
    uv_close(reinterpret_cast<uv_handle_t*>(&uv), [](uv_handle_t* handle) {
      auto* self = static_cast<Sentinel*>(handle->data);
      if (std::exchange(self->again, false) || self->context->openHandles() > 0) {
        self->close();
        return;
      }
      const std::unique_ptr<Sentinel> owned(self);
      CallbackScope::run(self->context->host(), nullptr, [self] { self->task(); });
    });
  }
};

}  // namespace

void LoopContext::whenClosed(Task task) {
  auto sentinel = std::make_unique<Sentinel>();
  sentinel->context = Ref<LoopContext>(this);
  sentinel->task = std::move(task);
  sentinel.release()->close();  // frees itself
}

}  // namespace uvnet::handles
