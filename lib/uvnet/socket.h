// net.Socket: a TCP or Unix-socket connection as a Duplex.
//
// A socket lives as long as somebody holds a Ref to it or the loop needs it: from connect() (or
// being accepted) until 'close' was emitted the loop holds one itself, so a `Socket&` is good in
// every listener of that socket. Capture `&socket` in its own listeners, not a Ref;
// <uvnet/emitter.h> says what else keeps whom. An accepted socket forgets its listeners after
// 'close'.
#pragma once

#include <uvnet/address.h>
#include <uvnet/duplex.h>
#include <uvnet/events.h>
#include <uvnet/layer.h>
#include <uvnet/options.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uvnet {

class Net;
class SecureContext;
class Server;
struct CipherInfo;
struct LegacyCertificate;

namespace impl {
class NetState;
class ServerState;
}  // namespace impl

namespace impl {
class LayerJoint;
class SocketState;
}  // namespace impl

class UVNET_API Socket : public Duplex, public On<Socket, SocketEvents> {
 public:
  // make<Socket>(net, options): not connected, unless options.fd is given. The library's own
  // sockets come from net.connect() and 'connection'.
  explicit Socket(Net& net, SocketOptions options = {});

  using Emitter::removeAllListeners;
  using On<Socket, SocketEvents>::emit;
  using On<Socket, SocketEvents>::listenerCount;
  using On<Socket, SocketEvents>::on;
  using On<Socket, SocketEvents>::once;
  using On<Socket, SocketEvents>::prependListener;
  using On<Socket, SocketEvents>::prependOnceListener;
  using On<Socket, SocketEvents>::removeAllListeners;

  // Starts to connect; the listener is added to 'connect', once. Failure is an 'error' event.
  // Throws before anything changes: ERR_MISSING_ARGS (neither port nor path), ERR_SOCKET_BAD_PORT,
  // ERR_INVALID_IP_ADDRESS (localAddress), ERR_INVALID_ARG_VALUE (a path too long or with a NUL).
  // A socket can connect again after 'close'.
  Socket& connect(ConnectOptions options, Function<void()> listener = {});
  Socket& connect(Port port, std::string_view host, Function<void()> listener = {});
  Socket& connect(std::integral auto port, Function<void()> listener = {}) {
    return connect(ConnectOptions{.port = port}, std::move(listener));
  }
  // A path, or a port as text ("8124"): Node decides by what it looks like.
  Socket& connect(std::string_view pathOrPort, Function<void()> listener = {});

  // 'timeout' after so many milliseconds without a read or write; 0 turns it off. Only a notice.
  // The listener is added to 'timeout', once; one given with 0 takes the last so added away.
  // Throws ERR_OUT_OF_RANGE if negative or not finite.
  Socket& setTimeout(double milliseconds, Function<void()> listener = {});
  std::optional<double> timeout() const noexcept;  // as last set

  // Kept and applied once connected. Nothing happens on a Unix socket.
  Socket& setNoDelay(bool noDelay = true);
  Socket& setKeepAlive(KeepAliveOptions options);
  Socket& setKeepAlive(bool enable = false, double initialDelay = 0, double interval = 1000,
                       double count = 10) {
    return setKeepAlive(KeepAliveOptions{enable, initialDelay, interval, count});
  }
  // IP_TOS, or the traffic class of IPv6: 0 to 255, else ERR_OUT_OF_RANGE is thrown; so is what the
  // system says of an open connection. Linux ignores some bits.
  Socket& setTypeOfService(int tos);
  int getTypeOfService() const;
  // Whether an open socket alone keeps the loop running (it does).
  Socket& ref();
  Socket& unref();
  bool hasRef() const noexcept;  // false without a handle

  // Closes with a RST instead of a FIN; while connecting, once connected. TCP only: throws
  // ERR_INVALID_HANDLE_TYPE on a Unix socket.
  Socket& resetAndDestroy();
  // Ends, and destroys when all is written.
  void destroySoon();

  // Puts a layer between the connection and this stream: from here on all bytes go through it. What
  // was written before leaves as it is, and what was read and not given out goes to the layer. On a
  // socket that is not connected yet it begins with the connection. For this life: who connects
  // anew begins without. Throws ERR_SOCKET_CLOSED on a destroyed socket, ERR_SOCKET_HAS_LAYER where
  // there is one already, ERR_INVALID_ARG_VALUE for nullptr; what the layer itself does wrong
  // destroys the socket.
  Socket& putLayer(std::unique_ptr<Layer> layer);
  Layer* layer() const noexcept;  // as long as the socket keeps it, beyond 'close'; or nullptr

  // --- v0.3's TLS, of the optional part uvnet::tls: whoever calls these links it and includes
  // <uvnet/tls.h>, which says what they return.

