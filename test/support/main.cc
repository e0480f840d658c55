// The main function of every test program: Catch2's own session, in both of its versions.
// Compiled without the precompiled header, since Catch2 2 wants CATCH_CONFIG_RUNNER before its
// header.
#define CATCH_CONFIG_RUNNER
#include "support/catch.h"
#include "support/invariants.h"

#ifdef UVNET_TEST_IN_NODE
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>
#endif

namespace {

int runTests(int argc, const char* const* argv) {
  const int result = Catch::Session().run(argc, argv);
  return result != 0 ? result : uvnet::test::brokenInvariants();
}

}  // namespace

#ifdef UVNET_TEST_IN_NODE
// What node calls when it has loaded the module; see in_node.js.
extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void*) {
  std::ifstream in("/proc/self/cmdline");
  const std::string all(std::istreambuf_iterator<char>(in), {});
  std::vector<const char*> arguments;
  for (std::size_t at = 0; at < all.size(); at = all.find('\0', at) + 1) {
    arguments.push_back(all.c_str() + at);
  }
  // Without node and its script.
  const int result = runTests(static_cast<int>(arguments.size()) - 2, arguments.data() + 2);
  std::cout.flush();
  std::fflush(nullptr);
  ::_exit(result);
}
#else
int main(int argc, char* argv[]) { return runTests(argc, argv); }
#endif
