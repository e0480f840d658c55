// The throughput harness: uvnet-bench [--quick] [--rounds N] [--seconds S]
//
// Runs one workload (50 connections, 64 bytes each way, over TCP and over a Unix socket) against
// uvnet ('data' + write, and pipe) and against its twin in raw libuv, interleaved: A B C, A B C.
// The first figure is the server's CPU time per message, taken from the kernel when it has ended:
// on shared machines it repeats within a few per cent, where rates move by 15. Every byte that
// comes back is checked. Output: a table, and with --json one JSON object per line and round.
#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kConnections = 50;
constexpr std::size_t kMessage = 64;

struct Contender {
  std::string name;
  std::vector<std::string> arguments;
};

struct Workload {
  std::string name;
  bool unixSocket;
};

struct Result {
  double cpuNs = 0;  // server, user + system, per message
  double rate = 0;   // messages per second
};

[[noreturn]] void fail(const std::string& text) {
  fmt::print(stderr, "uvnet-bench: {}\n", text);
  std::exit(1);
}

// --- The server, a child process on a processor of its own ---------------------------------------

struct Child {
  pid_t pid = -1;
  int port = 0;
};

void pin(int processor) {
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(processor), &set);
  sched_setaffinity(0, sizeof(set), &set);  // a refusal only makes the figures noisier
}

Child start(const std::string& program, const Contender& contender, const std::string& where) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("no pipe");
  const pid_t pid = fork();
  if (pid < 0) fail("cannot fork");
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    pin(1);
    std::vector<std::string> words{program, "echo", where};
    words.insert(words.end(), contender.arguments.begin(), contender.arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(ends[1]);
  FILE* out = fdopen(ends[0], "r");
  Child child{pid, 0};
  if (std::fscanf(out, "listening %d", &child.port) != 1) fail("the server did not start");
  std::fclose(out);
  return child;
}

double stopAndCpuNs(const Child& child) {
  kill(child.pid, SIGTERM);
  rusage usage{};
  int status = 0;
  if (wait4(child.pid, &status, 0, &usage) != child.pid) fail("the server was lost");
  const auto ns = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_usec) * 1e3;
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

// --- The client: one message on its way per connection -------------------------------------------

struct Load;

struct Connection {
  union {
    uv_tcp_t tcp;
    uv_pipe_t unixSocket;
  };
  uv_connect_t request;
  Load* load = nullptr;
  std::size_t got = 0;
  char message[kMessage];

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp); }
};

struct Load {
  uv_loop_t loop;
  uv_timer_t timer;
  std::vector<Connection> connections{kConnections};
  std::uint64_t messages = 0;
  bool over = false;
};

void send(Connection& connection) {
  connection.got = 0;
  uv_buf_t buffer = uv_buf_init(connection.message, kMessage);
  // 64 bytes into an empty buffer always fit.
  if (uv_try_write(connection.stream(), &buffer, 1) != static_cast<int>(kMessage)) {
    fail("a message was not taken");
  }
}

void onRead(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  Connection& connection = *static_cast<Connection*>(stream->data);
  if (connection.load->over) return;
  if (count < 0) fail(fmt::format("a connection ended: {}", uv_strerror(static_cast<int>(count))));
  const auto got = static_cast<std::size_t>(count);
  if (connection.got + got > kMessage ||
      std::memcmp(buffer->base, connection.message + connection.got, got) != 0) {
    fail("other bytes came back");
  }
  connection.got += got;
  if (connection.got < kMessage) return;
  ++connection.load->messages;
  // Another message each time, so that an old answer would show.
  ++connection.message[0];
  send(connection);
}

void onConnected(uv_connect_t* request, int status) {
  if (status < 0) fail(fmt::format("cannot connect: {}", uv_strerror(status)));
  auto* stream = request->handle;
  uv_read_start(
      stream,
      [](uv_handle_t*, std::size_t, uv_buf_t* buffer) {
        static char memory[4 * kMessage];
        *buffer = uv_buf_init(memory, sizeof(memory));
      },
      onRead);
  send(*static_cast<Connection*>(stream->data));
}

