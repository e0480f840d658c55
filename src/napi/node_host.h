// The Host that Node is: its loop, process.nextTick, its uncaughtException.
//
// A callback out of libuv enters JavaScript only if something is to be told there. Until it does,
// ticks are run here when the callback ends (nobody in JavaScript can have queued one before them);
// from then on, and in every call from JavaScript, they go to process.nextTick, in runs: ticks that
// were queued without any JavaScript in between keep their order when they share one.
#pragma once

#include <node_api.h>
#include <uvnet/host.h>
#include <uvnet/tick_queue.h>

#include <deque>

namespace uvnet::napi {

class Environment;

class NodeHost final : public Host {
 public:
  NodeHost(Environment& environment, uv_loop_s* loop) : environment_(environment), loop_(loop) {}

  uv_loop_s* loop() noexcept override { return loop_; }
  void nextTick(Task task) override;
  void enter() override { ++depth_; }
  void leave() noexcept override;
  void uncaught(std::exception_ptr error) noexcept override;
  void warning(std::string_view name, std::string_view message) noexcept override;
  Buffer readMemory(std::size_t size) noexcept override;
  // By the present dns.lookup, which programs replace.
  bool resolve(const std::string& hostname, const LookupOptions& options,
               LookupCallback answer) override;

  // What AsyncLocalStorage has: an asynchronous resource of Node's.
  Ref<AsyncContext> captureContext() noexcept override;
  void swapContext(Ref<AsyncContext>& context) noexcept override { current_.swap(context); }
  // Since Node 24 a callback scope does not carry what AsyncLocalStorage has: the function that
  // calls another one within the current context, where nothing of JavaScript's is under way; else
  // null.
  napi_value frame() const noexcept;
  // From now on `object`, for which it was captured, keeps what belongs to the context.
  void leaveContext(AsyncContext* context, napi_value object);
  // While it lives nothing is captured.
  class NoContext {
   public:
    explicit NoContext(NodeHost& host) noexcept : host_(host) { host_.capturing_ = false; }
    NoContext(const NoContext&) = delete;
    NoContext& operator=(const NoContext&) = delete;
    ~NoContext() { host_.capturing_ = true; }

   private:
    NodeHost& host_;
  };

  // Before JavaScript is called from here: opens the callback scope, in the current context, if a
  // callback out of libuv has none yet.
  void enterJs();
  // JavaScript runs or ran: what is queued from now on may not join an earlier run.
  void jsRuns() noexcept { joinable_ = false; }
  // Around every call from JavaScript.
  void calledFromJs() noexcept {
    ++calls_;
    joinable_ = false;
  }
  void returnToJs() noexcept {
    --calls_;
    joinable_ = false;
  }
  // process.nextTick has come to the oldest run.
  void runTicks();
  // The environment goes: ticks are dropped, JavaScript is not called any more.
  void end() noexcept { ending_ = true; }
  bool ending() const noexcept { return ending_; }

 private:
  bool inJs() const noexcept { return calls_ > 0 || scope_ != nullptr; }
  void schedule();
  void runOne() noexcept;

  Environment& environment_;
  uv_loop_s* const loop_;
  unsigned depth_ = 0;     // of callbacks out of libuv
  unsigned calls_ = 0;     // of calls from JavaScript
  bool joinable_ = false;  // the last run may get more
  bool ending_ = false;
  napi_handle_scope handles_ = nullptr;
  napi_callback_scope scope_ = nullptr;  // of the outermost callback, once it entered JavaScript
  bool capturing_ = true;
  Ref<AsyncContext> current_;
  TickQueue ticks_;
  std::deque<Ref<AsyncContext>> contexts_;  // that each of ticks_ runs in
  // Lengths of the runs that process.nextTick was given, oldest first; what is in ticks_ beyond
  // them it was not given.
  std::deque<std::size_t> runs_;
  std::size_t loose_ = 0;
};

}  // namespace uvnet::napi
