// From listen() to 'listening' or 'error': checks, lookup, bind, listen.
#include <fmt/format.h>
#include <uvnet/bound_socket.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "handles/callback_scope.h"
#include "handles/fd.h"
#include "handles/pipe.h"
#include "handles/tcp.h"
#include "handles/uv_error.h"
#include "net/bound_state.h"
#include "net/errors.h"
#include "net/server_state.h"
#include "net/validate.h"

namespace uvnet::impl {

namespace uverr = handles::uverr;

namespace {

// Node asks for 511 because Linux rounds backlog + 1 up to a power of two: 512 places.
constexpr int kDefaultBacklog = 511;
// Node's port of what is no TCP address; its errors show it.
constexpr int kNoPort = -1;

// The options as Node would print them in an error.
std::string shown(const ListenOptions& options) {
  std::string fields;
  const auto add = [&fields](std::string_view name, const std::string& value) {
    fields += fmt::format("{}{}: {}", fields.empty() ? " " : ", ", name, value);
  };
  if (!options.path.empty()) add("path", quoted(options.path));
  if (!options.host.empty()) add("host", quoted(options.host));
  if (options.fd) add("fd", std::to_string(*options.fd));
  if (options.backlog != 0) add("backlog", std::to_string(options.backlog));
  if (options.exclusive) add("exclusive", "true");
  if (options.readableAll) add("readableAll", "true");
  if (options.writableAll) add("writableAll", "true");
  if (options.ipv6Only) add("ipv6Only", "true");
  return fields.empty() ? "{}" : "{" + fields + " }";
}

void check(const ListenOptions& options, bool badPathsThrow) {
  if (options.elsewhere || options.handle != nullptr || (options.fd && *options.fd >= 0)) return;
  if (options.port.given()) {
    checkedPort(options.port, "options.port");
    return;
  }
  if (options.path.empty()) {
    throw invalidArgValue("options", shown(options), "must have the property \"port\" or \"path\"");
  }
  if (!isPipeName(options.path)) throw invalidArgValue("options", shown(options));
  if (badPathsThrow) checkPath(options.path);
  if (options.path[0] == '\0' && (options.readableAll || options.writableAll)) {
    throw invalidArgValue(
        "options", shown(options),
        "can not set readableAll or writableAllt to true when path is abstract unix socket");
  }
}

Access accessTo(const handles::StreamHandle& bound, const std::string& path, AddressInfo& place) {
  if (path.empty() && bound.kind() == handles::StreamHandle::Kind::kTcp) {
    static_cast<const handles::Tcp&>(bound).getsockname(place);
  }
  return {
      .kind = Access::Kind::kListen, .address = place.address, .port = place.port, .path = path};
}

// A handle on the descriptor of a stream socket; the descriptor stays the caller's if that fails.
int openFd(NetState& net, int fd, handles::HandlePtr& out) {
  int status = uverr::kInval;
  switch (handles::guessType(fd)) {
    case handles::FdType::kTcp: {
      handles::TcpPtr tcp = handles::Tcp::create(net.loop());
      status = tcp->open(fd);
      out = std::move(tcp);
      break;
    }
    case handles::FdType::kPipe: {
      handles::PipePtr pipe = handles::Pipe::create(net.loop());
      status = pipe->open(fd);
      out = std::move(pipe);
      break;
    }
    case handles::FdType::kFile:
    case handles::FdType::kTty:
    case handles::FdType::kUdp:
    case handles::FdType::kUnknown:
      break;
  }
  return status;
}

// fe80::/10, which is of no use without a zone.
bool isLinkLocal(std::string_view address) {
  constexpr std::size_t kGroup = 4;
  if (ipVersion(address) != 6 || address.find(':') != kGroup) return false;
  const auto is = [&](std::size_t i, std::string_view any) {
    return any.find(address[i]) != std::string_view::npos;
  };
  return is(0, "fF") && is(1, "eE") && is(2, "89aAbB");
}

int effectiveBacklog(int backlog) { return backlog == 0 ? kDefaultBacklog : backlog; }

}  // namespace

void ServerState::listen(ListenOptions asked, Function<void()> listener, handles::HandlePtr bound) {
  if (listening()) throw serverAlreadyListen();
  check(asked, net->options.badPathsThrow);
  if (net->gone()) throw serverNotRunning();
  std::string boundPath;
  AddressInfo place;
  if (asked.handle != nullptr) {
    if (asked.handle->isPipe()) boundPath = std::get<std::string>(asked.handle->address());
    bound = asked.handle->state().adopt();
  }

  if (listener) server.once<"listening">(std::move(listener));
  listen_.next();
  lookup_.cancel();
  captureContext();
  hold();
  if (asked.signal.stop_possible()) {
    abort_ = stream::onAbort(asked.signal, server.host(), [this] { close({}); });
  }
  if (asked.elsewhere) {
    elsewhere_ = true;
    emitListeningNextTick();
  } else if (bound != nullptr) {
    // A copy of what this program listens on already needs nobody's leave.
    if (asked.handle != nullptr && refused(accessTo(*bound, boundPath, place))) return;
    listenHandle(std::move(bound), asked.backlog, boundPath, boundPath.empty() ? 0 : kNoPort);
    if (handle != nullptr) path_ = boundPath;
  } else if (asked.fd && *asked.fd >= 0) {
    listenFd(*asked.fd, asked.backlog);
  } else if (asked.port.given()) {
    const int port = checkedPort(asked.port, "options.port");
    if (asked.host.empty()) {
      listenTcp({}, port, 4, asked);
    } else {
      lookUpAndListen(asked.host, port, asked);
    }
  } else {
    listenPath(asked);
  }
}

void ServerState::listenCopy(int fd, Function<void()> listener) {
  if (listening()) throw serverAlreadyListen();
  if (fd < 0) {
    throw invalidArgValue("options", "{}", "must have the property \"port\" or \"path\"");
  }
  if (net->gone()) throw serverNotRunning();
  const int copy = handles::duplicateFd(fd);
  if (copy < 0) throw errnoError(copy, "dup");
  handles::HandlePtr bound;
  if (const int status = openFd(*net, copy, bound); status < 0) {
    handles::closeFd(copy);
    throw errnoError(status, "open");
  }
  listen(ListenOptions{.fd = copy}, std::move(listener), std::move(bound));
}

void ServerState::lookUpAndListen(const std::string& host, int port, const ListenOptions& asked) {
  if (const int version = ipVersion(host); version != 0) {
    tick([this, host, port, version, asked, id = listen_.now()] {
      if (listen_.is(id)) listenTcp(host, port, version, asked);
    });
    return;
  }
  lookup_.start(
      *net, host, port, {.all = net->options.listenSkipsLinkLocal}, server,
      [this, host, port, asked](const Error* error, const std::vector<LookupAddress>& found) {
        if (error != nullptr) {
          fail(*error, listen_.now());
          return;
        }
        auto chosen = found.begin();
        if (net->options.listenSkipsLinkLocal) {
          chosen = std::find_if(found.begin(), found.end(),
                                [](const LookupAddress& one) { return !isLinkLocal(one.address); });
          if (chosen == found.end()) chosen = found.begin();
        }
        listenTcp(chosen->address, port, chosen->family, asked);
      });
}

void ServerState::listenTcp(const std::string& address, int port, int family,
                            const ListenOptions& asked) {
  handles::TcpPtr bound = handles::Tcp::create(net->loop());
  const handles::BindOptions how{.ipv6Only = asked.ipv6Only, .reusePort = asked.reusePort};
  std::string ip = address.empty() ? "::" : address;
  if (refused({.kind = Access::Kind::kListen, .address = ip, .port = port})) return;
  int status = 0;
  if (address.empty()) {
    status = bound->bind(ip, port, true, how);
    if (status < 0) {
      // No IPv6 on this machine.
      ip = "0.0.0.0";
      if (refused({.kind = Access::Kind::kListen, .address = ip, .port = port})) return;
      bound = handles::Tcp::create(net->loop());
      status = bound->bind(ip, port, false, how);
    }
  } else {
    status = bound->bind(ip, port, family == 6, how);
  }
  if (status < 0) {
    failNextTick(listenError(status, ip, port));
    return;
  }
  listenHandle(std::move(bound), asked.backlog, ip, port);
}

void ServerState::listenPath(const ListenOptions& asked) {
  if (refused({.kind = Access::Kind::kListen, .path = asked.path})) return;
  handles::PipePtr bound = handles::Pipe::create(net->loop());
  if (const int status = bound->bind(asked.path); status < 0) {
    failNextTick(listenError(status, asked.path, kNoPort));
    return;
  }
  // Before listen(): nobody can connect yet, so nobody meets another mode than the one asked for.
  if (asked.readableAll || asked.writableAll) {
    if (const int status = bound->chmod(asked.readableAll, asked.writableAll); status < 0) {
      letGoOfFailed();
      throw errnoError(status, "uv_pipe_chmod");
    }
  }
  listenHandle(std::move(bound), asked.backlog, asked.path, kNoPort);
  if (handle != nullptr) path_ = asked.path;
}

void ServerState::listenFd(int fd, int backlog) {
  // Still the caller's then.
  if (refused({.kind = Access::Kind::kAdopt, .fd = fd})) return;
  handles::HandlePtr bound;
  if (const int status = openFd(*net, fd, bound); status < 0) {
    failNextTick(listenError(status, {}, 0));
    return;
  }
  listenHandle(std::move(bound), backlog, {}, 0);
}

void ServerState::listenHandle(handles::HandlePtr bound, int backlog, const std::string& address,
                               int port) {
  bound->setConnectionListener(this);
  if (const int status = bound->listen(effectiveBacklog(backlog)); status < 0) {
    failNextTick(listenError(status, address, port));
    return;
  }
  handle = std::move(bound);
  if (unref) handle->unref();
  emitListeningNextTick();
}

void ServerState::emitListeningNextTick() {
  tick([this] {
    // Not if it was closed meanwhile.
    if (listening()) server.emit<"listening">();
  });
}

void ServerState::acceptFd(int fd) {
  if (net->gone()) throw serverNotRunning();
  if (auto error = net->refused({.kind = Access::Kind::kAdopt, .fd = fd})) throw *error;
  handles::HandlePtr client;
  if (const int status = openFd(*net, fd, client); status < 0) throw errnoError(status, "accept");
  onConnection(0, std::move(client));
}

bool ServerState::refused(const Access& access) {
  std::optional<Error> error = net->refused(access);
  if (!error) return false;
  failNextTick(std::move(*error));
  return true;
}

void ServerState::failNextTick(Error error) {
  tick([this, error = std::move(error), id = listen_.now()] { fail(error, id); });
}

void ServerState::fail(const Error& error, base::Generation::Stamp id) {
  handles::shielded(server.host(), [&] { server.emitError(error); });
  if (listen_.is(id)) letGoOfFailed();
}

// There is no 'close' to come that would.
void ServerState::letGoOfFailed() noexcept {
  if (!listening() && connections == 0 && !keptByNet) held_.reset();
}

ServerAddress ServerState::address() const {
  if (handle == nullptr) return {};
  if (handle->kind() == handles::StreamHandle::Kind::kTcp) {
    AddressInfo info;
    const int status = static_cast<const handles::Tcp&>(*handle).getsockname(info);
    if (status < 0) throw errnoError(status, "address");
    return info;
  }
  if (path_.empty()) return {};
  return path_;
}

}  // namespace uvnet::impl
