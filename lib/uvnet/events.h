// Every event of the library, who emits it and what it carries: the index of the project.
//
//   socket.on<"data">([](uvnet::Buffer chunk) { ... });
//
// The name is checked when the program is compiled, and so is the listener: it takes all that the
// event carries, or nothing.
#pragma once

#include <uvnet/address.h>
#include <uvnet/buffer.h>
#include <uvnet/error.h>
#include <uvnet/export.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace uvnet {

class Socket;
class Stream;
class TLSSocket;

// What identifies an event inside; the name is what people use.
enum class EventId : std::uint8_t {
  kClientError,
  kClose,
  kConnect,
  kConnection,
  kConnectionAttempt,
  kConnectionAttemptFailed,
  kConnectionAttemptTimeout,
  kData,
  kDrain,
  kDrop,
  kEnd,
  kError,
  kFinish,
  kKeylog,
  kListening,
  kLookup,
  kNewListener,
  kPause,
  kPipe,
  kPrefinish,
  kReadable,
  kReady,
  kRemoveListener,
  kResume,
  kSecure,
  kSecureConnect,
  kSecureConnection,
  kSession,
  kTimeout,
  kTlsClientError,
  kUnpipe,
};

// "data" for EventId::kData.
UVNET_API std::string_view eventName(EventId event) noexcept;

// Where a connection that 'drop' reports came from; all empty for Unix sockets.
struct DropInfo {
  AddressInfo local;
  AddressInfo remote;
};

// A string literal as a template argument.
template <std::size_t N>
struct EventName {
  char text[N];
  consteval EventName(const char (&name)[N]) { std::copy_n(name, N, text); }  // NOLINT
  constexpr std::string_view view() const { return {text, N - 1}; }
};

template <EventName Name, EventId Id, class... Args>
struct Event {
  static constexpr std::string_view kName = Name.view();
  static constexpr EventId kId = Id;
  using Signature = void(Args...);
  using Payload = std::tuple<Args&&...>;  // what an emit() of it passes on
};

template <class... Events>
struct EventList {};

namespace detail {

struct NoSuchEvent {
  static constexpr bool kFound = false;
};
template <class E>
struct FoundEvent : E {
  static constexpr bool kFound = true;
};

template <EventName Name>
consteval auto findEvent(EventList<>) {
  return NoSuchEvent{};
}
template <EventName Name, class E, class... Rest>
consteval auto findEvent(EventList<E, Rest...>) {
  if constexpr (E::kName == Name.view()) {
    return FoundEvent<E>{};
  } else {
    return findEvent<Name>(EventList<Rest...>{});
  }
}

template <class... A, class... B>
EventList<A..., B...> join(EventList<A...>, EventList<B...>);

}  // namespace detail

