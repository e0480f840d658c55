// The names of events, for eventNames(), 'newListener' and warnings.
#include <uvnet/events.h>

namespace uvnet {

std::string_view eventName(EventId event) noexcept {
  switch (event) {
    case EventId::kClientError:
      return "clientError";
    case EventId::kClose:
      return "close";
    case EventId::kConnect:
      return "connect";
    case EventId::kConnection:
      return "connection";
    case EventId::kConnectionAttempt:
      return "connectionAttempt";
    case EventId::kConnectionAttemptFailed:
      return "connectionAttemptFailed";
    case EventId::kConnectionAttemptTimeout:
      return "connectionAttemptTimeout";
    case EventId::kData:
      return "data";
    case EventId::kDrain:
      return "drain";
    case EventId::kDrop:
      return "drop";
    case EventId::kEnd:
      return "end";
    case EventId::kError:
      return "error";
    case EventId::kFinish:
      return "finish";
    case EventId::kListening:
      return "listening";
    case EventId::kLookup:
      return "lookup";
    case EventId::kNewListener:
      return "newListener";
    case EventId::kPause:
      return "pause";
    case EventId::kPipe:
      return "pipe";
    case EventId::kPrefinish:
      return "prefinish";
    case EventId::kReadable:
      return "readable";
    case EventId::kReady:
      return "ready";
    case EventId::kRemoveListener:
      return "removeListener";
    case EventId::kResume:
      return "resume";
    case EventId::kTimeout:
      return "timeout";
    case EventId::kUnpipe:
      return "unpipe";
  }
  return {};
}

}  // namespace uvnet
