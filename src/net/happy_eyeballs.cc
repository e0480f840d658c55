// A host name with several addresses: each gets its time, then the next one is tried (Node's
// abort and advance; RFC 8305 would race them).
#include <algorithm>
#include <utility>

#include "handles/uv_error.h"
#include "net/errors.h"
#include "net/race.h"
#include "net/validate.h"

namespace uvnet::impl {

namespace uverr = handles::uverr;

void SocketState::onRaceLookup(const Error*, const std::vector<LookupAddress>& found) {
  std::vector<LookupAddress> first;   // of the family that was answered first
  std::vector<LookupAddress> second;  // of the other one
  for (const LookupAddress& one : found) {
    socket.emit<"lookup">(nullptr, one.address, one.family, target_.host);
    if (!connecting) return;
    if (ipVersion(one.address) == 0 || (one.family != 4 && one.family != 6)) continue;
    std::vector<LookupAddress>& list =
        first.empty() || first.front().family == one.family ? first : second;
    const bool known = std::any_of(list.begin(), list.end(), [&](const LookupAddress& other) {
      return other.address == one.address;
    });
    if (!known) list.push_back(one);
  }
  if (first.empty()) {
    const LookupAddress& one = found.front();
    failNextTick(
        ipVersion(one.address) == 0
            ? invalidIpAddress(one.address)
            : invalidAddressFamily(one.family, target_.host, target_.givenPort, target_.port));
    return;
  }

  std::vector<LookupAddress> alternating;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) alternating.push_back(first[i]);
    if (i < second.size()) alternating.push_back(second[i]);
  }
  wire.touch();
  if (alternating.size() == 1) {
    connectTo(alternating.front().address, alternating.front().family);
  } else {
    race(std::move(alternating));
  }
}

void SocketState::race(std::vector<LookupAddress> addresses) {
  attemptedAddresses.clear();
  race_ = std::make_unique<Race>(*this, std::move(addresses));
  raceNext(false);
}

void SocketState::raceNext(bool canceled) {
  while (true) {
    Race& race = *race_;
    race.timer.stop();
    if (canceled || race.current == race.addresses.size()) {
      socket.destroy(race.errors.empty() ? connectionTimeout() : aggregateError(race.errors));
      return;
    }
    const std::size_t index = race.current++;
    if (index > 0) {
      // The last attempt's handle goes, with whatever it would still have said.
      wire.detach().reset();
      openHandle(false);
    }
    const LookupAddress& to = race.addresses[index];
    attempt_ = {to.address, target_.port, to.family, {}, target_.localPort};
    if (target_.localPort != 0) {
      if (const auto error = refused(Access::Kind::kBind)) {
        race.errors.push_back(*error);
        continue;
      }
      if (const int status = bindLocal(attempt_); status < 0) {
        race.errors.push_back(
            hostPortError(status, "bind", attempt_.localAddress, attempt_.localPort));
        continue;
      }
    }
    if (blocked(attempt_)) {
      // Not tried, so there is no 'connectionAttempt' of it.
      race.errors.push_back(ipBlocked(attempt_.address));
      const Error error = race.errors.back();
      const Attempt attempt = attempt_;
      socket.emit<"connectionAttemptFailed">(attempt.address, attempt.port, attempt.family, error);
      if (!connecting) return;
      continue;
    }
    socket.emit<"connectionAttempt">(attempt_.address, attempt_.port, attempt_.family);
    if (!connecting) return;
    attemptedAddresses.push_back(attempt_.address + ":" + std::to_string(attempt_.port));

    const auto refusal = refused(Access::Kind::kConnect);
    const int status = refusal
                           ? uverr::kAccess
                           : tcp()->connect(attempt_.address, attempt_.port, attempt_.family == 6,
                                            socket, [this, index, id = connectId_](int answer) {
                                              if (id == connectId_) onRaceConnected(index, answer);
                                            });
    if (status == 0) {
      if (index + 1 < race.addresses.size()) {
        race.timer.start(net->loop()->timers(), static_cast<std::uint64_t>(target_.attemptTimeout));
      }
      return;
    }
    race.errors.push_back(refusal ? *refusal : refusedAtOnce(status));
    const Error error = race.errors.back();
    socket.emit<"connectionAttemptFailed">(attempt_.address, attempt_.port, attempt_.family, error);
    if (!connecting) return;
  }
}

void SocketState::onRaceConnected(std::size_t index, int status) {
  Race& race = *race_;
  race.timer.stop();
  if (status == 0) {
    // destroy() answers a connect that is under way with ECANCELED, so this one is wanted.
    if (!socket.destroyed() && index + 1 == race.current) succeed();
    return;
  }
  race.errors.push_back(attemptError(status));
  const Error error = race.errors.back();
  const Attempt attempt = attempt_;
  socket.emit<"connectionAttemptFailed">(attempt.address, attempt.port, attempt.family, error);
  if (connecting) raceNext(status == uverr::kCanceled);
}

void SocketState::onRaceTimeout(void* user) {
  SocketState& state = *static_cast<SocketState*>(user);
  const Attempt attempt = state.attempt_;
  state.socket.emit<"connectionAttemptTimeout">(attempt.address, attempt.port, attempt.family);
  state.race_->errors.push_back(state.attemptError(uverr::kTimedOut));
  if (state.connecting) state.raceNext(false);
}

}  // namespace uvnet::impl
