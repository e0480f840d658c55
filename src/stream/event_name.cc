// The names of events, for eventNames(), 'newListener' and warnings.
#include <uvnet/events.h>

#include <array>

namespace uvnet {

namespace {

constexpr std::size_t kEvents = static_cast<std::size_t>(EventId::kUnpipe) + 1;
static_assert(kEvents <= 32, "an Emitter has 32 bits for who is heard");

template <class... Events>
consteval void addNames(EventList<Events...>, std::array<std::string_view, kEvents>& names) {
  ((names[static_cast<std::size_t>(Events::kId)] = Events::kName), ...);
}

consteval std::array<std::string_view, kEvents> allNames() {
  std::array<std::string_view, kEvents> names;
  addNames(ListenerEvents{}, names);
  addNames(TLSSocketEvents{}, names);
  addNames(TLSServerEvents{}, names);
  return names;
}

constexpr std::array<std::string_view, kEvents> kNames = allNames();

}  // namespace

std::string_view eventName(EventId event) noexcept {
  const auto index = static_cast<std::size_t>(event);
  return index < kEvents ? kNames[index] : std::string_view();
}

}  // namespace uvnet
