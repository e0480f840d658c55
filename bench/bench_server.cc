// The server under load: uvnet-bench-server echo WHERE [--impl uvnet|uv] [--api data|pipe]
//
// WHERE is a port on 127.0.0.1 (0: any) or unix:PATH. Prints "listening PORT" and serves until
// SIGTERM. --impl uv is the twin in raw libuv: the same job with nothing between the program and
// libuv (one slab for all reads, uv_try_write first, the rest queued), so that the difference is
// what Node's contract costs.
#include <fmt/core.h>
#include <uv.h>
#include <uvnet/net.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

struct Where {
  int port = 0;
  std::string path;  // empty: TCP
};

Where parseWhere(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.substr(0, kUnix.size()) == kUnix) return {0, std::string(text.substr(kUnix.size()))};
  return {std::atoi(std::string(text).c_str()), {}};
}

void announce(int port) {
  fmt::print("listening {}\n", port);
  std::fflush(stdout);
}

// --- uvnet ---------------------------------------------------------------------------------------

int serveWithUvnet(const Where& where, bool pipe) {
  uvnet::LoopHost host;
  uvnet::Net net{host};
  uvnet::ServerOptions options{.noDelay = true};
  uvnet::Server& server = net.createServer(options, [pipe](uvnet::Socket& socket) {
    // A client that is stopped resets its connections; that is no error of the server.
    socket.on<"error">([] {});
    if (pipe) {
      socket.pipe(socket);
    } else {
      socket.on<"data">([&socket](const uvnet::Buffer& chunk) { socket.write(chunk); });
    }
  });
  const auto listening = [&] {
    const uvnet::ServerAddress address = server.address();
    const auto* tcp = std::get_if<uvnet::AddressInfo>(&address);
    announce(tcp != nullptr ? tcp->port : 0);
  };
  if (where.path.empty()) {
    server.listen({.port = where.port, .host = "127.0.0.1"}, listening);
  } else {
    server.listen({.path = where.path}, listening);
  }
  host.run();
  return 0;
}

// --- raw libuv -----------------------------------------------------------------------------------

// As large as the library's own, so that both read alike.
char slab[64 * 1024];

struct PendingWrite {
  uv_write_t request;
  char* bytes;
};

void onAlloc(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
  *buffer = uv_buf_init(slab, sizeof(slab));
}

void onRead(uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
  if (count == 0) return;
  if (count < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream),
             [](uv_handle_t* handle) { std::free(handle); });
    return;
  }
  auto left = static_cast<std::size_t>(count);
  uv_buf_t buffer = uv_buf_init(slab, static_cast<unsigned>(left));
  const int taken = uv_try_write(stream, &buffer, 1);
  const std::size_t done = taken > 0 ? static_cast<std::size_t>(taken) : 0;
  if (done == left) return;
  left -= done;
  auto* pending = static_cast<PendingWrite*>(std::malloc(sizeof(PendingWrite)));
  pending->bytes = static_cast<char*>(std::malloc(left));
  std::memcpy(pending->bytes, slab + done, left);
  buffer = uv_buf_init(pending->bytes, static_cast<unsigned>(left));
  uv_write(&pending->request, stream, &buffer, 1, [](uv_write_t* request, int) {
    auto* written = reinterpret_cast<PendingWrite*>(request);
    std::free(written->bytes);
    std::free(written);
  });
}

template <class Handle>
void onConnection(uv_stream_t* server, int status, int (*init)(uv_loop_t*, Handle*)) {
  if (status < 0) return;
  auto* client = static_cast<Handle*>(std::malloc(sizeof(Handle)));
  init(server->loop, client);
  auto* stream = reinterpret_cast<uv_stream_t*>(client);
  if (uv_accept(server, stream) == 0) {
    if constexpr (std::is_same_v<Handle, uv_tcp_t>) uv_tcp_nodelay(client, 1);
    uv_read_start(stream, onAlloc, onRead);
  }
}

int serveWithUv(const Where& where) {
  std::signal(SIGPIPE, SIG_IGN);
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t tcp;
  uv_pipe_t unixSocket;
  constexpr int kBacklog = 511;
  if (where.path.empty()) {
    sockaddr_in address;
    uv_tcp_init(loop, &tcp);
    uv_ip4_addr("127.0.0.1", where.port, &address);
    uv_tcp_bind(&tcp, reinterpret_cast<sockaddr*>(&address), 0);
    const int status = uv_listen(
        reinterpret_cast<uv_stream_t*>(&tcp), kBacklog,
        [](uv_stream_t* server, int error) { onConnection<uv_tcp_t>(server, error, uv_tcp_init); });
    if (status < 0) return 1;
    int length = sizeof(address);
    uv_tcp_getsockname(&tcp, reinterpret_cast<sockaddr*>(&address), &length);
    announce(ntohs(address.sin_port));
  } else {
    uv_pipe_init(loop, &unixSocket, 0);
    if (uv_pipe_bind(&unixSocket, where.path.c_str()) < 0) return 1;
    const int status = uv_listen(
        reinterpret_cast<uv_stream_t*>(&unixSocket), kBacklog, [](uv_stream_t* server, int error) {
          onConnection<uv_pipe_t>(server, error,
                                  [](uv_loop_t* l, uv_pipe_t* p) { return uv_pipe_init(l, p, 0); });
        });
    if (status < 0) return 1;
    announce(0);
  }
  uv_run(loop, UV_RUN_DEFAULT);
  return 0;
}

int usage() {
  fmt::print(stderr,
             "usage: uvnet-bench-server echo PORT|unix:PATH [--impl uvnet|uv] [--api data|pipe]\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || std::string_view(argv[1]) != "echo") return usage();
  std::string_view impl = "uvnet";
  std::string_view api = "data";
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--impl") {
      impl = argv[i + 1];
    } else if (option == "--api") {
      api = argv[i + 1];
    } else {
      return usage();
    }
  }
  const Where where = parseWhere(argv[2]);
  if (impl == "uv") return serveWithUv(where);
  if (impl == "uvnet" && (api == "data" || api == "pipe"))
    return serveWithUvnet(where, api == "pipe");
  return usage();
}
