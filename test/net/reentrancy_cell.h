// One cell of the product of actions and callbacks (reentrancy_test.cc): a conversation of a client
// and a server in which one callback does one thing once, and what it has to keep to.
//
// Relies on loopback.h. run() ends with the promises checked.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/loopback.h"

namespace uvnet::test::reentrancy {

enum class Action {
  kWrite,
  kEnd,
  kDestroy,
  kDestroyError,
  kResetAndDestroy,
  kPause,
  kResume,
  kSetTimeout,
  kUnrefRef,
  kRemoveListeners,
  kAddListener,
  kThrow,
  kConnectAgain,
  kDropRef,
  kCloseServer,
};

enum class Place {
  kLookup,
  kConnect,
  kReady,
  kData,
  kEnd,
  kDrain,
  kFinish,
  kError,
  kClose,
  kTimeout,
  kConnection,
  kListening,
  kDrop,
  kWriteCallback,
  kEndCallback,
  kServerCloseCallback,
};

// A cell takes some milliseconds; far more is a hang, and must not take the whole product's time.
inline constexpr std::chrono::seconds kCellTime{5};
// Turns of the loop for what follows an action, before the cell is ended.
inline constexpr int kTurns = 12;

// What one socket went through.
struct Life {
  int lives = 1;  // a connect() after destroy() begins another
  int errors = 0;
  int closes = 0;
  int late = 0;  // events after the 'close' of the last life
  bool closed() const { return closes >= lives; }
};

class Cell {
 public:
  Cell(Transport transport, Place place, Action action)
      : transport_(transport), place_(place), action_(action) {}

  void run() {
    world_.host.onUncaught([this](std::exception_ptr) { ++uncaught_; });
    listen();
    connectClient();
    until("the callback comes", [&] { return acted_; });
    // What has destroyed something needs no help to come to its end.
    const bool ends = action_ == Action::kDestroy || action_ == Action::kDestroyError ||
                      action_ == Action::kResetAndDestroy;
    if (ends && subject_ == 0) until("it closes by itself", [&] { return lives_[0]->closed(); });
    turn(world_.host, kTurns);
    finish();
    check();
  }

 private:
  // Says what did not happen and goes on to the next cell.
  void until(const char* what, const std::function<bool()>& predicate) {
    INFO(what);
    try {
      runUntil(world_.host, predicate, kCellTime);
    } catch (...) {
      // Reported by runUntil().
    }
  }

  // --- The conversation

  void listen() {
    ServerOptions options;
    options.highWaterMark = 16;
    server_ = Ref<Server>(&world_.net().createServer(options));
    server_->on<"connection">([this](Socket& socket) { onConnection(socket); });
    server_->on<"error">([this] { ++serverErrors_; });
    server_->on<"drop">([this] { at(Place::kDrop, 0); });
    SocketOptions own;
    own.highWaterMark = 16;
    clientRef_ = make<Socket>(world_.net(), own);
    add(*clientRef_, 0);
    if (place_ == Place::kDrop) server_->setMaxConnections(0);
    if (transport_ == Transport::kUnix) path_ = world_.path();
    bool listening = false;
    const auto heard = [&] {
      listening = true;
      if (server_->listening() && path_.empty()) {
        port_ = std::get<AddressInfo>(server_->address()).port;
      }
      at(Place::kListening, 0);
    };
    if (path_.empty()) {
      server_->listen({.port = 0, .host = "127.0.0.1"}, heard);
    } else {
      server_->listen({.path = path_}, heard);
    }
    until("listening", [&] { return listening; });
  }

  ConnectOptions target() {
    ConnectOptions to;
    if (!path_.empty()) {
      to.path = path_;
      return to;
    }
    to.port = port_;
    to.host = "some.name";
    to.lookup = [this](const std::string&, const LookupOptions&, const LookupCallback& found) {
      world_.host.nextTick([found] { found(nullptr, {LookupAddress{"127.0.0.1", 4}}); });
    };
    return to;
  }

  void connectClient() {
    // A socket that was never connected goes with its last Ref, or was ended in 'listening'.
    if (!clientRef_) return;
    Socket& client = *clientRef_;
    connect(client, 0);
    if (client.destroyed()) return;
    if (place_ == Place::kTimeout) client.setTimeout(2);
    // Owes a 'drain': nothing leaves before the connection is there.
    client.write(std::string(64, 'x'), told([this] { at(Place::kWriteCallback, 0); }));
  }

  void connect(Socket& socket, std::size_t index) {
    Life& life = *lives_[index];
    if (socket.destroyed()) ++life.lives;
    connected_ = true;
    socket.connect(target());
  }

  void onConnection(Socket& socket) {
    acceptedRefs_.emplace_back(&socket);
    const std::size_t index = lives_.size();
    add(socket, index);
    at(Place::kConnection, index);
  }

  void add(Socket& socket, std::size_t index) {
    lives_.push_back(std::make_unique<Life>());
    sockets_.push_back(&socket);
    hear(socket, index);
  }

