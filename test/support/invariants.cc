// The invariant so far: a test case leaves no file descriptor open. A handle that was forgotten, an
// accepted connection nobody took, a loop not closed all show up here, also in tests that did not
// think of looking. Counted where the system lists a process's descriptors (Linux); elsewhere
// nothing is checked.
#include "support/invariants.h"

#include <uv.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>

#include "support/catch.h"

namespace uvnet::test {
namespace {

int broken = 0;

// The descriptors by what they refer to, one per line; empty where they cannot be listed. The one
// that reads the directory is among them, always, so it does not disturb the comparison by count.
std::pair<int, std::string> openDescriptors() {
  int count = 0;
  std::string names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    ++count;
    std::error_code gone;
    names += "  " + entry.path().filename().string() + " -> " +
             std::filesystem::read_symlink(entry.path(), gone).string() + "\n";
  }
  return {count, names};
}

#if UVNET_CATCH_MAJOR >= 3
using ListenerBase = Catch::EventListenerBase;
#else
using ListenerBase = Catch::TestEventListenerBase;
#endif

class Invariants : public ListenerBase {
 public:
  using ListenerBase::ListenerBase;

  void testRunStarting(const Catch::TestRunInfo& info) override {
    ListenerBase::testRunStarting(info);
    // The first loop of a process opens libuv's signal pipe, which stays open for good.
    uv_loop_t loop;
    if (uv_loop_init(&loop) == 0) uv_loop_close(&loop);
  }

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    ListenerBase::testCaseStarting(info);
    name_ = info.name;
    before_ = openDescriptors();
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    ListenerBase::testCaseEnded(stats);
    const auto after = openDescriptors();
    if (after.first == before_.first) return;
    ++broken;
    std::cerr << "\ninvariant broken by \"" << name_ << "\": " << before_.first
              << " file descriptors open before, " << after.first << " after\nbefore:\n"
              << before_.second << "after:\n"
              << after.second;
  }

 private:
  std::string name_;
  std::pair<int, std::string> before_;
};

}  // namespace

CATCH_REGISTER_LISTENER(Invariants)

int brokenInvariants() { return broken; }

}  // namespace uvnet::test
