#include "net/support/connect_states.h"

namespace uvnet::test {

const std::vector<ConnectState>& connectStates() {
  static const std::vector<ConnectState> all{
      {"a socket not connected yet", Way::kLiteral, {}, At::kFresh},
      {"literal: same tick", Way::kLiteral, {}, At::kCalled},
      {"literal: 'connectionAttempt'", Way::kLiteral, {}, At::kAttempt},
      {"literal: attempt pending", Way::kSilent, {}, At::kPending},
      {"literal: 'connect'", Way::kLiteral, {}, At::kConnect},
      {"literal: 'ready'", Way::kLiteral, {}, At::kReady},
      {"literal: connected", Way::kLiteral, {}, At::kConnected},
      {"literal: 'connectionAttemptFailed'", Way::kRefused, {}, At::kFailed},
      {"literal: 'error'", Way::kRefused, {}, At::kError},
      {"literal: 'close' of a failure", Way::kRefused, {}, At::kClose},
      {"literal: after failure", Way::kRefused, {}, At::kOver},
      {"name: same tick", Way::kName, {1}, At::kCalled},
      {"name: looking up", Way::kName, {1}, At::kAsked},
      {"name: 'lookup'", Way::kName, {1}, At::kLookup},
      {"name: 'connectionAttempt'", Way::kName, {1}, At::kAttempt},
      {"name: attempt pending", Way::kName, {2}, At::kPending},
      {"name: 'connect'", Way::kName, {1}, At::kConnect},
      {"name: connected", Way::kName, {1}, At::kConnected},
      {"name: 'error'", Way::kName, {4}, At::kError},
      {"name: after failure", Way::kName, {4}, At::kOver},
      {"name unknown: 'lookup'", Way::kName, {}, At::kLookup},
      {"name unknown: 'error'", Way::kName, {}, At::kError},
      {"names: second 'lookup'", Way::kNames, {4, 1}, At::kLookup, 2},
      {"names: first 'connectionAttempt'", Way::kNames, {4, 1}, At::kAttempt},
      {"names: first attempt pending", Way::kNames, {2, 1}, At::kPending},
      {"names: first 'connectionAttemptFailed'", Way::kNames, {4, 1}, At::kFailed},
      {"names: 'connectionAttemptTimeout'", Way::kNames, {2, 1}, At::kTimedOut},
      {"names: second 'connectionAttempt' after a refusal", Way::kNames, {4, 1}, At::kAttempt, 2},
      {"names: second 'connectionAttempt' after a timeout", Way::kNames, {2, 1}, At::kAttempt, 2},
      {"names: second attempt pending", Way::kNames, {2, 3}, At::kPending, 2},
      {"names: second pending after a refusal", Way::kNames, {4, 3}, At::kPending, 2},
      {"names: 'connect' at the second", Way::kNames, {4, 1}, At::kConnect},
      {"names: connected at the second", Way::kNames, {2, 1}, At::kConnected},
      {"names: last 'connectionAttemptFailed'", Way::kNames, {4, 5}, At::kFailed, 2},
      {"names: 'error' of all", Way::kNames, {4, 5}, At::kError},
      {"names: 'close' after all failed", Way::kNames, {2, 4}, At::kClose},
      {"names: after all failed", Way::kNames, {4, 5}, At::kOver},
      {"path: same tick", Way::kUnix, {}, At::kCalled},
      {"path: 'connectionAttempt'", Way::kUnix, {}, At::kAttempt},
      {"path: 'connect'", Way::kUnix, {}, At::kConnect},
      {"path: 'ready'", Way::kUnix, {}, At::kReady},
      {"path: connected", Way::kUnix, {}, At::kConnected},
      {"path missing: same tick", Way::kMissing, {}, At::kCalled},
      {"path missing: 'connectionAttemptFailed'", Way::kMissing, {}, At::kFailed},
      {"path missing: 'error'", Way::kMissing, {}, At::kError},
      {"path missing: after failure", Way::kMissing, {}, At::kOver},
  };
  return all;
}

}  // namespace uvnet::test
