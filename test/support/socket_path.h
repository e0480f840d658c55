// Paths for Unix sockets that no other test, process or run uses, those included that were killed
// and left files behind: process numbers come again, so a name made of one is not enough.
#pragma once

#include <string>

namespace uvnet::test {

// In a folder of this process, which goes with it. May be called in several threads at once.
std::string uniqueSocketPath();

}  // namespace uvnet::test
