#include "napi/socket.h"

#include <algorithm>
#include <array>
#include <exception>
#include <span>
#include <tuple>
#include <utility>

#include "napi/errors.h"
#include "napi/js.h"

namespace uvnet::napi {

napi_value ErrorCache::toJs(Environment& environment, const Error& error) {
  environment.enterJs();
  if (error.origin == nullptr && last_.origin != nullptr && error.code == last_.code &&
      error.message == last_.message) {
    return napi::toJs(environment, last_);
  }
  const napi_value value = napi::toJs(environment, error);
  last_ = error;
  if (last_.origin == nullptr) last_.origin = fromJs(environment, value).origin;
  return value;
}

NodeSocket::NodeSocket(Environment& environment, napi_value object, SocketOptions options)
    : Socket(environment.net(), std::move(options)),
      Wrapped(environment),
      number_(environment.addSocket(*this)) {
  relayEvents();
  tie(object, this);
  watchShared();
}

// Before the members go: what the stream drops now may still want the environment.
NodeSocket::~NodeSocket() {
  abandon();
  environment().removeSocket(number_);
}

const std::shared_ptr<ErrorCache>& NodeSocket::errors() {
  if (errors_ == nullptr) errors_ = std::make_shared<ErrorCache>();
  return errors_;
}

namespace {

// JavaScript's length of a text, as which it counts while it waits: all bytes that begin a
// character, and those twice that begin one of four bytes.
std::size_t unitsOf(std::string_view utf8) noexcept {
  std::size_t units = 0;
  for (const char byte : utf8) {
    const auto value = static_cast<unsigned char>(byte);
    units += (value & 0xC0U) != 0x80U;
    units += value >= 0xF0U;
  }
  return units;
}

// Node tries to write a text from its stack, and counts it when that has failed only if it was too
// long for that.
bool countsRefused(Encoding encoding, std::size_t units) noexcept {
  constexpr std::size_t kOnStack = 16384;
  switch (encoding.kind()) {
    case Encoding::kUtf8:
      return units * 3 > kOnStack;
    case Encoding::kUtf16le:
      return units * 2 > kOnStack;
    case Encoding::kLatin1:
    case Encoding::kAscii:
      return units > kOnStack;
    default:
      return true;  // bytes to Node
  }
}

}  // namespace

bool NodeSocket::writeText(std::string_view text, Encoding encoding, Callback done) {
  const std::size_t units = unitsOf(text);
  const std::uint64_t before = bytesDispatched();
  const bool more = writeCounted(text, encoding, units, std::move(done));
  if (!more && errored() != nullptr && !countsRefused(encoding, units)) {
    uncountRefused(bytesDispatched() - before);
  }
  return more;
}

void NodeSocket::endText(std::string_view text, Encoding encoding, Callback done) {
  const std::size_t units = unitsOf(text);
  const std::uint64_t before = bytesDispatched();
  endCounted(text, encoding, units, std::move(done));
  if (errored() != nullptr && !countsRefused(encoding, units)) {
    uncountRefused(bytesDispatched() - before);
  }
}

void NodeSocket::listening(EventId event, bool present, int change) {
  setRelayed(event, present);
  if (change == 1) {
    onListenerAdded(event);
  } else if (change == -1) {
    onListenerRemoved(event);
  } else if (change == -2) {
    onListenersRemoved(event);
  }
}

napi_value textToJs(napi_env env, std::string_view text) {
  // A lone surrogate is three bytes that begin with this one, and strict UTF-8 does not have them.
  bool surrogates = false;
  for (std::size_t at = text.find('\xED'); at != std::string_view::npos && at + 1 < text.size();
       at = text.find('\xED', at + 1)) {
    if (static_cast<unsigned char>(text[at + 1]) >= 0xA0) {
      surrogates = true;
      break;
    }
  }
  if (!surrogates) return toJs(env, text);
  std::u16string units;
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(i < text.size() ? text[i] : '\x80'));
  };
  for (std::size_t i = 0; i < text.size();) {
    const char32_t lead = byte(i);
    char32_t point = lead;
    std::size_t size = 1;
    if (lead >= 0xF0) {
      point = (lead & 0x07) << 18 | (byte(i + 1) & 0x3F) << 12 | (byte(i + 2) & 0x3F) << 6 |
              (byte(i + 3) & 0x3F);
      size = 4;
    } else if (lead >= 0xE0) {
      point = (lead & 0x0F) << 12 | (byte(i + 1) & 0x3F) << 6 | (byte(i + 2) & 0x3F);
      size = 3;
    } else if (lead >= 0xC0) {
      point = (lead & 0x1F) << 6 | (byte(i + 1) & 0x3F);
      size = 2;
    }
    if (point > 0xFFFF) {
      units.push_back(static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10)));
      units.push_back(static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
    } else {
      units.push_back(static_cast<char16_t>(point));
    }
    i += size;
  }
  napi_value value;
  napi_create_string_utf16(env, units.data(), units.size(), &value);
  return value;
}

