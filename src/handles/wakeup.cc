#include "handles/wakeup.h"

#include <uv.h>
#include <uvnet/error.h>

#include <memory>
#include <string>

#include "handles/callback_scope.h"
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
  uv_close(reinterpret_cast<uv_handle_t*>(&async_->uv),
           [](uv_handle_t* handle) { delete static_cast<Async*>(handle->data); });
}

void Wakeup::send() noexcept { uv_async_send(&async_->uv); }
void Wakeup::ref() noexcept { uv_ref(reinterpret_cast<uv_handle_t*>(&async_->uv)); }
void Wakeup::unref() noexcept { uv_unref(reinterpret_cast<uv_handle_t*>(&async_->uv)); }

}  // namespace uvnet::handles
