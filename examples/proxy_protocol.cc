// A layer of one's own: an echo server behind a load balancer that says in front of each connection
// whose it is (the PROXY protocol, version 1).
//
//   uvnet_example_proxy_protocol                 listens on port 8124
//   nc -C localhost 8124                         in another terminal: type
//     PROXY TCP4 203.0.113.9 192.0.2.1 40000 80
//     hello
//
// The layer takes that line out of what comes, so that the program never sees it, and holds back
// what the program writes until it is there. Afterwards it passes bytes on as they are.
#include <uvnet/net.h>

#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace {

using uvnet::Buffer;
using uvnet::Error;

class ProxyPreamble final : public uvnet::Layer {
 public:
  using Known = std::function<void(const std::string& address, const std::string& port)>;
  explicit ProxyPreamble(Known known) : known_(std::move(known)) {}

 private:
  static constexpr std::size_t kLongest = 107;  // with its CRLF, as the protocol says

  void received(Buffer&& bytes) override {
    if (over_) {
      deliver(std::move(bytes));
      return;
    }
    line_ += bytes.view();
    const std::size_t end = line_.find("\r\n");
    if (end == std::string::npos || end + 2 > kLongest) {
      if (line_.size() >= kLongest) throw Error("the preamble is too long", "ERR_PROXY_PREAMBLE");
      return;
    }
    const std::string rest = line_.substr(end + 2);
    line_.resize(end);
    understand();
    deliver(Buffer::copyOf(rest));
  }

  // What throws destroys the socket with that error.
  void understand() {
    std::istringstream words(std::exchange(line_, {}));
    std::string proxy, family, from, to, fromPort;
    if (!(words >> proxy >> family >> from >> to >> fromPort) || proxy != "PROXY") {
      throw Error("no preamble of a proxy", "ERR_PROXY_PREAMBLE");
    }
    over_ = true;
    known_(from, fromPort);
  }

  void receivedEnd(const Error* error) override {
    if (error != nullptr) return;  // the socket is destroyed with it
    if (!over_) throw Error("the connection ended in the preamble", "ERR_PROXY_PREAMBLE");
    deliverEnd();
  }

  // Nothing is taken before the preamble: it waits, and is offered again after received().
  std::size_t write(std::string_view bytes) override {
    if (!over_) return 0;
    send(bytes);
    return bytes.size();
  }

  Known known_;
  std::string line_;
  bool over_ = false;
};

}  // namespace

int main(int argc, char* argv[]) try {
  uvnet::LoopHost host;
  uvnet::Net net{host};

  uvnet::Server& server = net.createServer([](uvnet::Socket& socket) {
    socket.putLayer(std::make_unique<ProxyPreamble>(
        [&socket](const std::string& address, const std::string& port) {
          std::cout << "connection of " << address << ":" << port << " by way of "
                    << socket.remoteAddress() << std::endl;
        }));
    socket.on<"error">([](const Error& error) { std::cout << error.what() << std::endl; });
    socket.write("welcome\r\n");
    socket.pipe(socket);
  });
  server.listen(argc > 1 ? argv[1] : "8124", [] { std::cout << "server bound" << std::endl; });

  host.run();
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
