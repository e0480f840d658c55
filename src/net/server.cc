// Server: the public calls, accepting, and the end.
#include <uvnet/net.h>
#include <uvnet/server.h>

#include <utility>

#include "handles/callback_scope.h"
#include "handles/tcp.h"
#include "handles/uv_error.h"
#include "net/errors.h"
#include "net/server_state.h"
#include "net/socket_state.h"
#include "net/validate.h"

namespace uvnet {

Server::Server(Net& net, Function<void(Socket&)> connectionListener)
    : Server(net, ServerOptions{}, std::move(connectionListener)) {}

Server::Server(Net& net, const ServerOptions& options, Function<void(Socket&)> connectionListener)
    : Emitter(net.host()), state_(std::make_unique<impl::ServerState>(*this, net.state_, options)) {
  if (connectionListener) on<"connection">(std::move(connectionListener));
}

Server::~Server() = default;

AsyncContext* Server::asyncContext() const noexcept { return state_->context.get(); }

Server& Server::listen(ListenOptions options, Function<void()> listener) {
  const CallGuard guard(*this);
  state_->listen(std::move(options), std::move(listener));
  return *this;
}
Server& Server::listen(Function<void()> listener) {
  return listen(ListenOptions{.port = 0}, std::move(listener));
}
Server& Server::listen(Port port, std::string_view host, int backlog, Function<void()> listener) {
  return listen(
      ListenOptions{.port = std::move(port), .host = std::string(host), .backlog = backlog},
      std::move(listener));
}
Server& Server::listen(Port port, std::string_view host, Function<void()> listener) {
  return listen(std::move(port), host, 0, std::move(listener));
}
Server& Server::listen(std::string_view pathOrPort, Function<void()> listener) {
  return listen(pathOrPort, 0, std::move(listener));
}
Server& Server::listen(std::string_view pathOrPort, int backlog, Function<void()> listener) {
  if (impl::isPipeName(pathOrPort)) {
    return listen(ListenOptions{.path = std::string(pathOrPort), .backlog = backlog},
                  std::move(listener));
  }
  return listen(ListenOptions{.port = pathOrPort, .backlog = backlog}, std::move(listener));
}
Server& Server::listen(const Server& other, Function<void()> listener) {
  const CallGuard guard(*this);
  state_->listenCopy(other.fd(), std::move(listener));
  return *this;
}
Server& Server::listen(const Socket& bound, Function<void()> listener) {
  const CallGuard guard(*this);
  const handles::StreamHandle* handle = bound.state_->wire.handle();
  state_->listenCopy(handle != nullptr ? handle->fileno() : -1, std::move(listener));
  return *this;
}
Server& Server::listen(BoundSocket& bound, Function<void()> listener) {
  return listen(ListenOptions{.handle = &bound}, std::move(listener));
}
Server& Server::listen(BoundSocket& bound, int backlog, Function<void()> listener) {
  return listen(ListenOptions{.backlog = backlog, .handle = &bound}, std::move(listener));
}
Server& Server::listenFD(int fd, Function<void()> listener) {
  return listen(ListenOptions{.fd = fd}, std::move(listener));
}

Server& Server::accept(int fd) {
  const CallGuard guard(*this);
  state_->acceptFd(fd);
  return *this;
}
Server& Server::addConnectionsElsewhere(int change) {
  const auto most = static_cast<std::int64_t>(state_->connections);
  if (change < -most) {
    throw impl::outOfRange("change", ">= -" + std::to_string(most), change);
  }
  state_->addConnections(change);
  return *this;
}

Server& Server::close(Callback callback) {
  const CallGuard guard(*this);
  state_->close(std::move(callback));
  return *this;
}
ServerAddress Server::address() const { return state_->address(); }
bool Server::listening() const noexcept { return state_->listening(); }
int Server::fd() const noexcept {
  return state_->handle != nullptr ? state_->handle->fileno() : -1;
}

Server& Server::getConnections(Function<void(const Error*, std::size_t)> callback) {
  host().nextTick([callback = std::move(callback), count = state_->connections]() mutable {
    if (callback) callback(nullptr, count);
  });
  return *this;
}
std::size_t Server::connections() const noexcept { return state_->connections; }
std::optional<std::size_t> Server::maxConnections() const noexcept {
  return state_->maxConnections;
}
Server& Server::setMaxConnections(std::optional<std::size_t> limit) noexcept {
  state_->maxConnections = limit;
  return *this;
}

bool Server::dropMaxConnection() const noexcept { return state_->dropMaxConnection; }
Server& Server::setDropMaxConnection(bool drop) noexcept {
  state_->dropMaxConnection = drop;
  return *this;
}

Ref<Socket> Server::makeSocket(SocketOptions options) {
  return make<Socket>(state_->net, std::move(options));
}

Server& Server::ref() {
  state_->unref = false;
  if (state_->handle != nullptr) state_->handle->ref();
  return *this;
}
Server& Server::unref() {
  state_->unref = true;
  if (state_->handle != nullptr) state_->handle->unref();
  return *this;
}

}  // namespace uvnet

