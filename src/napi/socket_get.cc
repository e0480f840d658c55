// What a JavaScript Socket can be asked, by number: one call for all its properties.
#include <array>
#include <utility>

#include "napi/call.h"
#include "napi/errors.h"
#include "napi/socket.h"

namespace uvnet::napi {

namespace {

using Getter = napi_value (*)(napi_env env, NodeSocket& socket);

napi_value optional(napi_env env, const std::optional<int>& value) {
  return value ? toJs(env, *value) : undefined(env);
}
napi_value text(napi_env env, std::string_view value) {
  return value.empty() ? undefined(env) : toJs(env, value);
}
napi_value count(napi_env env, std::uint64_t value) {
  return toJs(env, static_cast<double>(value));
}

#define UVNET_GET(name, value)                                                             \
  {                                                                                        \
    name, [](napi_env env, [[maybe_unused]] NodeSocket& s) -> napi_value { return value; } \
  }

constexpr std::array kGetters = std::to_array<std::pair<const char*, Getter>>({
    UVNET_GET("destroyed", toJs(env, s.destroyed())),
    UVNET_GET("closed", toJs(env, s.closed())),
    UVNET_GET("errored",
              s.errored() == nullptr ? null(env) : s.errors()->toJs(s.environment(), *s.errored())),
    UVNET_GET("readable", toJs(env, s.readable())),
    UVNET_GET("readableEnded", toJs(env, s.readableEnded())),
    UVNET_GET("readableAborted", toJs(env, s.readableAborted())),
    UVNET_GET("readableDidRead", toJs(env, s.readableDidRead())),
    UVNET_GET("readableFlowing", s.readableFlowing() ? toJs(env, *s.readableFlowing()) : null(env)),
    UVNET_GET("readableLength", count(env, s.readableLength())),
    UVNET_GET("readableHighWaterMark", count(env, s.readableHighWaterMark())),
    UVNET_GET("readableEncoding",
              s.readableEncoding() ? toJs(env, s.readableEncoding()->name()) : null(env)),
    UVNET_GET("readableSourceEnded", toJs(env, s.inside().sourceEnded)),
    UVNET_GET("reading", toJs(env, s.inside().reading)),
    UVNET_GET("isPaused", toJs(env, s.isPaused())),
    UVNET_GET("writable", toJs(env, s.writable())),
    UVNET_GET("writableEnded", toJs(env, s.writableEnded())),
    UVNET_GET("writableEnding", toJs(env, s.writableEnded())),
    UVNET_GET("writableEndReturned", toJs(env, s.inside().endReturned)),
    UVNET_GET("writableFinished", toJs(env, s.writableFinished())),
    UVNET_GET("writableAborted", toJs(env, s.writableAborted())),
    UVNET_GET("writableNeedDrain", toJs(env, s.writableNeedDrain())),
    UVNET_GET("endedByPeer", toJs(env, s.inside().endedByPeer)),
    UVNET_GET("owesDrain", toJs(env, s.inside().owesDrain)),
    UVNET_GET("writableLength", count(env, s.writableLength())),
    UVNET_GET("writableHighWaterMark", count(env, s.writableHighWaterMark())),
    UVNET_GET("writableCorked", count(env, s.writableCorked())),
    UVNET_GET("pendingWrites", count(env, s.inside().pendingWrites)),
    UVNET_GET("errorEmitted", toJs(env, s.inside().errorEmitted)),
    UVNET_GET("closeEmitted", toJs(env, s.inside().closeEmitted)),
    UVNET_GET("allowHalfOpen", toJs(env, s.allowHalfOpen())),
    UVNET_GET("connecting", toJs(env, s.connecting())),
    UVNET_GET("pending", toJs(env, s.pending())),
    UVNET_GET("readyState", toJs(env, s.readyState())),
    UVNET_GET("bytesRead", count(env, s.bytesRead())),
    UVNET_GET("bytesWritten", count(env, s.bytesWritten())),
    UVNET_GET("bytesDispatched", count(env, s.bytesDispatched())),
    UVNET_GET("bufferSize", s.bufferSize() ? count(env, *s.bufferSize()) : undefined(env)),
    UVNET_GET("timeout", s.timeout() ? toJs(env, *s.timeout()) : undefined(env)),
    UVNET_GET("localAddress", text(env, s.localAddress())),
    UVNET_GET("localPort", optional(env, s.localPort())),
    UVNET_GET("localFamily", text(env, s.localFamily())),
    UVNET_GET("remoteAddress", text(env, s.remoteAddress())),
    UVNET_GET("remotePort", optional(env, s.remotePort())),
    UVNET_GET("remoteFamily", text(env, s.remoteFamily())),
    // Without a handle there is no buffer size.
    UVNET_GET("hasHandle", toJs(env, s.bufferSize().has_value())),
    UVNET_GET("fd", toJs(env, s.fd())),
    UVNET_GET("hasRef", toJs(env, s.hasRef())),
});

#undef UVNET_GET

napi_value attempted(Call& call) {
  napi_env env = call.env();
  napi_value list;
  napi_create_array(env, &list);
  std::uint32_t index = 0;
  for (const std::string& one : call.self<NodeSocket>().autoSelectFamilyAttemptedAddresses()) {
    napi_set_element(env, list, index++, toJs(env, std::string_view(one)));
  }
  return list;
}

// number, which property
napi_value get(Call& call) {
  // Properties are also asked of Socket.prototype, which is no socket.
  NodeSocket* socket = call.environment().socket(toUint(call.env(), call[0]));
  const auto id = static_cast<std::size_t>(toInt(call.env(), call[1]));
  if (socket == nullptr || id >= kGetters.size()) return undefined(call.env());
  return kGetters[id].second(call.env(), *socket);
}

// The properties that Node lets be set: readableFlowing (true, false or null).
napi_value set(Call& call) {
  auto& socket = call.self<NodeSocket>();
  const auto id = static_cast<std::size_t>(toInt(call.env(), call[0]));
  if (id < kGetters.size() && std::string_view(kGetters[id].first) == "readableFlowing") {
    socket.setReadableFlowing(
        isNullish(call.env(), call[1]) ? std::nullopt : std::optional(toBool(call.env(), call[1])));
  }
  return nullptr;
}

}  // namespace

void defineSocketGet(napi_env env, napi_value exports, napi_value socket) {
  napi_value ids;
  napi_create_object(env, &ids);
  std::uint32_t id = 0;
  for (const auto& [name, getter] : kGetters) napi::set(env, ids, name, toJs(env, id++));
  napi::set(env, exports, "GET", ids);
  define<get>(env, socket, "get");
  define<set>(env, socket, "set");
  define<attempted>(env, socket, "attempted");
}

}  // namespace uvnet::napi
