#include "handles/tcp.h"

#include <uv.h>

#ifndef _WIN32
#include <unistd.h>
#endif

#include <utility>

#include "handles/loop_context.h"
#include "handles/request.h"
#include "handles/sockaddr.h"

namespace uvnet::handles {
namespace {

// The one kind of Tcp there is: with libuv's part in the same allocation.
class TcpMemory final : public Tcp {
 public:
  static TcpPtr create(Ref<LoopContext> context) {
    return TcpPtr(new TcpMemory(std::move(context)));
  }

 private:
  explicit TcpMemory(Ref<LoopContext> owned) noexcept
      : Tcp(std::move(owned), Kind::kTcp, reinterpret_cast<uv_stream_t*>(&tcp_)) {
    uv_tcp_init(context().loop(), &tcp_);  // cannot fail: without a family it makes no socket
    tcp_.data = static_cast<StreamHandle*>(this);
  }
  HandlePtr createSame() override { return create(Ref<LoopContext>(context())); }

  uv_tcp_t tcp_;
};

uv_tcp_t* tcpOf(uv_stream_t* uv) noexcept { return reinterpret_cast<uv_tcp_t*>(uv); }

int parse(const std::string& ip, int port, bool ipv6, sockaddr_storage& out) noexcept {
  return ipv6 ? uv_ip6_addr(ip.c_str(), port, reinterpret_cast<sockaddr_in6*>(&out))
              : uv_ip4_addr(ip.c_str(), port, reinterpret_cast<sockaddr_in*>(&out));
}

using NameCall = int (*)(const uv_tcp_t*, sockaddr*, int*);

int nameBy(NameCall call, uv_stream_t* uv, AddressInfo& out) {
  sockaddr_storage storage{};
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  int size = sizeof storage;
  const int status = call(tcpOf(uv), address, &size);
  if (status != 0) return status;
  return addressOf(address, true, out) ? 0 : UV_EAFNOSUPPORT;
}

}  // namespace

TcpPtr Tcp::create(Ref<LoopContext> context) { return TcpMemory::create(std::move(context)); }

int Tcp::open(int fd) noexcept { return uv_tcp_open(tcpOf(uv()), fd); }

int Tcp::bind(const std::string& ip, int port, bool ipv6, const BindOptions& options) noexcept {
  sockaddr_storage storage{};
  if (const int status = parse(ip, port, ipv6, storage); status != 0) return status;
  unsigned flags = ipv6 && options.ipv6Only ? UV_TCP_IPV6ONLY : 0;
  if (options.reusePort) {
#if UV_VERSION_HEX >= ((1 << 16) | (49 << 8))
    flags |= UV_TCP_REUSEPORT;
#else
    // Older libuv sets it on no socket of its own, so it gets one that has it.
    const int fd = openReusePort(ipv6);
    if (fd < 0) return fd;
    if (const int status = open(fd); status != 0) {
      ::close(fd);
      return status;
    }
#endif
  }
  return uv_tcp_bind(tcpOf(uv()), reinterpret_cast<const sockaddr*>(&storage), flags);
}

int Tcp::connect(const std::string& ip, int port, bool ipv6, RefCounted& owner,
                 StatusCallback done) {
  sockaddr_storage storage{};
  int status = parse(ip, port, ipv6, storage);
  if (status != 0) return status;
  RequestPool& pool = context().requests();
  Request& request = pool.take(*this, owner, std::move(done));
  request.connect.data = &request;
  status = uv_tcp_connect(&request.connect, tcpOf(uv()),
                          reinterpret_cast<const sockaddr*>(&storage), Request::onConnected);
  if (status != 0) pool.giveBack(request);
  return status;
}

int Tcp::getsockname(AddressInfo& out) const { return nameBy(uv_tcp_getsockname, uv(), out); }
int Tcp::getpeername(AddressInfo& out) const { return nameBy(uv_tcp_getpeername, uv(), out); }

int Tcp::setNoDelay(bool on) noexcept { return uv_tcp_nodelay(tcpOf(uv()), on ? 1 : 0); }

// Not by uv_tcp_keepalive: before 1.52 it sets an interval of 1 s and a count of 10 whatever is
// asked for, and a delay of 0 is an error to it.
int Tcp::setKeepAlive(const KeepAlive& options) noexcept {
  return handles::setKeepAlive(fileno(), options);
}
int Tcp::setTypeOfService(int value) noexcept { return handles::setTypeOfService(fileno(), value); }
int Tcp::getTypeOfService() const noexcept { return handles::getTypeOfService(fileno()); }

int Tcp::closeReset(HandlePtr handle, StatusCallback closed) noexcept {
  return closeBy(
      [](uv_stream_t* uv, uv_close_cb onClosed) { return uv_tcp_close_reset(tcpOf(uv), onClosed); },
      std::move(handle), std::move(closed));
}

}  // namespace uvnet::handles
