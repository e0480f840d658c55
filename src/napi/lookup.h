// Name lookups by a JavaScript function: an option of connect(), or dns.lookup.
#pragma once

#include <node_api.h>
#include <uvnet/lookup.h>

#include <string>

#include "napi/environment.h"

namespace uvnet::napi {

// Calls function(hostname, {family, hints, all}, answer), in JavaScript already. Throws what it
// throws.
void lookUp(Environment& environment, napi_value function, const std::string& hostname,
            const LookupOptions& asked, LookupCallback answer);

}  // namespace uvnet::napi
