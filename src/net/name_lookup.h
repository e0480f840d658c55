// A host name looked up as the host wants it: it may refuse, it may have a resolver of its own
// (Host::resolve), else it is the system's.
#pragma once

#include <uvnet/function.h>
#include <uvnet/lookup.h>
#include <uvnet/ref.h>

#include <string>
#include <vector>

namespace uvnet::impl {

class NetState;

// A token its owner may keep or drop; dropping it changes nothing.
class NameLookup {
 public:
  // Either an error or at least one address.
  using Done = Function<void(const Error* error, const std::vector<LookupAddress>& found)>;

  // done is called once, never before this returns, and the owner lives until then. port: of what
  // the name is wanted for. On a token that still stands for another lookup: that one goes on.
  void start(NetState& net, const std::string& name, int port, const LookupOptions& options,
             RefCounted& owner, Done done);
  // done is not called any more; it and the owner are let go now. Harmless when it is over.
  void cancel() noexcept;

 private:
  class State;
  Ref<RefCounted> state_;  // a State
};

}  // namespace uvnet::impl
