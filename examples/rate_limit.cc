// A Transform that lets so many bytes a second through, piped into a socket: the source is slowed
// down by backpressure alone and holds no more than its high-water mark.
//
//   uvnet_example_rate_limit [BYTES [BYTES_PER_SECOND]]        default: 60000 at 100000
//
// A server and its client in one program; the client sends, the server counts.
#include <uv.h>
#include <uvnet/net.h>
#include <uvnet/pipeline.h>
#include <uvnet/readable.h>
#include <uvnet/transform.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <ranges>
#include <string>
#include <utility>
#include <variant>

namespace {

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Error;
using uvnet::TransformCallback;

class RateLimit final : public uvnet::Transform {
 public:
  RateLimit(uvnet::Host& host, std::size_t bytesPerSecond)
      : Transform(host), slice_(std::max<std::size_t>(bytesPerSecond * kPeriod / 1000, 1)) {
    // A timer of libuv's, as any program on the loop has one. It outlives the stream until libuv
    // has closed it, so it is not a member.
    timer_ = new uv_timer_t;
    uv_timer_init(host.loop(), timer_);
    timer_->data = this;
  }

 private:
  static constexpr std::uint64_t kPeriod = 20;  // ms: short enough to look steady

  ~RateLimit() override { closeTimer(); }

  void doTransform(Buffer chunk, TransformCallback done) override {
    chunk_ = std::move(chunk);
    done_ = std::move(done);
    letThrough();
  }

  // One slice a period. The next chunk is asked for when this one is through.
  void letThrough() {
    if (uv_is_active(reinterpret_cast<uv_handle_t*>(timer_)) != 0) return;  // not yet
    const std::size_t size = std::min(slice_, chunk_.size());
    uv_timer_start(timer_, onTimer, kPeriod, 0);
    const uvnet::Ref<RateLimit> keep(this);  // whoever reads may drop us
    push(chunk_.subarray(0, size));
    chunk_.removePrefix(size);
    if (chunk_.empty() && done_) std::exchange(done_, {})(nullptr, {});
  }

  // Out of libuv: around the library's code stands the Host's scope, which runs the ticks, and no
  // exception may pass.
  static void onTimer(uv_timer_t* timer) {
    const uvnet::Ref<RateLimit> self(static_cast<RateLimit*>(timer->data));
    uvnet::Host& host = self->host();
    host.enter();
    try {
      if (!self->chunk_.empty()) self->letThrough();
    } catch (...) {
      host.uncaught(std::current_exception());
    }
    host.leave();
  }

  void doDestroy(const Error* error, Callback done) override {
    closeTimer();
    chunk_ = {};
    done_ = {};
    done(error);
  }

  void closeTimer() {
    if (timer_ == nullptr) return;
    uv_close(reinterpret_cast<uv_handle_t*>(std::exchange(timer_, nullptr)),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
  }

  const std::size_t slice_;  // bytes per period
  uv_timer_t* timer_;
  Buffer chunk_;  // what has not got through yet
  TransformCallback done_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::size_t bytes = argc > 1 ? std::stoul(argv[1]) : 60000;
  const std::size_t rate = argc > 2 ? std::stoul(argv[2]) : 100000;
  uvnet::LoopHost host;
  uvnet::Net net{host};
  using Clock = std::chrono::steady_clock;
  Clock::time_point begun;

  uvnet::Server& server = net.createServer();
  server.on<"connection">([&](uvnet::Socket& socket) {
    socket.on<"data">([&, got = std::size_t{0}](const Buffer& chunk) mutable {
      got += chunk.size();
      if (got < bytes) return;
      const auto ms =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count();
      std::cout << "received " << got << " bytes in " << ms << " ms" << std::endl;
    });
    socket.on<"end">([&] { server.close(); });
  });

  server.listen(0, "127.0.0.1", [&] {
    uvnet::Socket& client =
        net.connect(std::get<uvnet::AddressInfo>(server.address()).port, "127.0.0.1");
    // Made as it is read: nothing but the high-water marks is ever in memory.
    auto numbers =
        std::views::iota(std::size_t{0}, (bytes + 999) / 1000) |
        std::views::transform([bytes](std::size_t i) {
          return Buffer::copyOf(std::string(std::min<std::size_t>(1000, bytes - i * 1000), 'x'));
        });
    const auto source = uvnet::Readable::from(host, numbers);
    const auto limit = uvnet::make<RateLimit>(host, rate);
    begun = Clock::now();
    uvnet::pipeline({*source, *limit, client}, [&](const Error* error) {
      std::cout << (error == nullptr ? "all is sent" : error->what()) << std::endl;
    });
  });

  host.run();
}
