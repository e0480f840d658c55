// The server of the benchmarks in raw libuv: the same job as bench/server with nothing between the
// program and libuv. One slab for all reads, uv_try_write first, the rest queued in a copy; a side
// that cannot write stops the other from reading. The difference to it is what Node's contract
// costs.
#include <uv.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "../common/command.h"

namespace {

bench::Command command;
// As large as the library's own, so that both read alike.
char slab[64 * 1024];
char block[bench::kSourceBlock];

struct Connection {
  union {
    uv_tcp_t tcp;
    uv_pipe_t unixSocket;
  };
  uv_connect_t connecting;
  Connection* other;  // of a proxy: where what is read goes; else itself
  std::uint64_t received;
  int pending;  // writes that libuv holds
  bool reading;
  bool connected;
  bool ended;
  bool closing;

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp); }
};

struct PendingWrite {
  uv_write_t request;
  char* bytes;  // owned; null for the block of `source`
};

void onRead(uv_stream_t* stream, ssize_t count, const uv_buf_t*);
void sendBlocks(Connection& to);

void readAgain(Connection& connection) {
  if (connection.reading || connection.closing || connection.ended) return;
  connection.reading = true;
  uv_read_start(
      connection.stream(),
      [](uv_handle_t*, std::size_t, uv_buf_t* buffer) { *buffer = uv_buf_init(slab, sizeof slab); },
      onRead);
}

void stopReading(Connection& connection) {
  if (!connection.reading) return;
  connection.reading = false;
  uv_read_stop(connection.stream());
}

void onClosed(uv_handle_t* handle) {
  auto* connection = static_cast<Connection*>(handle->data);
  Connection* other = connection->other;
  if (other == connection || other == nullptr) {
    std::free(connection);
    return;
  }
  // The later of a pair frees nothing of the earlier.
  other->other = nullptr;
  std::free(connection);
}

void closeConnection(Connection& connection) {
  if (connection.closing) return;
  connection.closing = true;
  uv_close(reinterpret_cast<uv_handle_t*>(connection.stream()), onClosed);
  if (connection.other != nullptr && connection.other != &connection) {
    closeConnection(*connection.other);
  }
}

void onWritten(uv_write_t* request, int status) {
  auto* written = reinterpret_cast<PendingWrite*>(request);
  auto& connection = *static_cast<Connection*>(request->handle->data);
  std::free(written->bytes);
  std::free(written);
  --connection.pending;
  if (connection.closing) return;
  if (status < 0) {
    closeConnection(connection);
  } else if (connection.pending == 0) {
    if (command.is("source")) {
      sendBlocks(connection);
    } else if (connection.other != nullptr) {
      readAgain(*connection.other);
    }
  }
}

// True if all was taken at once.
bool send(Connection& to, const char* bytes, std::size_t size, bool copy = true) {
  std::size_t done = 0;
  if (to.connected && to.pending == 0) {
    uv_buf_t buffer = uv_buf_init(const_cast<char*>(bytes), static_cast<unsigned>(size));
    const int taken = uv_try_write(to.stream(), &buffer, 1);
    if (taken > 0) done = static_cast<std::size_t>(taken);
    if (done == size) return true;
  }
  auto* pending = static_cast<PendingWrite*>(std::malloc(sizeof(PendingWrite)));
  pending->bytes = nullptr;
  const char* rest = bytes + done;
  if (copy) {
    pending->bytes = static_cast<char*>(std::malloc(size - done));
    std::memcpy(pending->bytes, rest, size - done);
    rest = pending->bytes;
  }
  uv_buf_t buffer = uv_buf_init(const_cast<char*>(rest), static_cast<unsigned>(size - done));
  ++to.pending;
  if (uv_write(&pending->request, to.stream(), &buffer, 1, onWritten) != 0) {
    --to.pending;
    std::free(pending->bytes);
    std::free(pending);
  }
  return false;
}

void sendBlocks(Connection& to) {
  while (send(to, block, sizeof block, false)) {
  }
}

void onEnd(Connection& connection) {
  connection.ended = true;
  if (command.is("sink")) {
    const std::string count = std::to_string(connection.received);
    send(connection, count.data(), count.size());
  }
  closeConnection(connection);
}

