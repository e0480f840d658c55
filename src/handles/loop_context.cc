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

// A handle that is opened only to be closed, twice: what was closed before it has been closed by
// then, whatever libuv's order within one turn (the timer is not counted, but is closed so). If
// something is open even then it waits until that is gone, and begins again.
struct LoopContext::Sentinel {
  uv_idle_t uv;
  Ref<LoopContext> context;
  Task task;
  bool again = true;
  Sentinel* next = nullptr;

  void close() noexcept {
    uv_idle_init(context->loop(), &uv);
    uv.data = this;
    uv_close(reinterpret_cast<uv_handle_t*>(&uv),
             [](uv_handle_t* handle) { static_cast<Sentinel*>(handle->data)->onClosed(); });
  }

  void onClosed() noexcept {
    if (std::exchange(again, false)) {
      close();
    } else if (context->open_ > 0) {
      again = true;
      Sentinel** last = &context->waiting_;
      while (*last != nullptr) last = &(*last)->next;
      *last = this;
    } else {
      const std::unique_ptr<Sentinel> owned(this);
      CallbackScope::run(context->host(), nullptr, [this] { task(); });
    }
  }
};

void LoopContext::whenClosed(Task task) {
  auto sentinel = std::make_unique<Sentinel>();
  sentinel->context = Ref<LoopContext>(this);
  sentinel->task = std::move(task);
  sentinel.release()->close();  // frees itself
}

void LoopContext::allFreed() noexcept {
  Sentinel* one = std::exchange(waiting_, nullptr);
  while (one != nullptr) std::exchange(one, std::exchange(one->next, nullptr))->close();
}

}  // namespace uvnet::handles
