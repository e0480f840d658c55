// The server under load: uvnet-bench-server MODE WHERE [BACKEND] [--api WAY]
//
// MODE is echo, sink, source, churn, proxy or pieces (each chunk goes back as many writes of 16
// bytes). WAY is data, pipe or timeout ('data' with an idle timeout) for echo, and plain, cork or
// autocork for pieces. It is written as a user of the library would write it, with the public
// headers only; its twins in raw libuv, raw epoll and Asio stand in bench/twins and do the same
// job. One process, ends on SIGTERM, TCP_NODELAY in all modes but churn.
#include <uvnet/net.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "../common/command.h"

namespace {

using uvnet::Buffer;
using uvnet::Socket;

// Longer than any run: what is measured is that each read and write begins it anew.
constexpr double kIdleTime = 60000;

void echo(Socket& socket, bool pipe) {
  if (pipe) {
    socket.pipe(socket);
  } else {
    socket.on<"data">([&socket](const Buffer& chunk) { socket.write(chunk); });
  }
}

void sink(Socket& socket) {
  const auto count = std::make_shared<std::uint64_t>(0);
  socket.on<"data">([count](const Buffer& chunk) { *count += chunk.size(); });
  socket.on<"end">([count, &socket] { socket.end(std::to_string(*count)); });
}

void source(Socket& socket) {
  Buffer block = Buffer::allocUnsafe(bench::kSourceBlock);
  for (std::size_t i = 0; i < block.size(); ++i) block.mutableData()[i] = bench::patternByte(i);
  const auto more = [&socket, block] {
    while (!socket.destroyed() && socket.write(block)) {
    }
  };
  socket.on<"drain">(more);
  more();
}

void proxy(uvnet::Net& net, Socket& socket, const bench::Where& backend) {
  Socket& other = net.connect(
      backend.isUnix()
          ? uvnet::ConnectOptions{.path = backend.path}
          : uvnet::ConnectOptions{.port = backend.port, .host = backend.host, .noDelay = true});
  other.on<"error">([] {});
  // Each keeps the other until it has closed; once(), so that the two Refs are no cycle.
  other.once<"close">([to = uvnet::Ref<Socket>(&socket)] { to->destroy(); });
  socket.once<"close">([to = uvnet::Ref<Socket>(&other)] { to->destroy(); });
  socket.pipe(other);
  other.pipe(socket);
}

void pieces(Socket& socket, bool cork) {
  socket.on<"data">([&socket, cork](const Buffer& chunk) {
    if (cork) socket.cork();
    for (std::size_t i = 0; i < chunk.size(); i += bench::kPiece) {
      socket.write(chunk.subarray(i, i + bench::kPiece));
    }
    if (cork) socket.uncork();
  });
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Command command =
      bench::parseCommand(argc, argv, {"data", "pipe", "timeout", "plain", "cork", "autocork"});
  uvnet::LoopHost host;
  uvnet::Net net{host};
  const uvnet::ServerOptions options{.allowHalfOpen = command.is("sink"),
                                     .noDelay = !command.is("churn"),
                                     .autoCork = command.api == "autocork"};
  uvnet::Server& server = net.createServer(options, [&](Socket& socket) {
    // A client that is stopped resets its connections; that is no error of the server.
    socket.on<"error">([] {});
    if (command.is("sink")) {
      sink(socket);
    } else if (command.is("source")) {
      source(socket);
    } else if (command.is("proxy")) {
      proxy(net, socket, command.backend);
    } else if (command.is("pieces")) {
      pieces(socket, command.api == "cork");
    } else {
      if (command.api == "timeout") socket.setTimeout(kIdleTime);
      echo(socket, command.api == "pipe");
    }
  });
  const auto listening = [&] {
    const uvnet::ServerAddress address = server.address();
    const auto* tcp = std::get_if<uvnet::AddressInfo>(&address);
    bench::announce(tcp != nullptr ? tcp->port : 0);
  };
  if (command.where.isUnix()) {
    server.listen({.path = command.where.path}, listening);
  } else {
    server.listen({.port = command.where.port, .host = command.where.host}, listening);
  }
  host.run();
  return 0;
}
