// Errors as Node gives them: a value with code, message and what the system said.
//
// Failures of the network reach listeners and callbacks as values. Only a programmer's error is
// thrown, from the public call itself and before any state changes; what is thrown is an Error too.
#pragma once

#include <uvnet/export.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace uvnet {

class UVNET_API Error : public std::exception {
 public:
  Error() = default;
  explicit Error(std::string text, std::string errorCode = {}, std::string errorName = "Error")
      : name(std::move(errorName)), code(std::move(errorCode)), message(std::move(text)) {}
  Error(const Error&) = default;
  Error(Error&&) noexcept = default;
  Error& operator=(const Error&) = default;
  Error& operator=(Error&&) noexcept = default;
  ~Error() override;

  const char* what() const noexcept override { return message.c_str(); }

  std::string name = "Error";  // JavaScript's class: Error TypeError RangeError AggregateError
  std::string code;            // "ECONNREFUSED", "ERR_SOCKET_BAD_PORT"; empty where Node has none
  std::string message;         // Node's, to the letter
  int number = 0;              // Node's `errno`: libuv's negative number; 0 where Node has none
  std::string syscall;         // "connect", "listen", "read", "getaddrinfo"; may be empty
  std::string address;         // remote address, listening address, or path; may be empty
  std::optional<int> port;
  std::string localAddress;  // of a connect that was bound first
  std::optional<int> localPort;
  std::string hostname;    // of a failed lookup
  std::string permission;  // of ERR_ACCESS_DENIED: which one was missing, and for what
  std::string resource;
  std::string library;  // OpenSSL's words ("SSL routines"), of an error of TLS
  std::string reason;   // the same; or why a certificate is not for that host
  std::vector<std::string> opensslErrorStack;  // what OpenSSL said before, newest first
  std::vector<Error> errors;                   // the causes, in an AggregateError
  // A runtime's own error object, carried along untouched: what went into destroy() comes out of
  // 'error'.
  std::shared_ptr<void> origin;
};

}  // namespace uvnet