  // All that the cell listens to, also after the listeners were removed.
  void hear(Socket& socket, std::size_t index) {
    Life& life = *lives_[index];
    const auto event = [this, &life, index](Place place) {
      return [this, &life, index, place] {
        if (life.closed()) ++life.late;
        if (index == 0) at(place, 0);
      };
    };
    socket.on<"lookup">(event(Place::kLookup));
    socket.on<"connect">(event(Place::kConnect));
    socket.on<"ready">(event(Place::kReady));
    socket.on<"drain">(event(Place::kDrain));
    socket.on<"finish">(event(Place::kFinish));
    socket.on<"timeout">(event(Place::kTimeout));
    socket.on<"error">([this, &life, index] {
      if (life.closed()) ++life.late;
      ++life.errors;
      if (index == 0) at(Place::kError, 0);
    });
    socket.on<"close">([this, &life, index] {
      ++life.closes;
      if (index == 0) at(Place::kClose, 0);
    });
    socket.on<"data">([this, &socket, &life, index](const Buffer& chunk) {
      if (life.closed()) ++life.late;
      if (index == 0) at(Place::kData, 0);
      onData(socket, index, chunk);
    });
    socket.on<"end">([this, &socket, &life, index] {
      if (life.closed()) ++life.late;
      if (index == 0) at(Place::kEnd, 0);
      if (index == 0) socket.end(told());
    });
  }

  void onData(Socket& socket, std::size_t index, const Buffer& chunk) {
    if (index != 0) {
      // The peer echoes, unless the client is to wait in vain.
      if (place_ != Place::kTimeout || acted_) socket.write(chunk, told());
    } else if (place_ == Place::kError) {
      socket.destroy(Error("made"));
    } else if (!socket.writableEnded()) {
      socket.end("bye", told([this] { at(Place::kEndCallback, 0); }));
      if (place_ == Place::kServerCloseCallback) closeServer();
    }
  }

  void closeServer() {
    server_->close(told([this] { at(Place::kServerCloseCallback, 0); }));
  }

  // A callback that must be told exactly once.
  template <class F>
  Callback told(F then) {
    told_.push_back(std::make_unique<int>(0));
    return [calls = told_.back().get(), then]() mutable {
      ++*calls;
      then();
    };
  }
  Callback told() {
    return told([] {});
  }

  // --- The action

  void at(Place place, std::size_t index) {
    if (place != place_ || acted_) return;
    acted_ = true;
    subject_ = index;
    // A socket that was dropped before it ever connected is gone.
    act(*sockets_[index], index);
  }

  void act(Socket& socket, std::size_t index) {
    switch (action_) {
      case Action::kWrite:
        socket.write("more", told());
        break;
      case Action::kEnd:
        socket.end("last", told());
        break;
      case Action::kDestroy:
        socket.destroy();
        break;
      case Action::kDestroyError:
        socket.destroy(Error("asked for"));
        break;
      case Action::kResetAndDestroy:
        socket.resetAndDestroy();
        break;
      case Action::kPause:
        socket.pause();
        break;
      case Action::kResume:
        socket.resume();
        break;
      case Action::kSetTimeout:
        socket.setTimeout(1, [] {});
        break;
      case Action::kUnrefRef:
        socket.unref();
        socket.ref();
        break;
      case Action::kRemoveListeners:
        socket.removeAllListeners();
        hear(socket, index);
        break;
      case Action::kAddListener:
        socket.on<"data">([] {});
        socket.prependListener<"close">([] {});
        socket.once<"end">([] {});
        break;
      case Action::kThrow:
        throw std::runtime_error("thrown");
      case Action::kConnectAgain:
        connect(socket, index);
        break;
      case Action::kDropRef:
        if (index == 0) {
          if (!connected_) lives_[0]->lives = 0;  // it goes without a word
          clientRef_.reset();
        } else {
          acceptedRefs_.clear();
        }
        break;
      case Action::kCloseServer:
        closeServer();
        break;
    }
  }

  // --- The end

  // The loop holds a socket from connect() to 'close'; before and after the cell must have a Ref.
  void destroyAll() {
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      if (!lives_[i]->closed()) sockets_[i]->destroy();
    }
  }

  void finish() {
    destroyAll();
    closeServer();
    // What was accepted last may still be on its way.
    until("all closes and all callbacks are told", [&] {
      destroyAll();
      bool all = true;
      for (const std::unique_ptr<Life>& life : lives_) all = all && life->closed();
      for (const std::unique_ptr<int>& calls : told_) all = all && *calls > 0;
      return all;
    });
    clientRef_.reset();
    acceptedRefs_.clear();
    server_.reset();
    runToEnd(world_.host, kCellTime);
  }

  void check() const {
    CHECK(acted_);  // or the cell has shown nothing
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      INFO((i == 0 ? "client" : "accepted"));
      const Life& life = *lives_[i];
      CHECK(life.closes == life.lives);
      CHECK(life.errors <= life.lives);
      CHECK(life.late == 0);
    }
    for (const std::unique_ptr<int>& calls : told_) CHECK(*calls == 1);
    CHECK(uncaught_ == (action_ == Action::kThrow ? 1 : 0));
    CHECK(serverErrors_ == 0);
  }

  const Transport transport_;
  const Place place_;
  const Action action_;
  NetWorld world_;
  Ref<Server> server_;
  Ref<Socket> clientRef_;
  std::vector<Ref<Socket>> acceptedRefs_;
  std::vector<Socket*> sockets_;  // the client first; valid while its life is not closed
  std::vector<std::unique_ptr<Life>> lives_;
  std::vector<std::unique_ptr<int>> told_;
  std::string path_;
  int port_ = 0;
  int uncaught_ = 0;
  int serverErrors_ = 0;
  bool acted_ = false;
  bool connected_ = false;  // connect() was called
  std::size_t subject_ = 0;
};

}  // namespace uvnet::test::reentrancy
