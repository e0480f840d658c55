// Closing by scope: JavaScript's `await using` for servers and sockets.
//
//   const uvnet::Disposer closing = uvnet::dispose(server);   // server.close() at the end of scope
#pragma once

#include <uvnet/ref.h>
#include <uvnet/server.h>
#include <uvnet/socket.h>

#include <utility>

namespace uvnet {

// Holds a Ref to it until then. close() of a server that is not listening, and destroy() of a
// socket that is destroyed, do nothing.
template <class T>
class [[nodiscard]] Disposer {
 public:
  explicit Disposer(T& object) noexcept : object_(&object) {}
  Disposer(Disposer&& other) noexcept = default;
  Disposer& operator=(Disposer&& other) noexcept {
    run();
    object_ = std::move(other.object_);
    return *this;
  }
  ~Disposer() { run(); }
  // Not at the end of scope after all.
  void release() noexcept { object_.reset(); }

 private:
  void run() noexcept {
    const Ref<T> object = std::exchange(object_, {});
    if (!object) return;
    if constexpr (std::is_base_of_v<Server, T>) {
      if (object->listening()) object->close();
    } else {
      object->destroy();
    }
  }
  Ref<T> object_;
};

template <class T>
Disposer<T> dispose(T& object) noexcept {
  return Disposer<T>(object);
}

}  // namespace uvnet
