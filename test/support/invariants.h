// What must hold after every test case, whatever the test is about; checked by a Catch2 listener.
#pragma once

namespace uvnet::test {

// The number of test cases that broke an invariant so far; main() fails the run when it is not 0,
// because a listener cannot fail the test case that just ended.
int brokenInvariants();

}  // namespace uvnet::test
