// The C++ half of a JavaScript net.Socket: a Socket whose events are told to the JavaScript object.
#pragma once

#include <uvnet/net.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "napi/environment.h"
#include "napi/errors.h"
#include "napi/wrapped.h"

namespace uvnet::napi {

// The error object that was made last for a socket: the same failure is told to its listeners, its
// callbacks and `errored` as one object.
class ErrorCache {
 public:
  napi_value toJs(Environment& environment, const Error& error);
  // The last one is the socket's to keep.
  void leaveWith(Environment& environment, napi_value socket) {
    napi::leaveWith(environment, last_, socket);
  }

 private:
  Error last_;
};

class NodeSocket final : public Socket, public Wrapped {
 public:
  NodeSocket(Environment& environment, napi_value object, SocketOptions options);
  ~NodeSocket() override;

  // By which JavaScript names it in the calls it makes often.
  std::uint32_t number() const noexcept { return number_; }

  // What Node's streams show and the public calls do not.
  using Socket::asyncContext;
  using Socket::bytesDispatched;
  using Stream::inside;
  using Stream::Inside;
  using Stream::setReadableFlowing;

  // Text, which waits as so many characters.
  bool writeText(std::string_view text, Encoding encoding, Callback done);
  void endText(std::string_view text, Encoding encoding, Callback done);

  // The methods that a subclass has overridden in JavaScript, which are asked then; and what they
  // call when they want the socket's own.
  enum Override : int { kRead = 1, kWrite = 2, kWritev = 4, kFinal = 8, kDestroy = 16, kPush = 32 };
  void setOverrides(int bits) noexcept {
    overrides_ = bits;
    setArrivalsAsked((bits & kPush) != 0);
  }
  void setPipedElsewhere(bool piped) noexcept { pipedElsewhere_ = piped; }
  void baseRead() { Socket::doRead(0); }
  void baseWrite(Buffer chunk, Callback done) {
    Socket::doWrite(std::move(chunk), std::move(done));
  }
  void baseWritev(std::span<Buffer> chunks, Callback done) {
    Socket::doWritev(chunks, std::move(done));
  }
  void baseFinal(Callback done) { Socket::doFinal(std::move(done)); }
  void baseDestroy(const Error* error, Callback done) { Socket::doDestroy(error, std::move(done)); }

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
  std::uint32_t listenInRuntime(EventId event, Erased& listener) override;
  void unlistenInRuntime(EventId event, std::uint32_t number) override;
  void forgetOwnInRuntime() noexcept override;
  void doRead(std::size_t size) override;
  bool readsByItself() const noexcept override {
    return (overrides_ & kRead) == 0 && Socket::readsByItself();
  }
  std::ptrdiff_t doTryWrite(std::string_view bytes, std::unique_ptr<Error>& error) override;
  void doWrite(Buffer chunk, Callback done) override;
  void doWritev(std::span<Buffer> chunks, Callback done) override;
  void doFinal(Callback done) override;
  void doDestroy(const Error* error, Callback done) override;
  bool pipedElsewhere() const noexcept override { return pipedElsewhere_; }
  bool isPlain() const noexcept override { return overrides_ == 0; }
  void autoEnd() override;
  void autoDestroy() override;
  bool takeArrived(const Buffer* chunk) override;
  void onShared(bool others) noexcept override {
    shared(others);
    // Closed. The object has a `server` of its own: were this one kept too, a server whose listener
    // knows the socket could never be collected.
    if (!others) forgetServer();
  }

 private:
  void relayData(const Buffer& chunk);
  void addArguments(EventId event, void* arguments, std::vector<napi_value>& to);

  template <class... Values>
  void callHook(Hook hook, Values... values);
  // What JavaScript throws there is the core's to take, as an Error.
  template <class Call>
  void throwingErrors(Call&& call);
  napi_value doneToJs(Callback done);

  // Listeners of the library's own that are among JavaScript's.
  struct Listener {
    EventId event;
    std::uint32_t number;
    JsFunction function;
  };
  const std::uint32_t number_;
  std::vector<Listener> listeners_;
  std::uint32_t lastListener_ = 0;
  int overrides_ = 0;
  bool pipedElsewhere_ = false;  // to a stream of JavaScript's
  bool hadHandle_ = false;       // when it was destroyed: 'close' then says whether it failed
  std::shared_ptr<ErrorCache> errors_;
};

// A UTF-8 text (generalised: lone surrogates) as a string.
napi_value textToJs(napi_env env, std::string_view text);
napi_value bytesToJs(napi_env env, std::string_view bytes);

// Adds the functions of `socket` to the exports.
void defineSocket(napi_env env, napi_value exports);

}  // namespace uvnet::napi
