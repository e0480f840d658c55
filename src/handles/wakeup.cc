#include "handles/wakeup.h"

#include <uv.h>
#include <uvnet/error.h>

#include <memory>
#include <mutex>
#include <string>

#include "handles/callback_scope.h"
#include "handles/close_handle.h"
#include "handles/uv_error.h"

namespace uvnet::handles {

struct Wakeup::Async {
  Async(Host& of, Woken call, void* with) noexcept : host(&of), woken(call), user(with) {}

  uv_async_t uv = {};
  Host* host;
  Woken woken;
  void* user;
  std::mutex mutex;  // between send() and the end of the loop
  bool over = false;

  static void onAsync(uv_async_t* uv) {
    const Async& self = *static_cast<Async*>(uv->data);
    if (!self.over) CallbackScope::run(*self.host, nullptr, [&self] { self.woken(self.user); });
  }
};

Wakeup::Wakeup(Host& host, Woken woken, void* user) {
  auto async = std::make_unique<Async>(host, woken, user);
  const int status = uv_async_init(host.loop(), &async->uv, &Async::onAsync);
  if (status < 0) {
    throw Error("uv_async_init " + std::string(errorName(status)), std::string(errorName(status)));
  }
  async->uv.data = async.get();
  uv_unref(reinterpret_cast<uv_handle_t*>(&async->uv));
  async_ = async.release();
}

Wakeup::~Wakeup() {
  auto* uv = reinterpret_cast<uv_handle_t*>(&async_->uv);
  // Its first member. Not by `data`: a loop that has ended has put something else there.
  const auto free = [](uv_handle_t* closed) { delete reinterpret_cast<Async*>(closed); };
  if (!closeOwned(uv, free)) free(uv);
}

void Wakeup::send() noexcept {
  const std::lock_guard lock(async_->mutex);
  if (!async_->over) uv_async_send(&async_->uv);
}
bool Wakeup::over() const noexcept { return async_->over; }
void Wakeup::ref() noexcept { uv_ref(reinterpret_cast<uv_handle_t*>(&async_->uv)); }
void Wakeup::unref() noexcept { uv_unref(reinterpret_cast<uv_handle_t*>(&async_->uv)); }

void Wakeup::endAll(Host& host) noexcept {
  const auto end = [](uv_handle_t* handle, void* of) {
    if (handle->type != UV_ASYNC || uv_is_closing(handle) != 0) return;
    // Whose it is shows only in what it calls: the loop has handles of other owners too.
    if (reinterpret_cast<uv_async_t*>(handle)->async_cb != &Async::onAsync) return;
    Async& async = *static_cast<Async*>(handle->data);
    if (async.host != of) return;
    const std::lock_guard lock(async.mutex);
    async.over = true;
  };
  uv_walk(host.loop(), end, &host);
}

}  // namespace uvnet::handles
