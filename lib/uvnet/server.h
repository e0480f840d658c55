// net.Server: accepts TCP connections or Unix-socket connections.
//
// From listen() until 'close' was emitted, or until the 'error' of a listen() that failed, the loop
// holds a Ref to the server itself; one made by net.createServer() is held from the start to
// 'close'.
#pragma once

#include <uvnet/address.h>
#include <uvnet/emitter.h>
#include <uvnet/events.h>
#include <uvnet/options.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace uvnet {

class BoundSocket;
class Net;

namespace impl {
class ServerState;
class SocketState;
}  // namespace impl

// server.address(): {port, family, address} of TCP, the path of a Unix socket, nothing (monostate)
// before 'listening' and after close().
using ServerAddress = std::variant<std::monostate, AddressInfo, std::string>;

class UVNET_API Server : public Emitter, public On<Server, ServerEvents> {
 public:
  // make<Server>(net, ...); the listener is an ordinary 'connection' listener.
  explicit Server(Net& net, Function<void(Socket&)> connectionListener = {});
  Server(Net& net, const ServerOptions& options, Function<void(Socket&)> connectionListener = {});

  using Emitter::removeAllListeners;
  using On<Server, ServerEvents>::removeAllListeners;

  // Starts to listen; the listener is added to 'listening', once. All of it is asynchronous:
  // failure is an 'error' event (EADDRINUSE, EACCES, ...). Throws, before anything changes:
  // ERR_SERVER_ALREADY_LISTEN, ERR_SOCKET_BAD_PORT, ERR_INVALID_ARG_VALUE (neither port nor path
  // nor fd; a path too long or with a NUL). After an error or close() it may be called again.
  Server& listen(ListenOptions options, Function<void()> listener = {});
  Server& listen(Function<void()> listener = {});  // any free port
  Server& listen(Port port, std::string_view host, int backlog, Function<void()> listener = {});
  Server& listen(Port port, std::string_view host, Function<void()> listener = {});
  Server& listen(std::integral auto port, Function<void()> listener = {}) {
    return listen(ListenOptions{.port = port}, std::move(listener));
  }
  Server& listen(std::integral auto port, int backlog, Function<void()> listener = {}) {
    return listen(ListenOptions{.port = port, .backlog = backlog}, std::move(listener));
  }
  // A path, or a port as text: Node decides by what it looks like.
  Server& listen(std::string_view pathOrPort, Function<void()> listener = {});
  Server& listen(std::string_view pathOrPort, int backlog, Function<void()> listener = {});
  // What another server or socket is bound to (row S10 of docs/rows.md): its descriptor is
  // duplicated.
  Server& listen(const Server& other, Function<void()> listener = {});
  Server& listen(const Socket& bound, Function<void()> listener = {});
  // Takes the bound socket over.
  Server& listen(BoundSocket& bound, Function<void()> listener = {});
  Server& listen(BoundSocket& bound, int backlog, Function<void()> listener = {});
  // v0.3's name of listen({.fd = fd}).
  Server& listenFD(int fd, Function<void()> listener = {});

  // Takes over a connection that was accepted elsewhere (inetd, systemd's Accept=yes, a parent
  // process that deals connections out): from here on as if it had come in by this server. Throws
  // what accept() or open would say (EINVAL: no stream socket).
  Server& accept(int fd);
  // The other way: `change` more of its connections are served elsewhere. They are counted, and
  // 'close' waits until they are taken off again. ERR_OUT_OF_RANGE: so many are not there.
  Server& addConnectionsElsewhere(int change);

  // Stops accepting; connections stay, and 'close' comes when the last one has ended. The callback
  // is told on 'close', with ERR_SERVER_NOT_RUNNING if the server was not open.
  Server& close(Callback callback = {});

  ServerAddress address() const;
  bool listening() const noexcept;
  // The listening descriptor, still the Server's; -1 where there is none.
  int fd() const noexcept;

  // How many accepted sockets are open; the callback comes on a later tick.
  Server& getConnections(Function<void(const Error*, std::size_t count)> callback);
  // v0.3's live count. Deprecated in Node in favour of getConnections().
  std::size_t connections() const noexcept;

  // Above so many open connections new ones are dropped ('drop'); 0 drops all, as in Node 21 and
  // later; nullopt (default) sets no limit.
  std::optional<std::size_t> maxConnections() const noexcept;
  Server& setMaxConnections(std::optional<std::size_t> limit) noexcept;
  // Node's choice between closing such a connection and giving it to another worker of its cluster.
  // There is no cluster here, so connections are closed either way.
  bool dropMaxConnection() const noexcept;
  Server& setDropMaxConnection(bool drop) noexcept;

  // Whether a listening server alone keeps the loop running (it does). Remembered across listen().
  Server& ref();
  Server& unref();

 protected:
  ~Server() override;
  std::string_view className() const noexcept override { return "Server"; }
  AsyncContext* asyncContext() const noexcept override;
  // Makes the Socket of a connection that was accepted: an embedder's own class of it. The
  // connection itself is given to it afterwards.
  virtual Ref<Socket> makeSocket(SocketOptions options);

 private:
  friend class Net;
  friend class Socket;
  friend class impl::ServerState;
  friend class impl::SocketState;
  std::unique_ptr<impl::ServerState> state_;
};

}  // namespace uvnet