Result run(const std::string& program, const Contender& contender, const Workload& workload,
           double seconds) {
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("uvnet-bench-{}.sock", getpid()))
          .string();
  std::filesystem::remove(path);
  const Child child = start(program, contender, workload.unixSocket ? "unix:" + path : "0");

  Load load;
  uv_loop_init(&load.loop);
  uv_timer_init(&load.loop, &load.timer);
  load.timer.data = &load;
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", child.port, &address);
  for (std::size_t i = 0; i < load.connections.size(); ++i) {
    Connection& connection = load.connections[i];
    connection.load = &load;
    std::memset(connection.message, static_cast<int>(i), kMessage);
    if (workload.unixSocket) {
      uv_pipe_init(&load.loop, &connection.unixSocket, 0);
      connection.stream()->data = &connection;
      uv_pipe_connect(&connection.request, &connection.unixSocket, path.c_str(), onConnected);
    } else {
      uv_tcp_init(&load.loop, &connection.tcp);
      connection.stream()->data = &connection;
      uv_tcp_nodelay(&connection.tcp, 1);
      uv_tcp_connect(&connection.request, &connection.tcp,
                     reinterpret_cast<const sockaddr*>(&address), onConnected);
    }
  }
  uv_timer_start(
      &load.timer,
      [](uv_timer_t* timer) {
        Load& ended = *static_cast<Load*>(timer->data);
        ended.over = true;
        uv_close(reinterpret_cast<uv_handle_t*>(timer), nullptr);
        for (Connection& connection : ended.connections) {
          uv_close(reinterpret_cast<uv_handle_t*>(connection.stream()), nullptr);
        }
      },
      static_cast<std::uint64_t>(seconds * 1000), 0);
  uv_run(&load.loop, UV_RUN_DEFAULT);
  uv_loop_close(&load.loop);

  const double cpu = stopAndCpuNs(child);
  std::filesystem::remove(path);
  if (load.messages == 0) fail("no message came back");
  const auto messages = static_cast<double>(load.messages);
  return {cpu / messages, messages / seconds};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 5;
  double seconds = 2;
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--quick") {
      rounds = 3;
      seconds = 1;
    } else if (option == "--json") {
      json = true;
    } else if (option == "--rounds" && i + 1 < argc) {
      rounds = std::max(1, std::atoi(argv[++i]));
    } else if (option == "--seconds" && i + 1 < argc) {
      seconds = std::max(0.1, std::atof(argv[++i]));
    } else {
      fmt::print(stderr, "usage: uvnet-bench [--quick] [--rounds N] [--seconds S] [--json]\n");
      return 2;
    }
  }
  signal(SIGPIPE, SIG_IGN);
  const std::string program =
      (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "uvnet-bench-server")
          .string();
  pin(0);

  const std::vector<Contender> contenders{
      {"raw libuv", {"--impl", "uv"}},
      {"uvnet 'data'", {"--impl", "uvnet", "--api", "data"}},
      {"uvnet pipe", {"--impl", "uvnet", "--api", "pipe"}},
  };
  const std::vector<Workload> workloads{{"echo 50x64 TCP", false}, {"echo 50x64 Unix", true}};

  if (!json) {
    fmt::print("{:16} {:14} {:>14} {:>12} {:>22}\n", "workload", "server", "cpu ns/message",
               "messages/s", "x raw libuv (min-max)");
  }
  for (const Workload& workload : workloads) {
    std::vector<std::vector<Result>> results(contenders.size());
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < contenders.size(); ++i) {
        if (!json && isatty(STDERR_FILENO)) {
          fmt::print(stderr, "\r{} round {}/{} {:14}", workload.name, round + 1, rounds,
                     contenders[i].name);
        }
        results[i].push_back(run(program, contenders[i], workload, seconds));
        if (json) {
          fmt::print(
              "{{\"workload\":\"{}\",\"server\":\"{}\",\"round\":{},\"cpu_ns\":{:.1f},"
              "\"rate\":{:.0f}}}\n",
              workload.name, contenders[i].name, round, results[i].back().cpuNs,
              results[i].back().rate);
        }
      }
    }
    if (json) continue;
    if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r{:60}\r", "");
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      std::vector<double> cpu;
      std::vector<double> rate;
      std::vector<double> ratio;  // formed inside a round, where the machine was the same
      for (std::size_t round = 0; round < results[i].size(); ++round) {
        cpu.push_back(results[i][round].cpuNs);
        rate.push_back(results[i][round].rate);
        ratio.push_back(results[0][round].cpuNs / results[i][round].cpuNs);
      }
      fmt::print("{:16} {:14} {:14.0f} {:12.0f} {:>10.3f} ({:.3f}-{:.3f})\n", workload.name,
                 contenders[i].name, median(cpu), median(rate), median(ratio),
                 *std::min_element(ratio.begin(), ratio.end()),
                 *std::max_element(ratio.begin(), ratio.end()));
    }
  }
  return 0;
}
