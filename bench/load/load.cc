#include "load.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace bench {

Load::Load(const Options& options) : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) failErrno("epoll_create1");
}

Load::~Load() { close(epoll_); }

void Load::watch(int fd, std::size_t connection, std::uint32_t events, bool again) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = connection;
  if (epoll_ctl(epoll_, again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0) {
    failErrno("epoll_ctl");
  }
}

void Load::turn() {
  static std::array<epoll_event, 1024> events;
  constexpr int kWaitMs = 10;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kWaitMs);
  if (count < 0 && errno != EINTR) failErrno("epoll_wait");
  now_ = nowNs();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    // Later ones of a large batch were not read at its beginning.
    if (i % 8 == 7) now_ = nowNs();
    ready(event.data.u64, event.events);
  }
}

void Load::run() {
  const auto ns = [](double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); };
  now_ = nowNs();
  start();
  const std::uint64_t warm = nowNs() + ns(options_.warmup);
  while (now_ < warm) turn();
  operations_ = 0;
  latencies_.clear();
  const std::uint64_t began = nowNs();
  const std::uint64_t cpu = cpuOfProcessNs(options_.server);
  while (now_ < began + ns(options_.seconds)) turn();
  const std::uint64_t cpuUsed = cpuOfProcessNs(options_.server) - cpu;
  const double seconds = static_cast<double>(nowNs() - began) / 1e9;
  const double operations = operations_;
  if (operations == 0) fail("nothing came back");
  finish();
  std::printf("{\"operations\":%.0f,\"seconds\":%.6f,\"rate\":%.1f,\"cpu_ns\":%.2f,\"busy\":%.4f",
              operations, seconds, operations / seconds, static_cast<double>(cpuUsed) / operations,
              static_cast<double>(cpuUsed) / 1e9 / seconds);
  if (latencies_.count() > 0) {
    std::printf(",\"p50_us\":%.2f,\"p99_us\":%.2f,\"p999_us\":%.2f", latencies_.quantileUs(0.5),
                latencies_.quantileUs(0.99), latencies_.quantileUs(0.999));
  }
  std::printf("}\n");
  std::fflush(stdout);
}

}  // namespace bench
