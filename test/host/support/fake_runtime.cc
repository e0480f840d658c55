#include "host/support/fake_runtime.h"

#include <algorithm>
#include <exception>

namespace uvnet::test {
namespace {

std::string textOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "?";
  }
}

const char* nameOf(Access::Kind kind) {
  switch (kind) {
    case Access::Kind::kLookup:
      return "lookup ";
    case Access::Kind::kConnect:
      return "connect ";
    case Access::Kind::kBind:
      return "bind ";
    case Access::Kind::kListen:
      return "listen ";
    case Access::Kind::kAdopt:
      return "adopt ";
  }
  return "? ";
}

}  // namespace

FakeRuntime::FakeRuntime(NetOptions options) {
  REQUIRE(uv_loop_init(&loop_) == 0);
  net_.emplace(*this, options);
}

FakeRuntime::~FakeRuntime() {
  net_.reset();
  drain();
  // What is left to do is to close; nothing may keep the loop beyond that.
  for (int i = 0; i < 100 && uv_run(&loop_, UV_RUN_NOWAIT) != 0; ++i) drain();
  CHECK(uv_loop_close(&loop_) == 0);
  CHECK(depth == 0);
}

void FakeRuntime::nextTick(Task task) {
  // As process.nextTick: the task runs in the context that was current here.
  ticks_.push([this, task = std::move(task), context = current_]() mutable {
    std::swap(current_, context);
    try {
      task();
    } catch (...) {
      uncaught(std::current_exception());
    }
    std::swap(current_, context);
  });
}

void FakeRuntime::enter() {
  ++entered;
  deepest = std::max(deepest, ++depth);
}

void FakeRuntime::leave() noexcept {
  if (depth == 1) drain();
  --depth;
}

void FakeRuntime::drain() noexcept {
  while (!ticks_.empty()) {
    Task task = ticks_.pop();
    task();
  }
}

void FakeRuntime::uncaught(std::exception_ptr error) noexcept {
  exceptions.push_back(textOf(error));
}
void FakeRuntime::warning(std::string_view name, std::string_view) noexcept {
  warnings.emplace_back(name);
}
Buffer FakeRuntime::readMemory(std::size_t size) noexcept {
  return memory ? memory(size) : Buffer();
}

bool FakeRuntime::resolve(const std::string& hostname, const LookupOptions& options,
                          LookupCallback answer) {
  names.push_back(hostname + " " + std::to_string(options.family));
  return resolver && resolver(hostname, options, std::move(answer));
}

std::optional<Error> FakeRuntime::refuse(const Access& access) {
  asked.push_back(nameOf(access.kind) + access.resource());
  return policy ? policy(access) : std::nullopt;
}

void FakeRuntime::swapContext(Ref<AsyncContext>& context) noexcept {
  ++swaps;
  current_.swap(context);
}

void FakeRuntime::until(const std::function<bool()>& predicate) {
  bool late = false;
  ++guards;
  uv_timer_t guard;
  uv_timer_init(&loop_, &guard);
  guard.data = &late;
  uv_timer_start(
      &guard, [](uv_timer_t* timer) { *static_cast<bool*>(timer->data) = true; },
      static_cast<std::uint64_t>(kPatience.count()), 0);
  uv_unref(reinterpret_cast<uv_handle_t*>(&guard));
  drain();
  while (!predicate() && !late && uv_loop_alive(&loop_) != 0) {
    uv_run(&loop_, UV_RUN_ONCE);
    drain();
  }
  bool closed = false;
  guard.data = &closed;
  uv_close(reinterpret_cast<uv_handle_t*>(&guard),
           [](uv_handle_t* handle) { *static_cast<bool*>(handle->data) = true; });
  while (!closed) uv_run(&loop_, UV_RUN_NOWAIT);
  --guards;
  REQUIRE_FALSE(late);
  REQUIRE(predicate());
}

void FakeRuntime::toEnd() {
  until([this] { return uv_loop_alive(&loop_) == 0; });
}

void FakeRuntime::turn(int times) {
  drain();
  for (int i = 0; i < times; ++i) {
    uv_run(&loop_, UV_RUN_NOWAIT);
    drain();
  }
}

