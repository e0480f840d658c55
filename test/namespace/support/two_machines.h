// Two machines with a cable between them, for one test: two network namespaces that the kernel
// keeps only as long as this process holds them, so that nothing is left behind however the test
// ends.
//
// Linux; needs the right to make namespaces (root with CAP_SYS_ADMIN, or user namespaces), and the
// programs ip and nft. A test begins with IN_NAMESPACES(machines, world): where the system does not
// let us it says why, which ctest reports as skipped.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "support/loopback.h"

namespace uvnet::test {

// Why no test can run in namespaces here; empty if they can. Asked of the system once, by doing it.
const std::string& whyNoNamespaces();
// Prints the line by which ctest knows a skipped test (SKIP_REGULAR_EXPRESSION).
void skipped(const std::string& reason);

// While it lives, this thread is on the near machine: what it opens (and runs) is there.
//
//   near  192.0.2.1   2001:db8::1            fe80::1   on interface "near"
//   far   192.0.2.2   2001:db8::2   and ::3  fe80::2   on interface "far", also 192.0.2.3
//
// Both reach each other at once (no duplicate address detection), and nothing else: there is no
// default route. Ports are free, so tests take the ones they like.
class TwoMachines {
 public:
  TwoMachines();
  TwoMachines(const TwoMachines&) = delete;
  TwoMachines& operator=(const TwoMachines&) = delete;
  ~TwoMachines();

  // Runs the function on the far machine. Sockets made there stay there, as what they accept does.
  void onFar(const std::function<void()>& f);

  // Lines for `ip -batch` on the near machine.
  void ip(std::string_view lines);
  // Rules for what arrives at the far machine, one per line: "tcp dport 7000 reject with tcp
  // reset".
  void farRejects(std::string_view rules);

 private:
  int home_ = -1;
  int near_ = -1;
  int far_ = -1;
};

}  // namespace uvnet::test

// Makes the two machines and a NetWorld on them, or leaves the test as skipped.
#define IN_NAMESPACES(machines, world)                        \
  if (!::uvnet::test::whyNoNamespaces().empty()) {            \
    ::uvnet::test::skipped(::uvnet::test::whyNoNamespaces()); \
    return;                                                   \
  }                                                           \
  ::uvnet::test::TwoMachines machines;                        \
  ::uvnet::test::NetWorld world
