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
  const auto id = way_->attempts.now();
  for (const LookupAddress& one : found) {
    socket.emit<"lookup">(nullptr, one.address, one.family, way_->target.host);
    if (!connectingStill(id)) return;
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
    failNextTick(ipVersion(one.address) == 0
                     ? invalidIpAddress(one.address)
                     : invalidAddressFamily(one.family, way_->target.host, way_->target.givenPort,
                                            way_->target.port));
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
  way_->attemptedAddresses.clear();
  way_->race = std::make_unique<Race>(*this, std::move(addresses));
  raceNext(false);
}

void SocketState::raceNext(bool canceled) {
  const auto id = way_->attempts.now();
  while (true) {
    Race& race = *way_->race;
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
    way_->attempt = {to.address, way_->target.port, to.family, {}, way_->target.localPort};
    if (way_->target.localPort != 0) {
      if (const auto error = refused(Access::Kind::kBind)) {
        race.errors.push_back(*error);
        continue;
      }
      if (const int status = bindLocal(way_->attempt); status < 0) {
        race.errors.push_back(
            hostPortError(status, "bind", way_->attempt.localAddress, way_->attempt.localPort));
        continue;
      }
    }
    if (blocked(way_->attempt)) {
      // Not tried, so there is no 'connectionAttempt' of it.
      race.errors.push_back(ipBlocked(way_->attempt.address));
      const Error error = race.errors.back();
      const Attempt attempt = way_->attempt;
      socket.emit<"connectionAttemptFailed">(attempt.address, attempt.port, attempt.family, error);
      if (!connectingStill(id)) return;
      continue;
    }
    socket.emit<"connectionAttempt">(way_->attempt.address, way_->attempt.port,
                                     way_->attempt.family);
    if (!connectingStill(id)) return;
    way_->attemptedAddresses.push_back(way_->attempt.address + ":" +
                                       std::to_string(way_->attempt.port));

    const auto refusal = refused(Access::Kind::kConnect);
    const int status =
        refusal ? uverr::kAccess
                : tcp()->connect(way_->attempt.address, way_->attempt.port,
                                 way_->attempt.family == 6, socket, [this, index, id](int answer) {
                                   if (way_->attempts.is(id)) onRaceConnected(index, answer);
                                 });
    if (status == 0) {
      if (index + 1 < race.addresses.size()) {
        race.timer.start(net->loop()->timers(),
                         static_cast<std::uint64_t>(way_->target.attemptTimeout));
      }
      return;
    }
    race.errors.push_back(refusal ? *refusal : refusedAtOnce(status));
    const Error error = race.errors.back();
    socket.emit<"connectionAttemptFailed">(way_->attempt.address, way_->attempt.port,
                                           way_->attempt.family, error);
    if (!connectingStill(id)) return;
  }
}

void SocketState::onRaceConnected(std::size_t index, int status) {
  const auto id = way_->attempts.now();
  Race& race = *way_->race;
  race.timer.stop();
  if (status == 0) {
    // destroy() answers a connect that is under way with ECANCELED, so this one is wanted.
    if (!socket.destroyed() && index + 1 == race.current) succeed();
    return;
  }
  race.errors.push_back(attemptError(status));
  const Error error = race.errors.back();
  const Attempt attempt = way_->attempt;
  socket.emit<"connectionAttemptFailed">(attempt.address, attempt.port, attempt.family, error);
  if (connectingStill(id)) raceNext(status == uverr::kCanceled);
}

void SocketState::onRaceTimeout(void* user) {
  SocketState& state = *static_cast<SocketState*>(user);
  const auto id = state.way_->attempts.now();
  const Attempt attempt = state.way_->attempt;
  state.socket.emit<"connectionAttemptTimeout">(attempt.address, attempt.port, attempt.family);
  if (!state.connectingStill(id)) return;
  state.way_->race->errors.push_back(state.attemptError(uverr::kTimedOut));
  state.raceNext(false);
}

}  // namespace uvnet::impl
