// Every action in every state of a connect: to a literal address, a name, a name with several
// addresses (refused, silent, both) and a Unix path. The product is generated; after each cell no
// descriptor, timer or request is left, and each life had one 'close', at most one 'error' before
// it and nothing after it.
#include <fmt/format.h>
#include <uv.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "net/support/connect_states.h"
#include "net/support/local_addresses.h"
#include "support/loopback.h"

using uvnet::Callback;
using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::LookupAddress;
using uvnet::LookupCallback;
using uvnet::LookupOptions;
using uvnet::Ref;
using uvnet::Server;
using uvnet::Socket;
using uvnet::SocketOptions;
using uvnet::test::Action;
using uvnet::test::At;
using uvnet::test::ConnectState;
using uvnet::test::connectStates;
using uvnet::test::kActionNames;
using uvnet::test::LocalAddresses;
using uvnet::test::NetWorld;
using uvnet::test::runToEnd;
using uvnet::test::runUntil;
using uvnet::test::turn;
using uvnet::test::Way;

namespace {

constexpr std::chrono::seconds kCellTime{5};

std::ptrdiff_t descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator all("/proc/self/fd", error);
  return std::distance(begin(all), end(all));
}

// Timers and other handles that are at work; not those that are there without being started.
int activeHandles(uv_loop_t* loop) {
  int count = 0;
  uv_walk(
      loop,
      [](uv_handle_t* handle, void* total) {
        if (uv_is_active(handle) != 0 && uv_is_closing(handle) == 0) ++*static_cast<int*>(total);
      },
      &count);
  return count;
}

// --- One cell ------------------------------------------------------------------------------------

class Cell {
 public:
  Cell(const LocalAddresses& addresses, const ConnectState& state, Action action)
      : addresses_(addresses), state_(state), action_(action) {}

  void run() {
    world_.host.onUncaught([this](std::exception_ptr) { ++uncaught_; });
    listen();
    SocketOptions options;
    options.signal = abort_.get_token();
    ref_ = uvnet::make<Socket>(world_.net(), options);
    socket_ = ref_.get();
    hear();
    if (state_.at == At::kFresh) act();
    if (!gone_) start();
    if (state_.at == At::kCalled && !acted_) act();
    until("the state is reached", [&] { return reached(); });
    if (!acted_) act();
    turn(world_.host, 10);
    finish();
  }

 private:
  void until(const char* what, const std::function<bool()>& predicate) {
    INFO(what);
    try {
      runUntil(world_.host, predicate, kCellTime);
    } catch (...) {
      // Reported by runUntil().
    }
  }

  bool unixSocket() const { return state_.way == Way::kUnix || state_.way == Way::kMissing; }

  void listen() {
    server_ = Ref<Server>(world_.net().createServer([this](Socket& peer) {
      peers_.emplace_back(peer);
      peer.on<"error">([] {});
      peer.resume();
    }));
    server_->on<"error">([](const Error& error) {
      INFO(error.message);
      CHECK(false);
    });
    bool listening = false;
    path_ = unixSocket() ? world_.path() : std::string();
    if (path_.empty()) {
      server_->listen({.port = addresses_.port, .host = "127.0.0.1"}, [&] { listening = true; });
    } else {
      server_->listen({.path = path_}, [&] { listening = true; });
    }
    until("listening", [&] { return listening; });
  }

  static std::string ip(int last) { return fmt::format("127.0.0.{}", last); }

