// The C++ half of a JavaScript net.Server.
#pragma once

#include <uvnet/net.h>

#include "napi/environment.h"
#include "napi/wrapped.h"

namespace uvnet::napi {

class NodeServer final : public Server, public Wrapped {
 public:
  NodeServer(Environment& environment, napi_value object, const ServerOptions& options);
  using Server::asyncContext;

 protected:
  ~NodeServer() override { environment().removeServer(*this); }
  bool relay(EventId event, void* arguments) override;
  void onShared(bool others) noexcept override { shared(others); }
  Ref<Socket> makeSocket(SocketOptions options) override;
};

// Adds the functions of `server` to the exports.
void defineServer(napi_env env, napi_value exports);

}  // namespace uvnet::napi
