// What a LoopHost's setTimeout(), setInterval() and onSignal() give: whoever has it has the call.
//
//   uvnet::Timeout retry = host.setTimeout(1000, [&] { server.listen({.port = 8124}); });
//
// It is cancelled when it goes, so keep it in what its function uses. All of it belongs to the
// loop's thread; once the LoopHost has gone, every call does nothing.
#pragma once

#include <uvnet/export.h>
#include <uvnet/ref.h>

namespace uvnet {

namespace handles {
class Watch;
}

class UVNET_API Watcher {
 public:
  Watcher() noexcept;  // of nothing: every call does nothing
  Watcher(Watcher&& other) noexcept;
  Watcher& operator=(Watcher&& other) noexcept;  // cancels what this one had
  ~Watcher();                                    // cancel()

  // The function is not called again, and is destroyed: now, or when it returns if it runs.
  void cancel() noexcept;
  // Goes on without an owner: a timeout until it has fired, an interval or a signal for as long as
  // the LoopHost. This object watches nothing afterwards.
  void detach() noexcept;

  // Whether it keeps the loop running. Timers do from the start; signals, as in Node, do not.
  void ref() noexcept;
  void unref() noexcept;

  // Whether the function may still be called: not after cancel(), nor for a timeout that fired.
  bool active() const noexcept;

 protected:
  friend class LoopHost;
  explicit Watcher(Ref<handles::Watch> watch) noexcept;
  Ref<handles::Watch> watch_;
};

class UVNET_API Timeout : public Watcher {
 public:
  using Watcher::Watcher;

  // The same time again from now, also for one that has fired. Not after cancel().
  void refresh() noexcept;
};

}  // namespace uvnet
