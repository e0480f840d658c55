// What a write costs that has to wait, against how many wait: uvnet-bench-queue uvnet|uv COUNT
// [SECONDS]
//
// The kernel's buffer of a Unix socket is full, COUNT writes of 16 bytes are made, then the other
// end is read until all have left. Prints one JSON object: CPU time per write of this thread (the
// reader has its own), made and sent, the median of the rounds that fit into SECONDS.
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>
#include <uvnet/net.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::string_view kMessage = "sixteen bytes...";

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

double threadNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// A connection whose near end takes nothing more; the far end knows how much is in it.
struct Full {
  int nearEnd = -1;
  int farEnd = -1;
  std::size_t held = 0;

  Full() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) fail("socketpair");
    nearEnd = ends[0];
    farEnd = ends[1];
    fcntl(nearEnd, F_SETFL, O_NONBLOCK);
    const std::vector<char> block(4096);
    while (true) {
      const ssize_t count = write(nearEnd, block.data(), block.size());
      if (count < 0) break;
      held += static_cast<std::size_t>(count);
    }
  }
};

// Reads all that is to come and gives back how much that was.
std::size_t readAll(int fd, std::size_t expected) {
  std::vector<char> memory(1 << 20);
  std::size_t got = 0;
  while (got < expected) {
    const ssize_t count = read(fd, memory.data(), memory.size());
    if (count <= 0) break;
    got += static_cast<std::size_t>(count);
  }
  return got;
}

struct Cost {
  double made;
  double sent;
};

// queue() makes the writes, send() runs the loop until all have left.
template <class Queue, class Send>
Cost measure(const Full& pair, std::size_t count, Queue queue, Send send) {
  const double began = threadNs();
  for (std::size_t i = 0; i < count; ++i) queue();
  const double made = threadNs();
  const std::size_t expected = pair.held + count * kMessage.size();
  std::size_t got = 0;
  std::thread reader([&] { got = readAll(pair.farEnd, expected); });
  const double going = threadNs();  // the thread is the measurement's
  send();
  const double sent = threadNs();
  reader.join();
  if (got != expected) {
    std::fprintf(stderr, "%zu of %zu bytes came\n", got, expected);
    std::exit(1);
  }
  return {made - began, sent - going};
}

Cost withUvnet(std::size_t count) {
  const Full pair;
  uvnet::LoopHost host;
  Cost cost{};
  {
    uvnet::Net net{host};
    const auto socket = uvnet::make<uvnet::Socket>(net, uvnet::SocketOptions{.fd = pair.nearEnd});
    cost = measure(
        pair, count, [&] { socket->write(kMessage); },
        [&] {
          while (socket->writableLength() > 0) host.runOnce();
        });
    socket->destroy();
    host.run();
  }
  close(pair.farEnd);
  return cost;
}

struct UvWrite {
  uv_write_t request;
  std::array<char, kMessage.size()> bytes;
};

Cost withUv(std::size_t count) {
  const Full pair;
  uv_loop_t loop;
  uv_pipe_t pipe;
  uv_loop_init(&loop);
  uv_pipe_init(&loop, &pipe, 0);
  uv_pipe_open(&pipe, pair.nearEnd);
  std::size_t pending = 0;
  pipe.data = &pending;
  auto* stream = reinterpret_cast<uv_stream_t*>(&pipe);
  const Cost cost = measure(
      pair, count,
      [&] {
        auto* one = static_cast<UvWrite*>(std::malloc(sizeof(UvWrite)));
        std::memcpy(one->bytes.data(), kMessage.data(), kMessage.size());
        const uv_buf_t buffer = uv_buf_init(one->bytes.data(), kMessage.size());
        ++pending;
        uv_write(&one->request, stream, &buffer, 1, [](uv_write_t* request, int) {
          --*static_cast<std::size_t*>(request->handle->data);
          std::free(request);
        });
      },
      [&] {
        while (pending > 0) uv_run(&loop, UV_RUN_ONCE);
      });
  uv_close(reinterpret_cast<uv_handle_t*>(&pipe), nullptr);
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  close(pair.farEnd);
  return cost;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view who = argc > 1 ? argv[1] : "";
  const long count = argc > 2 ? std::atol(argv[2]) : 0;
  const double seconds = argc > 3 ? std::atof(argv[3]) : 0.3;
  if ((who != "uvnet" && who != "uv") || count < 1) {
    std::fprintf(stderr, "usage: %s uvnet|uv COUNT [SECONDS]\n", argv[0]);
    return 2;
  }
  const auto each = static_cast<double>(count);
  std::vector<double> made;
  std::vector<double> sent;
  std::vector<double> both;
  const double end = threadNs() + seconds * 1e9;
  // The first round fills pools and caches, and does not count where there are more.
  do {
    const auto number = static_cast<std::size_t>(count);
    const Cost cost = who == "uv" ? withUv(number) : withUvnet(number);
    made.push_back(cost.made / each);
    sent.push_back(cost.sent / each);
    both.push_back((cost.made + cost.sent) / each);
  } while (threadNs() < end || both.size() < 3);
  for (std::vector<double>* one : {&made, &sent, &both}) one->erase(one->begin());
  std::printf("{\"cpu_ns\":%.2f,\"made_ns\":%.2f,\"sent_ns\":%.2f,\"rounds\":%zu}\n", median(both),
              median(made), median(sent), both.size());
  return 0;
}
