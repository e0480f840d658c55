// The option bags of the documented calls, to be filled with designated initialisers:
//
//   server.listen({.port = 8124, .host = "localhost", .backlog = 64});
//
// A field left out has Node's default. Bags can be copied and used again.
#pragma once

#include <uvnet/address.h>
#include <uvnet/block_list.h>
#include <uvnet/error.h>
#include <uvnet/function.h>
#include <uvnet/lookup.h>
#include <uvnet/stream.h>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace uvnet {

// A port as Node takes it: a number from 0 to 65535, or text that JavaScript would read as one
// ("8124", "0x1f"). Anything else makes the call that gets it throw ERR_SOCKET_BAD_PORT.
class Port {
 public:
  Port() = default;  // not given
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) Port(T number)
      : kind_(Kind::kNumber), number_(static_cast<double>(number)) {}  // NOLINT
  template <std::floating_point T>
  Port(T number) : kind_(Kind::kNumber), number_(static_cast<double>(number)) {}  // NOLINT
  Port(const char* text) : kind_(Kind::kText), text_(text) {}                     // NOLINT
  Port(std::string text) : kind_(Kind::kText), text_(std::move(text)) {}          // NOLINT
  Port(std::string_view text) : kind_(Kind::kText), text_(text) {}                // NOLINT

  bool given() const noexcept { return kind_ != Kind::kNone; }
  bool isText() const noexcept { return kind_ == Kind::kText; }
  double number() const noexcept { return number_; }
  const std::string& text() const noexcept { return text_; }

 private:
  enum class Kind : std::uint8_t { kNone, kNumber, kText };
  Kind kind_ = Kind::kNone;
  double number_ = 0;
  std::string text_;
};

// Node's `onread`: data goes to the caller's memory and not through the stream.
struct OnRead {
  std::span<char> buffer = {};                       // used for every read, or
  std::function<std::span<char>()> nextBuffer = {};  // asked for the memory of the next read
  // nread bytes are at the start of the buffer. false: stop reading until resume().
  std::function<bool(std::size_t nread, std::span<char> buffer)> callback = {};
};

// family as Node takes it: 0, 4, 6, "IPv4", "IPv6".
class Family {
 public:
  constexpr Family(int number = 0) : number_(number) {}  // NOLINT
  constexpr Family(const char* name)                     // NOLINT
      : number_(std::string_view(name) == "IPv4"   ? 4
                : std::string_view(name) == "IPv6" ? 6
                                                   : -1),
        name_(name) {}
  constexpr int number() const noexcept { return number_; }  // -1: no such family
  // As an error shows it.
  std::string shown() const {
    return name_ == nullptr ? std::to_string(number_) : "'" + std::string(name_) + "'";
  }

 private:
  int number_;
  const char* name_ = nullptr;  // a literal
};

class BoundSocket;
class Duplex;

// For setKeepAlive(). Times are milliseconds of which whole seconds count; 0 (or below a second,
// which is warned of) leaves the system's own.
struct KeepAliveOptions {
  bool enable = false;
  double initialDelay = 0;  // idle time before the first probe
  double interval = 1000;   // between probes
  double count = 10;        // unanswered probes that end the connection
};

struct SocketOptions {
  // An open, connected TCP or Unix socket, taken over. Throws ERR_INVALID_FD_TYPE for anything
  // else, ERR_OUT_OF_RANGE for a negative one.
  std::optional<int> fd = {};
  bool allowHalfOpen = false;  // the peer's FIN does not end this side by itself
  bool readable = true;        // false (with fd): that side is closed from the start
  bool writable = true;
  OnRead onread = {};
  bool noDelay = false;
  bool keepAlive = false;
  double keepAliveInitialDelay = 0;  // milliseconds, whole seconds count; 0: the system's
  std::optional<std::int64_t> highWaterMark = {};          // bytes, both sides; default 64 KiB
  std::optional<std::int64_t> readableHighWaterMark = {};  // where highWaterMark is not given
  std::optional<std::int64_t> writableHighWaterMark = {};
  bool autoCork = false;  // the writes of one turn leave as one system call, when it ends
  std::optional<int> typeOfService = {};  // 0 to 255, as setTypeOfService()
  std::stop_token signal = {};            // destroys the socket with an AbortError
  // What must not be connected to: ERR_IP_BLOCKED. Asked for each address, looked up or given.
  std::optional<BlockList> blockList = {};
  BoundSocket* handle = nullptr;  // taken over: connect() then starts from its address
  // What carries the connection instead of a handle: any stream of the same host that is not
  // destroyed, such as a tunnel, one end of a memory pair, a Socket with a layer of its own. It is
  // the socket's from here on: what it brings is read here, its errors are the socket's, and each
  // of the two is destroyed with the other. The socket is connected at once (no 'connect') and has
  // no descriptor and no addresses; the other options of connections say nothing to it.
  Duplex* over = nullptr;
};

