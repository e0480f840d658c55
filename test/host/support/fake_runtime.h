// A small runtime, as an embedder of the library would have one: a loop it runs itself, a queue of
// ticks that is drained after every callback, asynchronous contexts, permissions, a resolver,
// memory for reads; and, like JavaScript, objects that have an emitter of their own and die when a
// collector finds that nobody needs them.
//
// What it is told it writes down. At its end it proves that the loop was left empty.
#pragma once

#include <uv.h>
#include <uvnet/net.h>
#include <uvnet/tick_queue.h>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/run_loop.h"

namespace uvnet::test {

// A context is a name.
class Named final : public AsyncContext {
 public:
  explicit Named(std::string text) : name(std::move(text)) { ++alive; }
  ~Named() override { --alive; }
  const std::string name;
  static inline int alive = 0;
};

class FakeRuntime final : public Host {
 public:
  explicit FakeRuntime(NetOptions options = {});
  ~FakeRuntime() override;

  Net& net() { return *net_; }
  // ~Net, before the runtime goes.
  void endNet() { net_.reset(); }

  uv_loop_s* loop() noexcept override { return &loop_; }
  void nextTick(Task task) override;
  void enter() override;
  void leave() noexcept override;
  void uncaught(std::exception_ptr error) noexcept override;
  void warning(std::string_view name, std::string_view message) noexcept override;
  Buffer readMemory(std::size_t size) noexcept override;
  bool resolve(const std::string& hostname, const LookupOptions& options,
               LookupCallback answer) override;
  std::optional<Error> refuse(const Access& access) override;
  Ref<AsyncContext> captureContext() noexcept override { return current_; }
  void swapContext(Ref<AsyncContext>& context) noexcept override;

  // Turns the loop until the predicate holds; bounded, and an error if nothing is left to wait for.
  void until(const std::function<bool()>& predicate);
  // Until nothing that is referenced is left.
  void toEnd();
  // So many turns that do not wait.
  void turn(int times = 5);

  // --- Contexts: the name of the current one ("" for none), and a call in another.
  std::string context() const;
  void in(const std::string& name, const std::function<void()>& call);

  // --- What was told
  int guards = 0;                       // handles of until() on the loop
  int entered = 0;                      // enter() calls
  unsigned depth = 0;                   // of the scopes that are open
  unsigned deepest = 0;                 // and how deep they ever were
  int swaps = 0;                        // swapContext() calls
  std::vector<std::string> exceptions;  // uncaught()
  std::vector<std::string> warnings;
  std::vector<std::string> asked;  // refuse(): "connect 127.0.0.1:80"
  std::vector<std::string> names;  // resolve(): "localhost 0"

  // --- What to answer
  std::function<std::optional<Error>(const Access&)> policy;
  std::function<bool(const std::string&, const LookupOptions&, LookupCallback)> resolver;
  std::function<Buffer(std::size_t)> memory;

 private:
  void drain() noexcept;

  uv_loop_t loop_;
  TickQueue ticks_;
  Ref<AsyncContext> current_;
  std::optional<Net> net_;
};

// --- Objects of the runtime ----------------------------------------------------------------------

class FakeHeap;
class SocketHalf;
class ServerHalf;

// What a program of the runtime has in its hands: an emitter, and the C++ half it owns.
class FakeObject {
 public:
  using Listener = std::function<void(const std::string& argument)>;

  explicit FakeObject(FakeHeap& where);
  ~FakeObject();
  void on(const std::string& event, Listener listener);
  void removeAllListeners(const std::string& event);
  bool emit(const std::string& event, const std::string& argument);

  Socket& socket() const;
  Server& server() const;

  FakeHeap& heap;
  Ref<SocketHalf> socketHalf;
  Ref<ServerHalf> serverHalf;
  bool strong = false;              // the library needs it
  bool reachable = true;            // the program does
  std::vector<std::string> events;  // all that were emitted

 private:
  std::map<std::string, std::vector<Listener>> listeners_;
};

// Where the objects live.
class FakeHeap {
 public:
  explicit FakeHeap(FakeRuntime& owner) : runtime(owner) {}
  FakeObject& newSocket(SocketOptions options = {});
  FakeObject& newServer();
  // Frees what nobody needs; how many.
  int collect();
  std::size_t size() const { return objects_.size(); }

  FakeRuntime& runtime;

 private:
  std::list<std::unique_ptr<FakeObject>> objects_;
};

class SocketHalf final : public Socket {
 public:
  SocketHalf(FakeRuntime& runtime, FakeObject& object, SocketOptions options);
  void heard(bool present);

 protected:
  bool relay(EventId event, void* arguments) override;
  void onShared(bool others) noexcept override { object_.strong = others; }

 private:
  FakeObject& object_;
};

class ServerHalf final : public Server {
 public:
  ServerHalf(FakeRuntime& runtime, FakeObject& object);

 protected:
  bool relay(EventId event, void* arguments) override;
  void onShared(bool others) noexcept override { object_.strong = others; }
  Ref<Socket> makeSocket(SocketOptions options) override;

 private:
  FakeObject& object_;
};

// --- Small things --------------------------------------------------------------------------------

// A server that listens on 127.0.0.1 or on a path, echoes, and its address.
struct FakeEcho {
  explicit FakeEcho(FakeRuntime& runtime, const std::string& path = {});
  Ref<Server> server;
  int port = 0;
};

}  // namespace uvnet::test
