// One life of a socket does not act on the next: what was asked for before 'connect' ends with its
// own attempt. The product of {what waits} x {where} x {what is done there} x {how the attempt
// ends}, and then another life, which must be as good as a first one.
#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/held_port.h"
#include "support/loopback.h"

using namespace uvnet;
using uvnet::test::Listening;
using uvnet::test::NetWorld;
using uvnet::test::Transport;

namespace {

enum class Waits { kNothing, kWrite, kWrites, kEndData, kEnd, kDestroySoon, kReset, kUnref, kRead };
enum class Where { kEarlierConnect, kLaterConnect, kEarlierClose, kLaterClose };
enum class Does { kNothing, kDestroy, kConnectAgain, kShutdown, kDropNet };

constexpr Waits kWaits[] = {Waits::kNothing, Waits::kWrite, Waits::kWrites,
                            Waits::kEndData, Waits::kEnd,   Waits::kDestroySoon,
                            Waits::kReset,   Waits::kUnref, Waits::kRead};
constexpr Where kWheres[] = {Where::kEarlierConnect, Where::kLaterConnect, Where::kEarlierClose,
                             Where::kLaterClose};
constexpr Does kDoes[] = {Does::kNothing, Does::kDestroy, Does::kConnectAgain, Does::kShutdown,
                          Does::kDropNet};

class Lives {
 public:
  Lives(Waits waits, Where where, Does does, bool refused)
      : waits_(waits), where_(where), does_(does), refused_(refused) {}

  void run() {
    Server& server = world_.net().createServer([this](Socket& peer) {
      peer.on<"error">([] {});
      peer.pipe(peer);
    });
    server_ = Ref<Server>(&server);
    bool listening = false;
    server.listen({.port = 0, .host = "127.0.0.1"}, [&] { listening = true; });
    test::runUntil(world_.host, [&] { return listening; });
    port_ = std::get<AddressInfo>(server.address()).port;

    socket_ = make<Socket>(world_.net());
    socket_->on<"error">([] {});
    socket_->on<"close">([this] { ++closes_; });
    if (where_ == Where::kEarlierConnect) socket_->once<"connect">([this] { act(); });
    if (where_ == Where::kEarlierClose) socket_->once<"close">([this] { act(); });
    connect(refused_ ? held_.port : port_);
    wait();
    if (where_ == Where::kLaterConnect) socket_->once<"connect">([this] { act(); });
    if (where_ == Where::kLaterClose) socket_->once<"close">([this] { act(); });
    const bool byConnect = where_ == Where::kEarlierConnect || where_ == Where::kLaterConnect;
    if (!refused_ && !byConnect) {
      // It closes by itself or is made to.
      socket_->once<"connect">([this] { world_.host.nextTick([this] { socket_->destroy(); }); });
    }
    test::runUntil(world_.host, [&] {
      if (ends()) return true;
      // A connection that was made and left alone is ended here.
      if (acted_ && does_ == Does::kNothing && closes_ == 0) socket_->destroy();
      if (!acted_ && refused_) return closes_ == 1;
      return acted_ && closes_ >= 1 && (!again_ || echoed_);
    });
    if (!ends()) checkNextLife();
    if (!ended_) {
      for (const auto& calls : told_) CHECK(*calls == 1);
      server_->close();
    } else {
      // Nobody is told when the Net has gone, and nobody twice.
      for (const auto& calls : told_) CHECK(*calls <= 1);
    }
    socket_.reset();
    server_.reset();
    test::runToEnd(world_.host);
  }

 private:
  bool ends() const { return ended_; }

  void connect(int port) { socket_->connect({.port = port, .host = "127.0.0.1"}); }

  Callback told() {
    told_.push_back(std::make_unique<int>(0));
    return [calls = told_.back().get()](const Error*) { ++*calls; };
  }

  void wait() {
    switch (waits_) {
      case Waits::kNothing:
        break;
      case Waits::kWrite:
        socket_->write("first", told());
        break;
      case Waits::kWrites:
        socket_->write("first", told());
        socket_->write("second", told());
        break;
      case Waits::kEndData:
        socket_->end("first", told());
        break;
      case Waits::kEnd:
        socket_->end(told());
        break;
      case Waits::kDestroySoon:
        socket_->destroySoon();
        break;
      case Waits::kReset:
        socket_->resetAndDestroy();
        break;
      case Waits::kUnref:
        socket_->unref();
        socket_->ref();
        break;
      case Waits::kRead:
        socket_->read(0);
        break;
    }
  }

  // In the first life only.
  void act() {
    if (std::exchange(acted_, true)) return;
    switch (does_) {
      case Does::kNothing:
        break;
      case Does::kDestroy:
        socket_->destroy();
        break;
      case Does::kConnectAgain:
        again_ = true;
        socket_->destroy();
        greet();
        break;
      case Does::kShutdown:
        ended_ = true;
        world_.net().shutdown();
        break;
      case Does::kDropNet:
        ended_ = true;
        world_.endNet();
        break;
    }
  }

  // Another life: connects, says something and hears it back.
  void greet() {
    heard_.clear();
    connect(port_);
    socket_->removeAllListeners<"data">();
    socket_->on<"data">([this](const Buffer& chunk) {
      heard_ += chunk.toString();
      if (heard_ != "hello again") return;
      echoed_ = true;
      socket_->end(told());
    });
    socket_->write("hello again", told());
  }

  void checkNextLife() {
    if (!again_) {
      acted_ = true;
      greet();
      test::runUntil(world_.host, [&] { return echoed_; });
      CHECK(echoed_);
    }
    test::runUntil(world_.host, [&] { return closes_ == 2; });
    CHECK(closes_ == 2);
    CHECK(heard_ == "hello again");
  }

  const Waits waits_;
  const Where where_;
  const Does does_;
  const bool refused_;
  test::HeldPort held_;
  NetWorld world_;
  Ref<Server> server_;
  Ref<Socket> socket_;
  std::vector<std::unique_ptr<int>> told_;
  std::string heard_;
  int port_ = 0;
  int closes_ = 0;
  bool acted_ = false;
  bool again_ = false;
  bool echoed_ = false;
  bool ended_ = false;
};

}  // namespace

TEST_CASE("what waits for 'connect' ends with its own attempt, whatever a listener does",
          "[net][lives]") {
  for (const bool refused : {false, true}) {
    for (const Waits waits : kWaits) {
      for (const Where where : kWheres) {
        for (const Does does : kDoes) {
          INFO(fmt::format("waits {}, where {}, does {}, {}", static_cast<int>(waits),
                           static_cast<int>(where), static_cast<int>(does),
                           refused ? "refused" : "accepted"));
          Lives(waits, where, does, refused).run();
        }
      }
    }
  }
}