// For net.connect() and socket.connect(): the bag of both the constructor and the connect.
struct ConnectOptions {
  Port port = {};
  std::string host = {};  // default "localhost"
  std::string path = {};  // a Unix socket (a pipe on Windows); the TCP options are ignored then
  std::string localAddress = {};  // an IP address to connect from
  Port localPort = {};
  Family family = {};
  int hints = 0;
  Lookup lookup = {};                         // default: Host::resolve(), the system's
  std::optional<bool> autoSelectFamily = {};  // default: Net's, true
  // Milliseconds given to an address before the next one is tried; at least 10 is used.
  std::optional<int> autoSelectFamilyAttemptTimeout = {};
  // As in SocketOptions; for this socket from now on.
  std::optional<BlockList> blockList = {};

  // Only net.connect() reads these: they make the socket.
  double timeout = 0;  // milliseconds: setTimeout() before connecting
  bool allowHalfOpen = false;
  OnRead onread = {};
  bool noDelay = false;
  bool keepAlive = false;
  double keepAliveInitialDelay = 0;
  std::optional<std::int64_t> highWaterMark = {};
  bool autoCork = false;
  std::optional<int> typeOfService = {};
  std::stop_token signal = {};
  BoundSocket* handle = nullptr;
};

struct ServerOptions {
  bool allowHalfOpen = false;   // of the accepted sockets
  bool pauseOnConnect = false;  // accepted sockets read nothing until resume()
  bool noDelay = false;
  bool keepAlive = false;
  double keepAliveInitialDelay = 0;  // milliseconds
  std::optional<std::int64_t> highWaterMark = {};
  bool autoCork = false;  // as in SocketOptions
  // Who is not let in: such a connection is closed, and nobody is told (no 'drop', as in Node).
  std::optional<BlockList> blockList = {};
};

struct ListenOptions {
  Port port = {};              // 0: the system picks one, server.address() tells which
  std::string host = {};       // default: "::" where there is IPv6, else "0.0.0.0"
  std::string path = {};       // a Unix socket, unlinked by close(); ignored when port is given
  std::optional<int> fd = {};  // a bound socket, taken over
  int backlog = 0;             // default 511; the system may cap it
  bool exclusive = false;      // accepted for Node's sake; nothing is shared here yet
  bool readableAll = false;    // the Unix socket's file can be read / written by everyone
  bool writableAll = false;
  bool ipv6Only = false;  // no IPv4 on "::"
  // Listens nowhere itself: its connections come by Server::accept(fd), from whoever accepts for
  // it. Keeps no loop running; port, host and path are ignored.
  bool elsewhere = false;
  // Several servers on one port, the system deals connections out; ENOTSUP where it cannot.
  bool reusePort = false;
  std::stop_token signal = {};    // close() when stop is requested
  BoundSocket* handle = nullptr;  // taken over; host, port and path are ignored then
};

// Settings for everything made by one Net (Node keeps them for the whole process).
struct NetOptions {
  bool autoSelectFamily = true;
  int autoSelectFamilyAttemptTimeout = 500;  // milliseconds, at least 10; 250 up to Node 25
  // libuv on Linux writes without MSG_NOSIGNAL: a write to a reset connection ends a process that
  // has not set SIGPIPE. So the first Net ignores SIGPIPE if its disposition is the default one.
  bool ignoreSigpipe = true;
  // Node 20 and older took maxConnections = 0 for no limit; newer ones drop every connection then.
  bool zeroMaxConnectionsDropsAll = true;
  // A write that destroy() cuts off, and those queued behind it, are told ECANCELED. Node 20 and
  // older told the first nothing and the others ERR_STREAM_DESTROYED.
  bool cutWritesFail = true;
  // The callback of an end() that comes after destroy() is told ERR_STREAM_DESTROYED. Node up to
  // 26 forgets it, unless writes that destroy() cut off are still to be told.
  bool lateEndsAreTold = true;
  // A path that is too long for the system, or has a NUL in it, throws. In Node 24 and newer it is
  // an 'error', EINVAL.
  bool badPathsThrow = true;
  // listen() by name takes the first address that is not link-local IPv6. Node 20 and older took
  // the first one.
  bool listenSkipsLinkLocal = true;
  // end() of a socket that is neither connected nor connecting finishes at once. Node 20 and older
  // kept it for the next connection.
  bool unconnectedEndsFinish = true;
};

}  // namespace uvnet
