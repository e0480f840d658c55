// getaddrinfo on libuv's pool of threads.
#pragma once

#include <uvnet/address.h>
#include <uvnet/function.h>
#include <uvnet/ref.h>

#include <string>
#include <vector>

#include "handles/loop_context.h"

namespace uvnet::handles {

// The platform's flags, to be or-ed: dns.ADDRCONFIG, dns.V4MAPPED, dns.ALL.
struct LookupHints {
  static const int kAddrConfig;
  static const int kV4Mapped;
  static const int kAll;
};

using LookupCallback = Function<void(int status, std::vector<LookupAddress> addresses)>;

// One lookup; a token its owner may keep or drop. Dropping it changes nothing: the answer comes.
class LookupRequest {
 public:
  LookupRequest() noexcept = default;

  // family 0, 4 or 6. Answers for SOCK_STREAM, in the resolver's order (Node's "verbatim"); status
  // 0 comes with at least one address. Returns 0 or an error: then done is not called. The owner
  // lives until done has returned, inside a CallbackScope. Throws std::bad_alloc before anything
  // starts. The lookup keeps the loop running until the resolver has answered, also when cancelled.
  // On a token that still stands for a running lookup: that one goes on, unknown to the token.
  int start(Ref<LoopContext> context, const std::string& host, int family, int hints,
            RefCounted& owner, LookupCallback done);

  // done is not called any more; callback and owner are let go now. Harmless when it is over.
  void cancel() noexcept;
  bool pending() const noexcept;

 private:
  struct State;
  Ref<RefCounted> state_;  // a State
};

}  // namespace uvnet::handles
