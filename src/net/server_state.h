// What a Server keeps. server.cc has the public calls and accepting, listen.cc the way to a
// listening handle.
#pragma once

#include <uvnet/server.h>

#include <cstddef>
#include <optional>
#include <string>

#include "base/generation.h"
#include "handles/stream_handle.h"
#include "net/name_lookup.h"
#include "net/net_state.h"
#include "stream/abort.h"

namespace uvnet::impl {

class ServerState final : public Living, public handles::StreamHandle::ConnectionListener {
 public:
  ServerState(Server& server, Ref<NetState> net, const ServerOptions& options);

  // --- server.cc
  void hold() { held_ = Ref<Server>(&server); }
  void close(Callback callback);
  void connectionEnded() { addConnections(-1); }
  void addConnections(int change);
  void netIsGoing() noexcept override;
  RefCounted& owner() noexcept override { return server; }
  void onConnection(int status, handles::HandlePtr client) override;

  // --- listen.cc
  // bound: on this handle, which is ours already.
  void listen(ListenOptions options, Function<void()> listener, handles::HandlePtr bound = {});
  // On a copy of a bound descriptor.
  void listenCopy(int fd, Function<void()> listener);
  ServerAddress address() const;
  void acceptFd(int fd);
  bool listening() const noexcept { return handle != nullptr || elsewhere_; }

  Server& server;
  const ServerOptions options;
  handles::HandlePtr handle;
  std::size_t connections = 0;
  std::optional<std::size_t> maxConnections;
  bool dropMaxConnection = false;
  bool unref = false;      // remembered across listen()
  bool keptByNet = false;  // made by createServer(): held until 'close', also after a failure

 private:
  void emitCloseIfDrained();
  void drop(const handles::StreamHandle& client);
  bool blocked(const handles::StreamHandle& client) const;

  void lookUpAndListen(const std::string& host, int port, const ListenOptions& options);
  void listenTcp(const std::string& address, int port, int family, const ListenOptions& options);
  void listenPath(const ListenOptions& options);
  void listenFd(int fd, int backlog);
  void listenHandle(handles::HandlePtr bound, int backlog, const std::string& address, int port);
  void emitListeningNextTick();
  // Asks the host; a refusal is told on the next tick.
  bool refused(const Access& access);
  void failNextTick(Error error);
  void fail(const Error& error, base::Generation::Stamp id);
  void letGoOfFailed() noexcept;
  void tick(Task task);

  Ref<Server> held_;
  bool elsewhere_ = false;     // listening, and others accept for it
  stream::AbortHandle abort_;  // of the last listen()'s signal
  NameLookup lookup_;
  std::string path_;         // of the Unix socket it listens on
  base::Generation listen_;  // of the last listen() or close(), which makes an earlier one void
};

}  // namespace uvnet::impl
