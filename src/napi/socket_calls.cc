// The calls of a JavaScript Socket: each forwards to the C++ one.
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "napi/call.h"
#include "napi/errors.h"
#include "napi/options.h"
#include "napi/socket.h"

namespace uvnet::napi {

namespace {

// From here on a write that cannot be taken at once keeps the caller's memory instead of a copy:
// a reference costs about as much as copying so many bytes.
constexpr std::size_t kWorthSharing = 4096;

// The memory of a JavaScript view. Only if the core keeps some of it when the call is over is there
// a reference to the view.
class View {
 public:
  View(Environment& environment, napi_value view, std::string_view bytes)
      : environment_(environment), view_(view) {
    auto* block = new Block{{1, 0, free}, {}};
    buffer_ = Buffer(&block->head, bytes.data(), bytes.size());
  }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() {
    if (buffer_.unique()) return;
    const auto* head = buffer_.block();
    auto* block = reinterpret_cast<Block*>(const_cast<Buffer::Block*>(head));
    block->reference.emplace(environment_, view_);
  }
  const Buffer& buffer() const noexcept { return buffer_; }

 private:
  struct Block {
    Buffer::Block head;  // first, so that the one is found by the other
    std::optional<JsFunction> reference;
  };
  static void free(Buffer::Block* block) noexcept { delete reinterpret_cast<Block*>(block); }

