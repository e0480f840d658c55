#include "handles/wakeup.h"

#include <uv.h>
#include <uvnet/error.h>

#include <memory>
#include <string>

#include "handles/callback_scope.h"
#include "handles/close_handle.h"
#include "handles/uv_error.h"

namespace uvnet::handles {

struct Wakeup::Async {
  uv_async_t uv;
  Host* host;
  Woken woken;
  void* user;
};

Wakeup::Wakeup(Host& host, Woken woken, void* user) {
  auto async = std::make_unique<Async>(Async{{}, &host, woken, user});
  const int status = uv_async_init(host.loop(), &async->uv, [](uv_async_t* uv) {
    const Async& self = *static_cast<Async*>(uv->data);
    CallbackScope::run(*self.host, nullptr, [&self] { self.woken(self.user); });
  });
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

void Wakeup::send() noexcept { uv_async_send(&async_->uv); }
void Wakeup::ref() noexcept { uv_ref(reinterpret_cast<uv_handle_t*>(&async_->uv)); }
void Wakeup::unref() noexcept { uv_unref(reinterpret_cast<uv_handle_t*>(&async_->uv)); }

}  // namespace uvnet::handles
