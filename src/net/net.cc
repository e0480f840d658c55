// Net: the module object.
#include <uvnet/net.h>

#include <cmath>
#include <utility>

#include "handles/fd.h"
#include "handles/sigpipe.h"
#include "net/errors.h"
#include "net/net_state.h"
#include "net/server_state.h"
#include "net/socket_state.h"
#include "net/validate.h"

namespace uvnet {

Net::Net(Host& host, NetOptions options) {
  options.autoSelectFamilyAttemptTimeout = impl::checkedAttemptTimeout(
      options.autoSelectFamilyAttemptTimeout, "options.autoSelectFamilyAttemptTimeout");
  handles::occupyStdio();
  if (options.ignoreSigpipe) handles::ignoreSigpipeIfDefault();
  state_ = make<impl::NetState>(host, options);
}

Net::~Net() { state_->shutdown(); }

void Net::shutdown(Function<void()> done) {
  state_->shutdown();
  if (done) state_->loop()->whenClosed(std::move(done));
}

Host& Net::host() const noexcept { return state_->host(); }

Server& Net::createServer(Function<void(Socket&)> connectionListener) {
  return createServer(ServerOptions{}, std::move(connectionListener));
}
Server& Net::createServer(const ServerOptions& options,
                          Function<void(Socket&)> connectionListener) {
  const Ref<Server> server = make<Server>(*this, options, std::move(connectionListener));
  keep(*server);
  return *server;
}
void Net::keep(Server& server) {
  server.state_->hold();
  server.state_->keptByNet = true;
}

Socket& Net::connect(ConnectOptions options, Function<void()> listener) {
  SocketOptions own;
  own.allowHalfOpen = options.allowHalfOpen;
  own.onread = options.onread;
  own.noDelay = options.noDelay;
  own.keepAlive = options.keepAlive;
  own.keepAliveInitialDelay = options.keepAliveInitialDelay;
  own.highWaterMark = options.highWaterMark;
  own.autoCork = options.autoCork;
  own.typeOfService = options.typeOfService;
  own.signal = options.signal;
  own.handle = options.handle;
  const Ref<Socket> socket = make<Socket>(*this, std::move(own));
  // NaN is nothing to JavaScript; what is no timeout is refused.
  if (options.timeout != 0 && !std::isnan(options.timeout)) socket->setTimeout(options.timeout);
  return socket->connect(std::move(options), std::move(listener));
}
Socket& Net::connect(Port port, std::string_view host, Function<void()> listener) {
  return connect(ConnectOptions{.port = std::move(port), .host = std::string(host)},
                 std::move(listener));
}
Socket& Net::connect(std::string_view pathOrPort, Function<void()> listener) {
  if (impl::isPipeName(pathOrPort)) {
    return connect(ConnectOptions{.path = std::string(pathOrPort)}, std::move(listener));
  }
  return connect(ConnectOptions{.port = pathOrPort}, std::move(listener));
}

int Net::isIP(std::string_view text) noexcept { return impl::ipVersion(text); }
bool Net::isIPv4(std::string_view text) noexcept { return impl::ipVersion(text) == 4; }
bool Net::isIPv6(std::string_view text) noexcept { return impl::ipVersion(text) == 6; }

bool Net::getDefaultAutoSelectFamily() const noexcept { return state_->options.autoSelectFamily; }
void Net::setDefaultAutoSelectFamily(bool value) noexcept {
  state_->options.autoSelectFamily = value;
}
int Net::getDefaultAutoSelectFamilyAttemptTimeout() const noexcept {
  return state_->options.autoSelectFamilyAttemptTimeout;
}
void Net::setDefaultAutoSelectFamilyAttemptTimeout(int milliseconds) {
  state_->options.autoSelectFamilyAttemptTimeout =
      impl::checkedAttemptTimeout(milliseconds, "value");
}

}  // namespace uvnet
