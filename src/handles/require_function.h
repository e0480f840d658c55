// What the calls of a LoopHost say of a function that is none.
#pragma once

#include <uvnet/error.h>
#include <uvnet/host.h>

namespace uvnet::handles {

inline void requireFunction(const Task& callback) {
  if (callback) return;
  throw Error("The \"callback\" argument must be of type function. Received null",
              "ERR_INVALID_ARG_TYPE", "TypeError");
}

}  // namespace uvnet::handles