  ConnectOptions target() {
    ConnectOptions to;
    switch (state_.way) {
      case Way::kUnix:
        to.path = path_;
        return to;
      case Way::kMissing:
        to.path = path_ + ".missing";
        return to;
      case Way::kLiteral:
        to.host = ip(1);
        break;
      case Way::kSilent:
        to.host = ip(2);
        break;
      case Way::kRefused:
        to.host = ip(4);
        break;
      case Way::kName:
        to.autoSelectFamily = false;
        to.host = "one.test";
        break;
      case Way::kNames:
        // Short only where the first of them (127.0.0.2) is silent: a busy machine may take longer
        // than that to tell of a refusal.
        if (!state_.found.empty() && state_.found.front() == 2) {
          to.autoSelectFamilyAttemptTimeout = 10;
        }
        to.host = "several.test";
        break;
    }
    to.port = addresses_.port;
    to.lookup = [this](const std::string&, const LookupOptions&, const LookupCallback& told) {
      ++asked_;
      // Later, if at all.
      if (state_.at != At::kAsked) world_.host.nextTick([this, told] { answer(told); });
    };
    return to;
  }

  void answer(const LookupCallback& told) const {
    const Error unknown("unknown");
    std::vector<LookupAddress> found;
    for (const int last : state_.found) found.push_back({ip(last), 4});
    told(found.empty() ? &unknown : nullptr, found);
  }

  void start() {
    if (socket_->destroyed()) ++lives_;
    connected_ = true;
    try {
      socket_->connect(target());
    } catch (const std::runtime_error&) {
      ++uncaught_;  // a path is tried in connect() itself, so its caller catches, as in node
    }
  }

  void hear() {
    Socket& socket = *socket_;
    const auto event = [this](At at) {
      return [this, at, times = 0]() mutable {
        if (over()) ++late_;
        ++times;
        if (!acted_ && state_.at == at && state_.nth == times) act();
      };
    };
    socket.on<"lookup">(event(At::kLookup));
    socket.on<"connectionAttempt">([this, then = event(At::kAttempt)]() mutable {
      ++attempts_;
      then();
    });
    socket.on<"connectionAttemptFailed">(event(At::kFailed));
    socket.on<"connectionAttemptTimeout">(event(At::kTimedOut));
    socket.on<"connect">(event(At::kConnect));
    socket.on<"ready">([this, then = event(At::kReady)]() mutable {
      ready_ = true;
      then();
    });
    socket.on<"end">([this] { late_ += over() ? 1 : 0; });
    socket.on<"finish">([this] { late_ += over() ? 1 : 0; });
    socket.on<"timeout">([this] { late_ += over() ? 1 : 0; });
    socket.on<"error">([this, then = event(At::kError)]() mutable {
      ++errors_;
      then();
    });
    socket.on<"close">([this] {
      ++closes_;
      if (!acted_ && state_.at == At::kClose) act();
    });
  }

  bool over() const { return closes_ >= lives_; }

  bool reached() const {
    if (acted_) return true;
    switch (state_.at) {
      case At::kAsked:
        return asked_ > 0;
      case At::kPending:
        return attempts_ >= state_.nth;  // more: the next delay was over within the same turn
      case At::kConnected:
        return ready_ && !peers_.empty();
      case At::kOver:
        return over();
      default:
        return false;
    }
  }

  Callback told() {
    told_.push_back(std::make_unique<int>(0));
    return [calls = told_.back().get()] { ++*calls; };
  }

  void act() {
    acted_ = true;
    Socket& socket = *socket_;
    switch (action_) {
      case Action::kWrite:
        socket.write("word", told());
        break;
      case Action::kEnd:
        socket.end("last word", told());
        break;
      case Action::kDestroy:
        socket.destroy();
        break;
      case Action::kDestroyError:
        socket.destroy(Error("asked for"));
        break;
      case Action::kDestroySoon:
        socket.destroySoon();
        break;
      case Action::kResetAndDestroy:
        if (unixSocket() && !socket.destroyed()) {
          CHECK(uvnet::test::thrownBy([&] { socket.resetAndDestroy(); }) != "nothing");
        } else {
          socket.resetAndDestroy();
        }
        break;
      case Action::kAbort:
        abort_.request_stop();
        break;
      case Action::kPause:
        socket.pause();
        break;
      case Action::kResume:
        socket.resume();
        break;
      case Action::kSetTimeout:
        socket.setTimeout(1);
        break;
      case Action::kUnref:
        socket.unref();
        break;
      case Action::kRemoveListeners:
        socket.removeAllListeners();
        hear();
        break;
      case Action::kThrow:
        // Where no listener runs there is nobody to throw to.
        if (state_.at >= At::kLookup) throw std::runtime_error("thrown");
        break;
      case Action::kConnectAgain:
        start();
        break;
      case Action::kDropRef:
        // Nobody else has one that was never connected: it goes without a word.
        gone_ = !connected_;
        if (gone_) lives_ = 0;
        if (state_.at != At::kClose && state_.at != At::kOver) ref_.reset();
        break;
      case Action::kCloseServer:
        server_->close();
        break;
      case Action::kStopLoop:
        world_.host.stop();
        break;
      case Action::kNothing:
        break;
    }
  }

