// What may stand between a Socket's connection and its stream and changes the bytes on their way:
// TLS, compression, the preamble of a proxy, a recorder.
//
//   class Rot13 final : public uvnet::Layer {
//     void received(uvnet::Buffer&& bytes) override { deliver(rotated(bytes)); }
//     std::size_t write(std::string_view bytes) override {
//       send(rotated(bytes));
//       return bytes.size();
//     }
//   };
//   socket.putLayer(std::make_unique<Rot13>());
//
// The program goes on with the same Socket: its listeners, write(), end(), pipe(), timeouts.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/error.h>
#include <uvnet/export.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace uvnet {

class Socket;

namespace impl {
class LayerJoint;
}  // namespace impl

// The Socket owns its layer, from putLayer() until it connects anew or goes itself. It is the only
// one who calls the hooks, on the loop's thread and inside a scope of the host, and it lives until
// each of them has returned, whatever they do: any of them may destroy the socket, or drop its last
// Ref. What a hook throws destroys the socket with that error, as fail() does; an exception of a
// listener of the program's that a hook has caused to run goes to Host::uncaught() and not through
// the layer.
class UVNET_API Layer {
 public:
  Layer() noexcept = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer();

 protected:
  // --- What a layer supplies. Nothing is told before start() or after closing().

  // The connection is there: within putLayer() on an open socket, else when it is established, just
  // before 'connect' is emitted. What was written before the layer came leaves first, as it is;
  // what is sent here goes behind it.
  virtual void start() {}

  // From the connection, in order; what the stream had read and not given out when the layer was
  // put there comes first (on a tick). Never empty. The layer may keep the Buffer, or a part of it.
  virtual void received(Buffer&& bytes) = 0;

  // No more comes: the peer's FIN (nullptr), or what broke the connection; once. The Error lives
  // for the call only, and destroys the socket after it, whatever the layer does. Unless
  // overridden: deliverEnd(), for a layer that holds nothing back.
  virtual void receivedEnd(const Error* error);

  // The stream wants more after a deliver() that said false: what the layer holds back can be
  // delivered now. If that is not enough the connection is read again.
  virtual void wanted() {}

  // From the stream, in order: at most 64 KiB at once, small writes that waited together joined.
  // Never empty. Returns how many were taken, from the front; taken bytes are over for the stream
  // once all that send() kept has gone. The bytes are the caller's: what the layer keeps it copies.
  // What was not taken waits in the stream (so that write() says false at the mark, as ever) and is
  // offered again after the next hook, or by ready(). Only called while unsent() is 0. It may come
  // inside another hook, out of a listener that deliver() has told.
  virtual std::size_t write(std::string_view bytes) = 0;

  // All that send() had to keep has gone.
  virtual void sent() {}

  // The stream was ended and all its bytes were taken and have gone; once. 'finish' waits until the
  // layer has called sendEnd(), now or later, and the FIN is out. Unless overridden: sendEnd().
  virtual void end();

  // The time of setTimer() has passed.
  virtual void timedOut() {}

  // The socket is being destroyed, by whomever; it may come inside another hook that caused it.
  // What is sent here goes if the system takes it at once and nothing waits before it; of a socket
  // that is reset nothing is sent. Only told after start(), and not when the Net goes, for then
  // nobody is told anything. Afterwards the functions below do nothing. Must not throw.
  virtual void closing() noexcept {}

  // What tells the layers of one's own from others, without run-time type information: an address
  // of one's own.
  virtual const void* kind() const noexcept { return nullptr; }
  static const void* kindOf(const Layer& layer) noexcept { return layer.kind(); }

  // --- What a layer calls, from its hooks or at any other time. Before putLayer() and after
  // closing() nothing happens.

  // To the connection: at once what the system takes, the rest is copied and gathered, in order.
  // After sendEnd() nothing happens. A failure destroys the socket with its error ("write EPIPE").
  void send(std::string_view bytes);
  // Bytes that send() had to keep and that have not gone yet.
  std::size_t unsent() const noexcept;
  // The connection's FIN, behind what was sent. What the stream writes afterwards is still offered.
  void sendEnd();
  // Of its own accord, for a timer or an answer from elsewhere: write() may be offered what waits.
  void ready();

  // timedOut() after so many milliseconds, once; 0: not at all. Each call goes before the last one.
  // Keeps no loop running, and ends with closing().
  void setTimer(std::uint64_t milliseconds);

  // To the stream, as bytes from the connection come without a layer: 'data', kept for read(), or
  // to the memory of `onread`, which is told of all of it in pieces. Counted as bytesRead(). False:
  // enough. Reading of the connection stops until the stream wants more (wanted()); what the layer
  // delivers all the same is kept. After deliverEnd() nothing happens.
  bool deliver(Buffer bytes);
  // 'end', once all that was delivered has been read; then what allowHalfOpen says.
  void deliverEnd();
  // Destroys the socket with that error; the first one counts.
  void fail(const Error& error);

  // Of putLayer(); not before.
  Socket& socket() const noexcept;

 private:
  friend class impl::LayerJoint;
  impl::LayerJoint* joint_ = nullptr;  // until closing()
  Socket* socket_ = nullptr;
};

}  // namespace uvnet
