// `tools/dev demo`: what uvnet is for, on real bytes. A file goes to an echo server and comes back,
// over TCP and over a Unix socket; then a half-open conversation and two refused connections.
//
//   demo [MiB]      size of the file, 64 if not given
//
// Uses the public API and fmt. Ends with a table, and with status 0 only when all was right.
#include <fmt/format.h>
#include <unistd.h>
#include <uvnet/net.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMiB = 1024 * 1024;
// What is read from the file at a time: one high-water mark.
constexpr std::size_t kChunk = 64 * 1024;
// A connection on which nothing moves for so long is broken: the demo fails instead of hanging.
constexpr double kIdleMilliseconds = 10'000;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
double megabytesPerSecond(std::uint64_t bytes, double seconds) {
  return static_cast<double>(bytes) / 1e6 / std::max(seconds, 1e-9);
}

// A folder that goes with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "uvnet-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

// Bytes without a pattern, so that a lost, doubled or swapped piece cannot look right.
void makeFile(const std::string& path, std::uint64_t size) {
  std::ofstream file(path, std::ios::binary);
  std::mt19937_64 random{20240229};
  std::array<std::uint64_t, kChunk / sizeof(std::uint64_t)> block;
  for (std::uint64_t left = size; left > 0;) {
    std::generate(block.begin(), block.end(), std::ref(random));
    const std::uint64_t n = std::min<std::uint64_t>(left, sizeof block);
    file.write(reinterpret_cast<const char*>(block.data()), static_cast<std::streamsize>(n));
    left -= n;
  }
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

bool sameBytes(const std::string& pathA, const std::string& pathB) {
  std::ifstream a(pathA, std::ios::binary);
  std::ifstream b(pathB, std::ios::binary);
  std::vector<char> partA(kMiB);
  std::vector<char> partB(kMiB);
  do {
    a.read(partA.data(), static_cast<std::streamsize>(partA.size()));
    b.read(partB.data(), static_cast<std::streamsize>(partB.size()));
    if (a.gcount() != b.gcount()) return false;
    if (!std::equal(partA.begin(), partA.begin() + a.gcount(), partB.begin())) return false;
  } while (a && b);
  return a.eof() && b.eof();
}

// At a terminal one line that changes; elsewhere a line per quarter.
class Progress {
 public:
  Progress(std::string_view what, std::uint64_t total) : what_(what), total_(total) {}

  void show(std::uint64_t done) {
    if (kTerminal) {
      if (done < total_ && secondsSince(shown_) < 0.05) return;
      shown_ = Clock::now();
    } else {
      if (done < total_ * quarters_ / 4) return;
      while (done >= total_ * quarters_ / 4 && quarters_ <= 4) ++quarters_;
    }
    fmt::print("{}  {:<12} {:>6.1f} of {:.1f} MiB back, {:5.0f} MB/s{}", kTerminal ? "\r" : "",
               what_, static_cast<double>(done) / kMiB, static_cast<double>(total_) / kMiB,
               megabytesPerSecond(done, secondsSince(start_)),
               kTerminal && done < total_ ? "" : "\n");
    std::fflush(stdout);
  }

 private:
  static inline const bool kTerminal = isatty(STDOUT_FILENO) == 1;
  std::string what_;
  std::uint64_t total_;
  std::uint64_t quarters_ = 1;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_{};
};

// The events of a socket in the order in which each came first, and how often it came.
class Events {
 public:
  void add(std::string_view name) {
    const auto known = std::find_if(list_.begin(), list_.end(),
                                    [name](const Event& event) { return event.name == name; });
    if (known == list_.end()) {
      list_.push_back({std::string(name), 1});
    } else {
      ++known->times;
    }
  }
  std::string text() const {
    std::string text;
    for (const Event& event : list_) {
      if (!text.empty()) text += ' ';
      text += event.name;
      if (event.times > 1) text += fmt::format("({})", event.times);
    }
    return text;
  }

 private:
  struct Event {
    std::string name;
    int times;
  };
  std::vector<Event> list_;
};

struct Row {
  std::string what;
  std::string bytes;
  std::string speed;
  std::string events;
  bool right = false;
};

int portOf(const uvnet::Server& server) {
  return std::get<uvnet::AddressInfo>(server.address()).port;
}

// --- The file, there and back --------------------------------------------------------------------

// The client: reads the file in chunks and writes as fast as the connection takes them, while what
// comes back goes to a second file.
struct Transfer {
  uvnet::Socket& socket;
  std::ifstream in;
  std::ofstream out;
  Progress progress;
  std::uint64_t back = 0;
  Events events;
  std::string error;
  bool hadError = true;

  // Backpressure: write() says false when 64 KiB wait to be taken; 'drain' says they have been.
  void send() {
    for (bool more = true; more;) {
      uvnet::Buffer chunk = uvnet::Buffer::allocUnsafe(kChunk);
      in.read(chunk.mutableData(), static_cast<std::streamsize>(chunk.size()));
      const auto n = static_cast<std::size_t>(in.gcount());
      if (n == 0) {
        socket.end();
        return;
      }
      more = socket.write(chunk.subarray(0, n));
    }
  }

  template <uvnet::EventName Name>
  void note() {
    socket.on<Name>([this] { events.add(Name.view()); });
  }

  void listen() {
    socket.setTimeout(kIdleMilliseconds, [this] {
      socket.destroy(uvnet::Error(fmt::format("nothing moved for {} ms", kIdleMilliseconds)));
    });
    note<"connect">();
    note<"ready">();
    note<"drain">();
    note<"data">();
    note<"finish">();
    note<"end">();
    note<"error">();
    note<"close">();
    socket.on<"connect">([this] { send(); });
    socket.on<"drain">([this] { send(); });
    socket.on<"data">([this](const uvnet::Buffer& chunk) {
      out.write(chunk.data(), static_cast<std::streamsize>(chunk.size()));
      back += chunk.size();
      progress.show(back);
    });
    socket.on<"error">([this](const uvnet::Error& e) { error = e.message; });
    socket.on<"close">([this](bool failed) {
      hadError = failed;
      out.close();
    });
  }
};

Row sendFile(std::string what, const std::string& file, std::uint64_t size,
             const TemporaryFolder& folder, uvnet::ListenOptions where) {
  uvnet::LoopHost host;
  uvnet::Net net{host};

  // The whole echo server. (An error of a connection is the client's story to tell.)
  uvnet::Server& server = net.createServer([](uvnet::Socket& socket) {
    socket.on<"error">([] {});
    socket.pipe(socket);
  });
  server.listen(where);
  bool listening = false;
  server.on<"listening">([&listening] { listening = true; });
  while (!listening) host.runOnce();

  const std::string copy = folder / "back";
  const Clock::time_point start = Clock::now();
  const uvnet::Ref<uvnet::Socket> client(
      net.connect({.port = where.path.empty() ? uvnet::Port(portOf(server)) : uvnet::Port(),
                   .host = where.host,
                   .path = where.path}));
  Transfer transfer{*client,
                    std::ifstream(file, std::ios::binary),
                    std::ofstream(copy, std::ios::binary),
                    Progress(what, size),
                    0,
                    {},
                    {},
                    true};
  transfer.listen();
  client->once<"close">([&server] { server.close(); });
  host.run();
  const double seconds = secondsSince(start);

  Row row{std::move(what), fmt::format("{}", transfer.back),
          fmt::format("{:.0f}", megabytesPerSecond(transfer.back, seconds)), transfer.events.text(),
          true};
  const auto require = [&row](bool good, const std::string& problem) {
    if (good) return;
    row.right = false;
    fmt::print("\n  {}: {}\n", row.what, problem);
  };
  require(transfer.error.empty() && !transfer.hadError, "failed: " + transfer.error);
  require(transfer.back == size, fmt::format("sent {} bytes, got {}", size, transfer.back));
  require(client->bytesWritten() == size && client->bytesRead() == size, "the counters are wrong");
  require(sameBytes(file, copy), "what came back is not what was sent");
  fs::remove(copy);
  return row;
}

// --- Half-open -----------------------------------------------------------------------------------

// The client ends first; the server, which allows half-open connections, answers after that.
Row halfOpen() {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  const std::string question = "How many bytes are these?";
  const std::string expected = fmt::format("{}.", question.size());
  Events events;
  std::string answer;
  std::size_t asked = 0;

  uvnet::Server& server = net.createServer({.allowHalfOpen = true}, [&](uvnet::Socket& socket) {
    socket.on<"data">([&](const uvnet::Buffer& chunk) { asked += chunk.size(); });
    socket.on<"end">([&] { socket.end(fmt::format("{}.", asked)); });
  });
  server.listen({.port = 0, .host = "127.0.0.1"}, [&] {
    uvnet::Socket& client = net.connect(portOf(server), "127.0.0.1");
    client.setTimeout(kIdleMilliseconds, [&client] { client.destroy(); });
    client.on<"connect">([&] { events.add("connect"); });
    client.on<"finish">([&] { events.add("finish"); });
    client.on<"data">([&](const uvnet::Buffer& chunk) {
      events.add("data");
      answer += chunk.view();
    });
    client.on<"end">([&] { events.add("end"); });
    client.on<"close">([&] {
      events.add("close");
      server.close();
    });
    client.end(question);
  });
  host.run();

  fmt::print("  client, and ends: \"{}\"   server, after that: \"{}\"\n", question, answer);
  const bool right = answer == expected && events.text() == "connect finish data end close";
  return {"half-open", fmt::format("{}", answer.size()), "", events.text(), right};
}

// --- Refused -------------------------------------------------------------------------------------

Row refused(std::string what, const uvnet::ConnectOptions& where, const std::string& expected) {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  Events events;
  std::string message;
  uvnet::Socket& client = net.connect(where, [&] { events.add("connect"); });
  client.on<"error">([&](const uvnet::Error& error) {
    events.add("error");
    message = error.message;
  });
  client.on<"close">([&] { events.add("close"); });
  host.run();
  fmt::print("  {}\n", message);
  return {std::move(what), "0", "", events.text(),
          message == expected && events.text() == "error close"};
}

// -------------------------------------------------------------------------------------------------

void printTable(const std::vector<Row>& rows) {
  fmt::print("\n{:<14} {:>12} {:>6}  {:<6} {}\n", "", "bytes back", "MB/s", "", "events in order");
  for (const Row& row : rows) {
    fmt::print("{:<14} {:>12} {:>6}  {:<6} {}\n", row.what, row.bytes, row.speed,
               row.right ? "right" : "WRONG", row.events);
  }
}

void printByHand(const fs::path& examples) {
  fmt::print(
      "\nBy hand: one of these servers, and in another terminal its nc. What you type comes back,\n"
      "Ctrl-D leaves; Ctrl-C ends the server.\n"
      "  {0}\n      nc -N localhost 8124\n"
      "  {0}_unix\n      nc -N -U /tmp/echo.sock\n",
      (examples / "uvnet_example_echo_server").string());
}

int demo(std::uint64_t size, const fs::path& examples) {
  const TemporaryFolder folder;
  const std::string file = folder / "file";
  fmt::print("A file of {} bytes, through an echo server and back:\n", size);
  makeFile(file, size);

  std::vector<Row> rows;
  rows.push_back(sendFile("TCP", file, size, folder, {.port = 0, .host = "127.0.0.1"}));
  rows.push_back(sendFile("Unix socket", file, size, folder, {.path = folder / "echo.sock"}));
  fmt::print("A half-open conversation:\n");
  rows.push_back(halfOpen());
  fmt::print("Connections that are refused, in Node's words:\n");
  // A port that is bound refuses as long as nobody listens on it, and is nobody else's meanwhile.
  uvnet::LoopHost host;
  uvnet::Net net{host};
  const uvnet::BoundSocket bound{net, {.host = "127.0.0.1"}};
  const int port = std::get<uvnet::AddressInfo>(bound.address()).port;
  rows.push_back(refused("refused, TCP", {.port = port, .host = "127.0.0.1"},
                         fmt::format("connect ECONNREFUSED 127.0.0.1:{}", port)));
  const std::string nobody = folder / "nobody.sock";
  rows.push_back(refused("refused, Unix", {.path = nobody}, "connect ENOENT " + nobody));

  printTable(rows);
  const bool right =
      std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.right; });
  if (right) {
    printByHand(examples);
  } else {
    fmt::print("\nSomething was wrong, see above.\n");
  }
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char* argv[]) try {
  char* rest = nullptr;
  const long mebibytes = argc > 1 ? std::strtol(argv[1], &rest, 10) : 64;
  if (argc > 2 || (rest != nullptr && *rest != '\0') || mebibytes < 1 || mebibytes > 65536) {
    fmt::print(stderr, "usage: demo [MiB]    size of the file to send, 1 to 65536, default 64\n");
    return 2;
  }
  return demo(static_cast<std::uint64_t>(mebibytes) * kMiB,
              fs::path(argv[0]).parent_path().parent_path() / "examples");
} catch (const std::exception& error) {
  fmt::print(stderr, "demo: {}\n", error.what());
  return 1;
}
