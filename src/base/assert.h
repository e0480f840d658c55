// What must hold here whatever a program or a peer does. Checked in debug builds, which the tests
// and the sanitizers run; costs nothing otherwise.
#pragma once

#ifdef NDEBUG
#define UVNET_ASSERT(condition) static_cast<void>(0)
#else
#include <cassert>
#define UVNET_ASSERT(condition) assert(condition)
#endif
