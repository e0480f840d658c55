#include "net/errors.h"

#include <fmt/format.h>

#include "handles/uv_error.h"

namespace uvnet::impl {

using base::coded;
namespace uverr = handles::uverr;

namespace {

std::string withHostPort(const std::string& address, int port) {
  if (port > 0) return fmt::format(" {}:{}", address, port);
  if (!address.empty()) return " " + address;
  return {};
}

}  // namespace

Error hostPortError(int status, const std::string& syscall, const std::string& address, int port,
                    const std::string& local) {
  Error error = errnoError(status, syscall);
  error.message += withHostPort(address, port);
  if (!local.empty()) error.message += fmt::format(" - Local ({})", local);
  error.address = address;
  if (port != 0) error.port = port;
  return error;
}

Error listenError(int status, const std::string& address, int port) {
  Error error = errnoError(status, "listen");
  error.message = fmt::format("listen {}: {}{}", error.code, handles::errorText(status),
                              withHostPort(address, port));
  error.address = address;
  if (port != 0) error.port = port;
  return error;
}

Error lookupError(int status, const std::string& hostname) {
  Error error = errnoError(status, "getaddrinfo");
  // Not a name of POSIX; Node made it up long ago for both, and programs look for it.
  if (status == uverr::kEaiNoName || status == uverr::kEaiNoData) error.code = "ENOTFOUND";
  error.message = fmt::format("getaddrinfo {} {}", error.code, hostname);
  error.hostname = hostname;
  return error;
}

Error aggregateError(std::vector<Error> errors) {
  Error error(std::string(), errors.front().code, "AggregateError");
  error.errors = std::move(errors);
  return error;
}

Error missingPortOrPath() {
  return coded("TypeError", "ERR_MISSING_ARGS",
               "The \"options\" or \"port\" or \"path\" argument must be specified");
}

Error invalidIpAddress(const std::string& address) {
  return coded("TypeError", "ERR_INVALID_IP_ADDRESS", "Invalid IP address: " + address);
}

Error ipBlocked(const std::string& address) {
  return coded("Error", "ERR_IP_BLOCKED",
               fmt::format("IP({}) is blocked by net.BlockList", address));
}

Error invalidAddressFamily(int family, const std::string& host, const Port& given, int port) {
  const std::string shown = given.isText() ? given.text() : formatNumber(given.number());
  Error error = coded("RangeError", "ERR_INVALID_ADDRESS_FAMILY",
                      fmt::format("Invalid address family: {} {}:{}", family, host, shown));
  error.port = port;
  return error;
}

Error invalidFdType(std::string_view type) {
  return coded("TypeError", "ERR_INVALID_FD_TYPE", fmt::format("Unsupported fd type: {}", type));
}

Error invalidHandleType() {
  return coded("TypeError", "ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent");
}

Error layerAlreadyThere() {
  return coded("Error", "ERR_SOCKET_HAS_LAYER", "The socket has a layer already");
}

Error socketClosed() { return coded("Error", "ERR_SOCKET_CLOSED", "Socket is closed"); }

Error socketClosedBeforeConnection() {
  return coded("Error", "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
               "Socket closed before the connection was established");
}

Error connectionTimeout() {
  return coded("Error", "ERR_SOCKET_CONNECTION_TIMEOUT", "Socket connection timeout");
}

Error handleAdopted() {
  return coded("Error", "ERR_SOCKET_HANDLE_ADOPTED",
               "The bound socket was taken over by a Server or a Socket");
}

Error serverAlreadyListen() {
  return coded("Error", "ERR_SERVER_ALREADY_LISTEN",
               "Listen method has been called more than once without closing.");
}

Error serverNotRunning() {
  return coded("Error", "ERR_SERVER_NOT_RUNNING", "Server is not running.");
}

}  // namespace uvnet::impl
