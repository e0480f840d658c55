// BlockList and SocketAddress for JavaScript.
#pragma once

#include <node_api.h>
#include <uvnet/block_list.h>

namespace uvnet::napi {

// The list that a JavaScript BlockList of ours stands for; null for any other object that wraps
// nothing. lib/node gives only its own.
BlockList* blockListOf(napi_env env, napi_value value);

// Adds `blockList`, `socketAddress` and `parseSocketAddress` to the exports.
void defineAddresses(napi_env env, napi_value exports);

}  // namespace uvnet::napi
