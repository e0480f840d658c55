// For tests of what happens when a process has no descriptor left.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include "support/catch.h"

namespace uvnet::test {

// While it lives this process can open nothing.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const int free = ::dup(0);  // the lowest number that is free: all below are taken
    REQUIRE(free >= 0);
    ::close(free);
    const rlimit none{static_cast<rlim_t>(free), before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  NoMoreDescriptors(const NoMoreDescriptors&) = delete;
  NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;
  ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace uvnet::test
