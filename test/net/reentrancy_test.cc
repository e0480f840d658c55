// Every action in every callback, over TCP and over Unix sockets: the product is
// generated, each cell is one conversation in which one callback does one thing, and each ends with
// the same promises: at most one 'error' and exactly one 'close' per life, nothing after 'close',
// each callback told exactly once, a loop that closes clean, as many descriptors as before.
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "net/reentrancy_cell.h"

using uvnet::test::Transport;
using uvnet::test::reentrancy::Action;
using uvnet::test::reentrancy::Cell;
using uvnet::test::reentrancy::Place;

namespace {

constexpr std::array kActions{Action::kWrite,           Action::kEnd,
                              Action::kDestroy,         Action::kDestroyError,
                              Action::kResetAndDestroy, Action::kPause,
                              Action::kResume,          Action::kSetTimeout,
                              Action::kUnrefRef,        Action::kRemoveListeners,
                              Action::kAddListener,     Action::kThrow,
                              Action::kConnectAgain,    Action::kDropRef,
                              Action::kCloseServer};
constexpr const char* kActionNames[] = {
    "write",          "end",    "destroy",       "destroy(error)", "resetAndDestroy",
    "pause",          "resume", "setTimeout",    "unref and ref",  "remove listeners",
    "add a listener", "throw",  "connect again", "drop the Ref",   "close the server"};

constexpr std::array kPlaces{
    Place::kLookup, Place::kConnect,       Place::kReady,       Place::kData,
    Place::kEnd,    Place::kDrain,         Place::kFinish,      Place::kError,
    Place::kClose,  Place::kTimeout,       Place::kConnection,  Place::kListening,
    Place::kDrop,   Place::kWriteCallback, Place::kEndCallback, Place::kServerCloseCallback};
constexpr const char* kPlaceNames[] = {
    "lookup", "connect",        "ready",        "data",
    "end",    "drain",          "finish",       "error",
    "close",  "timeout",        "connection",   "listening",
    "drop",   "write callback", "end callback", "server close callback"};

std::ptrdiff_t descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator all("/proc/self/fd", error);
  return std::distance(begin(all), end(all));
}

void runProduct(Transport transport) {
  int cells = 0;
  for (const Place place : kPlaces) {
    if (transport == Transport::kUnix && place == Place::kLookup) continue;  // nothing to look up
    for (const Action action : kActions) {
      // Thrown at once there: socket_end_test.cc.
      if (transport == Transport::kUnix && action == Action::kResetAndDestroy) continue;
      INFO(fmt::format("{} in '{}' over {}", kActionNames[static_cast<int>(action)],
                       kPlaceNames[static_cast<int>(place)], uvnet::test::nameOf(transport)));
      const std::ptrdiff_t before = descriptors();
      Cell(transport, place, action).run();
      CHECK(descriptors() == before);
      ++cells;
    }
  }
  CHECK(cells == (transport == Transport::kTcp ? 16 * 15 : 15 * 14));
}

}  // namespace

TEST_CASE("every action in every callback keeps the promises over TCP",
          "[net][reentrancy][D09][D10][D11][V14][V15]") {
  runProduct(Transport::kTcp);
}

TEST_CASE("every action in every callback keeps the promises over Unix sockets",
          "[net][reentrancy][D09][D10][D11][V14][V15]") {
  runProduct(Transport::kUnix);
}