  Environment& environment_;
  napi_value view_;
  Buffer buffer_;
};

Encoding encodingOf(napi_env env, napi_value name) {
  return typeOf(env, name) == napi_string ? Encoding(toString(env, name)) : Encoding();
}

napi_value init(Call& call) {
  const auto bag = call[0];
  checkUntied(call.env(), call.self());
  const auto socket =
      make<NodeSocket>(call.environment(), call.self(), socketOptions(call.environment(), bag));
  socket->setOverrides(whole<int>(numberOption(call.env(), bag, "overrides").value_or(0)));
  return toJs(call.env(), socket->number());
}

napi_value connect(Call& call) {
  auto& socket = call.self<NodeSocket>();
  socket.connect(connectOptions(call.environment(), call[0]));
  call.environment().host().leaveContext(socket.asyncContext(), call.self());
  return nullptr;
}

// Nanoseconds count in a write: lib/node has looked at the chunk, so nothing is asked twice.
Callback writeCallback(Call& call, NodeSocket& socket, std::size_t index) {
  if (call.count() <= index) return {};
  return callback(call.environment(), call[index], socket.errors());
}

// number, a view, callback
napi_value writeBytes(Call& call) {
  NodeSocket& socket = call.numbered();
  napi_env env = call.env();
  void* data = nullptr;
  std::size_t size = 0;
  napi_get_buffer_info(env, call[1], &data, &size);
  const std::span bytes(static_cast<const std::uint8_t*>(data), size);
  Callback done = writeCallback(call, socket, 2);
  if (size < kWorthSharing) return toJs(env, socket.write(bytes, std::move(done)));
  const View view(call.environment(), call[1], {static_cast<const char*>(data), size});
  return toJs(env, socket.write(view.buffer(), std::move(done)));
}

// number, a string, encoding, callback
napi_value writeText(Call& call) {
  NodeSocket& socket = call.numbered();
  napi_env env = call.env();
  Callback done = writeCallback(call, socket, 3);
  std::array<char, 4096> few;  // most texts; measuring first would cost a second call
  std::size_t size = 0;
  napi_get_value_string_utf8(env, call[1], few.data(), few.size(), &size);
  const bool all = size < few.size() - 4;  // a character of up to 4 bytes may not have fitted
  const std::string text = all ? std::string() : toString(env, call[1]);
  const std::string_view view = all ? std::string_view(few.data(), size) : std::string_view(text);
  const Encoding encoding = call.count() < 3 ? Encoding::utf8 : encodingOf(env, call[2]);
  return toJs(env, socket.writeText(view, encoding, std::move(done)));
}

// chunk or undefined, encoding, callback
napi_value end(Call& call) {
  auto& socket = call.self<NodeSocket>();
  napi_env env = call.env();
  Callback done = callback(call.environment(), call[2], socket.errors());
  if (isNullish(env, call[0])) {
    socket.end(std::move(done));
  } else if (const auto bytes = bytesOf(env, call[0])) {
    const View view(call.environment(), call[0], *bytes);
    socket.end(view.buffer(), std::move(done));
  } else {
    const std::string text = toString(env, call[0]);
    socket.endText(text, encodingOf(env, call[1]), std::move(done));
  }
  return nullptr;
}

// number
napi_value cork(Call& call) { return call.numbered().cork(), nullptr; }
napi_value uncork(Call& call) { return call.numbered().uncork(), nullptr; }
napi_value setDefaultEncoding(Call& call) {
  call.self<NodeSocket>().setDefaultEncoding(encodingOf(call.env(), call[0]));
  return nullptr;
}
napi_value setAllowHalfOpen(Call& call) {
  call.self<NodeSocket>().setAllowHalfOpen(toBool(call.env(), call[0]));
  return nullptr;
}

napi_value destroy(Call& call) {
  auto& socket = call.self<NodeSocket>();
  if (!toBool(call.env(), call[0])) {
    socket.destroy();
  } else {
    socket.destroy(fromJs(call.environment(), call[0]));
  }
  return nullptr;
}

napi_value read(Call& call) {
  auto& socket = call.self<NodeSocket>();
  const bool all = typeOf(call.env(), call[0]) != napi_number;
  const double n = all ? 0 : toDouble(call.env(), call[0]);
  const std::optional<Buffer> chunk =
      all ? socket.read() : socket.read(std::int64_t{whole<std::int32_t>(n)});
  return chunk ? socket.chunkToJs(*chunk) : null(call.env());
}

// chunk, encoding
napi_value unshift(Call& call) {
  auto& socket = call.self<NodeSocket>();
  if (const auto bytes = bytesOf(call.env(), call[0])) {
    return toJs(call.env(), socket.unshift(Buffer::copyOf(*bytes)));
  }
  return toJs(call.env(),
              socket.unshift(toString(call.env(), call[0]), encodingOf(call.env(), call[1])));
}
napi_value push(Call& call) {
  auto& socket = call.self<NodeSocket>();
  napi_env env = call.env();
  if (typeOf(env, call[0]) == napi_null) return socket.pushEnd(), toJs(env, false);
  if (const auto bytes = bytesOf(env, call[0])) {
    return toJs(env, socket.pushBytes(Buffer::copyOf(*bytes)));
  }
  return toJs(env, socket.pushText(toString(env, call[0]), encodingOf(env, call[1])));
}

napi_value pause(Call& call) { return call.self<NodeSocket>().pause(), nullptr; }
napi_value resume(Call& call) { return call.self<NodeSocket>().resume(), nullptr; }
napi_value setEncoding(Call& call) {
  call.self<NodeSocket>().setEncoding(encodingOf(call.env(), call[0]));
  return nullptr;
}

// event, whether there are listeners now, what changed
napi_value listening(Call& call) {
  const int event = toInt(call.env(), call[0]);
  for (const EventId known : {EventId::kData, EventId::kReadable}) {
    if (event != static_cast<int>(known)) continue;
    call.self<NodeSocket>().listening(known, toBool(call.env(), call[1]),
                                      toInt(call.env(), call[2]));
  }
  return nullptr;
}

// destination, whether to end it
napi_value pipe(Call& call) {
  NodeSocket* destination = unwrap<NodeSocket>(call.env(), call[0]);
  if (destination == nullptr) throw Error("not a socket of uvnet", "ERR_INVALID_ARG_TYPE");
  call.self<NodeSocket>().pipe(*destination, {.end = toBool(call.env(), call[1])});
  return nullptr;
}
napi_value unpipe(Call& call) {
  auto& socket = call.self<NodeSocket>();
  if (isNullish(call.env(), call[0])) {
    socket.unpipe();
  } else if (NodeSocket* destination = unwrap<NodeSocket>(call.env(), call[0])) {
    socket.unpipe(*destination);
  }
  return nullptr;
}

napi_value setPipedElsewhere(Call& call) {
  call.self<NodeSocket>().setPipedElsewhere(toBool(call.env(), call[0]));
  return nullptr;
}

napi_value setTimeout(Call& call) {
  call.self<NodeSocket>().setTimeout(toDouble(call.env(), call[0]));
  return nullptr;
}
napi_value setNoDelay(Call& call) {
  call.self<NodeSocket>().setNoDelay(toBool(call.env(), call[0]));
  return nullptr;
}
napi_value setKeepAlive(Call& call) {
  napi_env env = call.env();
  KeepAliveOptions options{.enable = toBool(env, call[0])};
  const auto number = [&](std::size_t index, double& into) {
    if (typeOf(env, call[index]) == napi_number) into = toDouble(env, call[index]);
  };
  number(1, options.initialDelay);
  number(2, options.interval);
  number(3, options.count);
  call.self<NodeSocket>().setKeepAlive(options);
  return nullptr;
}
napi_value setTypeOfService(Call& call) {
  call.self<NodeSocket>().setTypeOfService(toInt(call.env(), call[0]));
  return nullptr;
}
napi_value getTypeOfService(Call& call) {
  return toJs(call.env(), call.self<NodeSocket>().getTypeOfService());
}
napi_value ref(Call& call) { return call.self<NodeSocket>().ref(), nullptr; }
napi_value unref(Call& call) { return call.self<NodeSocket>().unref(), nullptr; }
napi_value resetAndDestroy(Call& call) {
  return call.self<NodeSocket>().resetAndDestroy(), nullptr;
}
napi_value destroySoon(Call& call) { return call.self<NodeSocket>().destroySoon(), nullptr; }

napi_value address(Call& call) {
  napi_env env = call.env();
  const AddressInfo info = call.self<NodeSocket>().address();
  napi_value result;
  napi_create_object(env, &result);
  if (info.empty()) return result;
  set(env, result, "address", toJs(env, std::string_view(info.address)));
  set(env, result, "family", toJs(env, info.family));
  set(env, result, "port", toJs(env, info.port));
  return result;
}

}  // namespace

void defineSocketGet(napi_env env, napi_value exports, napi_value socket);
void defineSocketOverrides(napi_env env, napi_value socket);

void defineSocket(napi_env env, napi_value exports) {
  napi_value socket;
  napi_create_object(env, &socket);
  define<init>(env, socket, "init");
  define<connect>(env, socket, "connect");
  define<writeBytes>(env, socket, "writeBytes");
  define<writeText>(env, socket, "writeText");
  define<end>(env, socket, "end");
  define<cork>(env, socket, "cork");
  define<uncork>(env, socket, "uncork");
  define<setDefaultEncoding>(env, socket, "setDefaultEncoding");
  define<setAllowHalfOpen>(env, socket, "setAllowHalfOpen");
  define<destroy>(env, socket, "destroy");
  define<read>(env, socket, "read");
  define<unshift>(env, socket, "unshift");
  define<push>(env, socket, "push");
  define<pause>(env, socket, "pause");
  define<resume>(env, socket, "resume");
  define<setEncoding>(env, socket, "setEncoding");
  define<listening>(env, socket, "listening");
  define<pipe>(env, socket, "pipe");
  define<unpipe>(env, socket, "unpipe");
  define<setPipedElsewhere>(env, socket, "setPipedElsewhere");
  define<setTimeout>(env, socket, "setTimeout");
  define<setNoDelay>(env, socket, "setNoDelay");
  define<setKeepAlive>(env, socket, "setKeepAlive");
  define<setTypeOfService>(env, socket, "setTypeOfService");
  define<getTypeOfService>(env, socket, "getTypeOfService");
  define<ref>(env, socket, "ref");
  define<unref>(env, socket, "unref");
  define<resetAndDestroy>(env, socket, "resetAndDestroy");
  define<destroySoon>(env, socket, "destroySoon");
  define<address>(env, socket, "address");
  defineSocketGet(env, exports, socket);
  defineSocketOverrides(env, socket);
  set(env, exports, "socket", socket);
}

}  // namespace uvnet::napi
