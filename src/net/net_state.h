// What one Net shares with everything it made: the loop, its settings, and the list of the living.
#pragma once

#include <uvnet/host.h>
#include <uvnet/options.h>
#include <uvnet/ref.h>

#include <optional>

#include "handles/loop_context.h"

namespace uvnet::impl {

class NetState;

// One living Socket or Server, so that ~Net can end it.
class Living {
 public:
  explicit Living(Ref<NetState> state);
  Living(const Living&) = delete;
  Living& operator=(const Living&) = delete;
  // Closes handles and forgets listeners, without a word to anybody; may free the object.
  virtual void netIsGoing() noexcept = 0;

  const Ref<NetState> net;
  // Of the last handle: what was current at the constructor, connect() or listen(), as in Node.
  Ref<AsyncContext> context;
  void captureContext() noexcept;

 protected:
  ~Living();

 private:
  friend class NetState;
  Living* previous_ = nullptr;
  Living* next_ = nullptr;
};

class NetState final : public RefCounted {
 public:
  NetState(Host& host, const NetOptions& settings)
      : options(settings), loop_(make<handles::LoopContext>(host)) {}

  Host& host() const noexcept { return loop_->host(); }
  const Ref<handles::LoopContext>& loop() const noexcept { return loop_; }
  bool gone() const noexcept { return gone_; }

  // The host's answer; an error means no.
  std::optional<Error> refused(const Access& access) const { return host().refuse(access); }

  // Ends all that lives; afterwards nothing can be opened any more.
  void shutdown() noexcept;

  NetOptions options;
  const void* plainSocket = nullptr;  // how a Socket of no subclass is known

 private:
  friend class Living;
  Ref<handles::LoopContext> loop_;
  Living* first_ = nullptr;
  bool gone_ = false;
};

}  // namespace uvnet::impl