napi_value bytesToJs(napi_env env, std::string_view bytes) {
  napi_value value;
  void* data = nullptr;
  napi_create_buffer_copy(env, bytes.size(), bytes.data(), &data, &value);
  return value;
}

napi_value NodeSocket::chunkToJs(const Buffer& chunk) {
  return readableEncoding() ? textToJs(env(), chunk) : bytesToJs(env(), chunk);
}

void NodeSocket::relayData(const Buffer& chunk) {
  Environment& environment = this->environment();
  environment.enterJs();
  const napi_value self = object();
  if (self == nullptr) return;
  const napi_value size = toJs(env(), static_cast<std::uint32_t>(chunk.size()));
  if (!readableEncoding() && chunk.size() <= Environment::kLargestPooled) {
    const std::array<napi_value, 3> arguments{self, toJs(env(), environment.pooled(chunk)), size};
    environment.call(Hook::kData, arguments);
    return;
  }
  const auto slab = readableEncoding() ? std::nullopt : environment.slabOf(chunk);
  if (slab) {
    const std::array<napi_value, 4> arguments{self, slab->buffer, toJs(env(), slab->offset), size};
    environment.call(Hook::kView, arguments);
  } else {
    const std::array<napi_value, 3> arguments{
        self, toJs(env(), static_cast<std::uint32_t>(EventId::kData)), chunkToJs(chunk)};
    environment.call(Hook::kEmit, arguments);
  }
}

void NodeSocket::addArguments(EventId event, void* arguments, std::vector<napi_value>& to) {
  const auto js = [this](const auto& value) { return toJs(env(), value); };
  // A path has neither port nor family.
  const auto addPlace = [&](const std::string& address, int port, int family) {
    to.push_back(js(std::string_view(address)));
    to.push_back(family == 0 ? undefined(env()) : js(port));
    to.push_back(family == 0 ? undefined(env()) : js(family));
  };
  switch (event) {
    case EventId::kError:
      to.push_back(errors()->toJs(environment(), std::get<0>(payload<event::Error>(arguments))));
      return;
    case EventId::kClose:
      if (hadHandle_) to.push_back(js(std::get<0>(payload<event::Close>(arguments))));
      return;
    case EventId::kLookup: {
      const auto& [error, address, family, host] = payload<event::Lookup>(arguments);
      to.push_back(error == nullptr ? null(env()) : errors()->toJs(environment(), *error));
      to.push_back(address.empty() ? undefined(env()) : js(std::string_view(address)));
      to.push_back(family == 0 ? undefined(env()) : js(family));
      to.push_back(js(std::string_view(host)));
      return;
    }
    case EventId::kConnectionAttempt:
    case EventId::kConnectionAttemptTimeout: {
      const auto& [address, port, family] = payload<event::ConnectionAttempt>(arguments);
      addPlace(address, port, family);
      return;
    }
    case EventId::kConnectionAttemptFailed: {
      const auto& [address, port, family, error] =
          payload<event::ConnectionAttemptFailed>(arguments);
      addPlace(address, port, family);
      to.push_back(napi::toJs(environment(), error));
      return;
    }
    case EventId::kPipe:
    case EventId::kUnpipe: {
      // Only Sockets of this environment are piped in C++.
      auto& other = static_cast<NodeSocket&>(std::get<0>(payload<event::Pipe>(arguments)));
      to.push_back(other.object());
      return;
    }
    case EventId::kClientError:
    case EventId::kConnect:
    case EventId::kConnection:
    case EventId::kData:
    case EventId::kDrain:
    case EventId::kDrop:
    case EventId::kEnd:
    case EventId::kFinish:
    case EventId::kKeylog:
    case EventId::kListening:
    case EventId::kNewListener:
    case EventId::kPause:
    case EventId::kPrefinish:
    case EventId::kReadable:
    case EventId::kReady:
    case EventId::kRemoveListener:
    case EventId::kResume:
    case EventId::kSecure:
    case EventId::kSecureConnect:
    case EventId::kSecureConnection:
    case EventId::kSession:
    case EventId::kTimeout:
    case EventId::kTlsClientError:
      return;
  }
}

