// What a Socket does below its public calls: the handle it takes over, what waits for 'connect',
// the end.
#include "net/socket_state.h"

#include <uvnet/bound_socket.h>

#include <cstring>
#include <utility>

#include "handles/callback_scope.h"
#include "handles/fd.h"
#include "handles/pipe.h"
#include "handles/tcp.h"
#include "net/bound_state.h"
#include "net/errors.h"
#include "net/race.h"
#include "net/server_state.h"
#include "net/validate.h"
#include "stream/core.h"

namespace uvnet::impl {

namespace {

// As Node's guessHandleType names them.
std::string_view fdTypeName(handles::FdType type) {
  switch (type) {
    case handles::FdType::kTcp:
      return "TCP";
    case handles::FdType::kPipe:
      return "PIPE";
    case handles::FdType::kFile:
      return "FILE";
    case handles::FdType::kTty:
      return "TTY";
    case handles::FdType::kUdp:
      return "UDP";
    case handles::FdType::kUnknown:
      return "UNKNOWN";
  }
  return "UNKNOWN";
}

const AddressInfo& nowhere() noexcept {
  static const AddressInfo kNowhere;
  return kNowhere;
}

// Where an object's virtual functions are listed: its first word, in the ABI of every compiler we
// know. Not its type, of which there is none in a subclass compiled with -fno-rtti.
const void* virtualsOf(const Socket& socket) noexcept {
  const void* table = nullptr;
  std::memcpy(&table, static_cast<const void*>(&socket), sizeof table);
  return table;
}

}  // namespace

SocketState::SocketState(Socket& owner, Ref<NetState> state, OnRead onread)
    : Living(std::move(state)), socket(owner), wire(owner) {
  wire.setOnRead(std::move(onread));
  wire.setCutWritesFail(net->options.cutWritesFail);
  socket.core().writable.lateEndsAreTold = net->options.lateEndsAreTold;
  // Whoever inherits from Socket has not been constructed yet.
  net->plainSocket = virtualsOf(owner);
}

bool SocketState::isPlain() const noexcept { return net->plainSocket == virtualsOf(socket); }

SocketState::~SocketState() {
  if (joint() != nullptr) joint()->abandon();
}

SocketState::Way::Way() noexcept = default;
SocketState::Way::~Way() = default;

const SocketSettings& SocketState::settings() const noexcept {
  static const SocketSettings kDefault;
  return settings_ != nullptr ? *settings_ : kDefault;
}

SocketSettings& SocketState::changeSettings() {
  if (settings_ == nullptr) settings_ = std::make_unique<SocketSettings>();
  return *settings_;
}

void SocketState::tick(Task task) {
  socket.host().nextTick(
      [self = Ref<Socket>(&socket), task = std::move(task)]() mutable { task(); });
}

handles::Tcp* SocketState::tcp() const noexcept {
  handles::StreamHandle* handle = wire.handle();
  if (handle == nullptr || handle->kind() != handles::StreamHandle::Kind::kTcp) return nullptr;
  return &handles::asTcp(*handle);
}

void SocketState::adoptFd(int fd) {
  const handles::FdType type = handles::guessType(checkedFd(fd));
  if (const auto error = net->refused({.kind = Access::Kind::kAdopt, .fd = fd})) throw *error;
  int status = 0;
  handles::HandlePtr handle;
  if (type == handles::FdType::kTcp) {
    handles::TcpPtr opened = handles::Tcp::create(net->loop());
    status = opened->open(fd);
    handle = std::move(opened);
  } else if (type == handles::FdType::kPipe) {
    handles::PipePtr opened = handles::Pipe::create(net->loop());
    status = opened->open(fd);
    handle = std::move(opened);
  } else {
    throw invalidFdType(fdTypeName(type));
  }
  if (status < 0) throw errnoError(status, "open");
  adopt(std::move(handle));
}

void SocketState::adopt(handles::HandlePtr handle) {
  hold();
  wire.attach(std::move(handle));
  settleDirect();
  if (joint() != nullptr) startLayer();  // put there before, as a server's own class of socket may
}

void SocketState::adoptBound(BoundSocket& bound) {
  way().boundPath = bound.isPipe() ? std::get<std::string>(bound.address()) : std::string();
  wire.attach(bound.state().adopt());
  boundOnly = true;
}

void SocketState::pauseBeforeReading() { socket.core().readable.stopFlowing(); }

void SocketState::applyOptionsTo(handles::Tcp& tcp) {
  if (noDelay) tcp.setNoDelay(true);
  if (settings_ == nullptr) return;
  if (settings_->keepAlive.enable) tcp.setKeepAlive(settings_->keepAlive);
  if (settings_->typeOfService) tcp.setTypeOfService(*settings_->typeOfService);
}

const AddressInfo& SocketState::localName() {
  if (const handles::Tcp* handle = tcp(); handle != nullptr && names().local.empty()) {
    handle->getsockname(names_->local);
  }
  if (names_ == nullptr) return nowhere();
  return names_->local;
}

const AddressInfo& SocketState::remoteName() {
  if (const handles::Tcp* handle = tcp();
      handle != nullptr && !connecting && names().remote.empty()) {
    handle->getpeername(names_->remote);
  }
  if (names_ == nullptr) return nowhere();
  return names_->remote;
}

// --- Before 'connect': keep and do later ---------------------------------------------------------

template <class F>
ListenerToken SocketState::onceConnected(F&& f) {
  return socket.addListener(
      EventId::kConnect, [f = std::forward<F>(f)](void*) mutable { f(); }, Socket::kOwn);
}

void SocketState::readOrWait() {
  if (!open()) {
    onceConnected([this] { readOrWait(); });
  } else {
    readNow();
  }
}

void SocketState::finalOrWait(Callback done) {
  if (!open() && !connecting && net->options.unconnectedEndsFinish) {
    done(nullptr);
  } else if (!open()) {
    onceConnected([this, done = std::move(done)]() mutable { finalOrWait(std::move(done)); });
  } else if (joint() != nullptr) {
    joint()->end(std::move(done));
  } else {
    wire.shutdown(std::move(done));
  }
}

void SocketState::writeOrWait(std::span<Buffer> chunks, bool tried, Callback done) {
  if (!connecting) {
    nothingPending();
    if (open() && joint() != nullptr) {
      joint()->write(chunks, std::move(done));
    } else if (open()) {
      wire.write(chunks, tried, std::move(done));
    } else {
      const Error error = socketClosed();
      done(&error);
    }
    return;
  }
  // The stream sends one write at a time, so one place to keep it is enough.
  Way& way = *way_;
  way.pendingChunks.assign(std::make_move_iterator(chunks.begin()),
                           std::make_move_iterator(chunks.end()));
  way.pendingBytes = 0;
  for (const Buffer& chunk : way.pendingChunks) way.pendingBytes += chunk.size();
  way.pendingDone = std::move(done);
  onceConnected([this] { dispatchPendingWrite(); });
  way.pendingClose = socket.addListener(
      EventId::kClose,
      // Unless it is the 'close' of an earlier life, whose handle took its time.
      [this](void*) {
        if (!connecting) failPendingWrite();
      },
      Socket::kOwn);
}

void SocketState::dispatchPendingWrite() {
  socket.off(way_->pendingClose);
  std::vector<Buffer> chunks = std::exchange(way_->pendingChunks, {});
  writeOrWait(chunks, false, std::exchange(way_->pendingDone, {}));
}

void SocketState::failPendingWrite() {
  way_->pendingChunks.clear();
  const Error error = socketClosedBeforeConnection();
  if (way_->pendingDone) std::exchange(way_->pendingDone, {})(&error);
}

// What was asked for in the life that is over must not act on the next one. Whoever waits in the
// stream is told by Stream::undestroy(), or by nobody if the Net has gone.
void SocketState::forgetLife() noexcept {
  socket.forgetOwnListeners();
  if (settings_ != nullptr) settings_->joint.reset();
  if (way_ == nullptr) return;
  way_->pendingChunks.clear();
  way_->pendingDone = {};
  way_->pendingBytes = 0;
}

// --- The end -------------------------------------------------------------------------------------

void SocketState::destroyHandle(const Error* error, Callback done) {
  stopConnecting();
  direct = false;
  if (joint() != nullptr) joint()->close();
  wire.stopTimeout();
  const bool hadError = error != nullptr;
  boundOnly = false;
  const bool wasOver = std::exchange(overDuplex, false);
  if (handles::HandlePtr handle = wire.detach()) {
    forgetLocalName();
    auto closed = [self = Ref<Socket>(&socket), this, joint = settings().joint, hadError](int) {
      const handles::ContextScope scope(socket.host(), &socket);
      if (joint) joint->answerCut();
      emitClose(hadError);
    };
    if (std::exchange(resetAndClosing, false)) {
      const int status = handles::Tcp::closeReset(std::move(handle), std::move(closed));
      if (status < 0) {
        connectionEnded();  // the listener may throw
        socket.emitError(errnoError(status, "reset"));
      }
    } else {
      handles::StreamHandle::close(std::move(handle), std::move(closed));
    }
    done(error);
  } else {
    done(error);
    tick([this, joint = settings().joint, closed = wasOver && hadError] {
      if (joint) joint->answerCut();
      emitClose(closed);
    });
  }
  connectionEnded();
}

void SocketState::connectionEnded() {
  if (server && std::exchange(counted, false)) server->state_->connectionEnded();
}

void SocketState::emitClose(bool hadError) {
  // Whoever throws, the socket must be let go.
  handles::shielded(socket.host(), [&] { socket.emit<"close">(hadError); });
  // Still here if the listener that tells it was removed, or used up by an earlier life's 'close'.
  if (!connecting && way_ != nullptr && way_->pendingDone) failPendingWrite();
  // A listener may have begun another life.
  if (wire.handle() != nullptr || connecting) return;
  // Who was accepted and never told to connect is over for good. Whatever its listeners hold goes,
  // or two sockets whose listeners hold each other would stay for as long as the Net.
  if (server && way_ == nullptr) socket.forgetListeners();
  held_.reset();
}

void SocketState::netIsGoing() noexcept {
  const CallGuard guard(socket);
  stopConnecting();
  direct = false;
  if (joint() != nullptr) joint()->abandon();
  wire.stopTimeout();
  wire.detach().reset();
  wire.forget();
  forgetLife();
  socket.abandon();
  held_.reset();
}

}  // namespace uvnet::impl
