// The port is taken: close, wait a second, try again, until it is free.
//
//   uvnet_example_listen_retry                   wants port 8124; start it beside an echo server,
//                                                then stop that one
#include <uv.h>
#include <uvnet/net.h>

#include <iostream>
#include <string>

namespace {

struct Retry {
  uvnet::Server* server;
  std::string port;
  // uvnet has no setTimeout() of its own: the loop is libuv's, and so are its timers.
  uv_timer_t timer;

  void listen() {
    server->listen({.port = port}, [] { std::cout << "server bound" << std::endl; });
  }
};

}  // namespace

int main(int argc, char* argv[]) {
  Retry retry;  // before the host, which closes the timer at its end
  retry.port = argc > 1 ? argv[1] : "8124";

  uvnet::LoopHost host;
  uvnet::Net net{host};
  retry.server = &net.createServer();
  uv_timer_init(host.loop(), &retry.timer);
  retry.timer.data = &retry;

  retry.server->on<"error">([&retry](const uvnet::Error& error) {
    if (error.code != "EADDRINUSE") throw error;
    std::cout << "Address in use, retrying..." << std::endl;
    uv_timer_start(
        &retry.timer,
        [](uv_timer_t* timer) {
          auto* self = static_cast<Retry*>(timer->data);
          self->server->close();
          self->listen();
        },
        1000, 0);
  });
  retry.listen();

  host.run();
}
