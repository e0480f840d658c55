// A TCP socket. As StreamHandle: thin, libuv's ints.
#pragma once

#include <uvnet/address.h>

#include <memory>
#include <string>

#include "handles/socket_options.h"
#include "handles/stream_handle.h"

namespace uvnet::handles {

struct BindOptions {
  bool ipv6Only = false;
  bool reusePort = false;
};

class Tcp;
using TcpPtr = std::unique_ptr<Tcp, CloseHandle>;  // converts to HandlePtr

class Tcp : public StreamHandle {
 public:
  // Throws std::bad_alloc; nothing else can fail. The socket itself is made by bind or connect.
  static TcpPtr create(Ref<LoopContext> context);

  // Takes an open socket over: on success the handle closes it, on failure the caller still owns
  // it.
  int open(int fd) noexcept;
  // ip is a literal, an IPv6 one may carry a zone. EADDRINUSE and EINVAL of the system come from
  // listen() or connect(), as libuv delays them.
  int bind(const std::string& ip, int port, bool ipv6, const BindOptions& options = {}) noexcept;
  // done as in write(). Refusals come through done; what the system says at once is returned.
  int connect(const std::string& ip, int port, bool ipv6, RefCounted& owner, StatusCallback done);

  int getsockname(AddressInfo& out) const;
  int getpeername(AddressInfo& out) const;

  int setNoDelay(bool on) noexcept;
  int setKeepAlive(const KeepAlive& options) noexcept;
  int setTypeOfService(int value) noexcept;
  // The value, or a libuv error.
  int getTypeOfService() const noexcept;

  // As close(), but the peer sees a reset. Where libuv refuses (a shutdown is under way) closes
  // plainly and returns the error.
  static int closeReset(HandlePtr handle, StatusCallback closed) noexcept;

 protected:
  using StreamHandle::StreamHandle;
};

// The handle as what it is; only for kind() == kTcp.
inline Tcp& asTcp(StreamHandle& handle) noexcept { return static_cast<Tcp&>(handle); }

}  // namespace uvnet::handles
