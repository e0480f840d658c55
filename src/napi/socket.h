// The C++ half of a JavaScript net.Socket: a Socket whose events are told to the JavaScript object.
#pragma once

#include <uvnet/net.h>

#include <memory>
#include <string>
#include <vector>

#include "napi/environment.h"
#include "napi/wrapped.h"

namespace uvnet::napi {

// The error object that was made last for a socket: the same failure is told to its listeners, its
// callbacks and `errored` as one object.
class ErrorCache {
 public:
  napi_value toJs(Environment& environment, const Error& error);

 private:
  std::string code_;
  std::string message_;
  std::shared_ptr<void> origin_;
};

class NodeSocket final : public Socket, public Wrapped {
 public:
  NodeSocket(Environment& environment, napi_value object, SocketOptions options);
  ~NodeSocket() override;

  // What Node's streams show and the public calls do not.
  using Stream::inside;
  using Stream::Inside;
  // A listener of 'data' or 'readable' came (1; 2: by prepend), went (-1), or all went (-2).
  void listening(EventId event, bool present, int change);
  bool pushBytes(Buffer bytes) { return push(std::move(bytes)); }
  void pushEnd() { push(nullptr); }
  bool pushText(std::string_view text, Encoding encoding) { return push(text, encoding); }

  // As a value for JavaScript: text if there is an encoding, else a Buffer.
  napi_value chunkToJs(const Buffer& chunk);
  const std::shared_ptr<ErrorCache>& errors();

 protected:
  bool relay(EventId event, void* arguments) override;
  void onShared(bool others) noexcept override { shared(others); }

 private:
  void relayData(const Buffer& chunk);
  void addArguments(EventId event, void* arguments, std::vector<napi_value>& to);

  std::shared_ptr<ErrorCache> errors_;
};

// A UTF-8 text (generalised: lone surrogates) as a string.
napi_value textToJs(napi_env env, std::string_view text);
napi_value bytesToJs(napi_env env, std::string_view bytes);

// Adds the functions of `socket` to the exports.
void defineSocket(napi_env env, napi_value exports);

}  // namespace uvnet::napi
