// The server of the benchmarks in Asio, as its examples write servers: callbacks, a buffer per
// connection, async_read_some and async_write in turn, one thread (and Asio told so).
#include <asio.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "../common/command.h"

namespace {

bench::Command command;
std::array<char, bench::kSourceBlock> block;
// Each connection has its own, so it is a choice between memory and speed of bulk; its examples
// take 1 KiB, which would make 16 calls of one at 16 KiB.
constexpr std::size_t kBuffer = 16 * 1024;

template <class Protocol>
using SocketOf = asio::basic_stream_socket<Protocol>;

template <class Protocol>
void noDelay(SocketOf<Protocol>& socket) {
  if constexpr (std::is_same_v<Protocol, asio::ip::tcp>) {
    asio::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  }
}

// All modes but proxy.
template <class Protocol>
class Session : public std::enable_shared_from_this<Session<Protocol>> {
 public:
  explicit Session(SocketOf<Protocol> socket) : socket_(std::move(socket)) {}

  void start() {
    if (!command.is("churn")) noDelay(socket_);
    if (command.is("source")) {
      sendBlocks();
    } else {
      read();
    }
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(memory_), [self = this->shared_from_this()](
                                                       asio::error_code error, std::size_t count) {
      if (error) {
        self->ended();
      } else {
        self->got(count);
      }
    });
  }

  void got(std::size_t count) {
    received_ += count;
    if (command.is("sink")) {
      read();
    } else {
      write(0, count);
    }
  }

  // `pieces` writes piece by piece.
  void write(std::size_t from, std::size_t count) {
    const std::size_t part = command.is("pieces") ? std::min(bench::kPiece, count - from) : count;
    asio::async_write(
        socket_, asio::buffer(memory_.data() + from, part),
        [self = this->shared_from_this(), from, part, count](asio::error_code error, std::size_t) {
          if (error) return;
          if (from + part < count) {
            self->write(from + part, count);
          } else {
            self->read();
          }
        });
  }

  void sendBlocks() {
    asio::async_write(socket_, asio::buffer(block),
                      [self = this->shared_from_this()](asio::error_code error, std::size_t) {
                        if (!error) self->sendBlocks();
                      });
  }

  void ended() {
    if (!command.is("sink")) return;
    const std::string text = std::to_string(received_);
    asio::error_code ignored;
    asio::write(socket_, asio::buffer(text), ignored);
  }

  SocketOf<Protocol> socket_;
  std::uint64_t received_ = 0;
  std::array<char, kBuffer> memory_;
};

// Both directions of a proxied connection.
template <class Protocol>
class Proxy : public std::enable_shared_from_this<Proxy<Protocol>> {
 public:
  using Tcp = asio::ip::tcp;
  Proxy(SocketOf<Protocol> socket, asio::io_context& context)
      : front_(std::move(socket)), back_(context) {}

  void start() {
    noDelay(front_);
    const Tcp::endpoint to(asio::ip::make_address(command.backend.host),
                           static_cast<unsigned short>(command.backend.port));
    back_.async_connect(to, [self = this->shared_from_this()](asio::error_code error) {
      if (error) return;
      noDelay(self->back_);
      self->move(self->front_, self->back_, self->forthMemory_);
      self->move(self->back_, self->front_, self->backMemory_);
    });
  }

 private:
  using Memory = std::array<char, kBuffer>;

  template <class From, class To>
  void move(From& from, To& to, Memory& memory) {
    auto self = this->shared_from_this();
    from.async_read_some(
        asio::buffer(memory), [self, &from, &to, &memory](asio::error_code error, std::size_t n) {
          if (error) {
            self->close();
            return;
          }
          asio::async_write(to, asio::buffer(memory.data(), n),
                            [self, &from, &to, &memory](asio::error_code failed, std::size_t) {
                              if (failed) {
                                self->close();
                              } else {
                                self->move(from, to, memory);
                              }
                            });
        });
  }

  void close() {
    asio::error_code ignored;
    front_.close(ignored);
    back_.close(ignored);
  }

  SocketOf<Protocol> front_;
  Tcp::socket back_;
  Memory forthMemory_;
  Memory backMemory_;
};

template <class Protocol>
void accept(asio::basic_socket_acceptor<Protocol>& acceptor, asio::io_context& context) {
  acceptor.async_accept([&](asio::error_code error, SocketOf<Protocol> socket) {
    if (!error && command.is("proxy")) {
      std::make_shared<Proxy<Protocol>>(std::move(socket), context)->start();
    } else if (!error) {
      std::make_shared<Session<Protocol>>(std::move(socket))->start();
    }
    accept(acceptor, context);
  });
}

}  // namespace

int main(int argc, char** argv) try {
  command = bench::parseCommand(argc, argv, {"data"});
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = bench::patternByte(i);
  std::signal(SIGPIPE, SIG_IGN);
  asio::io_context context(1);
  constexpr int kBacklog = 511;  // as Node's
  if (command.where.isUnix()) {
    asio::local::stream_protocol::acceptor acceptor(context, command.where.path);
    bench::announce(0);
    accept(acceptor, context);
    context.run();
  } else {
    asio::ip::tcp::acceptor acceptor(context);
    const asio::ip::tcp::endpoint at(asio::ip::make_address(command.where.host),
                                     static_cast<unsigned short>(command.where.port));
    acceptor.open(at.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(at);
    acceptor.listen(kBacklog);
    bench::announce(acceptor.local_endpoint().port());
    accept(acceptor, context);
    context.run();
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
