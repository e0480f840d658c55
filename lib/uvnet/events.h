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
#include <type_traits>

namespace uvnet {

class Socket;
class Stream;

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
  kTimeout,
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

// What every emitter says of itself: the event a listener is about to be added to, or was removed
// from.
using ListenerEvents =
    EventList<Event<"newListener", EventId::kNewListener, std::string_view>,
              Event<"removeListener", EventId::kRemoveListener, std::string_view>>;

// What a Readable emits: of DuplexEvents, where each is described.
using ReadableEvents =
    EventList<Event<"data", EventId::kData, const Buffer&>, Event<"readable", EventId::kReadable>,
              Event<"pause", EventId::kPause>, Event<"resume", EventId::kResume>,
              Event<"end", EventId::kEnd>, Event<"error", EventId::kError, const Error&>,
              Event<"close", EventId::kClose, bool>>;

// And a Writable.
using WritableEvents =
    EventList<Event<"drain", EventId::kDrain>, Event<"pipe", EventId::kPipe, Stream&>,
              Event<"unpipe", EventId::kUnpipe, Stream&>, Event<"prefinish", EventId::kPrefinish>,
              Event<"finish", EventId::kFinish>, Event<"error", EventId::kError, const Error&>,
              Event<"close", EventId::kClose, bool>>;

// What a Duplex emits, in the order of a life.
using DuplexEvents = EventList<
    Event<"data", EventId::kData, const Buffer&>,   // bytes, or UTF-8 text after setEncoding()
    Event<"readable", EventId::kReadable>,          // read() has something, or the end was reached
    Event<"pause", EventId::kPause>,                // pause() took effect
    Event<"resume", EventId::kResume>,              // the tick after resume()
    Event<"end", EventId::kEnd>,                    // all has been read and the peer sent its FIN
    Event<"drain", EventId::kDrain>,                // write() answered false, now it would not
    Event<"pipe", EventId::kPipe, Stream&>,         // a source begins to pipe into this stream
    Event<"unpipe", EventId::kUnpipe, Stream&>,     // and stops
    Event<"prefinish", EventId::kPrefinish>,        // ended; the underlying end has been asked for
    Event<"finish", EventId::kFinish>,              // ended, and all was handed to the system
    Event<"error", EventId::kError, const Error&>,  // unheard, it goes to Host::uncaught
    Event<"close", EventId::kClose, bool>           // hadError; the last event of a life
    >;

using SocketEvents = decltype(detail::join(
    EventList<
        // After a name was resolved, once per address: error (or null), address, family (4, 6 or
        // 0), host.
        Event<"lookup", EventId::kLookup, const Error*, const std::string&, int,
              const std::string&>,
        // About to connect to ip (a path for Unix sockets), port, family (0 for Unix sockets).
        Event<"connectionAttempt", EventId::kConnectionAttempt, const std::string&, int, int>,
        Event<"connectionAttemptFailed", EventId::kConnectionAttemptFailed, const std::string&, int,
              int, const Error&>,
        Event<"connectionAttemptTimeout", EventId::kConnectionAttemptTimeout, const std::string&,
              int, int>,
        Event<"connect", EventId::kConnect>,  // established; never on accepted sockets
        Event<"ready", EventId::kReady>,      // right after 'connect'
        Event<"timeout", EventId::kTimeout>   // idle for setTimeout(); only a notice
        >{},
    DuplexEvents{}));

using ServerEvents =
    EventList<Event<"listening", EventId::kListening>,             // bound, the tick after
              Event<"connection", EventId::kConnection, Socket&>,  // a client was accepted
              Event<"drop", EventId::kDrop, const DropInfo&>,      // maxConnections was reached
              Event<"error", EventId::kError, const Error&>,  // 'close' does not follow by itself
              // An accepted socket failed and nobody listens to its own 'error'. With a listener
              // here that ends the one connection; without, it is Host::uncaught's, as in Node.
              Event<"clientError", EventId::kClientError, const Error&, Socket&>,
              Event<"close", EventId::kClose>  // closed, and every connection ended
              >;

}  // namespace uvnet
