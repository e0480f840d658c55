// The table of events: what it says of each, and what it makes of an event that is known by its id.
#include <uvnet/events.h>

#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "support/catch.h"

using namespace uvnet;

TEST_CASE("every event has a name of its own", "[stream][events]") {
  std::set<std::string_view> names;
  for (int id = 0; id <= static_cast<int>(EventId::kUnpipe); ++id) {
    const std::string_view name = eventName(static_cast<EventId>(id));
    INFO(id);
    CHECK_FALSE(name.empty());
    CHECK(names.insert(name).second);
  }
  CHECK(eventName(EventId::kConnectionAttemptFailed) == "connectionAttemptFailed");
}

TEST_CASE("payload() is what an event carries", "[stream][events]") {
  const Error error("made");
  event::Error::Payload carried(error);
  CHECK(&std::get<0>(payload<event::Error>(&carried)) == &error);
  static_assert(std::is_same_v<event::Close::Payload, std::tuple<bool&&>>);
}

TEST_CASE("visit() calls with the event and all that it carries", "[stream][events]") {
  const std::string address = "::1";
  int port = 80;
  int family = 6;
  event::ConnectionAttempt::Payload carried(address, std::move(port), std::move(family));
  int calls = 0;
  const auto seen = [&](auto what, auto&&... args) {
    ++calls;
    CHECK(what.kName == "connectionAttempt");
    if constexpr (std::is_same_v<decltype(what), event::ConnectionAttempt>) {
      CHECK(std::tuple(args...) == std::tuple(address, 80, 6));
    }
  };
  CHECK(visit(SocketEvents{}, EventId::kConnectionAttempt, &carried, seen));
  CHECK(calls == 1);
  CHECK_FALSE(visit(ServerEvents{}, EventId::kConnectionAttempt, &carried, seen));
  CHECK(calls == 1);
}
