// Twin::watch(): a listener for each event named, which traces what trace.js traces of it.
#include <map>
#include <stdexcept>

#include "scenario/support/scenario.h"

namespace uvnet::test {
namespace {

void eachName(std::string_view names, const std::function<void(const std::string&)>& f) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    f(std::string(names.substr(0, end)));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

// Of the form void(Twin&, object, emitter): adds the listener of one event.
template <class Emitter>
using Watcher = void (*)(Twin&, const std::string&, Emitter&);

template <EventName Name, class Emitter>
void watchPlain(Twin& twin, const std::string& object, Emitter& emitter) {
  emitter.template on<Name>([&twin, object] { twin.trace(object, Name.view()); });
}

template <class Emitter>
void watchError(Twin& twin, const std::string& object, Emitter& emitter) {
  emitter.template on<"error">(
      [&twin, object](const Error& error) { twin.trace(object, "error", fields(error)); });
}

void watchClose(Twin& twin, const std::string& o, Socket& socket) {
  socket.on<"close">([&twin, o](bool hadError) { twin.trace(o, "close", hadError); });
}

void watchData(Twin& twin, const std::string& o, Socket& socket) {
  socket.on<"data">([&twin, o](const Buffer& chunk) { twin.trace(o, "data", chunkText(chunk)); });
}

void watchLookup(Twin& twin, const std::string& o, Socket& socket) {
  socket.on<"lookup">(
      [&twin, o](const Error* error, const std::string& ip, int family, const std::string& host) {
        twin.trace(o, "lookup", error == nullptr ? "null" : fields(*error), orUndefined(ip),
                   ip.empty() ? Word(undefined) : Word(family), host);
      });
}

// A path has neither port nor family.
Word portWord(int port, int family) { return family == 0 ? Word(undefined) : Word(port); }
Word familyWord(int family) { return family == 0 ? Word(undefined) : Word(family); }

void watchAttempt(Twin& twin, const std::string& o, Socket& socket) {
  socket.on<"connectionAttempt">([&twin, o](const std::string& ip, int port, int family) {
    twin.trace(o, "connectionAttempt", ip, portWord(port, family), familyWord(family));
  });
}

void watchAttemptFailed(Twin& twin, const std::string& o, Socket& socket) {
  socket.on<"connectionAttemptFailed">(
      [&twin, o](const std::string& ip, int port, int family, const Error& error) {
        twin.trace(o, "connectionAttemptFailed", ip, portWord(port, family), familyWord(family),
                   orUndefined(error.code));
      });
}

const std::map<std::string, Watcher<Socket>>& socketWatchers() {
  static const std::map<std::string, Watcher<Socket>> watchers = {
      {"close", watchClose},
      {"connect", watchPlain<"connect", Socket>},
      {"connectionAttempt", watchAttempt},
      {"connectionAttemptFailed", watchAttemptFailed},
      {"connectionAttemptTimeout", watchPlain<"connectionAttemptTimeout", Socket>},
      {"data", watchData},
      {"drain", watchPlain<"drain", Socket>},
      {"end", watchPlain<"end", Socket>},
      {"error", watchError<Socket>},
      {"finish", watchPlain<"finish", Socket>},
      {"lookup", watchLookup},
      {"pause", watchPlain<"pause", Socket>},
      {"pipe", watchPlain<"pipe", Socket>},
      {"prefinish", watchPlain<"prefinish", Socket>},
      {"readable", watchPlain<"readable", Socket>},
      {"ready", watchPlain<"ready", Socket>},
      {"resume", watchPlain<"resume", Socket>},
      {"timeout", watchPlain<"timeout", Socket>},
      {"unpipe", watchPlain<"unpipe", Socket>},
  };
  return watchers;
}

const std::map<std::string, Watcher<Server>>& serverWatchers() {
  static const std::map<std::string, Watcher<Server>> watchers = {
      {"close", watchPlain<"close", Server>},
      {"connection", watchPlain<"connection", Server>},
      {"drop", watchPlain<"drop", Server>},
      {"error", watchError<Server>},
      {"listening", watchPlain<"listening", Server>},
  };
  return watchers;
}

}  // namespace

void Twin::watch(const std::string& object, Socket& socket, std::string_view names) {
  eachName(names,
           [&](const std::string& name) { socketWatchers().at(name)(*this, object, socket); });
}

void Twin::watch(const std::string& object, Server& server, std::string_view names) {
  eachName(names,
           [&](const std::string& name) { serverWatchers().at(name)(*this, object, server); });
}

}  // namespace uvnet::test
