// The errors of streams, with Node's codes and texts.
#pragma once

#include <uvnet/error.h>

#include <exception>
#include <string>
#include <vector>

#include "handles/uv_error.h"

namespace uvnet::stream {

inline Error writeAfterEnd() { return Error("write after end", "ERR_STREAM_WRITE_AFTER_END"); }
inline Error streamDestroyed(const std::string& call) {
  return Error("Cannot call " + call + " after a stream was destroyed", "ERR_STREAM_DESTROYED");
}
inline Error alreadyFinished(const std::string& call) {
  return Error("Cannot call " + call + " after a stream was finished",
               "ERR_STREAM_ALREADY_FINISHED");
}
inline Error pushAfterEof() {
  return Error("stream.push() after EOF", "ERR_STREAM_PUSH_AFTER_EOF");
}
inline Error unshiftAfterEnd() {
  return Error("stream.unshift() after end event", "ERR_STREAM_UNSHIFT_AFTER_END_EVENT");
}
inline Error multipleCallback() {
  return Error("Callback called multiple times", "ERR_MULTIPLE_CALLBACK");
}
inline Error notImplemented(const std::string& method) {
  return Error("The " + method + " method is not implemented", "ERR_METHOD_NOT_IMPLEMENTED");
}
inline Error abortError() { return Error("The operation was aborted", "ABORT_ERR", "AbortError"); }
inline Error prematureClose() { return Error("Premature close", "ERR_STREAM_PREMATURE_CLOSE"); }
// Two failures of one thing: the first one's words, and both as causes.
inline Error aggregateTwoErrors(const Error& inner, const Error& outer) {
  Error error(outer.message, outer.code, "AggregateError");
  error.errors = outer.errors.empty() ? std::vector<Error>{outer} : outer.errors;
  error.errors.push_back(inner);
  return error;
}
// Calls a hook of a derived class; what it throws is the failure of its stream, as in Node.
template <class Hook, class Failed>
void guarded(Hook&& hook, Failed&& failed) {
  try {
    hook();
  } catch (const Error& error) {
    failed(error);
  } catch (const std::exception& other) {
    failed(Error(other.what()));
  }
}

// What Socket.write() says after the peer's FIN has ended this side too.
inline Error endedByOtherParty() {
  return Error("This socket has been ended by the other party", "EPIPE");
}

// What a system call said: "read ECONNRESET".
inline Error errnoError(int status, const std::string& syscall) {
  Error error;
  error.code = handles::errorName(status);
  error.message = syscall + " " + error.code;
  error.number = status;
  error.syscall = syscall;
  return error;
}

}  // namespace uvnet::stream
