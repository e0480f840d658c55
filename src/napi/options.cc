#include "napi/options.h"

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "napi/addresses.h"
#include "napi/errors.h"
#include "napi/js.h"
#include "napi/lookup.h"
#include "napi/socket.h"

namespace uvnet::napi {

namespace {

std::optional<std::int64_t> markOption(napi_env env, napi_value bag,
                                       const char* name = "highWaterMark") {
  const auto mark = numberOption(env, bag, name);
  return mark ? std::optional(whole<std::int64_t>(*mark)) : std::nullopt;
}

std::optional<BlockList> blockListOption(napi_env env, napi_value bag) {
  const auto given = option(env, bag, "blockList");
  const BlockList* list = given ? blockListOf(env, *given) : nullptr;
  return list != nullptr ? std::optional(*list) : std::nullopt;
}

Port portOption(napi_env env, napi_value bag, const char* name) {
  const auto value = option(env, bag, name);
  if (!value) return {};
  if (typeOf(env, *value) == napi_number) return Port(toDouble(env, *value));
  if (typeOf(env, *value) == napi_string) return Port(toString(env, *value));
  return {};
}

// `onread` reads into memory of JavaScript's: one view for all reads, or a new one for each.
OnRead onReadOption(Environment& environment, napi_value bag) {
  napi_env env = environment.env();
  OnRead onread;
  const auto given = option(env, bag, "onread");
  if (!given) return onread;
  const auto buffer = option(env, *given, "buffer");
  const auto function = option(env, *given, "callback");
  if (!buffer || !function) return onread;

  // The view that the next read goes to, which `callback` is shown.
  struct Current {
    JsFunction callback;
    std::unique_ptr<JsFunction> next;
    std::unique_ptr<JsFunction> view;
  };
  auto current = std::make_shared<Current>(Current{JsFunction(environment, *function), {}, {}});
  const auto memory = [](napi_env in, napi_value view) -> std::span<char> {
    const auto bytes = bytesOf(in, view);
    return bytes ? std::span(const_cast<char*>(bytes->data()), bytes->size()) : std::span<char>();
  };
  if (isFunction(env, *buffer)) {
    current->next = std::make_unique<JsFunction>(environment, *buffer);
    onread.nextBuffer = [current, memory]() -> std::span<char> {
      Environment& to = current->next->environment();
      try {
        to.enterJs();
        const napi_value view = to.call(current->next->value(), {});
        current->view = std::make_unique<JsFunction>(to, view);
        return memory(to.env(), view);
      } catch (...) {
        to.host().uncaught(std::current_exception());  // libuv asks for the memory, and cannot fail
        return {};
      }
    };
  } else {
    current->view = std::make_unique<JsFunction>(environment, *buffer);
    onread.buffer = memory(env, *buffer);
  }
  onread.callback = [current](std::size_t nread, std::span<char>) {
    Environment& to = current->callback.environment();
    to.enterJs();
    const napi_value arguments[] = {toJs(to.env(), static_cast<std::uint32_t>(nread)),
                                    current->view->value()};
    const napi_value result = to.call(current->callback.value(), arguments);
    bool more = true;
    if (typeOf(to.env(), result) == napi_boolean) napi_get_value_bool(to.env(), result, &more);
    return more;
  };
  return onread;
}

Lookup lookupOption(Environment& environment, napi_value bag) {
  const auto own = option(environment.env(), bag, "lookup");
  if (!own || !isFunction(environment.env(), *own)) return {};
  auto function = std::make_shared<JsFunction>(environment, *own);
  return
      [function](const std::string& hostname, const LookupOptions& asked, LookupCallback answer) {
        Environment& to = function->environment();
        to.enterJs();
        lookUp(to, function->value(), hostname, asked, std::move(answer));
      };
}

}  // namespace

SocketOptions socketOptions(Environment& environment, napi_value bag) {
  napi_env env = environment.env();
  SocketOptions options;
  options.blockList = blockListOption(env, bag);
  if (const auto fd = numberOption(env, bag, "fd")) options.fd = whole<int>(*fd);
  options.allowHalfOpen = boolOption(env, bag, "allowHalfOpen");
  options.readable = boolOption(env, bag, "readable", true);
  options.writable = boolOption(env, bag, "writable", true);
  options.onread = onReadOption(environment, bag);
  options.noDelay = boolOption(env, bag, "noDelay");
  options.keepAlive = boolOption(env, bag, "keepAlive");
  options.keepAliveInitialDelay = numberOption(env, bag, "keepAliveInitialDelay").value_or(0);
  options.highWaterMark = markOption(env, bag);
  options.readableHighWaterMark = markOption(env, bag, "readableHighWaterMark");
  options.writableHighWaterMark = markOption(env, bag, "writableHighWaterMark");
  if (const auto tos = numberOption(env, bag, "typeOfService")) {
    options.typeOfService = whole<int>(*tos);
  }
  return options;
}

ConnectOptions connectOptions(Environment& environment, napi_value bag) {
  napi_env env = environment.env();
  ConnectOptions options;
  options.blockList = blockListOption(env, bag);
  options.port = portOption(env, bag, "port");
  options.host = stringOption(env, bag, "host");
  options.path = stringOption(env, bag, "path");
  options.localAddress = stringOption(env, bag, "localAddress");
  options.localPort = portOption(env, bag, "localPort");
  if (const auto family = numberOption(env, bag, "family")) {
    options.family = whole<int>(*family);
  }
  if (const auto hints = numberOption(env, bag, "hints")) {
    options.hints = whole<int>(*hints);
  }
  options.lookup = lookupOption(environment, bag);
  if (const auto select = option(env, bag, "autoSelectFamily")) {
    options.autoSelectFamily = toBool(env, *select);
  }
  if (const auto timeout = numberOption(env, bag, "autoSelectFamilyAttemptTimeout")) {
    options.autoSelectFamilyAttemptTimeout = whole<int>(*timeout);
  }
  return options;
}

ServerOptions serverOptions(Environment& environment, napi_value bag) {
  napi_env env = environment.env();
  ServerOptions options;
  options.blockList = blockListOption(env, bag);
  options.allowHalfOpen = boolOption(env, bag, "allowHalfOpen");
  options.pauseOnConnect = boolOption(env, bag, "pauseOnConnect");
  options.noDelay = boolOption(env, bag, "noDelay");
  options.keepAlive = boolOption(env, bag, "keepAlive");
  options.keepAliveInitialDelay = numberOption(env, bag, "keepAliveInitialDelay").value_or(0);
  options.highWaterMark = markOption(env, bag);
  return options;
}

ListenOptions listenOptions(Environment& environment, napi_value bag) {
  napi_env env = environment.env();
  ListenOptions options;
  options.port = portOption(env, bag, "port");
  options.host = stringOption(env, bag, "host");
  options.path = stringOption(env, bag, "path");
  if (const auto fd = numberOption(env, bag, "fd")) options.fd = whole<int>(*fd);
  options.backlog = whole<int>(numberOption(env, bag, "backlog").value_or(0));
  options.exclusive = boolOption(env, bag, "exclusive");
  options.readableAll = boolOption(env, bag, "readableAll");
  options.writableAll = boolOption(env, bag, "writableAll");
  options.ipv6Only = boolOption(env, bag, "ipv6Only");
  options.reusePort = boolOption(env, bag, "reusePort");
  options.elsewhere = boolOption(env, bag, "elsewhere");
  return options;
}

Callback callback(Environment& environment, napi_value function,
                  std::shared_ptr<ErrorCache> errors) {
  if (!isFunction(environment.env(), function)) return {};
  return [f = JsFunction(environment, function),
          errors = std::move(errors)](const Error* error) mutable {
    Environment& to = f.environment();
    if (to.ending()) return;
    to.enterJs();
    const napi_value value = error == nullptr    ? null(to.env())
                             : errors != nullptr ? errors->toJs(to, *error)
                                                 : toJs(to, *error);
    to.call(f.value(), std::span(&value, 1));
  };
}

}  // namespace uvnet::napi
