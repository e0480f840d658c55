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

void SocketState::connect(ConnectOptions options, Function<void()> listener) {
  // A path goes before a port (row K16).
  const bool named = !options.path.empty();
  if (!named && !options.port.given()) throw missingPortOrPath();
  if (net->gone()) throw socketClosed();
  Target target;
  LookupOptions lookup;
  bool race = false;
  int version = 0;
  if (named) {
    if (net->options.badPathsThrow) checkPath(options.path);
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

  if (options.blockList) setBlockList(*options.blockList);
  if (listener) socket.once<"connect">(std::move(listener));
  if (socket.destroyed()) {
    forgetLife();
    if (names_ != nullptr) names_->remote = {};
  }
  if (options.signal.stop_requested()) {
    // Nothing is tried; 'error' and 'close' come as they would afterwards.
    hold();
    socket.destroy(stream::abortError());
    return;
  }
  socket.setEndedByPeer(false);
  const bool fromBound = std::exchange(boundOnly, false);
  // TCP refuses a second connect() by itself; a pipe would forget the first one and its loop never
  // end, and a handle of the other kind is no good for this one.
  if (overDuplex ||
      (wire.handle() != nullptr && (named != (tcp() == nullptr) || (named && connecting)))) {
    failNextTick(hostPortError(connecting ? uverr::kAlready : uverr::kIsConn, "connect",
                               named ? options.path : target.host, named ? 0 : target.port));
    return;
  }
  if (wire.handle() == nullptr) openHandle(named);
  hold();
  wire.touch();
  connecting = true;
  direct = false;
  way().attempts.next();
  way_->target = std::move(target);

  if (named) {
    connectToPath(options.path);
  } else if (version != 0 && fromBound) {
    // At once, so that localAddress is known when connect() returns (Node's BoundSocket).
    connectTo(way_->target.host, version);
  } else if (version != 0) {
    tick([this, version, id = way_->attempts.now()] {
      if (connectingStill(id)) connectTo(way_->target.host, version);
    });
  } else {
    lookUp(lookup, options.lookup, race);
  }
}

const std::vector<std::string>& SocketState::attemptedAddresses() const noexcept {
  static const std::vector<std::string> kNone;
  if (way_ == nullptr) return kNone;
  return way_->attemptedAddresses;
}

void SocketState::openHandle(bool pipe) {
  if (socket.destroyed()) {
    socket.undestroy();
  } else {
    socket.reopen();
  }
  captureContext();
  forgetLocalName();
  if (pipe) {
    wire.attach(handles::Pipe::create(net->loop()));
  } else {
    wire.attach(handles::Tcp::create(net->loop()));
  }
}

void SocketState::stopConnecting() noexcept {
  connecting = false;
  if (way_ == nullptr) return;
  way_->asked.next();
  way_->nameLookup.cancel();
  if (way_->race != nullptr) way_->race->timer.stop();
}

// --- Lookup --------------------------------------------------------------------------------------

void SocketState::lookUp(LookupOptions options, const Lookup& custom, bool race) {
  const std::string& host = way_->target.host;
  if (custom) {
    // Told once, told late, never told: the watch says whether we still want to know.
    const auto answered = [asked = way_->asked.watch(), this, race](
                              const Error* error, const std::vector<LookupAddress>& found) {
      if (!asked.current()) return;
      way_->asked.next();
      const CallGuard guard(socket);
      onLookup(error, found, race);
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
  way_->nameLookup.start(*net, host, way_->target.port, options, socket,
                         [this, race](const Error* error, const std::vector<LookupAddress>& found) {
                           onLookup(error, found, race);
                         });
}

void SocketState::failNextTick(const Error& error) {
  // net.connect() may not have returned yet: nobody could be listening.
  tick([this, error, id = way().attempts.now()] {
    if (way_->attempts.is(id)) socket.destroy(error);
  });
}

void SocketState::onLookup(const Error* error, const std::vector<LookupAddress>& found, bool race) {
  if (error == nullptr && found.empty()) {
    const Error none = lookupError(uverr::kEaiNoData, way_->target.host);
    onLookup(&none, {}, race);
    return;
  }
  if (race && error == nullptr) {
    onRaceLookup(nullptr, found);
    return;
  }
  const std::string address = found.empty() ? std::string() : found.front().address;
  const int family = found.empty() ? 0 : found.front().family;
  const auto id = way_->attempts.now();
  socket.emit<"lookup">(error, address, family, way_->target.host);
  if (!connectingStill(id)) return;
  if (error != nullptr) {
    failNextTick(*error);
  } else if (ipVersion(address) == 0) {
    failNextTick(invalidIpAddress(address));
  } else if (family != 4 && family != 6) {
    failNextTick(
        invalidAddressFamily(family, way_->target.host, way_->target.givenPort, way_->target.port));
  } else {
    wire.touch();
    connectTo(address, family);
  }
}

// --- One attempt ---------------------------------------------------------------------------------

void SocketState::connectTo(const std::string& address, int family) {
  way_->attempt = {address, way_->target.port, family, way_->target.localAddress,
                   way_->target.localPort};
  if (const auto error = refused(Access::Kind::kBind)) {
    socket.destroy(*error);
    return;
  }
  if (const int status = bindLocal(way_->attempt); status < 0) {
    socket.destroy(
        hostPortError(status, "bind", way_->attempt.localAddress, way_->attempt.localPort));
    return;
  }
  const auto id = way_->attempts.now();
  socket.emit<"connectionAttempt">(way_->attempt.address, way_->attempt.port, way_->attempt.family);
  if (!connectingStill(id)) return;
  if (blocked(way_->attempt)) {
    socket.destroy(ipBlocked(way_->attempt.address));
    return;
  }
  if (const auto error = refused(Access::Kind::kConnect)) {
    socket.destroy(*error);
    return;
  }
  const int status = tcp()->connect(way_->attempt.address, way_->attempt.port, family == 6, socket,
                                    [this, id](int answer) {
                                      if (way_->attempts.is(id)) onConnected(answer);
                                    });
  if (status < 0) socket.destroy(refusedAtOnce(status));
}

void SocketState::connectToPath(const std::string& path) {
  way_->attempt = {path, 0, 0, {}, 0};
  const auto id = way_->attempts.now();
  socket.emit<"connectionAttempt">(way_->attempt.address, 0, 0);
  if (!connectingStill(id)) return;
  if (const auto error = net->refused({.kind = Access::Kind::kConnect, .path = path})) {
    socket.destroy(*error);
    return;
  }
  if (isBadPath(path)) {
    socket.destroy(refusedAtOnce(uverr::kInval));
    return;
  }
  handles::asPipe(*wire.handle()).connect(path, socket, [this, id](int answer) {
    if (way_->attempts.is(id)) onConnected(answer);
  });
}

int SocketState::bindLocal(const Attempt& attempt) {
  if (attempt.localAddress.empty() && attempt.localPort == 0) return 0;
  const bool v6 = attempt.family == 6;
  if (attempt.localAddress.empty()) way_->attempt.localAddress = v6 ? "::" : "0.0.0.0";
  int status = tcp()->bind(way_->attempt.localAddress, way_->attempt.localPort, v6);
  // libuv keeps EADDRINUSE for later, and a connect would bind to a random port instead.
  if (status == 0 && way_->attempt.localPort > 0) {
    AddressInfo bound;
    status = tcp()->getsockname(bound);
    if (status == 0 && bound.port != way_->attempt.localPort) status = uverr::kAddrInUse;
  }
  return status;
}

bool SocketState::blocked(const Attempt& attempt) const noexcept {
  return way_->blockList &&
         way_->blockList->check(attempt.address, attempt.family == 6 ? "ipv6" : "ipv4");
}

std::optional<Error> SocketState::refused(Access::Kind kind) const {
  if (kind == Access::Kind::kConnect) {
    return net->refused(
        {.kind = kind, .address = way_->attempt.address, .port = way_->attempt.port});
  }
  if (way_->attempt.localAddress.empty() && way_->attempt.localPort == 0) return std::nullopt;
  const std::string_view any = way_->attempt.family == 6 ? "::" : "0.0.0.0";
  return net->refused(
      {.kind = kind,
       .address = way_->attempt.localAddress.empty() ? any : way_->attempt.localAddress,
       .port = way_->attempt.localPort});
}

Error SocketState::attemptError(int status) const {
  if (way_->attempt.localAddress.empty() || way_->attempt.localPort == 0) {
    return hostPortError(status, "connect", way_->attempt.address, way_->attempt.port);
  }
  Error error =
      hostPortError(status, "connect", way_->attempt.address, way_->attempt.port,
                    way_->attempt.localAddress + ":" + std::to_string(way_->attempt.localPort));
  error.localAddress = way_->attempt.localAddress;
  error.localPort = way_->attempt.localPort;
  return error;
}

Error SocketState::refusedAtOnce(int status) {
  const AddressInfo& local = localName();
  return hostPortError(
      status, "connect", way_->attempt.address, way_->attempt.port,
      local.empty() ? "undefined:undefined" : local.address + ":" + std::to_string(local.port));
}

void SocketState::onConnected(int status) {
  // The answer to a connect that destroy() has given up.
  if (socket.destroyed()) return;
  connecting = false;
  forgetLocalName();
  if (status == 0) {
    succeed();
    return;
  }
  const Error error = attemptError(status);
  const Attempt attempt = way_->attempt;
  socket.emit<"connectionAttemptFailed">(attempt.address, attempt.port, attempt.family, error);
  socket.destroy(error);
}

void SocketState::succeed() {
  connecting = false;
  forgetLocalName();
  wire.touch();
  if (handles::Tcp* connected = tcp()) applyOptionsTo(*connected);
  settleDirect();
  if (joint() != nullptr) {
    const auto id = way_->attempts.now();
    startLayer();
    if (!open() || !way_->attempts.is(id)) return;
  }
  socket.emit<"connect">();
  socket.emit<"ready">();
  if (!socket.isPaused()) socket.read(0);
}

}  // namespace uvnet::impl
