// Errors between the two worlds: a C++ Error becomes the object that lib/node makes of its fields,
// once; a JavaScript value that goes into destroy() is carried along and comes out again.
#pragma once

#include <node_api.h>
#include <uvnet/error.h>

#include "napi/environment.h"

namespace uvnet::napi {

// The error object that belongs to it: its origin, or a new one, which becomes its origin.
napi_value toJs(Environment& environment, const Error& error);
// From now on `object` keeps the error's origin, for as long as C++ may ask for it. An error knows
// the objects of its stack: held here, it would keep them, and they it.
void leaveWith(Environment& environment, const Error& error, napi_value object);
// Carries the value as its origin; code and message are those of the value, if it has any.
Error fromJs(Environment& environment, napi_value value);

}  // namespace uvnet::napi
