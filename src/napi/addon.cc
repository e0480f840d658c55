// The Node-API module: what `require('uvnet.node')` gives to lib/node.
#include <fcntl.h>
#include <node_api.h>
#include <uvnet/events.h>
#include <uvnet/net.h>

#include <cerrno>
#include <string>

#include "napi/addresses.h"
#include "napi/call.h"
#include "napi/environment.h"
#include "napi/server.h"
#include "napi/socket.h"

namespace uvnet::napi {

namespace {

constexpr auto kEvents = static_cast<std::size_t>(EventId::kUnpipe) + 1;

napi_value setup(Call& call) { return call.environment().setup(call[0]), nullptr; }
napi_value runTicks(Call& call) { return call.environment().host().runTicks(), nullptr; }

// Another descriptor of the same socket, for what another owner of it keeps or closes; -errno.
napi_value copyFd(Call& call) {
  const int fd = ::fcntl(toInt(call.env(), call[0]), F_DUPFD_CLOEXEC, 0);
  return toJs(call.env(), fd >= 0 ? fd : -errno);
}

napi_value isIP(Call& call) { return toJs(call.env(), Net::isIP(toString(call.env(), call[0]))); }

// The sockets that keep the loop running, and the servers that listen.
napi_value active(Call& call) {
  napi_env env = call.env();
  napi_value list;
  napi_create_array(env, &list);
  std::uint32_t index = 0;
  const auto add = [&](napi_value object) {
    if (object != nullptr) napi_set_element(env, list, index++, object);
  };
  for (NodeServer* server : call.environment().servers()) {
    if (server->listening()) add(server->object());
  }
  for (NodeSocket* socket : call.environment().sockets()) {
    if (socket != nullptr && socket->hasRef()) add(socket->object());
  }
  return list;
}

// Settings in which Nodes differ: {highWaterMark}.
napi_value settings(Call& call) {
  if (const auto mark = numberOption(call.env(), call[0], "highWaterMark")) {
    call.environment().host().setDefaultHighWaterMark(whole<std::size_t>(*mark));
  }
  return nullptr;
}

napi_value autoSelectFamily(Call& call) {
  Net& net = call.environment().net();
  if (!isNullish(call.env(), call[0])) {
    net.setDefaultAutoSelectFamily(toBool(call.env(), call[0]));
  }
  return toJs(call.env(), net.getDefaultAutoSelectFamily());
}
napi_value autoSelectFamilyAttemptTimeout(Call& call) {
  Net& net = call.environment().net();
  if (!isNullish(call.env(), call[0])) {
    net.setDefaultAutoSelectFamilyAttemptTimeout(toInt(call.env(), call[0]));
  }
  return toJs(call.env(), net.getDefaultAutoSelectFamilyAttemptTimeout());
}

napi_value start(napi_env env, napi_value exports) {
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  // With a count of its own until the environment has gone, and then as many as its sockets hold.
  auto* held = new Ref<Environment>(make<Environment>(env, loop));
  napi_set_instance_data(
      env, held->get(),
      [](napi_env, void*, void* hint) { delete static_cast<Ref<Environment>*>(hint); }, held);
  napi_add_async_cleanup_hook(
      env,
      [](napi_async_cleanup_hook_handle handle, void* data) {
        static_cast<Environment*>(data)->end(handle);
      },
      held->get(), nullptr);

  napi_value events;
  napi_create_array_with_length(env, kEvents, &events);
  for (std::uint32_t i = 0; i < kEvents; ++i) {
    napi_set_element(env, events, i, toJs(env, eventName(static_cast<EventId>(i))));
  }
  set(env, exports, "EVENTS", events);
  define<setup>(env, exports, "setup");
  define<runTicks>(env, exports, "runTicks");
  define<copyFd>(env, exports, "copyFd");
  define<active>(env, exports, "active");
  define<isIP>(env, exports, "isIP");
  define<settings>(env, exports, "settings");
  define<autoSelectFamily>(env, exports, "autoSelectFamily");
  define<autoSelectFamilyAttemptTimeout>(env, exports, "autoSelectFamilyAttemptTimeout");
  defineSocket(env, exports);
  defineServer(env, exports);
  defineAddresses(env, exports);
  return exports;
}

}  // namespace

}  // namespace uvnet::napi

NAPI_MODULE_INIT() { return uvnet::napi::start(env, exports); }
