// Socket: the public calls, and what it supplies to its Duplex.
#include <uvnet/net.h>
#include <uvnet/socket.h>

#include <exception>
#include <utility>

#include "handles/fd.h"
#include "handles/pipe.h"
#include "handles/tcp.h"
#include "net/bound_state.h"
#include "net/errors.h"
#include "net/race.h"
#include "net/server_state.h"
#include "net/socket_state.h"
#include "net/validate.h"
#include "stream/core.h"

namespace uvnet {

using impl::SocketState;

namespace {

StreamOptions streamOptions(const SocketOptions& options) {
  StreamOptions stream;
  stream.allowHalfOpen = options.allowHalfOpen;
  // 'close' comes from the handle, so that it is the last thing even after a slow close.
  stream.emitClose = false;
  stream.readable = options.readable;
  stream.writable = options.writable;
  stream.highWaterMark = options.highWaterMark;
  stream.signal = options.signal;
  return stream;
}

}  // namespace

Socket::Socket(Net& net, SocketOptions options) : Socket(net.state_, std::move(options)) {}

Socket::Socket(const Ref<impl::NetState>& net, SocketOptions options)
    : Duplex(net->host(), streamOptions(options)),
      state_(std::make_unique<SocketState>(*this, net, std::move(options.onread))) {
  state_->noDelay = options.noDelay;
  state_->keepAlive = {.enable = options.keepAlive,
                       .initialDelay = impl::checkedKeepAliveDelay(options.keepAliveInitialDelay)};
  if (options.typeOfService) {
    state_->typeOfService = impl::checkedTypeOfService(*options.typeOfService);
  }
  if (options.handle != nullptr) {
    state_->adoptBound(*options.handle);
  } else if (options.fd) {
    state_->adoptFd(*options.fd);
    if (options.readable) read(0);
  }
}

Socket::~Socket() { abandon(); }

Socket& Socket::connect(ConnectOptions options, Function<void()> listener) {
  state_->connect(std::move(options), std::move(listener));
  return *this;
}
Socket& Socket::connect(Port port, std::string_view host, Function<void()> listener) {
  return connect(ConnectOptions{.port = std::move(port), .host = std::string(host)},
                 std::move(listener));
}
Socket& Socket::connect(std::string_view pathOrPort, Function<void()> listener) {
  if (impl::isPipeName(pathOrPort)) {
    return connect(ConnectOptions{.path = std::string(pathOrPort)}, std::move(listener));
  }
  return connect(ConnectOptions{.port = pathOrPort}, std::move(listener));
}

Socket& Socket::setTimeout(double milliseconds, Function<void()> listener) {
  const std::uint64_t duration = impl::checkedTimeout(milliseconds);
  if (destroyed()) return *this;
  state_->timeout = milliseconds;
  state_->wire.setTimeout(state_->net->loop()->timers(), duration);
  if (!listener) return *this;
  // Functions cannot be compared: Node takes the one away that is given.
  if (duration == 0) off(state_->timeoutListener);
  if (duration > 0) state_->timeoutListener = once<"timeout">(std::move(listener));
  return *this;
}
std::optional<double> Socket::timeout() const noexcept { return state_->timeout; }

Socket& Socket::setNoDelay(bool noDelay) {
  if (state_->wire.handle() == nullptr || state_->boundOnly) {
    state_->noDelay = noDelay;
  } else if (handles::Tcp* tcp = state_->tcp(); tcp != nullptr && noDelay != state_->noDelay) {
    state_->noDelay = noDelay;
    tcp->setNoDelay(noDelay);
  }
  return *this;
}

Socket& Socket::setKeepAlive(KeepAliveOptions options) {
  constexpr double kSecond = 1000;
  if (options.enable) {
    for (const double time : {options.initialDelay, options.interval}) {
      if (time <= 0 || time >= kSecond) continue;
      host().warning("KeepAliveWarning",
                     "keep-alive times below 1000 ms are rounded down to 0, which leaves the "
                     "system's own");
    }
  }
  const handles::KeepAlive wanted{
      .enable = options.enable,
      .initialDelay = impl::checkedKeepAliveDelay(options.initialDelay),
      .interval = impl::checkedKeepAliveDelay(options.interval),
      .count = options.count > 0 ? static_cast<unsigned>(options.count) : 0};
  handles::Tcp* tcp = state_->tcp();
  if (state_->wire.handle() == nullptr || state_->boundOnly) {
    state_->keepAlive = wanted;
  } else if (tcp != nullptr && (wanted.enable || state_->keepAlive.enable) &&
             wanted != state_->keepAlive) {
    state_->keepAlive = wanted;
    tcp->setKeepAlive(wanted);
  }
  return *this;
}

Socket& Socket::setTypeOfService(int tos) {
  impl::checkedTypeOfService(tos);
  if (handles::Tcp* tcp = state_->tcp(); tcp != nullptr && state_->open()) {
    if (const int status = tcp->setTypeOfService(tos); status < 0) {
      throw impl::errnoError(status, "setTypeOfService");
    }
  }
  state_->typeOfService = tos;
  return *this;
}

int Socket::getTypeOfService() const {
  if (const handles::Tcp* tcp = state_->tcp(); tcp != nullptr && state_->open()) {
    const int value = tcp->getTypeOfService();
    if (value < 0) throw impl::errnoError(value, "getTypeOfService");
    return value;
  }
  return state_->typeOfService.value_or(0);
}

Socket& Socket::ref() {
  if (handles::StreamHandle* handle = state_->wire.handle()) {
    handle->ref();
  } else {
    once<"connect">([this] { ref(); });
  }
  return *this;
}
Socket& Socket::unref() {
  if (handles::StreamHandle* handle = state_->wire.handle()) {
    handle->unref();
  } else {
    once<"connect">([this] { unref(); });
  }
  return *this;
}

Socket& Socket::resetAndDestroy() {
  const handles::StreamHandle* handle = state_->wire.handle();
  if (handle == nullptr) {
    destroy(impl::socketClosed());
    return *this;
  }
  if (handle->kind() != handles::StreamHandle::Kind::kTcp) throw impl::invalidHandleType();
  const auto reset = [this] {
    state_->resetAndClosing = true;
    destroy();
  };
  if (state_->connecting) {
    once<"connect">(reset);
  } else {
    reset();
  }
  return *this;
}

void Socket::destroySoon() {
  if (writable()) end();
  if (writableFinished()) {
    destroy();
  } else {
    once<"finish">([this] { destroy(); });
  }
}

bool Socket::connecting() const noexcept { return state_->connecting; }
bool Socket::pending() const noexcept { return !state_->open(); }
std::string_view Socket::readyState() const noexcept {
  if (state_->connecting) return "opening";
  if (readable()) return writable() ? "open" : "readOnly";
  return writable() ? "writeOnly" : "closed";
}

AddressInfo Socket::address() const { return state_->localName(); }
std::string Socket::localAddress() const {
  const AddressInfo& name = state_->localName();
  return name.empty() && state_->open() ? state_->boundPath() : name.address;
}
std::string_view Socket::localFamily() const { return state_->localName().family; }
std::optional<int> Socket::localPort() const {
  const AddressInfo& name = state_->localName();
  return name.empty() ? std::nullopt : std::optional(name.port);
}
std::string Socket::remoteAddress() const { return state_->remoteName().address; }
std::string_view Socket::remoteFamily() const { return state_->remoteName().family; }
std::optional<int> Socket::remotePort() const {
  const AddressInfo& name = state_->remoteName();
  return name.empty() ? std::nullopt : std::optional(name.port);
}

std::uint64_t Socket::bytesRead() const noexcept { return state_->wire.bytesRead(); }
std::uint64_t Socket::bytesWritten() const noexcept {
  return state_->wire.bytesWritten() + core().writable.queuedLength() + state_->pendingBytes;
}
std::optional<std::size_t> Socket::bufferSize() const noexcept {
  if (state_->wire.handle() == nullptr) return std::nullopt;
  return writableLength();
}
const std::vector<std::string>& Socket::autoSelectFamilyAttemptedAddresses() const noexcept {
  return state_->attemptedAddresses;
}
Server* Socket::server() const noexcept { return state_->server.get(); }

// --- What the stream asks for --------------------------------------------------------------------

void Socket::doRead(std::size_t) { state_->readOrWait(); }
std::ptrdiff_t Socket::doTryWrite(std::string_view bytes, std::optional<Error>& error) {
  if (!state_->open()) return -1;
  state_->pendingBytes = 0;
  return state_->wire.tryWrite(bytes, error);
}
void Socket::doWrite(Buffer chunk, Callback done) {
  state_->writeOrWait({&chunk, 1}, true, std::move(done));
}
void Socket::doWritev(std::span<Buffer> chunks, Callback done) {
  state_->writeOrWait(chunks, false, std::move(done));
}
void Socket::doFinal(Callback done) { state_->finalOrWait(std::move(done)); }
void Socket::doDestroy(const Error* error, Callback done) {
  state_->destroyHandle(error, std::move(done));
}

// With `onread` the stream carries no data, so the handle itself is what pauses.
void Socket::beforeRead() {
  if (state_->wire.hasOnRead() && !state_->connecting) state_->wire.readStart();
}
void Socket::beforePause() {
  if (state_->wire.hasOnRead() && !state_->connecting && state_->wire.reading()) {
    state_->wire.readStop();
  }
}
void Socket::beforeResume() { beforeRead(); }

void Socket::onEnding() {
  if (!allowHalfOpen()) setEndedByPeer(true);
}

// U15: one peer's reset must not end a host that serves others.
bool Socket::onUnheardError(const Error& error) {
  return state_->server && state_->server->emit<"clientError">(error, *this);
}

}  // namespace uvnet

// -------------------------------------------------------------------------------------------------

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
      EventId::kConnect, [f = std::forward<F>(f)](void*) mutable { f(); }, Socket::kOnce);
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
      Socket::kOnce);
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
    auto closed = [self = Ref<Socket>(&socket), this, hadError](int) { emitClose(hadError); };
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
  forgetPendingWrite();
  socket.abandon();
  held_.reset();
}

}  // namespace uvnet::impl