void onRead(uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
  if (count == 0) return;
  auto& connection = *static_cast<Connection*>(stream->data);
  if (count < 0) {
    onEnd(connection);
    return;
  }
  const auto size = static_cast<std::size_t>(count);
  connection.received += size;
  if (command.is("sink")) return;
  if (connection.other == nullptr) return;
  Connection& to = *connection.other;
  if (command.is("pieces")) {
    for (std::size_t i = 0; i < size; i += bench::kPiece) {
      send(to, slab + i, std::min(bench::kPiece, size - i));
    }
  } else {
    send(to, slab, size);
  }
  if (to.pending > 0) stopReading(connection);
}

Connection* newConnection(uv_loop_t* loop, bool unixSocket) {
  auto* connection = static_cast<Connection*>(std::calloc(1, sizeof(Connection)));
  if (unixSocket) {
    uv_pipe_init(loop, &connection->unixSocket, 0);
  } else {
    uv_tcp_init(loop, &connection->tcp);
  }
  connection->stream()->data = connection;
  connection->other = connection;
  connection->connected = true;
  return connection;
}

void onConnected(uv_connect_t* request, int status) {
  auto& connection = *static_cast<Connection*>(request->handle->data);
  if (connection.closing) return;
  if (status < 0) {
    closeConnection(connection);
    return;
  }
  connection.connected = true;
  if (!command.backend.isUnix()) uv_tcp_nodelay(&connection.tcp, 1);
  readAgain(connection);
  readAgain(*connection.other);
}

// Reading begins when there is somewhere to write.
void connectBackend(Connection& connection) {
  Connection* other = newConnection(connection.stream()->loop, command.backend.isUnix());
  other->connected = false;
  other->other = &connection;
  connection.other = other;
  if (command.backend.isUnix()) {
    uv_pipe_connect(&other->connecting, &other->unixSocket, command.backend.path.c_str(),
                    onConnected);
    return;
  }
  sockaddr_in address;
  uv_ip4_addr(command.backend.host.c_str(), command.backend.port, &address);
  uv_tcp_connect(&other->connecting, &other->tcp, reinterpret_cast<sockaddr*>(&address),
                 onConnected);
}

void onConnection(uv_stream_t* server, int status) {
  if (status < 0) return;
  const bool unixSocket = command.where.isUnix();
  Connection* connection = newConnection(server->loop, unixSocket);
  if (uv_accept(server, connection->stream()) != 0) {
    closeConnection(*connection);
    return;
  }
  if (!unixSocket && !command.is("churn")) uv_tcp_nodelay(&connection->tcp, 1);
  if (command.is("proxy")) {
    connectBackend(*connection);
    return;
  }
  readAgain(*connection);
  if (command.is("source")) sendBlocks(*connection);
}

int serve() {
  std::signal(SIGPIPE, SIG_IGN);
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t tcp;
  uv_pipe_t unixSocket;
  uv_stream_t* server = reinterpret_cast<uv_stream_t*>(&tcp);
  sockaddr_in address{};
  int status;
  if (command.where.isUnix()) {
    uv_pipe_init(loop, &unixSocket, 0);
    server = reinterpret_cast<uv_stream_t*>(&unixSocket);
    status = uv_pipe_bind(&unixSocket, command.where.path.c_str());
  } else {
    uv_tcp_init(loop, &tcp);
    uv_ip4_addr(command.where.host.c_str(), command.where.port, &address);
    status = uv_tcp_bind(&tcp, reinterpret_cast<sockaddr*>(&address), 0);
  }
  constexpr int kBacklog = 511;  // as Node's
  if (status == 0) status = uv_listen(server, kBacklog, onConnection);
  if (status < 0) {
    std::fprintf(stderr, "listen: %s\n", uv_strerror(status));
    return 1;
  }
  int length = sizeof address;
  if (!command.where.isUnix()) {
    uv_tcp_getsockname(&tcp, reinterpret_cast<sockaddr*>(&address), &length);
  }
  bench::announce(ntohs(address.sin_port));
  return uv_run(loop, UV_RUN_DEFAULT);
}

}  // namespace

int main(int argc, char** argv) {
  command = bench::parseCommand(argc, argv, {"data"});
  for (std::size_t i = 0; i < sizeof block; ++i) block[i] = bench::patternByte(i);
  return serve();
}
