// The states that a connect goes through, and what can be done in each: the two sides of a product
// of tests.
#pragma once

#include <array>
#include <vector>

namespace uvnet::test {

// --- Where to connect to -------------------------------------------------------------------------

enum class Way { kLiteral, kSilent, kRefused, kName, kNames, kUnix, kMissing };

// The ends of the addresses that a name has, in the order of the attempts.
using Found = std::vector<int>;

// --- States --------------------------------------------------------------------------------------

// In an event (its nth time), or between events.
enum class At {
  kFresh,      // not connecting yet
  kCalled,     // in the tick of connect()
  kAsked,      // the resolver was asked and has not answered
  kPending,    // the nth attempt is under way
  kConnected,  // open, some time after 'ready'
  kOver,       // after 'close'
  kLookup,     // the events
  kAttempt,
  kFailed,
  kTimedOut,
  kConnect,
  kReady,
  kError,
  kClose,
};

struct ConnectState {
  const char* name;
  Way way;
  Found found;
  At at;
  int nth = 1;
};

// All of them, in the order of their lives.
const std::vector<ConnectState>& connectStates();

enum class Action {
  kWrite,
  kEnd,
  kDestroy,
  kDestroyError,
  kDestroySoon,
  kResetAndDestroy,
  kAbort,
  kPause,
  kResume,
  kSetTimeout,
  kUnref,
  kRemoveListeners,
  kThrow,
  kConnectAgain,
  kDropRef,
  kCloseServer,
  kStopLoop,
  kNothing,
};
inline constexpr std::array kActionNames{"write",         "end",
                                         "destroy",       "destroy(error)",
                                         "destroySoon",   "resetAndDestroy",
                                         "abort",         "pause",
                                         "resume",        "setTimeout",
                                         "unref",         "remove listeners",
                                         "throw",         "connect again",
                                         "drop the Ref",  "close the server",
                                         "stop the loop", "nothing"};

}  // namespace uvnet::test
