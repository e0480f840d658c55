// Where a Layer is put between a Socket's stream and what carries its connection: order, completion
// and back-pressure in both directions, so that a layer has to think of bytes only.
//
// Relies on Carrier for the connection. Belongs to the SocketState; counted, because a hook of the
// layer may end the socket's life, or begin another one, while it is below us on the stack.
#pragma once

#include <uvnet/layer.h>
#include <uvnet/stream.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handles/timer.h"
#include "net/carrier.h"

namespace uvnet::impl {

class SocketState;

class LayerJoint final : public RefCounted, public Carrier::Listener {
 public:
  // read, written: what the stream has counted before.
  explicit LayerJoint(SocketState& state, std::uint64_t read = 0,
                      std::uint64_t written = 0) noexcept
      : state_(state), bytesRead_(read), bytesWritten_(written) {}
  ~LayerJoint() override;

  Layer* layer() const noexcept { return layer_.get(); }
  bool carried() const noexcept { return carrier_ != nullptr; }
  // The connection is there. Until start() its bytes are the stream's, as they are.
  void carry(std::unique_ptr<Carrier> carrier);
  // plain: bytes that were written and not handed over; they leave as they are.
  void put(std::unique_ptr<Layer> layer, std::size_t plain);
  // It is carried and has a layer. unread: what the stream has read and not given out; sourceEnded:
  // and that it had come to its end.
  void start(Buffer unread, bool sourceEnded);

  // --- For the stream; as its hooks say.
  void read();
  void stopReading();
  std::ptrdiff_t tryWrite(std::string_view bytes, std::unique_ptr<Error>& error);
  void write(std::span<Buffer> chunks, Callback done);
  void end(Callback done);
  // The socket is being destroyed: the layer's last word, while there is still a connection.
  void close() noexcept;
  // Just before 'close' is emitted: who still waits for a write is told.
  void answerCut();
  // The Net goes: nobody is told anything.
  void abandon() noexcept;

  std::uint64_t bytesRead() const noexcept { return bytesRead_; }
  std::uint64_t bytesWritten() const noexcept { return bytesWritten_; }

  // --- For the carrier.
  void onRead(Buffer&& bytes) override;
  void onReadEnd(const Error* error) override;
  void onLost() override;

  // --- For the layer.
  void send(std::string_view bytes);
  std::size_t unsent() const noexcept { return kept_.size() + flying_; }
  void sendEnd();
  void ready() { pump(); }
  bool deliver(Buffer&& bytes);
  void deliverEnd();
  void fail(const Error& error);
  void setTimer(std::uint64_t milliseconds);

 private:
  enum class State : std::uint8_t {
    kWaiting,  // for the connection
    kOpen,
    kClosing,  // closing() is being told
    kClosed,
  };
  enum class Fin : std::uint8_t {
    kNo,
    kWanted,  // behind what waits
    kGoing,
    kGone,
  };
  class Hook;

  // At once from the stream to the layer, and the block in which small chunks are joined.
  static constexpr std::size_t kPiece = 65536;
  static constexpr std::size_t kJoined = 16384;
  // Of the array of chunks, once all are taken.
  static constexpr std::size_t kKeep = 256;

  template <class F>
  void tell(F&& hook);
  void tellUnread();
  void detachLayer() noexcept;

  void pump();
  void pumpNextTick();
  bool step();
  bool waits() const noexcept { return next_ < chunks_.size(); }
  bool isPlain() const noexcept { return plainLeft_ > 0 || !started_; }
  std::size_t offer(std::string_view bytes);
  bool offerWaiting();
  void drop(std::size_t bytes) noexcept;
  void writePlain();
  void flush();
  void writeDown(std::span<Buffer> chunks);
  void onWritten(const Error* error);
  void answer(const Error* error);
  void finish();
  void onFinished(const Error* error);

  SocketState& state_;
  std::unique_ptr<Layer> layer_;
  std::unique_ptr<Carrier> carrier_;
  State is_ = State::kWaiting;
  Fin fin_ = Fin::kNo;
  bool started_ = false;  // the layer
  bool writing_ = false;  // the carrier has a write or its end under way
  bool pumping_ = false;  // pump() is below us on the stack
  bool pumpScheduled_ = false;
  bool standIn_ = false;  // the layer took all; its last byte was left to be waited for
  bool owesSent_ = false;
  bool failed_ = false;  // by fail(): who waits is told why
  bool wants_ = true;    // the stream, when it was last asked
  bool ended_ = false;   // no more comes from the carrier
  bool endDelivered_ = false;
  bool unreadEnd_ = false;  // behind unread_
  unsigned hooks_ = 0;      // of the layer, below us on the stack
  std::size_t plainLeft_ = 0;
  std::size_t flying_ = 0;  // of the layer's bytes, those of the write under way
  std::string kept_;        // behind them
  // Of the stream: what was not taken yet, from next_ on, and who waits for it.
  std::vector<Buffer> chunks_;
  std::size_t next_ = 0;
  Callback done_;
  Callback finalDone_;
  std::unique_ptr<handles::Timer> timer_;
  Buffer unread_;  // from before the layer came
  std::uint64_t bytesRead_;
  std::uint64_t bytesWritten_;
};

}  // namespace uvnet::impl
