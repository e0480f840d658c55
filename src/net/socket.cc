// Socket: the public calls, and what it supplies to its Duplex.
#include <uvnet/net.h>
#include <uvnet/socket.h>

#include <utility>

#include "handles/tcp.h"
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
  stream.readableHighWaterMark = options.readableHighWaterMark;
  stream.writableHighWaterMark = options.writableHighWaterMark;
  stream.autoCork = options.autoCork;
  stream.signal = options.signal;
  return stream;
}

void onIdle(Stream& stream) { static_cast<Socket&>(stream).emit<"timeout">(); }

}  // namespace

Socket::Socket(Net& net, SocketOptions options) : Socket(net.state_, std::move(options)) {}

Socket::Socket(const Ref<impl::NetState>& net, SocketOptions options)
    : Duplex(net->host(), streamOptions(options), Sides::kBoth, sizeof(SocketState)),
      state_(new (room()) SocketState(*this, net, std::move(options.onread))) {
  state_->noDelay = options.noDelay;
  const unsigned delay = impl::checkedKeepAliveDelay(options.keepAliveInitialDelay);
  state_->setKeepAlive(options.keepAlive, delay);
  if (options.typeOfService) {
    state_->changeSettings().typeOfService = impl::checkedTypeOfService(*options.typeOfService);
  }
  if (options.blockList) state_->setBlockList(*options.blockList);
  if (options.handle != nullptr) {
    state_->adoptBound(*options.handle);
  } else if (options.over != nullptr) {
    state_->adoptDuplex(*options.over);
    if (options.readable) read(0);
  } else if (options.fd) {
    state_->adoptFd(*options.fd);
    if (options.readable) read(0);
  }
}

Socket::~Socket() { abandon(); }

[[gnu::hot]] AsyncContext* Socket::asyncContext() const noexcept { return state_->context.get(); }

Socket& Socket::connect(ConnectOptions options, Function<void()> listener) {
  const CallGuard guard(*this);
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
  const CallGuard guard(*this);
  const std::uint64_t duration = impl::checkedTimeout(milliseconds);
  if (destroyed()) return *this;
  impl::SocketSettings& settings = state_->changeSettings();
  settings.timeout = milliseconds;
  state_->wire.setTimeout(state_->net->loop()->timers(), duration, onIdle);
  if (!listener) return *this;
  // Functions cannot be compared: Node takes the one away that is given.
  if (duration == 0) off(settings.timeoutListener);
  if (duration > 0) settings.timeoutListener = once<"timeout">(std::move(listener));
  return *this;
}
std::optional<double> Socket::timeout() const noexcept { return state_->settings().timeout; }

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
    state_->changeSettings().keepAlive = wanted;
  } else if (const handles::KeepAlive& now = state_->settings().keepAlive;
             tcp != nullptr && (wanted.enable || now.enable) && wanted != now) {
    state_->changeSettings().keepAlive = wanted;
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
  state_->changeSettings().typeOfService = tos;
  return *this;
}

int Socket::getTypeOfService() const {
  if (const handles::Tcp* tcp = state_->tcp(); tcp != nullptr && state_->open()) {
    const int value = tcp->getTypeOfService();
    if (value < 0) throw impl::errnoError(value, "getTypeOfService");
    return value;
  }
  return state_->settings().typeOfService.value_or(0);
}

Socket& Socket::ref() {
  if (handles::StreamHandle* handle = state_->wire.handle()) {
    handle->ref();
  } else {
    addListener(
        EventId::kConnect, [this](void*) { ref(); }, kOwn);
  }
  return *this;
}
Socket& Socket::unref() {
  if (handles::StreamHandle* handle = state_->wire.handle()) {
    handle->unref();
  } else {
    addListener(
        EventId::kConnect, [this](void*) { unref(); }, kOwn);
  }
  return *this;
}

bool Socket::hasRef() const noexcept {
  const handles::StreamHandle* handle = state_->wire.handle();
  return handle != nullptr && handle->hasRef();
}

Socket& Socket::resetAndDestroy() {
  const CallGuard guard(*this);
  const handles::StreamHandle* handle = state_->wire.handle();
  if (state_->overDuplex) throw impl::invalidHandleType();
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
    addListener(
        EventId::kConnect, [reset](void*) { reset(); }, kOwn);
  } else {
    reset();
  }
  return *this;
}

