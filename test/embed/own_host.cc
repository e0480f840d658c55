// A Host of its own with the library's classes as bases, and exceptions through the library both
// ways: what -fno-rtti could break. Exit status 0 only when all of it worked.
#include <uv.h>
#include <uvnet/net.h>
#include <uvnet/tick_queue.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#ifdef __GXX_RTTI
#error "this program is to be built with -fno-rtti"
#endif

namespace {

class OwnHost final : public uvnet::Host {
 public:
  explicit OwnHost(uv_loop_t* loop) : loop_(loop) {}
  uv_loop_s* loop() noexcept override { return loop_; }
  void nextTick(uvnet::Task task) override { ticks_.push(std::move(task)); }
  void enter() override { ++depth_; }
  void leave() noexcept override {
    if (depth_ == 1) drain();
    --depth_;
  }
  void uncaught(std::exception_ptr error) noexcept override {
    try {
      std::rethrow_exception(error);
    } catch (const uvnet::Error& e) {
      caught += e.code + " ";
    } catch (...) {
      caught += "? ";
    }
  }
  std::optional<uvnet::Error> refuse(const uvnet::Access& access) override {
    if (access.port == 1) return uvnet::accessDenied(access);
    return std::nullopt;
  }
  void drain() noexcept {
    while (!ticks_.empty()) ticks_.pop()();
  }

  std::string caught;

 private:
  uv_loop_t* const loop_;
  uvnet::TickQueue ticks_;
  unsigned depth_ = 0;
};

class OwnSocket final : public uvnet::Socket {
 public:
  using Socket::Socket;
  int relayed = 0;
  void relayAll() { relayEvents(); }

 protected:
  bool relay(uvnet::EventId, void*) override {
    ++relayed;
    return true;
  }
};

}  // namespace

int main() {
  uv_loop_t loop;
  uv_loop_init(&loop);
  OwnHost host(&loop);
  std::string received;
  std::string thrown;
  int relayed = 0;
  bool done = false;
  {
    uvnet::Net net{host};
    try {
      net.connect(65536);
    } catch (const uvnet::Error& error) {
      thrown = error.code;
    }
    net.connect(1, "127.0.0.1");  // refused, and nobody listens
    const uvnet::Ref<OwnSocket> client = uvnet::make<OwnSocket>(net);
    client->relayAll();
    uvnet::Server& server = net.createServer([](uvnet::Socket& socket) { socket.pipe(socket); });
    server.listen({.port = 0, .host = "127.0.0.1"}, [&] {
      client->connect(std::get<uvnet::AddressInfo>(server.address()).port, "127.0.0.1");
      client->on<"data">([&](const uvnet::Buffer& chunk) { received += chunk.view(); });
      client->on<"close">([&] {
        relayed = client->relayed;
        net.shutdown([&] { done = true; });
        throw uvnet::Error("from a listener", "E_MINE");
      });
      client->end("there and back");
    });
    host.drain();
    uv_run(&loop, UV_RUN_DEFAULT);
  }
  const bool closed = uv_loop_close(&loop) == 0;
  std::printf("%s, thrown %s, caught %s, relayed %d, done %d, closed %d\n", received.c_str(),
              thrown.c_str(), host.caught.c_str(), relayed, done, closed);
  return received == "there and back" && thrown == "ERR_SOCKET_BAD_PORT" &&
                 host.caught == "ERR_ACCESS_DENIED E_MINE " && relayed > 0 && done && closed
             ? 0
             : 1;
}
