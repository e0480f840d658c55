#include "napi/environment.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "napi/errors.h"
#include "napi/js.h"

namespace uvnet::napi {

namespace {

constexpr std::array<const char*, kHooks> kHookNames = {
    "emit",    "data",        "view",   "error",    "socket",   "warning", "tick",
    "pool",    "lookup",      "doRead", "doWrite",  "doWritev", "doFinal", "doDestroy",
    "autoEnd", "autoDestroy", "listen", "unlisten", "snapshot", "arrived"};

// A slab for reads: a Buffer of JavaScript's, kept alive by the chunks in C++ and, once it is let
// go here, by the views that JavaScript has of it.
struct JsSlab {
  Buffer::Block head;
  const char* base;
  JsFunction buffer;  // a reference to any object

  static void free(Buffer::Block* block) noexcept { delete reinterpret_cast<JsSlab*>(block); }
};

// What the core reads at once at most (64 KiB, as node).
constexpr std::size_t kSlabSize = 65536;

}  // namespace

Environment::Environment(napi_env env, uv_loop_s* loop) : env_(env), host_(*this, loop) {
  constexpr std::uint32_t kZeroDropsAll = 21;    // the first Node in which maxConnections = 0 does
  constexpr std::uint32_t kCutWritesFail = 22;   // and in which a write that was cut off does
  constexpr std::uint32_t kSkipsLinkLocal = 22;  // and listen() by name asks for all
  constexpr std::uint32_t kUnconnectedEndsFinish = 22;  // and an end() without a connection is over
  constexpr std::uint32_t kBadPathsFail = 24;           // and a path that is too long is an 'error'
  constexpr std::uint32_t kPatient = 26;  // and in which an attempt to connect has 500 ms
  const napi_node_version* version = nullptr;
  napi_get_node_version(env, &version);
  net_ = std::make_unique<Net>(
      host_, NetOptions{.autoSelectFamilyAttemptTimeout = version->major >= kPatient ? 500 : 250,
                        .ignoreSigpipe = false,  // Node has taken care of it
                        .zeroMaxConnectionsDropsAll = version->major >= kZeroDropsAll,
                        .cutWritesFail = version->major >= kCutWritesFail,
                        .lateEndsAreTold = false,  // no Node does
                        .badPathsThrow = version->major < kBadPathsFail,
                        .listenSkipsLinkLocal = version->major >= kSkipsLinkLocal,
                        .unconnectedEndsFinish = version->major >= kUnconnectedEndsFinish});
}

Environment::~Environment() = default;

Environment& Environment::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

void Environment::setup(napi_value hooks) {
  for (std::size_t i = 0; i < kHooks; ++i) {
    napi_value hook;
    napi_get_named_property(env_, hooks, kHookNames[i], &hook);
    if (hooks_[i] != nullptr) napi_delete_reference(env_, std::exchange(hooks_[i], nullptr));
    if (isFunction(env_, hook)) napi_create_reference(env_, hook, 1, &hooks_[i]);
  }
  if (rootContext_ == nullptr) {
    napi_value resource;
    napi_create_object(env_, &resource);
    napi_async_init(env_, resource, toJs(env_, "UVNET"), &rootContext_);
    napi_create_reference(env_, resource, 1, &rootResource_);
    // Only objects can be referred to before Node-API 10, so the symbol is in one.
    napi_value keys;
    napi_create_object(env_, &keys);
    for (const char* name : {"errors", "context"}) {
      napi_value symbol;
      napi_create_symbol(env_, toJs(env_, name), &symbol);
      set(env_, keys, name, symbol);
    }
    napi_create_reference(env_, keys, 1, &hiddenKeys_);
  }
}

napi_value Environment::hiddenKey(const char* name) const noexcept {
  napi_value keys = nullptr;
  napi_value key = nullptr;
  napi_get_reference_value(env_, hiddenKeys_, &keys);
  napi_get_named_property(env_, keys, name, &key);
  return key;
}

void Environment::hide(napi_value object, const char* name, napi_value value) {
  napi_property_descriptor property{};
  property.name = hiddenKey(name);
  property.value = value;
  property.attributes = static_cast<napi_property_attributes>(napi_writable | napi_configurable);
  napi_define_properties(env_, object, 1, &property);
}

void Environment::end(napi_async_cleanup_hook_handle handle) {
  cleanup_ = handle;
  host_.end();
  readyForReads_ = {};
  shown_ = {};
  net_->shutdown([keep = Ref<Environment>(this), this] {
    napi_remove_async_cleanup_hook(std::exchange(cleanup_, nullptr));
  });
}

napi_value Environment::call(napi_value function, std::span<const napi_value> arguments) {
  host_.enterJs();
  host_.jsRuns();
  napi_value result = nullptr;
  const napi_status status = callIn(host_.frame(), function, arguments, &result);
  host_.jsRuns();
  if (status == napi_ok) return result;
  if (status == napi_pending_exception) keepException();
  throw JsException{};
}

napi_status Environment::callIn(napi_value frame, napi_value function,
                                std::span<const napi_value> arguments, napi_value* result) {
  if (frame == nullptr) {
    return napi_call_function(env_, undefined(env_), function, arguments.size(), arguments.data(),
                              result);
  }
  std::vector<napi_value> more{function};
  more.insert(more.end(), arguments.begin(), arguments.end());
  return napi_call_function(env_, undefined(env_), frame, more.size(), more.data(), result);
}

napi_value Environment::call(Hook hook, std::span<const napi_value> arguments) {
  host_.enterJs();
  return call(this->hook(hook), arguments);
}

napi_value Environment::hook(Hook hook) const noexcept {
  napi_value function = nullptr;
  napi_get_reference_value(env_, hooks_[static_cast<std::size_t>(hook)], &function);
  return function;
}

void Environment::callTick() noexcept {
  napi_value result;
  callIn(host_.frame(), hook(Hook::kTick), {}, &result);
}

void Environment::callWarning(std::string_view name, std::string_view message) noexcept {
  try {
    const std::array<napi_value, 2> arguments{toJs(env_, name), toJs(env_, message)};
    call(Hook::kWarning, arguments);
  } catch (...) {
    reportUncaught(std::current_exception());
  }
}

void Environment::keepException() noexcept {
  napi_value value = nullptr;
  if (napi_get_and_clear_last_exception(env_, &value) != napi_ok) return;
  if (exception_ != nullptr) napi_delete_reference(env_, exception_);
  exception_ = nullptr;
  // Any value can be thrown, and only objects can be referred to.
  napi_value box;
  napi_create_object(env_, &box);
  set(env_, box, "value", value);
  napi_create_reference(env_, box, 1, &exception_);
}

napi_value Environment::takeException() noexcept {
  napi_value value = undefined(env_);
  if (exception_ == nullptr) return nullptr;
  napi_value box = nullptr;
  napi_get_reference_value(env_, exception_, &box);
  napi_get_named_property(env_, box, "value", &value);
  napi_delete_reference(env_, std::exchange(exception_, nullptr));
  return value;
}

// As a value for JavaScript; null where none can be had, because the environment is being ended.
napi_value Environment::thrown(const std::exception_ptr& error) noexcept {
  try {
    try {
      std::rethrow_exception(error);
    } catch (const JsException&) {
      return takeException();
    } catch (const Error& e) {
      return toJs(*this, e);
    } catch (const std::exception& e) {
      return toJs(*this, Error(e.what()));
    } catch (...) {
      return toJs(*this, Error("unknown C++ exception"));
    }
  } catch (...) {
    return nullptr;
  }
}

void Environment::reportUncaught(const std::exception_ptr& error) noexcept {
  const napi_value value = thrown(error);
  if (value != nullptr && !ending()) napi_fatal_exception(env_, value);
}

void Environment::throwToJs() noexcept {
  const napi_value value = thrown(std::current_exception());
  if (value != nullptr) napi_throw(env_, value);
}

std::uint32_t Environment::addSocket(NodeSocket& socket) {
  if (freeNumbers_.empty()) {
    sockets_.push_back(&socket);
    freeNumbers_.reserve(sockets_.capacity());  // removing may not fail
    return static_cast<std::uint32_t>(sockets_.size() - 1);
  }
  const std::uint32_t number = freeNumbers_.back();
  freeNumbers_.pop_back();
  sockets_[number] = &socket;
  return number;
}

void Environment::removeSocket(std::uint32_t number) noexcept {
  sockets_[number] = nullptr;
  freeNumbers_.push_back(number);
}

std::uint32_t Environment::pooled(std::string_view bytes) {
  constexpr std::size_t kAlign = 8;  // as Node's own pool
  if (pool_ == nullptr || kPoolSize - poolUsed_ < bytes.size()) {
    const napi_value arguments[] = {toJs(env_, static_cast<std::uint32_t>(kPoolSize)),
                                    toJs(env_, true)};
    const napi_value fresh = call(Hook::kPool, arguments);
    const auto memory = bytesOf(env_, fresh);
    if (!memory || memory->size() < kPoolSize) throw Error("the pool hook gave no memory");
    if (pool_ != nullptr) napi_delete_reference(env_, pool_);
    napi_create_reference(env_, fresh, 1, &pool_);
    poolBytes_ = const_cast<char*>(memory->data());
    poolUsed_ = 0;
  }
  const std::size_t offset = poolUsed_;
  std::memcpy(poolBytes_ + offset, bytes.data(), bytes.size());
  poolUsed_ = std::min(kPoolSize, (offset + bytes.size() + kAlign - 1) / kAlign * kAlign);
  return static_cast<std::uint32_t>(offset);
}

std::optional<Environment::Slab> Environment::slabOf(const Buffer& chunk) {
  if (readyForReads_.empty()) {
    const napi_value size = toJs(env_, static_cast<std::uint32_t>(kSlabSize));
    const napi_value buffer = call(Hook::kPool, std::span(&size, 1));
    if (const auto memory = bytesOf(env_, buffer)) {
      auto* slab = new JsSlab{{1, 0, JsSlab::free}, memory->data(), JsFunction(*this, buffer)};
      readyForReads_ = Buffer(&slab->head, memory->data(), memory->size());
    }
  }
  if (chunk.block() == nullptr || chunk.block()->free != JsSlab::free) return std::nullopt;
  const auto* slab = reinterpret_cast<const JsSlab*>(chunk.block());
  if (shown_.block() != chunk.block()) shown_ = chunk;
  return Slab{slab->buffer.value(), static_cast<std::uint32_t>(chunk.data() - slab->base)};
}

JsFunction::JsFunction(Environment& environment, napi_value function) : environment_(&environment) {
  napi_create_reference(environment.env(), function, 1, &function_);
}
JsFunction::JsFunction(JsFunction&& other) noexcept
    : environment_(std::move(other.environment_)),
      function_(std::exchange(other.function_, nullptr)) {}
JsFunction& JsFunction::operator=(JsFunction&& other) noexcept {
  std::swap(environment_, other.environment_);
  std::swap(function_, other.function_);
  return *this;
}
JsFunction::~JsFunction() {
  if (function_ != nullptr) napi_delete_reference(environment_->env(), function_);
}
napi_value JsFunction::value() const noexcept {
  napi_value value = nullptr;
  napi_get_reference_value(environment_->env(), function_, &value);
  return value;
}

}  // namespace uvnet::napi
