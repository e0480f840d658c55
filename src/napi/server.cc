#include "napi/server.h"

#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "napi/call.h"
#include "napi/errors.h"
#include "napi/options.h"
#include "napi/socket.h"

namespace uvnet::napi {

NodeServer::NodeServer(Environment& environment, napi_value object, const ServerOptions& options)
    : Server(environment.net(), options), Wrapped(environment) {
  environment.addServer(*this);
  relayEvents();
  tie(object, this);
  watchShared();
}

Ref<Socket> NodeServer::makeSocket(SocketOptions options) {
  environment().enterJs();
  // Node's accepted sockets have no context of their own, not even their server's.
  const NodeHost::NoContext none(environment().host());
  napi_value bag;
  napi_create_object(env(), &bag);
  set(env(), bag, "allowHalfOpen", toJs(env(), options.allowHalfOpen));
  if (options.highWaterMark) {
    set(env(), bag, "highWaterMark", toJs(env(), static_cast<double>(*options.highWaterMark)));
  }
  const napi_value object = environment().call(Hook::kSocket, std::span(&bag, 1));
  NodeSocket* socket = unwrap<NodeSocket>(env(), object);
  if (socket == nullptr) throw Error("the socket hook made no socket");
  return Ref<Socket>(socket);
}

bool NodeServer::relay(EventId event, void* arguments) {
  if (environment().ending()) return false;
  const Ref<NodeServer> keep(this);
  environment().enterJs();
  const napi_value self = object();
  if (self == nullptr) return false;
  std::vector<napi_value> values{self, toJs(env(), static_cast<std::uint32_t>(event))};
  if (event == EventId::kConnection) {
    auto& socket = std::get<0>(payload<event::Connection>(arguments));
    values.push_back(static_cast<NodeSocket&>(socket).object());
  } else if (event == EventId::kError) {
    const auto& error = std::get<0>(payload<event::Error>(arguments));
    values.push_back(toJs(environment(), error));
  } else if (event == EventId::kDrop) {
    const auto& info = std::get<0>(payload<event::Drop>(arguments));
    if (!info.local.empty()) {
      napi_value data;
      napi_create_object(env(), &data);
      set(env(), data, "localAddress", toJs(env(), std::string_view(info.local.address)));
      set(env(), data, "localPort", toJs(env(), info.local.port));
      set(env(), data, "localFamily", toJs(env(), info.local.family));
      set(env(), data, "remoteAddress", toJs(env(), std::string_view(info.remote.address)));
      set(env(), data, "remotePort", toJs(env(), info.remote.port));
      set(env(), data, "remoteFamily", toJs(env(), info.remote.family));
      values.push_back(data);
    }
  }
  return toBool(env(), environment().call(Hook::kEmit, values));
}

namespace {

napi_value init(Call& call) {
  checkUntied(call.env(), call.self());
  make<NodeServer>(call.environment(), call.self(), serverOptions(call.environment(), call[0]));
  return nullptr;
}

napi_value listen(Call& call) {
  auto& server = call.self<NodeServer>();
  server.listen(listenOptions(call.environment(), call[0]));
  call.environment().host().leaveContext(server.asyncContext(), call.self());
  return nullptr;
}
// What another server or socket is bound to.
napi_value listenCopy(Call& call) {
  void* data = nullptr;
  if (napi_unwrap(call.env(), call[0], &data) != napi_ok) {
    throw Error("not of uvnet", "ERR_INVALID_ARG_TYPE", "TypeError");
  }
  auto& server = call.self<NodeServer>();
  if (toBool(call.env(), call[1])) {
    server.listen(static_cast<const Server&>(**static_cast<Ref<NodeServer>*>(data)));
  } else {
    server.listen(static_cast<const Socket&>(**static_cast<Ref<NodeSocket>*>(data)));
  }
  call.environment().host().leaveContext(server.asyncContext(), call.self());
  return nullptr;
}

napi_value accept(Call& call) {
  // What is no number is no descriptor either.
  const bool number = typeOf(call.env(), call[0]) == napi_number;
  call.self<NodeServer>().accept(number ? whole<int>(toDouble(call.env(), call[0])) : -1);
  return nullptr;
}
napi_value addConnectionsElsewhere(Call& call) {
  call.self<NodeServer>().addConnectionsElsewhere(whole<int>(toDouble(call.env(), call[0])));
  return nullptr;
}

napi_value close(Call& call) {
  call.self<NodeServer>().close(callback(call.environment(), call[0], nullptr));
  return nullptr;
}

napi_value address(Call& call) {
  napi_env env = call.env();
  const ServerAddress address = call.self<NodeServer>().address();
  if (const auto* path = std::get_if<std::string>(&address)) {
    return toJs(env, std::string_view(*path));
  }
  const auto* info = std::get_if<AddressInfo>(&address);
  if (info == nullptr) return null(env);
  napi_value result;
  napi_create_object(env, &result);
  set(env, result, "address", toJs(env, std::string_view(info->address)));
  set(env, result, "family", toJs(env, info->family));
  set(env, result, "port", toJs(env, info->port));
  return result;
}

napi_value getConnections(Call& call) {
  if (!isFunction(call.env(), call[0])) {
    throw Error("not a function", "ERR_INVALID_ARG_TYPE", "TypeError");
  }
  call.self<NodeServer>().getConnections(
      [f = JsFunction(call.environment(), call[0])](const Error*, std::size_t count) mutable {
        Environment& to = f.environment();
        if (to.ending()) return;
        to.enterJs();
        const napi_value arguments[] = {null(to.env()), toJs(to.env(), static_cast<double>(count))};
        to.call(f.value(), arguments);
      });
  return nullptr;
}

napi_value setMaxConnections(Call& call) {
  std::optional<std::size_t> limit;
  if (typeOf(call.env(), call[0]) == napi_number && toDouble(call.env(), call[0]) >= 0) {
    limit = whole<std::size_t>(toDouble(call.env(), call[0]));
  }
  call.self<NodeServer>().setMaxConnections(limit);
  return nullptr;
}
napi_value setDropMaxConnection(Call& call) {
  call.self<NodeServer>().setDropMaxConnection(toBool(call.env(), call[0]));
  return nullptr;
}
napi_value ref(Call& call) { return call.self<NodeServer>().ref(), nullptr; }
napi_value unref(Call& call) { return call.self<NodeServer>().unref(), nullptr; }
napi_value listening(Call& call) { return toJs(call.env(), call.self<NodeServer>().listening()); }
napi_value connections(Call& call) {
  return toJs(call.env(), static_cast<double>(call.self<NodeServer>().connections()));
}
napi_value fd(Call& call) { return toJs(call.env(), call.self<NodeServer>().fd()); }

}  // namespace

void defineServer(napi_env env, napi_value exports) {
  napi_value server;
  napi_create_object(env, &server);
  define<init>(env, server, "init");
  define<listen>(env, server, "listen");
  define<listenCopy>(env, server, "listenCopy");
  define<accept>(env, server, "accept");
  define<addConnectionsElsewhere>(env, server, "addConnectionsElsewhere");
  define<close>(env, server, "close");
  define<address>(env, server, "address");
  define<getConnections>(env, server, "getConnections");
  define<setMaxConnections>(env, server, "setMaxConnections");
  define<setDropMaxConnection>(env, server, "setDropMaxConnection");
  define<ref>(env, server, "ref");
  define<unref>(env, server, "unref");
  define<listening>(env, server, "listening");
  define<connections>(env, server, "connections");
  define<fd>(env, server, "fd");
  set(env, exports, "server", server);
}

}  // namespace uvnet::napi