std::string FakeRuntime::context() const {
  return current_ ? static_cast<const Named&>(*current_).name : std::string();
}

void FakeRuntime::in(const std::string& name, const std::function<void()>& call) {
  Ref<AsyncContext> context = make<Named>(name);
  current_.swap(context);
  call();
  current_.swap(context);
}

// --- Objects -------------------------------------------------------------------------------------

FakeObject::FakeObject(FakeHeap& where) : heap(where) {}

FakeObject::~FakeObject() {
  listeners_.clear();
  serverHalf.reset();
  socketHalf.reset();
}

void FakeObject::on(const std::string& event, Listener listener) {
  listeners_[event].push_back(std::move(listener));
  if (event == "data") socketHalf->heard(true);
}

void FakeObject::removeAllListeners(const std::string& event) {
  listeners_.erase(event);
  if (event == "data") socketHalf->heard(false);
}

bool FakeObject::emit(const std::string& event, const std::string& argument) {
  events.push_back(event);
  const auto found = listeners_.find(event);
  if (found == listeners_.end()) return false;
  const std::vector<Listener> now = found->second;
  for (const Listener& listener : now) listener(argument);
  return true;
}

Socket& FakeObject::socket() const { return *socketHalf; }
Server& FakeObject::server() const { return *serverHalf; }

FakeObject& FakeHeap::newSocket(SocketOptions options) {
  FakeObject& object = *objects_.emplace_back(std::make_unique<FakeObject>(*this));
  object.socketHalf = make<SocketHalf>(runtime, object, std::move(options));
  return object;
}

FakeObject& FakeHeap::newServer() {
  FakeObject& object = *objects_.emplace_back(std::make_unique<FakeObject>(*this));
  object.serverHalf = make<ServerHalf>(runtime, object);
  return object;
}

int FakeHeap::collect() {
  const std::size_t before = objects_.size();
  objects_.remove_if([](const auto& object) { return !object->strong && !object->reachable; });
  return static_cast<int>(before - objects_.size());
}

SocketHalf::SocketHalf(FakeRuntime& runtime, FakeObject& object, SocketOptions options)
    : Socket(runtime.net(), std::move(options)), object_(object) {
  relayEvents();
  watchShared();
}

void SocketHalf::heard(bool present) {
  setRelayed(EventId::kData, present);
  if (present) {
    onListenerAdded(EventId::kData);
  } else {
    onListenersRemoved(EventId::kData);
  }
}

bool SocketHalf::relay(EventId event, void* arguments) {
  std::string argument;
  if (event == EventId::kData) {
    argument = std::get<0>(payload<event::Data>(arguments)).view();
  } else if (event == EventId::kError) {
    argument = std::get<0>(payload<event::Error>(arguments)).message;
  }
  const bool heard = object_.emit(std::string(eventName(event)), argument);
  // As JavaScript's emit() does.
  if (event == EventId::kError && !heard) throw Error(argument);
  return heard;
}

ServerHalf::ServerHalf(FakeRuntime& runtime, FakeObject& object)
    : Server(runtime.net()), object_(object) {
  relayEvents();
  watchShared();
}

bool ServerHalf::relay(EventId event, void*) {
  return object_.emit(std::string(eventName(event)), {});
}

Ref<Socket> ServerHalf::makeSocket(SocketOptions options) {
  FakeObject& accepted = object_.heap.newSocket(std::move(options));
  accepted.reachable = false;  // the program has not seen it yet
  return Ref<Socket>(&accepted.socket());
}

// --- Small things --------------------------------------------------------------------------------

FakeEcho::FakeEcho(FakeRuntime& runtime, const std::string& path)
    : server(&runtime.net().createServer([](Socket& socket) { socket.pipe(socket); })) {
  ListenOptions where{.port = 0, .host = "127.0.0.1"};
  if (!path.empty()) where = {.path = path};
  server->listen(where);
  runtime.until([this] { return server->listening(); });
  if (path.empty()) port = std::get<AddressInfo>(server->address()).port;
}

}  // namespace uvnet::test
