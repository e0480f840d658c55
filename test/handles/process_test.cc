// What concerns the process: SIGPIPE, threads, and the names of errors.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <uvnet/net.h>

#include "handles/fixture.h"
#include "handles/lookup.h"
#include "handles/sigpipe.h"
#include "handles/timer.h"
#include "handles/uv_error.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
namespace uverr = handles::uverr;
using Kind = StreamHandle::Kind;

namespace {

// Runs it in a child process; true if it returned true there.
bool holdsInChild(const std::function<bool()>& check) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(check() ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void ownHandler(int) {}

auto disposition() {
  struct sigaction action {};
  sigaction(SIGPIPE, nullptr, &action);
  return action.sa_handler;
}

// One loop's worth of work: an echo of some messages over TCP, a timer, a lookup.
bool work() {
  World world;
  ListeningHandle listening(world, Kind::kTcp);
  auto [near, far] = listening.pair();
  Reader nearReader;
  Reader farReader;
  near->setReadListener(&nearReader);
  far->setReadListener(&farReader);
  near->readStart();
  far->readStart();
  const auto owner = make<Owner>();
  int rounds = 0;
  farReader.read = [&, &peer = far](const Buffer& chunk) {
    peer->write({&chunk, 1}, *owner, nullptr);
  };
  nearReader.read = [&, &self = near](const Buffer&) {
    world.host.nextTick([&] {
      if (++rounds < 200) self->tryWrite("message");
    });
  };
  near->tryWrite("message");
  bool found = false;
  handles::LookupRequest lookup;
  lookup.start(world.context, "127.0.0.1", 4, 0, *owner,
               [&](int status, const std::vector<LookupAddress>&) { found = status == 0; });
  bool fired = false;
  handles::Timer timer(
      *owner, [](void* flag) { *static_cast<bool*>(flag) = true; }, &fired);
  timer.start(world.context->timers(), 5);
  runUntil(world.host, [&] { return rounds >= 200 && found && fired; });
  return world.context->openHandles() == 3;
}

}  // namespace

TEST_CASE("SIGPIPE is ignored where nobody has decided, and a broken connection is an EPIPE") {
  CHECK(holdsInChild([] {
    std::signal(SIGPIPE, SIG_DFL);
    handles::ignoreSigpipeIfDefault();
    int fds[2];
    if (::pipe(fds) != 0) return false;
    ::close(fds[0]);
    return disposition() == SIG_IGN && ::write(fds[1], "x", 1) == -1;
  }));
}

TEST_CASE("SIGPIPE keeps a handler of the program's own") {
  CHECK(holdsInChild([] {
    std::signal(SIGPIPE, ownHandler);
    handles::ignoreSigpipeIfDefault();
    return disposition() == ownHandler;
  }));
}

TEST_CASE("a program may go back to the default for SIGPIPE") {
  CHECK(holdsInChild([] {
    std::signal(SIGPIPE, SIG_DFL);
    handles::ignoreSigpipeIfDefault();
    std::signal(SIGPIPE, SIG_DFL);
    handles::ignoreSigpipeIfDefault();
    return disposition() == SIG_DFL;
  }));
}

TEST_CASE("four loops in four threads do not know of each other") {
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) good += work() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 12);
}

TEST_CASE("errors have libuv's names and texts, unknown ones too") {
  CHECK(handles::errorName(uverr::kConnRefused) == "ECONNREFUSED");
  CHECK(handles::errorName(uverr::kEof) == "EOF");
  CHECK(handles::errorName(uverr::kEaiNoName) == "EAI_NONAME");
  CHECK(handles::errorName(-54321) == "Unknown system error -54321");
  CHECK(handles::errorText(uverr::kAddrInUse) == "address already in use");
  CHECK(handles::errorText(-54321) == "Unknown system error -54321");
}

TEST_CASE("with descriptors 0 to 2 closed, sockets get other numbers and close", "[handles][V08]") {
  CHECK(holdsInChild([] {
    for (int fd = 0; fd <= 2; ++fd) ::close(fd);
    int first = -1;
    int port = 0;
    for (int i = 0; i < 2; ++i) {
      LoopHost host;
      Net net(host);
      Server& server = net.createServer();
      bool listening = false;
      // The second time on the port of the first: it was let go of.
      server.listen({.port = port, .host = "127.0.0.1"}, [&] {
        listening = true;
        port = std::get<AddressInfo>(server.address()).port;
        first = server.fd();
        server.close();
      });
      host.run();
      if (!listening || first <= 2) return false;
    }
    return true;
  }));
}

namespace {

// A folder of its own, gone at the end.
struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "uvnet-XXXXXX").string();
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const char* name) const { return path + "/" + name; }
};

// Listens on the path, then does that, then closes.
void listenAndClose(const std::string& path, const std::function<void()>& meanwhile) {
  LoopHost host;
  Net net(host);
  Server& server = net.createServer();
  server.listen({.path = path}, [&] {
    meanwhile();
    server.close();
  });
  host.run();
}

}  // namespace

TEST_CASE("close() deletes the file of a relative path, wherever the program has gone since",
          "[handles][I05]") {
  const Folder here;
  const Folder there;
  std::ofstream(there / "name") << "another one";
  CHECK(holdsInChild([&] {
    if (::chdir(here.path.c_str()) != 0) return false;
    bool made = false;
    listenAndClose("name", [&] {
      made = std::filesystem::exists(here / "name") && ::chdir(there.path.c_str()) == 0;
    });
    return made;
  }));
  CHECK_FALSE(std::filesystem::exists(here / "name"));
  CHECK(std::filesystem::exists(there / "name"));
}

TEST_CASE("close() leaves the file of somebody who has taken the path since", "[handles][I05]") {
  const Folder folder;
  const std::string path = folder / "name";
  listenAndClose(path, [&] {
    std::filesystem::remove(path);
    std::ofstream(path) << "theirs";
  });
  CHECK(std::filesystem::exists(path));
  listenAndClose(folder / "other", [] {});
  CHECK_FALSE(std::filesystem::exists(folder / "other"));
}