std::uint32_t NodeSocket::listenInRuntime(EventId event, Erased& listener) {
  if (environment().ending()) return 0;
  struct Own {
    NodeSocket* socket;
    std::uint32_t number;
    Erased listener;
  };
  environment().enterJs();
  auto* own = new Own{this, ++lastListener_, std::move(listener)};
  napi_value function;
  napi_create_function(
      env(), "", NAPI_AUTO_LENGTH,
      [](napi_env in, napi_callback_info info) -> napi_value {
        std::size_t count = 0;
        void* data = nullptr;
        napi_get_cb_info(in, info, &count, nullptr, nullptr, &data);
        auto* self = static_cast<Own*>(data);
        if (!self->listener) return nullptr;
        const Ref<NodeSocket> keep(self->socket);
        NodeHost& host = keep->environment().host();
        // None: it was taken away while the event was on its way to it.
        if (std::erase_if(keep->listeners_, [self](const Listener& one) {
              return one.number == self->number;
            }) == 0) {
          return nullptr;
        }
        host.calledFromJs();
        try {
          std::exchange(self->listener, {})(nullptr);
        } catch (...) {
          keep->environment().throwToJs();
        }
        host.returnToJs();
        return nullptr;
      },
      own, &function);
  napi_add_finalizer(
      env(), function, own, [](napi_env, void* data, void*) { delete static_cast<Own*>(data); },
      nullptr, nullptr);
  listeners_.push_back({event, own->number, JsFunction(environment(), function)});
  const napi_value arguments[] = {object(), toJs(env(), static_cast<std::uint32_t>(event)),
                                  function};
  environment().call(Hook::kListen, arguments);
  return own->number;
}

void NodeSocket::unlistenInRuntime(EventId event, std::uint32_t number) {
  const auto found = std::find_if(listeners_.begin(), listeners_.end(),
                                  [number](const Listener& one) { return one.number == number; });
  if (found == listeners_.end() || environment().ending()) return;
  environment().enterJs();
  const napi_value arguments[] = {object(), toJs(env(), static_cast<std::uint32_t>(event)),
                                  found->function.value()};
  listeners_.erase(found);
  try {
    environment().call(Hook::kUnlisten, arguments);
  } catch (...) {
    host().uncaught(std::current_exception());  // the caller is not to fail for a listener's sake
  }
}

void NodeSocket::forgetOwnInRuntime() noexcept {
  while (!listeners_.empty() && !environment().ending()) {
    unlistenInRuntime(listeners_.back().event, listeners_.back().number);
  }
}

bool NodeSocket::relay(EventId event, void* arguments) {
  if (environment().ending()) return false;
  const Ref<NodeSocket> keep(this);
  if (event == EventId::kData) {
    relayData(std::get<0>(payload<event::Data>(arguments)));
    return true;
  }
  environment().enterJs();
  const napi_value self = object();
  if (self == nullptr) return false;
  std::vector<napi_value> values{self, toJs(env(), static_cast<std::uint32_t>(event))};
  addArguments(event, arguments, values);
  // What it failed with is not C++'s to hold any more, once all have been told.
  struct Leave {
    NodeSocket& socket;
    napi_value self;
    bool now;
    ~Leave() {
      if (!now) return;
      if (socket.errored() != nullptr) leaveWith(socket.environment(), *socket.errored(), self);
      if (socket.errors_ != nullptr) socket.errors_->leaveWith(socket.environment(), self);
    }
  } const leave{*this, self, event == EventId::kClose};
  return toBool(env(), environment().call(Hook::kEmit, values));
}

}  // namespace uvnet::napi
