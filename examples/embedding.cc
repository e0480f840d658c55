// A runtime of its own around the library: an echo server whose events are jobs of that runtime.
// docs/embedding.md goes through this file.
//
//   uvnet_example_embedding 8124                listens on that port (0: a free one)
//   nc -N localhost 8124                        in another terminal: type a line, get it back
//   kill -INT ...                               an orderly end
#include <uv.h>
#include <uvnet/net.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace {

// What follows a program around: here a name for its log lines.
class Tag final : public uvnet::AsyncContext {
 public:
  explicit Tag(std::string name) : text(std::move(name)) {}
  const std::string text;
};

class Runtime final : public uvnet::Host {
 public:
  explicit Runtime(uv_loop_t* loop) : loop_(loop) {}

  uv_loop_s* loop() noexcept override { return loop_; }
  void nextTick(uvnet::Task task) override { jobs_.push_back({std::move(task), current_}); }
  void enter() override { ++depth_; }
  void leave() noexcept override {
    if (depth_ == 1) runJobs();  // still inside: scopes that jobs open are not outermost
    --depth_;
  }
  void uncaught(std::exception_ptr error) noexcept override {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      std::printf("uncaught: %s\n", e.what());
    }
    failed_ = true;
  }

  // For what is queued outside any callback: before the loop runs, and after each of its turns.
  void runJobs() noexcept {
    while (!jobs_.empty()) {
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      current_.swap(job.context);
      try {
        job.task();
      } catch (...) {
        uncaught(std::current_exception());
      }
      current_.swap(job.context);
    }
  }
  void run() {
    bool more = true;
    while (more) {
      runJobs();
      more = uv_run(loop_, UV_RUN_ONCE) != 0 || !jobs_.empty();
    }
  }
  bool failed() const noexcept { return failed_; }

  // Names the runtime knows by itself; the others are the system's.
  bool resolve(const std::string& hostname, const uvnet::LookupOptions&,
               uvnet::LookupCallback answer) override {
    if (hostname != "here.example") return false;
    answer(nullptr, {{"127.0.0.1", 4}});
    return true;
  }

  // Nobody leaves this machine: TCP on the loopback device, Unix sockets, nothing else.
  std::optional<uvnet::Error> refuse(const uvnet::Access& access) override {
    switch (access.kind) {
      case uvnet::Access::Kind::kLookup:
        return std::nullopt;  // what it answers is asked for later
      case uvnet::Access::Kind::kConnect:
      case uvnet::Access::Kind::kBind:
      case uvnet::Access::Kind::kListen:
        if (!access.path.empty() || access.address.starts_with("127.") || access.address == "::1") {
          return std::nullopt;
        }
        break;
      case uvnet::Access::Kind::kAdopt:
        break;
    }
    return uvnet::accessDenied(access);
  }

  uvnet::Ref<uvnet::AsyncContext> captureContext() noexcept override { return current_; }
  void swapContext(uvnet::Ref<uvnet::AsyncContext>& context) noexcept override {
    current_.swap(context);
  }

  void log(const char* text) const {
    std::printf("%s: %s\n", current_ ? static_cast<const Tag&>(*current_).text.c_str() : "-", text);
    std::fflush(stdout);
  }
  template <class F>
  void tagged(std::string tag, F&& call) {
    uvnet::Ref<uvnet::AsyncContext> context = uvnet::make<Tag>(std::move(tag));
    current_.swap(context);
    call();
    current_.swap(context);
  }

 private:
  struct Job {
    uvnet::Task task;
    uvnet::Ref<uvnet::AsyncContext> context;  // in which it was queued
  };

  uv_loop_t* const loop_;
  std::deque<Job> jobs_;
  uvnet::Ref<uvnet::AsyncContext> current_;
  unsigned depth_ = 0;
  bool failed_ = false;
};

// Ctrl-C: everything the Net has is closed, then nothing of ours is left on the loop.
struct Interrupt {
  Interrupt(Runtime& host, uvnet::Net& its) : runtime(host), net(its) {
    uv_signal_init(runtime.loop(), &signal);
    signal.data = this;
    uv_signal_start_oneshot(
        &signal,
        [](uv_signal_t* handle, int) {
          auto& self = *static_cast<Interrupt*>(handle->data);
          self.net.shutdown([&self] {
            self.runtime.log("closed");
            uv_close(reinterpret_cast<uv_handle_t*>(&self.signal), nullptr);
          });
        },
        SIGINT);
  }
  Runtime& runtime;
  uvnet::Net& net;
  uv_signal_t signal;
};

}  // namespace

int main(int argc, char* argv[]) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  Runtime runtime(&loop);
  {
    uvnet::Net net(runtime);
    Interrupt interrupt(runtime, net);
    runtime.tagged("echo", [&] {
      uvnet::Server& server = net.createServer([&](uvnet::Socket& socket) {
        runtime.log("client connected");
        socket.on<"end">([&] { runtime.log("client disconnected"); });
        socket.on<"error">([&](const uvnet::Error& error) { runtime.log(error.what()); });
        socket.pipe(socket);
      });
      const int port = argc > 1 ? std::atoi(argv[1]) : 8124;
      server.listen({.port = port, .host = "here.example"}, [&] { runtime.log("listening"); });
    });
    runtime.tagged("outside", [&] {
      uvnet::Socket& socket = net.connect(80, "192.0.2.1");
      socket.on<"error">([&](const uvnet::Error& error) { runtime.log(error.what()); });
    });
    runtime.run();
  }
  // The handles of a Net that was not shut down close now.
  runtime.run();
  uv_loop_close(&loop);
  return runtime.failed() ? 1 : 0;
}
