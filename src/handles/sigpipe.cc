#include "handles/sigpipe.h"

#include <csignal>
#include <mutex>

namespace uvnet::handles {

void ignoreSigpipeIfDefault() noexcept {
#ifdef SIGPIPE
  // Once, so that a program which goes back to SIG_DFL later on purpose is left alone.
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    if (sigaction(SIGPIPE, nullptr, &action) != 0) return;
    if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL) return;
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
  });
#endif
}

}  // namespace uvnet::handles
