// The main function of every test program: Catch2's own session, in both of its versions.
// Compiled without the precompiled header, since Catch2 2 wants CATCH_CONFIG_RUNNER before its
// header.
#define CATCH_CONFIG_RUNNER
#include "support/catch.h"
#include "support/invariants.h"

int main(int argc, char* argv[]) {
  const int result = Catch::Session().run(argc, argv);
  return result != 0 ? result : uvnet::test::brokenInvariants();
}