  void finish() {
    // What is not closed is held by the loop.
    until("all closes and all callbacks are told", [&] {
      if (!over()) socket_->destroy();
      for (const Ref<Socket>& peer : peers_) peer->destroy();
      bool all = over();
      for (const auto& calls : told_) all = all && *calls > 0;
      return all;
    });
    server_->close();
    runToEnd(world_.host, kCellTime);
    CHECK(acted_);
    CHECK(closes_ == lives_);
    CHECK(errors_ <= lives_);
    CHECK(late_ == 0);
    for (const auto& calls : told_) CHECK(*calls == 1);
    CHECK(uncaught_ == (action_ == Action::kThrow && state_.at >= At::kLookup ? 1 : 0));
    // With the sockets and the Net still there.
    CHECK(activeHandles(world_.host.loop()) == 0);
    CHECK(uv_loop_alive(world_.host.loop()) == 0);
  }

  const LocalAddresses& addresses_;
  const ConnectState& state_;
  const Action action_;
  std::stop_source abort_;
  NetWorld world_;
  Ref<Server> server_;
  Ref<Socket> ref_;
  Socket* socket_ = nullptr;
  std::vector<Ref<Socket>> peers_;
  std::vector<std::unique_ptr<int>> told_;
  std::string path_;
  int lives_ = 1;
  int closes_ = 0;
  int errors_ = 0;
  int late_ = 0;
  int uncaught_ = 0;
  int asked_ = 0;
  int attempts_ = 0;
  bool connected_ = false;
  bool ready_ = false;
  bool acted_ = false;
  bool gone_ = false;
};

void runProduct(std::string_view kind) {
  const LocalAddresses addresses;
  std::size_t cells = 0;
  std::size_t count = 0;
  for (const ConnectState& state : connectStates()) {
    if (!std::string_view(state.name).starts_with(kind)) continue;
    ++count;
    for (std::size_t i = 0; i < kActionNames.size(); ++i) {
      INFO(fmt::format("{} at \"{}\"", kActionNames[i], state.name));
      const std::ptrdiff_t before = descriptors();
      Cell(addresses, state, static_cast<Action>(i)).run();
      CHECK(descriptors() == before);
      ++cells;
    }
  }
  CHECK(count > 0);
  CHECK(cells == count * kActionNames.size());
}

}  // namespace

TEST_CASE("every action in every state of a connect to a literal address leaves nothing behind",
          "[net][reentrancy][K08][D09][D11][F19]") {
  runProduct("a socket");
  runProduct("literal");
}

TEST_CASE("every action in every state of a connect to a name leaves nothing behind",
          "[net][reentrancy][K08][K15][D11][F19]") {
  runProduct("name:");
  runProduct("name unknown");
}

TEST_CASE("every action in every state of a connect to several addresses leaves nothing behind",
          "[net][reentrancy][K13][D11][F19]") {
  runProduct("names");
}

TEST_CASE("every action in every state of a connect to a path leaves nothing behind",
          "[net][reentrancy][K08][I01][D11][F19]") {
  runProduct("path");
}