void Socket::destroySoon() {
  const CallGuard guard(*this);
  if (writable()) end();
  if (writableFinished()) {
    destroy();
  } else {
    addListener(
        EventId::kFinish, [this](void*) { destroy(); }, kOwn);
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

std::uint64_t Socket::bytesRead() const noexcept {
  const impl::LayerJoint* joint = state_->joint();
  return joint != nullptr ? joint->bytesRead() : state_->wire.bytesRead();
}
std::uint64_t Socket::bytesWritten() const noexcept {
  return bytesDispatched() + core().writable.queuedBytes() + state_->pendingBytes();
}
std::uint64_t Socket::bytesDispatched() const noexcept {
  const impl::LayerJoint* joint = state_->joint();
  return joint != nullptr ? joint->bytesWritten() : state_->wire.bytesWritten();
}
void Socket::setArrivalsAsked(bool asked) noexcept { state_->wire.setArrivalsAsked(asked); }
void Socket::uncountRefused(std::uint64_t bytes) noexcept {
  if (handles::StreamHandle* handle = state_->wire.handle()) handle->uncount(bytes);
}
std::optional<std::size_t> Socket::bufferSize() const noexcept {
  if (state_->wire.handle() == nullptr && !state_->overDuplex) return std::nullopt;
  return writableLength();
}
const std::vector<std::string>& Socket::autoSelectFamilyAttemptedAddresses() const noexcept {
  return state_->attemptedAddresses();
}
int Socket::fd() const noexcept {
  const handles::StreamHandle* handle = state_->wire.handle();
  return handle != nullptr ? handle->fileno() : -1;
}
Socket& Socket::putLayer(std::unique_ptr<Layer> layer) {
  const CallGuard guard(*this);
  state_->putLayer(std::move(layer));
  return *this;
}
Layer* Socket::layer() const noexcept {
  const impl::LayerJoint* joint = state_->joint();
  return joint != nullptr ? joint->layer() : nullptr;
}
Server* Socket::server() const noexcept { return state_->server.get(); }
void Socket::forgetServer() noexcept { state_->server.reset(); }

// --- What the stream asks for --------------------------------------------------------------------

void Socket::doRead(std::size_t) {
  if (state_->direct) return state_->wire.readStart();
  state_->readOrWait();
}
[[gnu::hot]] bool Socket::readsByItself() const noexcept { return state_->wire.reading(); }
[[gnu::hot]] std::ptrdiff_t Socket::doTryWrite(std::string_view bytes,
                                               std::unique_ptr<Error>& error) {
  if (!state_->direct) return state_->tryWriteIndirectly(bytes, error);
  state_->nothingPending();
  return state_->wire.tryWrite(bytes, error);
}
void Socket::doWrite(Buffer chunk, Callback done) {
  state_->writeOrWait({&chunk, 1}, true, std::move(done));
}
void Socket::doWritev(std::span<Buffer> chunks, Callback done) {
  state_->writeOrWait(chunks, false, std::move(done));
}
bool Socket::keepsOwnCallbacks() const noexcept { return !state_->direct; }
void Socket::doFinal(Callback done) { state_->finalOrWait(std::move(done)); }
void Socket::doDestroy(const Error* error, Callback done) {
  state_->destroyHandle(error, std::move(done));
}

// With `onread` the stream carries no data, so the handle itself is what pauses.
void Socket::beforeRead() {
  if (state_->wire.hasOnRead() && !state_->connecting) state_->readNow();
}
void Socket::beforePause() {
  if (state_->wire.hasOnRead() && !state_->connecting && state_->wire.reading()) {
    state_->stopReading();
  }
}
void Socket::beforeResume() { beforeRead(); }

bool Socket::isPlain() const noexcept { return state_->isPlain(); }

stream::Wire* Socket::plainWire() noexcept {
  return state_->direct && isPlain() ? &state_->wire : nullptr;
}

void Socket::onEnding() {
  if (!allowHalfOpen()) setEndedByPeer(true);
}

// U15: one peer's reset must not end a host that serves others.
bool Socket::onUnheardError(const Error& error) {
  return state_->server && state_->server->emit<"clientError">(error, *this);
}

}  // namespace uvnet
