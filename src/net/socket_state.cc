// What a Socket does below its public calls: the handle it takes over, what waits for 'connect',
// the end.
#include "net/socket_state.h"

#include <uvnet/bound_socket.h>

#include <exception>
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

void onIdle(Stream& stream) { static_cast<Socket&>(stream).emit<"timeout">(); }

}  // namespace

SocketState::SocketState(Socket& owner, Ref<NetState> state, OnRead onread)
    : Living(std::move(state)), socket(owner), wire(owner, onIdle) {
  wire.setOnRead(std::move(onread));
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
}

void SocketState::adoptBound(BoundSocket& bound) {
  boundPath_ = bound.isPipe() ? std::get<std::string>(bound.address()) : std::string();
  wire.attach(bound.state_->adopt());
  boundOnly = true;
}

void SocketState::pauseBeforeReading() { socket.core().readable.stopFlowing(); }

void SocketState::applyOptionsTo(handles::Tcp& tcp) {
  if (noDelay) tcp.setNoDelay(true);
  if (keepAlive.enable) tcp.setKeepAlive(keepAlive);
  if (typeOfService) tcp.setTypeOfService(*typeOfService);
}

const AddressInfo& SocketState::localName() {
  if (localName_.empty()) {
    if (const handles::Tcp* handle = tcp()) handle->getsockname(localName_);
  }
  return localName_;
}

const AddressInfo& SocketState::remoteName() {
  if (remoteName_.empty() && !connecting) {
    if (const handles::Tcp* handle = tcp()) handle->getpeername(remoteName_);
  }
  return remoteName_;
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
    wire.readStart();
  }
}

void SocketState::finalOrWait(Callback done) {
  if (!open()) {
    onceConnected([this, done = std::move(done)]() mutable { finalOrWait(std::move(done)); });
  } else {
    wire.shutdown(std::move(done));
  }
}

void SocketState::writeOrWait(std::span<Buffer> chunks, bool tried, Callback done) {
  if (!connecting) {
    pendingBytes = 0;
    if (open()) {
      wire.write(chunks, tried, std::move(done));
    } else {
      const Error error = socketClosed();
      done(&error);
    }
    return;
  }
  // The stream sends one write at a time, so one place to keep it is enough.
  pendingChunks_.assign(std::make_move_iterator(chunks.begin()),
                        std::make_move_iterator(chunks.end()));
  pendingBytes = 0;
  for (const Buffer& chunk : pendingChunks_) pendingBytes += chunk.size();
  pendingDone_ = std::move(done);
  pendingConnect_ = onceConnected([this] { dispatchPendingWrite(); });
  pendingClose_ = socket.addListener(
      EventId::kClose,
      [this](void*) {
        pendingChunks_.clear();
        const Error error = socketClosedBeforeConnection();
        if (pendingDone_) std::exchange(pendingDone_, {})(&error);
      },
      Socket::kOwn);
}

void SocketState::dispatchPendingWrite() {
  socket.off(pendingClose_);
  std::vector<Buffer> chunks = std::exchange(pendingChunks_, {});
  writeOrWait(chunks, false, std::exchange(pendingDone_, {}));
}

void SocketState::forgetPendingWrite() {
  socket.off(pendingConnect_);
  socket.off(pendingClose_);
  pendingChunks_.clear();
  pendingDone_ = {};
  pendingBytes = 0;
}

// --- The end -------------------------------------------------------------------------------------

void SocketState::destroyHandle(const Error* error, Callback done) {
  stopConnecting();
  wire.stopTimeout();
  const bool hadError = error != nullptr;
  boundOnly = false;
  if (handles::HandlePtr handle = wire.detach()) {
    localName_ = {};
    auto closed = [self = Ref<Socket>(&socket), this, hadError](int) {
      const handles::ContextScope scope(socket.host(), &socket);
      emitClose(hadError);
    };
    if (std::exchange(resetAndClosing, false)) {
      const int status = handles::Tcp::closeReset(std::move(handle), std::move(closed));
      if (status < 0) socket.emitError(errnoError(status, "reset"));
    } else {
      handles::StreamHandle::close(std::move(handle), std::move(closed));
    }
    done(error);
  } else {
    done(error);
    tick([this] { emitClose(false); });
  }
  if (server && std::exchange(counted, false)) server->state_->connectionEnded();
}

void SocketState::emitClose(bool hadError) {
  const Ref<Socket> keep(&socket);
  try {
    socket.emit<"close">(hadError);
  } catch (...) {
    socket.host().uncaught(std::current_exception());  // and yet the socket must be let go
  }
  // Still here if the listener that tells it was removed.
  if (!connecting && pendingDone_) {
    pendingChunks_.clear();
    const Error error = socketClosedBeforeConnection();
    std::exchange(pendingDone_, {})(&error);
  }
  // A listener may have begun another life.
  if (wire.handle() == nullptr && !connecting) held_.reset();
}

void SocketState::netIsGoing() noexcept {
  const Ref<Socket> keep(&socket);
  stopConnecting();
  wire.stopTimeout();
  wire.detach().reset();
  wire.forget();
  forgetPendingWrite();
  socket.abandon();
  held_.reset();
}

}  // namespace uvnet::impl