// -------------------------------------------------------------------------------------------------

namespace uvnet::impl {

ServerState::ServerState(Server& owner, Ref<NetState> state, const ServerOptions& given)
    : Living(std::move(state)), server(owner), options(given) {}

void ServerState::tick(Task task) {
  server.host().nextTick(
      [self = Ref<Server>(&server), task = std::move(task)]() mutable { task(); });
}

void ServerState::onConnection(int status, handles::HandlePtr client) {
  if (status < 0) {
    server.emitError(errnoError(status, "accept"));
    return;
  }
  const bool limited =
      maxConnections && (*maxConnections > 0 || net->options.zeroMaxConnectionsDropsAll);
  if (limited && connections >= *maxConnections) {
    drop(*client);
    return;
  }
  if (blocked(*client)) return;
  SocketOptions accepted;
  accepted.allowHalfOpen = options.allowHalfOpen;
  accepted.highWaterMark = options.highWaterMark;
  accepted.autoCork = options.autoCork;
  const Ref<Socket> socket = server.makeSocket(std::move(accepted));
  SocketState& state = *socket->state_;
  state.noDelay = options.noDelay;
  state.setKeepAlive(options.keepAlive, checkedKeepAliveDelay(options.keepAliveInitialDelay));
  state.adopt(std::move(client));
  if (handles::Tcp* tcp = state.tcp()) state.applyOptionsTo(*tcp);
  state.server = Ref<Server>(&server);
  state.counted = true;
  ++connections;
  if (options.pauseOnConnect) {
    state.pauseBeforeReading();
  } else {
    socket->read(0);
  }
  server.emit<"connection">(*socket);
}

bool ServerState::blocked(const handles::StreamHandle& client) const {
  if (!options.blockList || client.kind() != handles::StreamHandle::Kind::kTcp) return false;
  AddressInfo remote;
  static_cast<const handles::Tcp&>(client).getpeername(remote);
  return options.blockList->check(remote.address, remote.family);
}

void ServerState::drop(const handles::StreamHandle& client) {
  DropInfo info;
  if (client.kind() == handles::StreamHandle::Kind::kTcp) {
    const auto& tcp = static_cast<const handles::Tcp&>(client);
    tcp.getsockname(info.local);
    tcp.getpeername(info.remote);
  }
  server.emit<"drop">(info);
}

void ServerState::close(Callback callback) {
  listen_.next();
  lookup_.cancel();
  if (callback) {
    server.once<"close">([callback = std::move(callback), open = listening()]() mutable {
      const Error error = serverNotRunning();
      callback(open ? nullptr : &error);
    });
  }
  handle.reset();
  elsewhere_ = false;
  path_.clear();
  abort_.reset();
  emitCloseIfDrained();
}

void ServerState::addConnections(int change) {
  connections += static_cast<std::size_t>(change);
  if (change < 0) emitCloseIfDrained();
}

void ServerState::emitCloseIfDrained() {
  if (listening() || connections > 0) return;
  tick([this, id = listen_.now()] {
    // Whoever throws, the server must be let go.
    handles::shielded(server.host(), [this] { server.emit<"close">(); });
    // Not if it was told to listen again since (whether or not that goes well) or a further close()
    // has its own 'close' on the way.
    if (!listening() && connections == 0 && listen_.is(id)) {
      keptByNet = false;
      held_.reset();
    }
  });
}

void ServerState::netIsGoing() noexcept {
  const CallGuard guard(server);
  listen_.next();
  lookup_.cancel();
  abort_.reset();
  handle.reset();
  elsewhere_ = false;
  server.forgetListeners();
  held_.reset();
}

}  // namespace uvnet::impl
