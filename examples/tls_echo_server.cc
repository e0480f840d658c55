// An echo server over TLS: tls_echo_server KEY CERT [PORT], files in PEM.
//
//   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj
//   /CN=localhost
//     -keyout key.pem -out cert.pem
//   openssl s_client -connect 127.0.0.1:8124 -CAfile cert.pem
#include <uvnet/tls.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string contentOf(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: tls_echo_server KEY CERT [PORT]\n", stderr);
    return 2;
  }
  uvnet::LoopHost host;
  uvnet::Net net(host);
  uvnet::Tls tls(net);
  try {
    uvnet::tls::Server& server =
        tls.createServer({.cert = contentOf(argv[2]), .key = contentOf(argv[1])},
                         [](uvnet::TLSSocket& socket) { socket.pipe(socket); });
    // One client that fails costs the others nothing.
    server.on<"tlsClientError">([](const uvnet::Error& error, uvnet::TLSSocket&) {
      std::fprintf(stderr, "a client failed: %s\n", error.what());
    });
    server.listen({.port = argc > 3 ? argv[3] : "8124", .host = "127.0.0.1"}, [&server] {
      std::printf("listening on %d\n", std::get<uvnet::AddressInfo>(server.address()).port);
      std::fflush(stdout);
    });
    host.run();
  } catch (const uvnet::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
