// The option bags of lib/node, which has checked the types, as those of the library.
#pragma once

#include <node_api.h>
#include <uvnet/options.h>

#include "napi/environment.h"

namespace uvnet::napi {

SocketOptions socketOptions(Environment& environment, napi_value bag);
ConnectOptions connectOptions(Environment& environment, napi_value bag);
ServerOptions serverOptions(Environment& environment, napi_value bag);
ListenOptions listenOptions(Environment& environment, napi_value bag);

// A function to be told once how something ended. `errors`: where its error objects come from.
class ErrorCache;
Callback callback(Environment& environment, napi_value function,
                  std::shared_ptr<ErrorCache> errors);

}  // namespace uvnet::napi
