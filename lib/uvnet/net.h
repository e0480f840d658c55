// Node's `net` as a C++ object: what `require('net')` gives, on a loop of yours.
//
//   uvnet::LoopHost host;
//   uvnet::Net net{host};
//   net.createServer([](uvnet::Socket& socket) { socket.pipe(socket); }).listen({.port = 8124});
//   host.run();
//
// Everything here belongs to the thread that runs the loop. A Net per loop, no globals.
#pragma once

#include <uvnet/address.h>
#include <uvnet/block_list.h>
#include <uvnet/bound_socket.h>
#include <uvnet/buffer.h>
#include <uvnet/dispose.h>
#include <uvnet/duplex.h>
#include <uvnet/emitter.h>
#include <uvnet/encoding.h>
#include <uvnet/error.h>
#include <uvnet/events.h>
#include <uvnet/export.h>
#include <uvnet/function.h>
#include <uvnet/host.h>
#include <uvnet/options.h>
#include <uvnet/ref.h>
#include <uvnet/server.h>
#include <uvnet/socket.h>
#include <uvnet/stream.h>
#include <uvnet/version.h>

#include <memory>
#include <string_view>

namespace uvnet {

namespace impl {
class NetState;
}  // namespace impl

// v0.3 called the socket class net.Stream (row M21 of docs/rows.md).
namespace net {
using Stream = Socket;
}  // namespace net

class UVNET_API Net {
 public:
  // The host must outlive the Net and every Ref to what it made.
  explicit Net(Host& host, NetOptions options = {});
  // Destroys every server and socket that is still open, without events; the host's loop closes
  // their handles when it runs next (LoopHost's destructor sees to it).
  ~Net();
  Net(const Net&) = delete;
  Net& operator=(const Net&) = delete;

  // As the destructor, and tells when it is over: done is called from the loop once every handle of
  // this Net has been closed, so that the loop can go too. Nothing can be opened afterwards.
  void shutdown(Function<void()> done = {});

  Host& host() const noexcept;

  // A server that is not listening yet; the listener is an ordinary 'connection' listener. The Net
  // holds it until 'close' was emitted; take a Ref to keep it longer.
  Server& createServer(Function<void(Socket&)> connectionListener = {});
  Server& createServer(const ServerOptions& options,
                       Function<void(Socket&)> connectionListener = {});

  // Holds a server of a class of one's own as createServer() does: until 'close' was emitted.
  void keep(Server& server);

  // A socket that is connecting; the listener is added to 'connect', once. Throws as
  // Socket::connect(). Held until 'close' was emitted; take a Ref to keep it longer.
  Socket& connect(ConnectOptions options, Function<void()> listener = {});
  Socket& connect(Port port, std::string_view host, Function<void()> listener = {});
  Socket& connect(std::integral auto port, Function<void()> listener = {}) {
    return connect(ConnectOptions{.port = port}, std::move(listener));
  }
  Socket& connect(std::string_view pathOrPort, Function<void()> listener = {});
  // Node's other name of connect().
  Socket& createConnection(ConnectOptions options, Function<void()> listener = {}) {
    return connect(std::move(options), std::move(listener));
  }
  Socket& createConnection(Port port, std::string_view host, Function<void()> listener = {}) {
    return connect(std::move(port), host, std::move(listener));
  }
  Socket& createConnection(std::integral auto port, Function<void()> listener = {}) {
    return connect(port, std::move(listener));
  }
  Socket& createConnection(std::string_view pathOrPort, Function<void()> listener = {}) {
    return connect(pathOrPort, std::move(listener));
  }

  // 4, 6, or 0 for what is no IP address. Leading zeros, CIDR and blanks make it none; an IPv6
  // address may have a zone ("fe80::1%eth0").
  static int isIP(std::string_view text) noexcept;
  static bool isIPv4(std::string_view text) noexcept;
  static bool isIPv6(std::string_view text) noexcept;

  // Whether host names with several addresses are tried in turn, IPv6 and IPv4 alternating.
  bool getDefaultAutoSelectFamily() const noexcept;
  void setDefaultAutoSelectFamily(bool value) noexcept;
  // Milliseconds; below 10 becomes 10; throws ERR_OUT_OF_RANGE below 1.
  int getDefaultAutoSelectFamilyAttemptTimeout() const noexcept;
  void setDefaultAutoSelectFamilyAttemptTimeout(int milliseconds);

 private:
  friend class BoundSocket;
  friend class Server;
  friend class Socket;
  Ref<impl::NetState> state_;
};

}  // namespace uvnet
