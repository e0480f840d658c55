// From connect() to 'connect' or 'error': checks, lookup, one attempt.
#include <uvnet/net.h>

#include <exception>
#include <utility>

#include "handles/lookup.h"
#include "handles/pipe.h"
#include "handles/uv_error.h"
#include "net/errors.h"
#include "net/race.h"
#include "net/socket_state.h"
#include "net/validate.h"

namespace uvnet::impl {

namespace uverr = handles::uverr;

// What an answer of a lookup is let in with; the socket takes it back when it stops waiting.
struct SocketState::Ticket {
  SocketState* state;
};

void SocketState::connect(ConnectOptions options, Function<void()> listener) {
  // A path goes before a port (FEATURES K16).
  const bool named = !options.path.empty();
  if (!named && !options.port.given()) throw missingPortOrPath();
  if (net->gone()) throw socketClosed();
  Target target;
  LookupOptions lookup;
  bool race = false;
  int version = 0;
  if (named) {
    checkPath(options.path);
  } else {
    if (!options.localAddress.empty() && ipVersion(options.localAddress) == 0) {
      throw invalidIpAddress(options.localAddress);
    }
    target.port = checkedPort(options.port, "Port");
    target.givenPort = options.port;
    target.host = options.host.empty() ? "localhost" : options.host;
    target.localAddress = options.localAddress;
    if (options.localPort.given()) {
      target.localPort = checkedPort(options.localPort, "options.localPort");
    }
    target.attemptTimeout = options.autoSelectFamilyAttemptTimeout
                                ? checkedAttemptTimeout(*options.autoSelectFamilyAttemptTimeout,
                                                        "options.autoSelectFamilyAttemptTimeout")
                                : net->options.autoSelectFamilyAttemptTimeout;
    version = ipVersion(target.host);
    if (version == 0) {
      if (options.lookup) {
        lookup.family = options.family.number();
      } else {
        lookup.family = checkedFamily(options.family);
        checkHints(options.hints);
      }
      lookup.hints = options.hints;
      const bool oneFamily = lookup.family == 4 || lookup.family == 6;
      if (!oneFamily && lookup.hints == 0) lookup.hints = handles::LookupHints::kAddrConfig;
      race = !oneFamily && target.localAddress.empty() && !boundOnly &&
             options.autoSelectFamily.value_or(net->options.autoSelectFamily);
      lookup.all = race;
    }
  }

  if (options.blockList) blockList = std::move(options.blockList);
  if (listener) socket.once<"connect">(std::move(listener));
  if (socket.destroyed()) {
    forgetPendingWrite();
    remoteName_ = {};
  }
  socket.setEndedByPeer(false);
  const bool fromBound = std::exchange(boundOnly, false);
  // TCP refuses a second connect() by itself; a pipe would forget the first one and its loop never
  // end, and a handle of the other kind is no good for this one.
  if (wire.handle() != nullptr && (named != (tcp() == nullptr) || (named && connecting))) {
    failNextTick(hostPortError(connecting ? uverr::kAlready : uverr::kIsConn, "connect",
                               named ? options.path : target.host, named ? 0 : target.port));
    return;
  }
  if (wire.handle() == nullptr) openHandle(named);
  hold();
  wire.touch();
  connecting = true;
  ++connectId_;
  target_ = std::move(target);

  if (named) {
    connectToPath(options.path);
  } else if (version != 0 && fromBound) {
    // At once, so that localAddress is known when connect() returns (Node's BoundSocket).
    connectTo(target_.host, version);
  } else if (version != 0) {
    tick([this, version, id = connectId_] {
      if (connecting && id == connectId_) connectTo(target_.host, version);
    });
  } else {
    lookUp(lookup, options.lookup, race);
  }
}

void SocketState::openHandle(bool pipe) {
  if (socket.destroyed()) socket.undestroy();
  context = net->host().captureContext();
  localName_ = {};
  if (pipe) {
    wire.attach(handles::Pipe::create(net->loop()));
  } else {
    wire.attach(handles::Tcp::create(net->loop()));
  }
}

void SocketState::stopConnecting() noexcept {
  connecting = false;
  if (lookup_ != nullptr) lookup_->state = nullptr;
  lookup_.reset();
  nameLookup_.cancel();
  if (race_ != nullptr) race_->timer.stop();
}

// --- Lookup --------------------------------------------------------------------------------------

void SocketState::lookUp(LookupOptions options, const Lookup& custom, bool race) {
  const std::string& host = target_.host;
  if (custom) {
    // Told once, told late, never told: the ticket says whether we still want to know.
    lookup_ = std::make_shared<Ticket>(Ticket{this});
    const auto answered = [ticket = lookup_, race](const Error* error,
                                                   const std::vector<LookupAddress>& found) {
      if (ticket->state == nullptr) return;
      SocketState& state = *std::exchange(ticket->state, nullptr);
      const Ref<Socket> keep(&state.socket);
      state.onLookup(error, found, race);
    };
    try {
      custom(std::string(host), options, answered);
    } catch (const Error& error) {
      failNextTick(error);
    } catch (const std::exception& error) {
      failNextTick(Error(error.what()));
    }
    return;
  }
  nameLookup_.start(*net, host, target_.port, options, socket,
                    [this, race](const Error* error, const std::vector<LookupAddress>& found) {
                      onLookup(error, found, race);
                    });
}

void SocketState::failNextTick(const Error& error) {
  // net.connect() may not have returned yet: nobody could be listening.
  tick([this, error, id = connectId_] {
    if (id == connectId_) socket.destroy(error);
  });
}

void SocketState::onLookup(const Error* error, const std::vector<LookupAddress>& found, bool race) {
  if (error == nullptr && found.empty()) {
    const Error none = lookupError(uverr::kEaiNoData, target_.host);
    onLookup(&none, {}, race);
    return;
  }
  if (race && error == nullptr) {
    onRaceLookup(nullptr, found);
    return;
  }
  const std::string address = found.empty() ? std::string() : found.front().address;
  const int family = found.empty() ? 0 : found.front().family;
  socket.emit<"lookup">(error, address, family, target_.host);
  if (!connecting) return;
  if (error != nullptr) {
    failNextTick(*error);
  } else if (ipVersion(address) == 0) {
    failNextTick(invalidIpAddress(address));
  } else if (family != 4 && family != 6) {
    failNextTick(invalidAddressFamily(family, target_.host, target_.givenPort, target_.port));
  } else {
    wire.touch();
    connectTo(address, family);
  }
}

// --- One attempt ---------------------------------------------------------------------------------

void SocketState::connectTo(const std::string& address, int family) {
  attempt_ = {address, target_.port, family, target_.localAddress, target_.localPort};
  if (const auto error = refused(Access::Kind::kBind)) {
    socket.destroy(*error);
    return;
  }
  if (const int status = bindLocal(attempt_); status < 0) {
    socket.destroy(hostPortError(status, "bind", attempt_.localAddress, attempt_.localPort));
    return;
  }
  socket.emit<"connectionAttempt">(attempt_.address, attempt_.port, attempt_.family);
  if (!connecting) return;
  if (blocked(attempt_)) {
    socket.destroy(ipBlocked(attempt_.address));
    return;
  }
  if (const auto error = refused(Access::Kind::kConnect)) {
    socket.destroy(*error);
    return;
  }
  const int status = tcp()->connect(attempt_.address, attempt_.port, family == 6, socket,
                                    [this, id = connectId_](int answer) {
                                      if (id == connectId_) onConnected(answer);
                                    });
  if (status < 0) socket.destroy(refusedAtOnce(status));
}

void SocketState::connectToPath(const std::string& path) {
  attempt_ = {path, 0, 0, {}, 0};
  socket.emit<"connectionAttempt">(attempt_.address, 0, 0);
  if (!connecting) return;
  if (const auto error = net->refused({.kind = Access::Kind::kConnect, .path = path})) {
    socket.destroy(*error);
    return;
  }
  handles::asPipe(*wire.handle()).connect(path, socket, [this, id = connectId_](int answer) {
    if (id == connectId_) onConnected(answer);
  });
}

int SocketState::bindLocal(const Attempt& attempt) {
  if (attempt.localAddress.empty() && attempt.localPort == 0) return 0;
  const bool v6 = attempt.family == 6;
  if (attempt.localAddress.empty()) attempt_.localAddress = v6 ? "::" : "0.0.0.0";
  int status = tcp()->bind(attempt_.localAddress, attempt_.localPort, v6);
  // libuv keeps EADDRINUSE for later, and a connect would bind to a random port instead.
  if (status == 0 && attempt_.localPort > 0) {
    AddressInfo bound;
    status = tcp()->getsockname(bound);
    if (status == 0 && bound.port != attempt_.localPort) status = uverr::kAddrInUse;
  }
  return status;
}

bool SocketState::blocked(const Attempt& attempt) const noexcept {
  return blockList && blockList->check(attempt.address, attempt.family == 6 ? "ipv6" : "ipv4");
}

std::optional<Error> SocketState::refused(Access::Kind kind) const {
  if (kind == Access::Kind::kConnect) {
    return net->refused({.kind = kind, .address = attempt_.address, .port = attempt_.port});
  }
  if (attempt_.localAddress.empty() && attempt_.localPort == 0) return std::nullopt;
  const std::string_view any = attempt_.family == 6 ? "::" : "0.0.0.0";
  return net->refused({.kind = kind,
                       .address = attempt_.localAddress.empty() ? any : attempt_.localAddress,
                       .port = attempt_.localPort});
}

Error SocketState::attemptError(int status) const {
  if (attempt_.localAddress.empty() || attempt_.localPort == 0) {
    return hostPortError(status, "connect", attempt_.address, attempt_.port);
  }
  Error error = hostPortError(status, "connect", attempt_.address, attempt_.port,
                              attempt_.localAddress + ":" + std::to_string(attempt_.localPort));
  error.localAddress = attempt_.localAddress;
  error.localPort = attempt_.localPort;
  return error;
}

Error SocketState::refusedAtOnce(int status) {
  const AddressInfo& local = localName();
  return hostPortError(
      status, "connect", attempt_.address, attempt_.port,
      local.empty() ? "undefined:undefined" : local.address + ":" + std::to_string(local.port));
}

void SocketState::onConnected(int status) {
  // The answer to a connect that destroy() has given up.
  if (socket.destroyed()) return;
  connecting = false;
  localName_ = {};
  if (status == 0) {
    succeed();
    return;
  }
  const Error error = attemptError(status);
  const Attempt attempt = attempt_;
  socket.emit<"connectionAttemptFailed">(attempt.address, attempt.port, attempt.family, error);
  socket.destroy(error);
}

void SocketState::succeed() {
  connecting = false;
  localName_ = {};
  wire.touch();
  if (handles::Tcp* connected = tcp()) applyOptionsTo(*connected);
  socket.emit<"connect">();
  socket.emit<"ready">();
  if (!socket.isPaused()) socket.read(0);
}

}  // namespace uvnet::impl