// Every event once; the lists below say which class emits which.
namespace event {

// The event a listener is about to be added to, or was removed from.
using NewListener = Event<"newListener", EventId::kNewListener, std::string_view>;
using RemoveListener = Event<"removeListener", EventId::kRemoveListener, std::string_view>;

using Data = Event<"data", EventId::kData, const Buffer&>;  // bytes, or text (setEncoding())
using Readable = Event<"readable", EventId::kReadable>;     // read() has something, or the end
using Pause = Event<"pause", EventId::kPause>;              // pause() took effect
using Resume = Event<"resume", EventId::kResume>;           // the tick after resume()
using End = Event<"end", EventId::kEnd>;              // all has been read and the peer sent its FIN
using Drain = Event<"drain", EventId::kDrain>;        // write() answered false, now it would not
using Pipe = Event<"pipe", EventId::kPipe, Stream&>;  // a source begins to pipe into this stream
using Unpipe = Event<"unpipe", EventId::kUnpipe, Stream&>;  // and stops
using Prefinish =
    Event<"prefinish", EventId::kPrefinish>;       // ended; the underlying end is asked for
using Finish = Event<"finish", EventId::kFinish>;  // ended, and all given to the system
using Error = Event<"error", EventId::kError, const uvnet::Error&>;  // unheard: Host::uncaught
using Close = Event<"close", EventId::kClose, bool>;  // hadError; the last event of a life

// After a name was resolved, once per address: error (or null), address, family (4, 6 or 0), host.
using Lookup = Event<"lookup", EventId::kLookup, const uvnet::Error*, const std::string&, int,
                     const std::string&>;
// About to connect to ip (a path for Unix sockets), port, family (0 for Unix sockets).
using ConnectionAttempt =
    Event<"connectionAttempt", EventId::kConnectionAttempt, const std::string&, int, int>;
using ConnectionAttemptFailed = Event<"connectionAttemptFailed", EventId::kConnectionAttemptFailed,
                                      const std::string&, int, int, const uvnet::Error&>;
using ConnectionAttemptTimeout =
    Event<"connectionAttemptTimeout", EventId::kConnectionAttemptTimeout, const std::string&, int,
          int>;
using Connect = Event<"connect", EventId::kConnect>;  // established; never on accepted sockets
using Ready = Event<"ready", EventId::kReady>;        // right after 'connect'
using Timeout = Event<"timeout", EventId::kTimeout>;  // idle for setTimeout(); only a notice

using Listening = Event<"listening", EventId::kListening>;              // bound, the tick after
using Connection = Event<"connection", EventId::kConnection, Socket&>;  // a client was accepted
using Drop = Event<"drop", EventId::kDrop, const DropInfo&>;            // maxConnections reached
// An accepted socket failed and nobody listens to its own 'error'. With a listener here that ends
// the one connection; without, it is Host::uncaught's, as in Node.
using ClientError = Event<"clientError", EventId::kClientError, const uvnet::Error&, Socket&>;
// TLS is established: v0.3's event of the socket; a client's TLSSocket has it just
// after 'secureConnect', a server's just before 'secureConnection', as listeners in Node hear them.
using Secure = Event<"secure", EventId::kSecure>;
// Of a client: the peer is who it should be, or that does not matter (rejectUnauthorized).
using SecureConnect = Event<"secureConnect", EventId::kSecureConnect>;
using SecureConnection = Event<"secureConnection", EventId::kSecureConnection, TLSSocket&>;
// A connection failed before it was secure; it is being destroyed.
using TlsClientError =
    Event<"tlsClientError", EventId::kTlsClientError, const uvnet::Error&, TLSSocket&>;
using Keylog = Event<"keylog", EventId::kKeylog, const Buffer&>;     // a line of NSS' key log
using Session = Event<"session", EventId::kSession, const Buffer&>;  // to resume with later
using ServerClose = Event<"close", EventId::kClose>;  // closed, and every connection ended

}  // namespace event

// What every emitter says of itself.
using ListenerEvents = EventList<event::NewListener, event::RemoveListener>;

// In the order of a life.
using ReadableEvents = EventList<event::Data, event::Readable, event::Pause, event::Resume,
                                 event::End, event::Error, event::Close>;
using WritableEvents = EventList<event::Drain, event::Pipe, event::Unpipe, event::Prefinish,
                                 event::Finish, event::Error, event::Close>;
using DuplexEvents = EventList<event::Data, event::Readable, event::Pause, event::Resume,
                               event::End, event::Drain, event::Pipe, event::Unpipe,
                               event::Prefinish, event::Finish, event::Error, event::Close>;
using SocketEvents =
    decltype(detail::join(EventList<event::Lookup, event::ConnectionAttempt,
                                    event::ConnectionAttemptFailed, event::ConnectionAttemptTimeout,
                                    event::Connect, event::Ready, event::Secure, event::Timeout>{},
                          DuplexEvents{}));
// 'error' of a server: 'close' does not follow by itself.
using ServerEvents = EventList<event::Listening, event::Connection, event::Drop, event::Error,
                               event::ClientError, event::ServerClose>;
using TLSSocketEvents = decltype(detail::join(
    EventList<event::SecureConnect, event::Keylog, event::Session>{}, SocketEvents{}));
using TLSServerEvents = decltype(detail::join(
    EventList<event::SecureConnection, event::TlsClientError>{}, ServerEvents{}));

// --- For who handles events by their EventId (a runtime's relay(), a trace)

// What an event of this type carries, out of what emitErased() and relay() pass on.
template <class E>
typename E::Payload& payload(void* arguments) noexcept {
  return *static_cast<typename E::Payload*>(arguments);
}

// Calls f(E{}, arguments...) with the event E of the list whose id this is. False: none is.
template <class... Events, class F>
bool visit(EventList<Events...>, EventId id, void* arguments, F&& f) {
  return ((Events::kId == id &&
           (std::apply([&](auto&&... args) { f(Events{}, std::forward<decltype(args)>(args)...); },
                       payload<Events>(arguments)),
            true)) ||
          ...);
}

}  // namespace uvnet
