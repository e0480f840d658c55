#include "handles/lookup.h"

#include <netdb.h>
#include <uv.h>

#include <memory>
#include <new>
#include <utility>

#include "handles/callback_scope.h"
#include "handles/sockaddr.h"

namespace uvnet::handles {

const int LookupHints::kAddrConfig = AI_ADDRCONFIG;
const int LookupHints::kV4Mapped = AI_V4MAPPED;
const int LookupHints::kAll = AI_ALL;

// Held by the token and, until libuv has answered, by the lookup itself.
struct LookupRequest::State final : RefCounted {
  uv_getaddrinfo_t uv{};
  Ref<LoopContext> context;
  Ref<RefCounted> owner;
  LookupCallback done;
  Ref<State> self;  // from start to the answer

  static void onAnswer(uv_getaddrinfo_t* uv, int status, addrinfo* list) noexcept;
};

namespace {

std::vector<LookupAddress> addressesOf(const addrinfo* list) {
  std::vector<LookupAddress> addresses;
  for (; list != nullptr; list = list->ai_next) {
    AddressInfo address;
    // Node gives no zone here.
    if (list->ai_addr == nullptr || !addressOf(list->ai_addr, false, address)) continue;
    const int family = address.family == "IPv4" ? 4 : 6;
    addresses.push_back({std::move(address.address), family});
  }
  return addresses;
}

}  // namespace

void LookupRequest::State::onAnswer(uv_getaddrinfo_t* uv, int status, addrinfo* list) noexcept {
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> freed(list, uv_freeaddrinfo);
  auto* state = static_cast<State*>(uv->data);
  const Ref<State> kept = std::move(state->self);
  const struct Freed {
    LoopContext& context;
    ~Freed() { context.freed(); }
  } freedAtLast{*state->context};
  if (!state->done) return;  // cancelled
  CallbackScope::run(state->context->host(), state->owner.get(), [&] {
    LookupCallback call = std::move(state->done);
    state->owner.reset();
    std::vector<LookupAddress> addresses;
    try {
      if (status == 0) addresses = addressesOf(freed.get());
    } catch (const std::bad_alloc&) {
      status = UV_EAI_MEMORY;
    }
    // As node: an answer without a usable address is no answer.
    if (status == 0 && addresses.empty()) status = UV_EAI_NODATA;
    call(status, std::move(addresses));
  });
}

int LookupRequest::start(Ref<LoopContext> context, const std::string& host, int family, int hints,
                         RefCounted& owner, LookupCallback done) {
  addrinfo wanted{};
  wanted.ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;  // each address once, not once per type of socket
  wanted.ai_flags = hints;
  auto state = make<State>();
  state->uv.data = state.get();
  const int status =
      uv_getaddrinfo(context->loop(), &state->uv, State::onAnswer, host.c_str(), nullptr, &wanted);
  if (status != 0) return status;
  context->opened();
  state->context = std::move(context);
  state->owner = Ref<RefCounted>(owner);
  state->done = std::move(done);
  state->self = state;
  state_ = state;
  return 0;
}

void LookupRequest::cancel() noexcept {
  if (!pending()) return;
  auto& state = static_cast<State&>(*state_);
  const Ref<RefCounted> kept = std::move(state_);
  const LookupCallback done = std::move(state.done);
  const Ref<RefCounted> owner = std::move(state.owner);
  // Takes it out of the queue of the pool; one that runs already goes on, for nobody.
  uv_cancel(reinterpret_cast<uv_req_t*>(&state.uv));
}

bool LookupRequest::pending() const noexcept {
  return state_ && static_cast<const State&>(*state_).done;
}

}  // namespace uvnet::handles
