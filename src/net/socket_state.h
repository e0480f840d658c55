// What a Socket keeps beyond its stream: the wire, the way to a connection, addresses, options.
//
// socket.cc has the public calls and the stream's hooks, connect.cc the way from connect() to
// 'connect', happy_eyeballs.cc the way with several addresses.
#pragma once

#include <uvnet/server.h>
#include <uvnet/socket.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/generation.h"
#include "handles/tcp.h"
#include "net/layer_joint.h"
#include "net/name_lookup.h"
#include "net/net_state.h"
#include "stream/wire.h"

namespace uvnet::impl {

// One connect(), as its options ask for it.
struct Target {
  std::string host;
  int port = 0;
  Port givenPort;
  std::string localAddress;
  int localPort = 0;
  int attemptTimeout = 0;
};

// One try to reach one address; path and port 0, family 0 for Unix sockets.
struct Attempt {
  std::string address;
  int port = 0;
  int family = 0;
  std::string localAddress;
  int localPort = 0;
};

// What a program asked for, where it is not what every socket has.
struct SocketSettings {
  handles::KeepAlive keepAlive;
  std::optional<int> typeOfService;
  std::optional<double> timeout;
  ListenerToken timeoutListener;  // the last that setTimeout() added
  Ref<LayerJoint> joint;          // of this life
};

class SocketState final : public Living {
 public:
  SocketState(Socket& socket, Ref<NetState> net, OnRead onread);
  ~SocketState();
  // It lives in the room of its stream's core: one allocation for both.
  static void* operator new(std::size_t, void* room) noexcept { return room; }
  static void operator delete(void*) noexcept {}
  static void operator delete(void*, void*) noexcept {}

  // --- socket.cc
  void adoptFd(int fd);
  // A connection that the system has made already.
  void adopt(handles::HandlePtr handle);
  void adoptBound(BoundSocket& bound);
  void adoptDuplex(Duplex& below);
  // The socket is of no class that inherits from Socket.
  bool isPlain() const noexcept;
  bool open() const noexcept {
    return (wire.handle() != nullptr || overDuplex) && !connecting && !boundOnly;
  }
  // --- socket_layer.cc
  void putLayer(std::unique_ptr<Layer> layer);
  LayerJoint* joint() const noexcept { return settings().joint.get(); }
  // Of `direct`, after what it depends on has changed.
  void settleDirect() noexcept { direct = open() && joint() == nullptr; }
  // pauseOnConnect: as after pause(), but nobody was told.
  void pauseBeforeReading();
  void applyOptionsTo(handles::Tcp& tcp);
  // While the loop needs the socket it is not freed.
  void hold() { held_ = Ref<Socket>(&socket); }
  void emitClose(bool hadError);
  void destroyHandle(const Error* error, Callback done);
  void connectionEnded();  // tells the server that counts it, once
  void readOrWait();
  void readNow();
  void stopReading();
  std::ptrdiff_t tryWriteIndirectly(std::string_view bytes, std::unique_ptr<Error>& error);
  void finalOrWait(Callback done);
  void writeOrWait(std::span<Buffer> chunks, bool tried, Callback done);
  void netIsGoing() noexcept override;
  void tick(Task task);
  const AddressInfo& localName();
  const AddressInfo& remoteName();
  handles::Tcp* tcp() const noexcept;
  std::string boundPath() const { return way_ != nullptr ? way_->boundPath : std::string(); }
  const SocketSettings& settings() const noexcept;
  SocketSettings& changeSettings();
  void setKeepAlive(bool enable, unsigned initialDelay) {
    if (!enable && initialDelay == 0) return;
    changeSettings().keepAlive = {.enable = enable, .initialDelay = initialDelay};
  }

  // --- connect.cc
  void connect(ConnectOptions options, Function<void()> listener);
  void stopConnecting() noexcept;
  void setBlockList(const BlockList& list) { way().blockList = list; }
  const std::vector<std::string>& attemptedAddresses() const noexcept;
  // Written while connecting, not handed over.
  std::size_t pendingBytes() const noexcept { return way_ != nullptr ? way_->pendingBytes : 0; }
  void nothingPending() noexcept {
    if (way_ != nullptr) way_->pendingBytes = 0;
  }

  Socket& socket;
  stream::Wire wire;
  Ref<Server> server;
  bool direct = false;  // reads and writes go to the wire, now and without a layer
  bool connecting = false;
  bool counted = false;  // among the server's connections
  bool resetAndClosing = false;
  bool noDelay = false;
  bool overDuplex = false;  // that carries the connection; there is no handle
  bool boundOnly = false;   // the handle is that of a BoundSocket, not connected

 private:
  struct Race;

  // Of sockets that connect, or are bound to do so: the way there.
  struct Way {
    base::Generation attempts;      // of connect(): answers to an earlier one are void
    base::WatchedGeneration asked;  // of the program's own lookup
    Target target;
    Attempt attempt;
    NameLookup nameLookup;
    std::unique_ptr<Race> race;
    std::vector<std::string> attemptedAddresses;
    std::optional<BlockList> blockList;
    std::string boundPath;  // what a Unix socket connects from
    std::size_t pendingBytes = 0;
    std::vector<Buffer> pendingChunks;
    Callback pendingDone;
    ListenerToken pendingClose;

    Way() noexcept;
    ~Way();
  };
  struct Names {
    AddressInfo local;
    AddressInfo remote;
  };
  Way& way() {
    if (way_ == nullptr) way_ = std::make_unique<Way>();
    return *way_;
  }
  Names& names() {
    if (names_ == nullptr) names_ = std::make_unique<Names>();
    return *names_;
  }
  void forgetLocalName() noexcept {
    if (names_ != nullptr) names_->local = {};
  }

  template <class F>
  ListenerToken onceConnected(F&& f);

  void dispatchPendingWrite();
  void failPendingWrite();
  void forgetLife() noexcept;
  void startLayer();

  // A listener may have given that connect() up, and begun another one.
  bool connectingStill(base::Generation::Stamp id) const noexcept {
    return connecting && way_->attempts.is(id);
  }
  void openHandle(bool pipe);
  void lookUp(LookupOptions options, const Lookup& custom, bool race);
  void onLookup(const Error* error, const std::vector<LookupAddress>& found, bool race);
  void onRaceLookup(const Error* error, const std::vector<LookupAddress>& found);
  void failNextTick(const Error& error);
  void connectTo(const std::string& address, int family);
  void connectToPath(const std::string& path);
  int bindLocal(const Attempt& attempt);
  bool blocked(const Attempt& attempt) const noexcept;
  // The host's refusal of the attempt under way, or of the local address it starts from.
  std::optional<Error> refused(Access::Kind kind) const;
  void onConnected(int status);
  void succeed();
  Error attemptError(int status) const;
  // For a refusal that came at once: Node then names the local end too.
  Error refusedAtOnce(int status);

  void race(std::vector<LookupAddress> addresses);
  void raceNext(bool canceled);
  void onRaceConnected(std::size_t index, int status);
  static void onRaceTimeout(void* state);

  Ref<Socket> held_;
  // Accepted sockets that nobody asks for more have none of these.
  std::unique_ptr<Way> way_;
  std::unique_ptr<Names> names_;
  std::unique_ptr<SocketSettings> settings_;
};

}  // namespace uvnet::impl
