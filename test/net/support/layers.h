// Layers for tests: one that does what the test says, and a few that change bytes.
//
// Each counts itself, so that a world can check at its end that none was left.
#pragma once

#include <uvnet/layer.h>
#include <uvnet/socket.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace uvnet::test {

std::string rot13(std::string_view text);

// Does nothing to the bytes unless the test sets a hook; notes what it is told.
class ScriptedLayer : public Layer {
 public:
  ScriptedLayer() { ++living; }
  ~ScriptedLayer() override { --living; }
  static inline int living = 0;

  using Layer::deliver;
  using Layer::deliverEnd;
  using Layer::fail;
  using Layer::ready;
  using Layer::send;
  using Layer::sendEnd;
  using Layer::socket;
  using Layer::unsent;

  // "start", "received(5)", "write(3)", "receivedEnd(ECONNRESET)", "closing": outlives the layer.
  using Log = std::vector<std::string>;
  std::shared_ptr<Log> hooks = std::make_shared<Log>();
  std::string told() const;
  int count(std::string_view hook) const { return count(*hooks, hook); }
  static int count(const Log& hooks, std::string_view hook);
  std::string got;    // all that received() was given
  std::string taken;  // all that write() took

  std::function<void()> onStart;
  std::function<void(Buffer&&)> onReceived;
  std::function<void(const Error*)> onReceivedEnd;
  std::function<void()> onWanted;
  std::function<std::size_t(std::string_view)> onWrite;
  std::function<void()> onSent;
  std::function<void()> onEnd;
  std::function<void()> onClosing;

 private:
  void start() override;
  void received(Buffer&& bytes) override;
  void receivedEnd(const Error* error) override;
  void wanted() override;
  std::size_t write(std::string_view bytes) override;
  void sent() override;
  void end() override;
  void closing() noexcept override;
};

// Puts one on the socket and says which.
ScriptedLayer& script(Socket& socket);

class Rot13Layer final : public Layer {
  void received(Buffer&& bytes) override { deliver(Buffer::adopt(rot13(bytes))); }
  std::size_t write(std::string_view bytes) override {
    send(rot13(bytes));
    return bytes.size();
  }
};

// Each byte becomes `factor` of them on the wire (and back), delivered while the stream wants them.
class RepeatingLayer final : public Layer {
 public:
  // With in: what comes grows, what goes is as it is; and the other way round.
  RepeatingLayer(std::size_t factor, bool in) : factor_(factor), in_(in) {}
  std::size_t mostHeld = 0;  // of what the stream did not want yet

 private:
  void received(Buffer&& bytes) override;
  void receivedEnd(const Error* error) override;
  void wanted() override { grow(); }
  std::size_t write(std::string_view bytes) override;
  void grow();

  std::size_t factor_;
  bool in_;
  bool ended_ = false;
  std::string held_;
  std::size_t next_ = 0;
};

}  // namespace uvnet::test
