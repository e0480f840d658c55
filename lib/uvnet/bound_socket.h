// net.BoundSocket: an address reserved at once, to listen on or to connect from later.
//
//   uvnet::BoundSocket bound{net, {.host = "127.0.0.1"}};
//   const int port = std::get<uvnet::AddressInfo>(bound.address()).port;
//   net.createServer(...).listen(bound);
//
// Node's own since v26.4; dispose is the destructor.
#pragma once

#include <uvnet/export.h>
#include <uvnet/options.h>
#include <uvnet/server.h>

#include <memory>
#include <string>

namespace uvnet {

class Net;

namespace impl {
struct BoundState;
}  // namespace impl

struct BoundSocketOptions {
  std::string host = {};  // an IP address, no name; default "0.0.0.0", or "::" with ipv6Only
  Port port = {};         // default 0: the system picks one
  bool ipv6Only = false;
  bool reusePort = false;  // several sockets may have the same address; ENOTSUP where unsupported
  std::string path = {};   // a Unix socket instead; '\0' first: Linux's abstract names
};

class UVNET_API BoundSocket {
 public:
  // Binds now. Throws what the system says ("bind EADDRINUSE 127.0.0.1:80"), ERR_SOCKET_BAD_PORT,
  // ERR_INVALID_IP_ADDRESS, or ERR_INVALID_ARG_VALUE (a path together with the rest, or unusable).
  BoundSocket(Net& net, const BoundSocketOptions& options = {});
  // One that was moved from is closed: its calls throw ERR_SOCKET_CLOSED, but for close(), which
  // does nothing, and isPipe(), which is false.
  BoundSocket(BoundSocket&&) noexcept;
  BoundSocket& operator=(BoundSocket&&) noexcept;
  // Closes it, unless a Server or Socket has taken it over.
  ~BoundSocket();

  // As server.address(). These throw ERR_SOCKET_HANDLE_ADOPTED once it was taken over.
  ServerAddress address() const;
  int fd() const;  // still the BoundSocket's; -1 where there are none
  void close();

  bool isPipe() const noexcept;

 private:
  friend class Server;
  friend class Socket;
  friend class impl::ServerState;
  friend class impl::SocketState;
  impl::BoundState& state() const;
  std::unique_ptr<impl::BoundState> state_;
};

}  // namespace uvnet
