// The errors of `net`, with Node's names, codes and texts. What a stream can say is in
// stream/errors.h.
#pragma once

#include <uvnet/error.h>
#include <uvnet/options.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arguments.h"
#include "stream/errors.h"

namespace uvnet::impl {

using base::badPort;
using base::formatNumber;
using base::invalidArgValue;
using base::outOfRange;
using base::quoted;
using stream::errnoError;

// "connect ECONNREFUSED 127.0.0.1:1", with " - Local (a:p)" where `local` is given.
Error hostPortError(int status, const std::string& syscall, const std::string& address, int port,
                    const std::string& local = {});
// "listen EADDRINUSE: address already in use :::80". port -1: a Unix socket (Node shows it too).
Error listenError(int status, const std::string& address, int port);
// "getaddrinfo ENOTFOUND name"
Error lookupError(int status, const std::string& hostname);
Error aggregateError(std::vector<Error> errors);

Error missingPortOrPath();
Error invalidIpAddress(const std::string& address);
// To connect to an address that the blockList has.
Error ipBlocked(const std::string& address);
// The message shows the port as it was given.
Error invalidAddressFamily(int family, const std::string& host, const Port& given, int port);
Error invalidFdType(std::string_view type);
Error invalidHandleType();
Error layerAlreadyThere();
Error socketClosed();
Error socketClosedBeforeConnection();
Error connectionTimeout();
Error handleAdopted();
Error serverAlreadyListen();
Error serverNotRunning();

}  // namespace uvnet::impl
