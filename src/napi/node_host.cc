#include "napi/node_host.h"

#include <uvnet/error.h>

#include <utility>

#include "napi/environment.h"
#include "napi/js.h"
#include "napi/lookup.h"

namespace uvnet::napi {

namespace {

// AsyncLocalStorage keeps its stores with the resource, which Node-API holds weakly, and a store
// may refer to the very socket: so the object that the context is for keeps the resource, not C++.
class NodeContext final : public AsyncContext {
 public:
  explicit NodeContext(Environment& environment) : environment_(&environment) {
    napi_env env = environment.env();
    napi_value resource = nullptr;
    if (environment.has(Hook::kSnapshot)) {
      napi_call_function(env, undefined(env), environment.hook(Hook::kSnapshot), 0, nullptr,
                         &resource);
    } else {
      napi_create_object(env, &resource);
    }
    napi_async_init(env, resource, toJs(env, "UVNET"), &context);
    napi_create_reference(env, resource, 1, &resource_);
  }
  ~NodeContext() override {
    if (context != nullptr) napi_async_destroy(environment_->env(), context);
    napi_delete_reference(environment_->env(), resource_);
  }
  void leaveWith(napi_value object) {
    if (std::exchange(left_, true)) return;
    environment_->hide(object, "context", resource());
    napi_reference_unref(environment_->env(), resource_, nullptr);
  }
  napi_value resource() const noexcept {
    napi_value value = nullptr;
    napi_get_reference_value(environment_->env(), resource_, &value);
    return value;
  }
  napi_async_context context = nullptr;

 private:
  Ref<Environment> environment_;
  napi_ref resource_ = nullptr;
  bool left_ = false;
};

}  // namespace

Ref<AsyncContext> NodeHost::captureContext() noexcept {
  if (ending_ || !capturing_) return nullptr;
  enterJs();
  return make<NodeContext>(environment_);
}

napi_value NodeHost::frame() const noexcept {
  if (calls_ > 0 || !current_ || !environment_.has(Hook::kSnapshot)) return nullptr;
  return static_cast<NodeContext*>(current_.get())->resource();
}

void NodeHost::leaveContext(AsyncContext* context, napi_value object) {
  if (context != nullptr && !ending_) static_cast<NodeContext*>(context)->leaveWith(object);
}

void NodeHost::nextTick(Task task) {
  if (ending_) return;
  contexts_.push_back(current_);
  ticks_.push(std::move(task));
  if (inJs() || depth_ == 0) {
    if (joinable_) {
      ++runs_.back();
    } else {
      runs_.push_back(1);
      schedule();
    }
  } else if (!runs_.empty()) {
    // Behind those that wait in JavaScript (a listener threw and Node has put its ticks off).
    runs_.push_back(1);
    enterJs();
    schedule();
  } else {
    ++loose_;
  }
}

void NodeHost::schedule() {
  environment_.callTick();
  joinable_ = true;
}

void NodeHost::enterJs() {
  if (calls_ > 0 || scope_ != nullptr || depth_ == 0) return;
  napi_env env = environment_.env();
  napi_open_handle_scope(env, &handles_);
  napi_async_context context =
      current_ ? static_cast<NodeContext*>(current_.get())->context : environment_.rootContext();
  // Without an object: Node takes the context's own.
  if (napi_open_callback_scope(env, nullptr, context, &scope_) != napi_ok) scope_ = nullptr;
  if (loose_ > 0) {
    runs_.push_back(std::exchange(loose_, 0));
    schedule();
  }
  joinable_ = false;
}

void NodeHost::runOne() noexcept {
  Task task = ticks_.pop();
  Ref<AsyncContext> context = std::move(contexts_.front());
  contexts_.pop_front();
  if (ending_ || !task) return;
  swapContext(context);
  try {
    task();
  } catch (...) {
    uncaught(std::current_exception());
  }
  swapContext(context);
}

void NodeHost::leave() noexcept {
  if (depth_ == 1) {
    while (loose_ > 0) {
      --loose_;  // first: if the task enters JavaScript, the others are given to it
      runOne();
    }
    if (scope_ != nullptr) {
      napi_env env = environment_.env();
      // Runs process.nextTick's queue and the microtasks, and may throw there, which is Node's.
      napi_close_callback_scope(env, std::exchange(scope_, nullptr));
      napi_close_handle_scope(env, std::exchange(handles_, nullptr));
    }
    if (ticks_.empty()) ticks_.trim();
  }
  --depth_;
}

void NodeHost::runTicks() {
  if (runs_.empty()) return;
  joinable_ = false;
  const std::size_t count = runs_.front();
  runs_.pop_front();
  for (std::size_t i = 0; i < count; ++i) runOne();
}

void NodeHost::uncaught(std::exception_ptr error) noexcept {
  if (ending_) return;
  enterJs();
  environment_.reportUncaught(error);
}

void NodeHost::warning(std::string_view name, std::string_view message) noexcept {
  if (ending_) return;
  enterJs();
  environment_.callWarning(name, message);
}

bool NodeHost::resolve(const std::string& hostname, const LookupOptions& options,
                       LookupCallback answer) {
  if (ending_) return false;
  enterJs();
  lookUp(environment_, environment_.hook(Hook::kLookup), hostname, options, std::move(answer));
  return true;
}

Buffer NodeHost::readMemory(std::size_t) noexcept { return environment_.readMemory(); }

}  // namespace uvnet::napi