  // From here on the connection is secure: a server's end on an accepted socket, a client's
  // elsewhere. 'secure' tells when; writes before it wait. A server is called in 'connection', a
  // client in 'connect' or before. Without credentials: the system's roots, and no key. Throws
  // ERR_TLS_ALREADY_SECURE, or as putLayer().
  Socket& setSecure();
  Socket& setSecure(const SecureContext& credentials);
  // Whether the peer's certificate was asked for, came and is good; not whether it is for that host
  // (checkServerIdentity()). Throws "Stream is not a secure stream." without setSecure().
  bool verifyPeer() const;
  LegacyCertificate getPeerCertificate() const;  // empty: none; throws as verifyPeer()
  CipherInfo getCipher() const;                  // empty before 'secure'; throws as verifyPeer()

  bool connecting() const noexcept;  // from connect() until just before 'connect'
  bool pending() const noexcept;     // not connected (yet)
  // "opening", "open", "readOnly", "writeOnly", "closed".
  std::string_view readyState() const noexcept;

  // The two ends; empty / nullopt where there is none. The remote one stays known after destroy()
  // if it was asked for before.
  AddressInfo address() const;
  std::string localAddress() const;
  std::optional<int> localPort() const;
  std::string_view localFamily() const;
  std::string remoteAddress() const;
  std::optional<int> remotePort() const;
  std::string_view remoteFamily() const;

  std::uint64_t bytesRead() const noexcept;
  std::uint64_t bytesWritten() const noexcept;  // handed over (taken or refused) and queued
  // writableLength() while there is a connection. Deprecated in Node in favour of that.
  std::optional<std::size_t> bufferSize() const noexcept;
  // "ip:port" of each address tried, where several were.
  const std::vector<std::string>& autoSelectFamilyAttemptedAddresses() const noexcept;
  // The open descriptor, still the Socket's; -1 where there is none.
  int fd() const noexcept;
  Server* server() const noexcept;  // who accepted it; nullptr for clients

  // Chaining.
  Socket& pause() { return Duplex::pause(), *this; }
  Socket& resume() { return Duplex::resume(), *this; }
  Socket& setEncoding(Encoding encoding = {}) { return Duplex::setEncoding(encoding), *this; }
  template <class... Args>
  Socket& end(Args&&... args) {
    return Duplex::end(std::forward<Args>(args)...), *this;
  }
  Socket& destroy() { return Duplex::destroy(), *this; }
  Socket& destroy(const Error& error) { return Duplex::destroy(error), *this; }

 protected:
  ~Socket() override;

  void doRead(std::size_t size) override;
  bool readsByItself() const noexcept override;
  std::ptrdiff_t doTryWrite(std::string_view bytes, std::unique_ptr<Error>& error) override;
  void doWrite(Buffer chunk, Callback done) override;
  void doWritev(std::span<Buffer> chunks, Callback done) override;
  bool hasWritev() const noexcept override { return true; }
  void doFinal(Callback done) override;
  bool hasFinal() const noexcept override { return true; }
  bool keepsOwnCallbacks() const noexcept override;  // until there is a connection
  void doDestroy(const Error* error, Callback done) override;
  void beforeRead() override;
  void beforePause() override;
  void beforeResume() override;
  void onEnding() override;
  stream::Wire* plainWire() noexcept override;
  // Of bytesWritten(), what is no longer in the queue of the stream.
  std::uint64_t bytesDispatched() const noexcept;
  // From now on takeArrived() is asked, or not any more.
  void setArrivalsAsked(bool asked) noexcept;
  // Takes back from that what the system has just refused, for a runtime that tries some writes
  // before it counts them.
  void uncountRefused(std::uint64_t bytes) noexcept;
  // Whether reads and writes go straight to the connection, so that a pipe may move bytes past this
  // object. True for Socket itself, false for subclasses, which may override how they read and
  // write; a subclass that does not overrides this to say so.
  virtual bool isPlain() const noexcept;
  bool onUnheardError(const Error& error) override;
  std::string_view className() const noexcept override { return "Socket"; }

  AsyncContext* asyncContext() const noexcept override;
  // For a subclass whose server is kept by a garbage collector, which cannot see the Ref here: from
  // now on server() is nullptr. Of closed sockets.
  void forgetServer() noexcept;

 private:
  friend class Net;
  friend class Server;
  friend class impl::LayerJoint;
  friend class impl::SocketState;
  friend class impl::ServerState;
  template <class T, class... Args>
  friend Ref<T> uvnet::make(Args&&... args);
  Socket(const Ref<impl::NetState>& net, SocketOptions options);
  static constexpr Flags kOwn = static_cast<Flags>(kOnce | kShown);

  std::unique_ptr<impl::SocketState> state_;
};

}  // namespace uvnet
