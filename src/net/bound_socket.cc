#include <uvnet/bound_socket.h>
#include <uvnet/net.h>

#include <utility>

#include "handles/pipe.h"
#include "handles/tcp.h"
#include "net/bound_state.h"
#include "net/errors.h"
#include "net/net_state.h"
#include "net/validate.h"

namespace uvnet {

namespace {

void checkNotBoth(const BoundSocketOptions& options) {
  if (options.path.empty()) return;
  if (options.host.empty() && !options.port.given() && !options.ipv6Only && !options.reusePort) {
    return;
  }
  throw impl::invalidArgValue("options.path", impl::quoted(options.path),
                              "cannot be combined with host, port, ipv6Only or reusePort");
}

void checkAllowed(const impl::NetState& net, const Access& access) {
  if (const auto error = net.refused(access)) throw *error;
}

}  // namespace

BoundSocket::BoundSocket(Net& net, const BoundSocketOptions& options)
    : state_(std::make_unique<impl::BoundState>()) {
  checkNotBoth(options);
  const Ref<handles::LoopContext>& loop = net.state_->loop();
  if (!options.path.empty()) {
    impl::checkPath(options.path);
    checkAllowed(*net.state_, {.kind = Access::Kind::kBind, .path = options.path});
    handles::PipePtr pipe = handles::Pipe::create(loop);
    if (const int status = pipe->bind(options.path); status < 0) {
      throw impl::hostPortError(status, "bind", options.path, 0);
    }
    state_->isPipe = true;
    state_->path = options.path;
    state_->handle = std::move(pipe);
    return;
  }
  const int port = options.port.given() ? impl::checkedPort(options.port, "options.port") : 0;
  const std::string host = !options.host.empty() ? options.host
                           : options.ipv6Only    ? "::"
                                                 : "0.0.0.0";
  const int version = impl::ipVersion(host);
  if (version == 0) throw impl::invalidIpAddress(host);
  checkAllowed(*net.state_, {.kind = Access::Kind::kBind, .address = host, .port = port});
  handles::TcpPtr tcp = handles::Tcp::create(loop);
  const handles::BindOptions how{.ipv6Only = options.ipv6Only, .reusePort = options.reusePort};
  int status = tcp->bind(host, port, version == 6, how);
  // libuv keeps EADDRINUSE for listen(); the name it has then tells it now.
  AddressInfo bound;
  if (status == 0) status = tcp->getsockname(bound);
  if (status < 0) throw impl::hostPortError(status, "bind", host, port);
  state_->handle = std::move(tcp);
}

BoundSocket::BoundSocket(BoundSocket&&) noexcept = default;
BoundSocket& BoundSocket::operator=(BoundSocket&&) noexcept = default;
BoundSocket::~BoundSocket() = default;

impl::BoundState& BoundSocket::state() const {
  if (state_ == nullptr) throw impl::socketClosed();
  return *state_;
}

ServerAddress BoundSocket::address() const {
  state().checkOwned();
  if (state_->isPipe) return state_->path;
  AddressInfo info;
  static_cast<const handles::Tcp&>(*state_->handle).getsockname(info);
  return info;
}

int BoundSocket::fd() const {
  state().checkOwned();
  return state_->handle->fileno();
}

void BoundSocket::close() {
  if (state_ == nullptr) return;
  if (state_->adopted) throw impl::handleAdopted();
  state_->handle.reset();
}

bool BoundSocket::isPipe() const noexcept { return state_ != nullptr && state_->isPipe; }

namespace impl {

void BoundState::checkOwned() const {
  if (adopted) throw handleAdopted();
  if (handle == nullptr) throw socketClosed();
}

handles::HandlePtr BoundState::adopt() {
  checkOwned();
  adopted = true;
  return std::move(handle);
}

}  // namespace impl

}  // namespace uvnet
