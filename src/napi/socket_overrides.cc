// Methods of a Socket that programs override in JavaScript: _read, _write, _writev, _final and
// _destroy, which the core asks then and which may call the socket's own; push(), which is given
// what arrives; end() and destroy(), as
// which the core does what Node's streams do of themselves.
#include <memory>
#include <utility>
#include <vector>

#include "napi/call.h"
#include "napi/errors.h"
#include "napi/options.h"
#include "napi/socket.h"

namespace uvnet::napi {

template <class... Values>
void NodeSocket::callHook(Hook hook, Values... values) {
  const napi_value arguments[] = {object(), values...};
  environment().call(hook, arguments);
}

// In the hooks whose failing is the stream's, not its caller's.
template <class Call>
void NodeSocket::throwingErrors(Call&& call) {
  try {
    call();
  } catch (const JsException&) {
    const napi_value thrown = environment().takeException();
    if (thrown == nullptr) throw;  // the environment is going
    throw fromJs(environment(), thrown);
  }
}

// A function that answers once.
napi_value NodeSocket::doneToJs(Callback done) {
  struct Done {
    Ref<Environment> environment;
    Callback callback;
  };
  auto* data = new Done{Ref<Environment>(&environment()), std::move(done)};
  napi_value function;
  napi_create_function(
      env(), "done", NAPI_AUTO_LENGTH,
      [](napi_env in, napi_callback_info info) -> napi_value {
        std::size_t count = 1;
        napi_value error;
        void* given = nullptr;
        napi_get_cb_info(in, info, &count, &error, nullptr, &given);
        auto* self = static_cast<Done*>(given);
        if (!self->callback) return nullptr;
        const Ref<Environment> keep = self->environment;
        keep->host().calledFromJs();
        try {
          Callback answer = std::exchange(self->callback, {});
          if (isNullish(in, error)) {
            answer(nullptr);
          } else {
            const Error failed = fromJs(*keep, error);
            answer(&failed);
          }
        } catch (...) {
          keep->throwToJs();
        }
        keep->host().returnToJs();
        return nullptr;
      },
      data, &function);
  napi_add_finalizer(
      env(), function, data, [](napi_env, void* held, void*) { delete static_cast<Done*>(held); },
      nullptr, nullptr);
  return function;
}

void NodeSocket::doRead(std::size_t size) {
  if ((overrides_ & kRead) == 0) return Socket::doRead(size);
  environment().enterJs();
  throwingErrors([&] { callHook(Hook::kDoRead, toJs(env(), static_cast<double>(size))); });
}

std::ptrdiff_t NodeSocket::doTryWrite(std::string_view bytes, std::unique_ptr<Error>& error) {
  return (overrides_ & kWrite) == 0 ? Socket::doTryWrite(bytes, error) : -1;
}

void NodeSocket::doWrite(Buffer chunk, Callback done) {
  if ((overrides_ & kWrite) == 0) return Socket::doWrite(std::move(chunk), std::move(done));
  environment().enterJs();
  callHook(Hook::kDoWrite, bytesToJs(env(), chunk), toJs(env(), std::string_view("buffer")),
           doneToJs(std::move(done)));
}

void NodeSocket::doWritev(std::span<Buffer> chunks, Callback done) {
  if ((overrides_ & kWritev) == 0) return Socket::doWritev(chunks, std::move(done));
  environment().enterJs();
  napi_value list;
  napi_create_array(env(), &list);
  std::uint32_t index = 0;
  for (const Buffer& chunk : chunks) {
    napi_value item;
    napi_create_object(env(), &item);
    set(env(), item, "chunk", bytesToJs(env(), chunk));
    set(env(), item, "encoding", toJs(env(), std::string_view("buffer")));
    napi_set_element(env(), list, index++, item);
  }
  callHook(Hook::kDoWritev, list, doneToJs(std::move(done)));
}

void NodeSocket::doFinal(Callback done) {
  if ((overrides_ & kFinal) == 0) return Socket::doFinal(std::move(done));
  environment().enterJs();
  throwingErrors([&] { callHook(Hook::kDoFinal, doneToJs(std::move(done))); });
}

void NodeSocket::autoEnd() {
  if (environment().ending()) return;
  environment().enterJs();
  callHook(Hook::kAutoEnd);
}
void NodeSocket::autoDestroy() {
  if (environment().ending()) return;
  environment().enterJs();
  callHook(Hook::kAutoDestroy);
}

bool NodeSocket::takeArrived(const Buffer* chunk) {
  if (environment().ending()) return false;
  environment().enterJs();
  const napi_value arguments[] = {object(),
                                  chunk != nullptr ? bytesToJs(env(), *chunk) : null(env())};
  return toBool(env(), environment().call(Hook::kArrived, arguments));
}

void NodeSocket::doDestroy(const Error* error, Callback done) {
  hadHandle_ = bufferSize().has_value();
  if ((overrides_ & kDestroy) == 0 || environment().ending()) {
    // A reset that fails tells a listener, or is thrown where there is none.
    return throwingErrors([&] { Socket::doDestroy(error, std::move(done)); });
  }
  environment().enterJs();
  throwingErrors([&] {
    callHook(Hook::kDoDestroy,
             error == nullptr ? null(env()) : errors()->toJs(environment(), *error),
             doneToJs(std::move(done)));
  });
}

namespace {

Buffer bufferOf(Call& call, napi_value chunk, napi_value encoding) {
  if (const auto bytes = bytesOf(call.env(), chunk)) return Buffer::copyOf(*bytes);
  const Encoding in = typeOf(call.env(), encoding) == napi_string
                          ? Encoding(toString(call.env(), encoding))
                          : Encoding();
  return Buffer::from(toString(call.env(), chunk), in);
}

// number, bits
napi_value setOverrides(Call& call) {
  call.numbered().setOverrides(toInt(call.env(), call[1]));
  return nullptr;
}
// The answer to a program that calls _write() and its kind itself; they cannot go without.
Callback answerOf(Call& call, std::size_t index, NodeSocket& socket) {
  if (!isFunction(call.env(), call[index])) {
    throw Error("The \"callback\" argument must be of type function", "ERR_INVALID_ARG_TYPE",
                "TypeError");
  }
  return callback(call.environment(), call[index], socket.errors());
}

napi_value baseRead(Call& call) { return call.self<NodeSocket>().baseRead(), nullptr; }
napi_value baseWrite(Call& call) {
  auto& socket = call.self<NodeSocket>();
  Callback done = answerOf(call, 2, socket);
  socket.baseWrite(bufferOf(call, call[0], call[1]), std::move(done));
  return nullptr;
}
// [{chunk, encoding}, ...], done
napi_value baseWritev(Call& call) {
  napi_env env = call.env();
  auto& socket = call.self<NodeSocket>();
  Callback done = answerOf(call, 1, socket);
  std::uint32_t count = 0;
  napi_get_array_length(env, call[0], &count);
  std::vector<Buffer> chunks;
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value item = nullptr;
    napi_get_element(env, call[0], i, &item);
    // Node gives the bare chunks when all are Buffers.
    const napi_value chunk = option(env, item, "chunk").value_or(item);
    const napi_value encoding = option(env, item, "encoding").value_or(nullptr);
    chunks.push_back(bufferOf(call, chunk, encoding));
  }
  socket.baseWritev(chunks, std::move(done));
  return nullptr;
}
napi_value baseFinal(Call& call) {
  auto& socket = call.self<NodeSocket>();
  socket.baseFinal(answerOf(call, 0, socket));
  return nullptr;
}
napi_value baseDestroy(Call& call) {
  auto& socket = call.self<NodeSocket>();
  Callback done = answerOf(call, 1, socket);
  if (isNullish(call.env(), call[0])) {
    socket.baseDestroy(nullptr, std::move(done));
  } else {
    const Error error = fromJs(call.environment(), call[0]);
    socket.baseDestroy(&error, std::move(done));
  }
  return nullptr;
}

}  // namespace

void defineSocketOverrides(napi_env env, napi_value socket) {
  define<setOverrides>(env, socket, "setOverrides");
  define<baseRead>(env, socket, "baseRead");
  define<baseWrite>(env, socket, "baseWrite");
  define<baseWritev>(env, socket, "baseWritev");
  define<baseFinal>(env, socket, "baseFinal");
  define<baseDestroy>(env, socket, "baseDestroy");
}

}  // namespace uvnet::napi
