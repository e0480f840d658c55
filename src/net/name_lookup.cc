#include "net/name_lookup.h"

#include <uvnet/host.h>

#include <optional>
#include <utility>

#include "handles/callback_scope.h"
#include "handles/lookup.h"
#include "handles/uv_error.h"
#include "net/errors.h"
#include "net/net_state.h"

namespace uvnet::impl {

namespace uverr = handles::uverr;

// Held by the token, and by whoever is going to answer.
class NameLookup::State final : public RefCounted {
 public:
  State(Host& host, std::string name, RefCounted& owner, Done done)
      : host_(host), name_(std::move(name)), owner_(owner), done_(std::move(done)) {}

  void start(NetState& net, int port, const LookupOptions& options) {
    if (auto error = net.refused({Access::Kind::kLookup, name_, port})) {
      tellNextTick(std::move(*error), {});
      return;
    }
    starting_ = true;
    const bool hosts = host_.resolve(
        name_, options,
        [self = Ref<State>(this)](const Error* error, const std::vector<LookupAddress>& found) {
          self->onHostsAnswer(error, found);
        });
    starting_ = false;
    if (hosts) return;
    const int status = request_.start(
        net.loop(), name_, options.family, options.hints, *owner_,
        [self = Ref<State>(this)](int answer, const std::vector<LookupAddress>& found) {
          self->onSystemsAnswer(answer, found);
        });
    if (status < 0) tellNextTick(lookupError(status, name_), {});
  }

  void cancel() noexcept {
    const Done done = std::move(done_);
    const Ref<RefCounted> owner = std::move(owner_);
    request_.cancel();
  }

 private:
  // Inside a scope of the host.
  void tell(const Error* error, const std::vector<LookupAddress>& found) {
    if (!done_) return;
    const Ref<RefCounted> owner = std::move(owner_);
    Done done = std::move(done_);
    if (error == nullptr && found.empty()) {
      const Error none = lookupError(uverr::kEaiNoData, name_);
      done(&none, found);
    } else {
      done(error, found);
    }
  }

  void tellNextTick(std::optional<Error> error, std::vector<LookupAddress> found) {
    host_.nextTick([self = Ref<State>(this), error = std::move(error), found = std::move(found)]() {
      self->tell(error ? &*error : nullptr, found);
    });
  }

  void onSystemsAnswer(int status, const std::vector<LookupAddress>& found) {
    if (status < 0) {
      const Error error = lookupError(status, name_);
      tell(&error, found);
    } else {
      tell(nullptr, found);
    }
  }

  // From anywhere in the host, more than once or after a cancel() too.
  void onHostsAnswer(const Error* error, const std::vector<LookupAddress>& found) {
    if (!done_ || std::exchange(answered_, true)) return;
    if (starting_) {
      // connect() has not returned yet.
      tellNextTick(error != nullptr ? std::optional(*error) : std::nullopt, found);
      return;
    }
    const CallGuard guard(*this);
    handles::CallbackScope::run(host_, owner_.get(), [&] { tell(error, found); });
  }

  Host& host_;
  const std::string name_;
  Ref<RefCounted> owner_;
  Done done_;
  handles::LookupRequest request_;
  bool starting_ = false;
  bool answered_ = false;
};

void NameLookup::start(NetState& net, const std::string& name, int port,
                       const LookupOptions& options, RefCounted& owner, Done done) {
  const auto state = make<State>(net.host(), name, owner, std::move(done));
  state_ = state;
  state->start(net, port, options);
}

void NameLookup::cancel() noexcept {
  if (const Ref<RefCounted> state = std::move(state_)) static_cast<State&>(*state).cancel();
}

}  // namespace uvnet::impl
