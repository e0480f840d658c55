// What one Node environment (the main thread, or a worker) has of the library: its Host, its Net,
// and the JavaScript functions of lib/node that C++ calls.
//
// Every Socket and Server holds a Ref to it, so it outlives them all. When the environment ends, an
// asynchronous cleanup hook closes every handle before Node looks at its loop.
#pragma once

#include <node_api.h>
#include <uvnet/error.h>
#include <uvnet/net.h>
#include <uvnet/ref.h>

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "napi/node_host.h"

namespace uvnet::napi {

class NodeServer;
class NodeSocket;

// The functions that setup() was given.
enum class Hook : std::uint8_t {
  kEmit,
  kData,
  kView,
  kError,
  kSocket,
  kWarning,
  kTick,
  kPool,
  kLookup,
  kDoRead,
  kDoWrite,
  kDoWritev,
  kDoFinal,
  kDoDestroy,
  kAutoEnd,
  kAutoDestroy,
  kListen,
  kUnlisten,
  kSnapshot,
  kArrived,
};
inline constexpr std::size_t kHooks = 20;

class Environment final : public RefCounted {
 public:
  Environment(napi_env env, uv_loop_s* loop);
  ~Environment() override;

  // The one of this env (napi_get_instance_data).
  static Environment& of(napi_env env);

  napi_env env() const noexcept { return env_; }
  NodeHost& host() noexcept { return host_; }
  Net& net() noexcept { return *net_; }
  // What is current where no object has a context: nothing.
  napi_async_context rootContext() const noexcept { return rootContext_; }
  // A property (a symbol) with which an object of JavaScript's keeps what C++ holds weakly.
  napi_value hiddenKey(const char* name) const noexcept;  // "errors", "context"
  void hide(napi_value object, const char* name, napi_value value);
  bool ending() const noexcept { return host_.ending(); }

  void setup(napi_value hooks);
  void end(napi_async_cleanup_hook_handle handle);

  // What the JsException under way was thrown for; null if there is none.
  napi_value takeException() noexcept;
  // Calls a function in a callback scope, or directly if JavaScript has called us. Throws
  // JsException if it throws; so does everything that calls.
  napi_value call(napi_value function, std::span<const napi_value> arguments);
  napi_value call(Hook hook, std::span<const napi_value> arguments);
  napi_value hook(Hook hook) const noexcept;
  bool has(Hook hook) const noexcept { return hooks_[static_cast<std::size_t>(hook)] != nullptr; }
  // JavaScript must be entered before the first value is made: without a callback scope there is
  // no place for it.
  void enterJs() { host_.enterJs(); }

  void callTick() noexcept;
  void callWarning(std::string_view name, std::string_view message) noexcept;
  void reportUncaught(const std::exception_ptr& error) noexcept;
  // To JavaScript, from a call of its own: the exception being handled.
  void throwToJs() noexcept;

  // Sockets by number: what is called often says which one it means by a number that the JavaScript
  // object has, because unwrapping an object costs as much as a small write.
  std::uint32_t addSocket(NodeSocket& socket);
  void removeSocket(std::uint32_t number) noexcept;
  NodeSocket* socket(std::uint32_t number) const noexcept {
    return number < sockets_.size() ? sockets_[number] : nullptr;
  }

  // All there are, for who looks at what keeps the loop running; nullptr where there is none.
  std::span<NodeSocket* const> sockets() const noexcept { return sockets_; }
  std::span<NodeServer* const> servers() const noexcept { return servers_; }
  void addServer(NodeServer& server) { servers_.push_back(&server); }
  void removeServer(NodeServer& server) noexcept { std::erase(servers_, &server); }

  // Copies a small chunk to the pool, which is JavaScript's memory: its offset there.
  static constexpr std::size_t kLargestPooled = 4096;
  std::uint32_t pooled(std::string_view bytes);

  // Memory for reads that is JavaScript's, so that a large chunk is shown and not copied. One is
  // made ready whenever such a chunk was shown, because the time of a read is no time to make one.
  Buffer readMemory() noexcept { return std::exchange(readyForReads_, {}); }
  // The slab that a chunk is in, and where; nothing if it is in memory of the core's.
  struct Slab {
    napi_value buffer;
    std::uint32_t offset;
  };
  std::optional<Slab> slabOf(const Buffer& chunk);

 private:
  // As lib/node's hook makes it. A chunk is an eighth of it at most, so little is left unused.
  static constexpr std::size_t kPoolSize = 32768;

  // Within the frame of AsyncLocalStorage, if there is one.
  napi_status callIn(napi_value frame, napi_value function, std::span<const napi_value> arguments,
                     napi_value* result);
  void keepException() noexcept;
  napi_value thrown(const std::exception_ptr& error) noexcept;

  napi_env env_;
  NodeHost host_;
  std::unique_ptr<Net> net_;
  napi_async_context rootContext_ = nullptr;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  std::array<napi_ref, kHooks> hooks_{};
  napi_ref rootResource_ = nullptr;  // which the context holds weakly
  napi_ref hiddenKeys_ = nullptr;
  napi_ref exception_ = nullptr;  // of the JsException under way
  napi_ref pool_ = nullptr;       // what keeps the memory
  char* poolBytes_ = nullptr;
  std::size_t poolUsed_ = kPoolSize;
  std::vector<NodeSocket*> sockets_{nullptr};  // 0 is no socket
  std::vector<std::uint32_t> freeNumbers_;
  std::vector<NodeServer*> servers_;
  Buffer readyForReads_;
  Buffer shown_;  // of the slab that was shown last: as long as it is here, it is not written again
};

// A JavaScript function kept for later; called at most once or many times, dropped in its thread.
class JsFunction {
 public:
  JsFunction(Environment& environment, napi_value function);
  JsFunction(JsFunction&& other) noexcept;
  JsFunction& operator=(JsFunction&& other) noexcept;
  ~JsFunction();
  Environment& environment() const noexcept { return *environment_; }
  napi_value value() const noexcept;

 private:
  Ref<Environment> environment_;
  napi_ref function_ = nullptr;
};

}  // namespace uvnet::napi
