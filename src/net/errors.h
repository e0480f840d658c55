// The errors of `net`, with Node's names, codes and texts. What a stream can say is in
// stream/errors.h.
#pragma once

#include <uvnet/error.h>
#include <uvnet/options.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stream/errors.h"

namespace uvnet::impl {

using stream::errnoError;

// "connect ECONNREFUSED 127.0.0.1:1", with " - Local (a:p)" where `local` is given.
Error hostPortError(int status, const std::string& syscall, const std::string& address, int port,
                    const std::string& local = {});
// "listen EADDRINUSE: address already in use :::80". port -1: a Unix socket (Node shows it too).
Error listenError(int status, const std::string& address, int port);
// "getaddrinfo ENOTFOUND name"
Error lookupError(int status, const std::string& hostname);
Error aggregateError(std::vector<Error> errors);

Error badPort(std::string_view name, const Port& port);
Error invalidArgValue(std::string_view name, std::string_view received,
                      std::string_view reason = "is invalid");
Error outOfRange(std::string_view name, std::string_view range, double received);
Error missingPortOrPath();
Error invalidIpAddress(const std::string& address);
// What SocketAddress and BlockList say of an address they cannot read.
Error invalidAddress();
// To connect to an address that the blockList has.
Error ipBlocked(const std::string& address);
// The message shows the port as it was given.
Error invalidAddressFamily(int family, const std::string& host, const Port& given, int port);
Error invalidFdType(std::string_view type);
Error invalidHandleType();
Error socketClosed();
Error socketClosedBeforeConnection();
Error connectionTimeout();
Error handleAdopted();
Error serverAlreadyListen();
Error serverNotRunning();

// A number and a text as JavaScript prints them.
std::string formatNumber(double number);
std::string quoted(std::string_view text);

}  // namespace uvnet::impl
