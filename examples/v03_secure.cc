// v0.3's TLS, in place: v03_secure KEY CERT. Server and client of one program; the client trusts
// that certificate, says hello inside, and prints what comes back.
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
  if (argc != 3) {
    std::fputs("usage: v03_secure KEY CERT\n", stderr);
    return 2;
  }
  uvnet::LoopHost host;
  uvnet::Net net(host);
  try {
    const uvnet::SecureContext own =
        uvnet::createCredentials({.key = contentOf(argv[1]), .cert = contentOf(argv[2])});
    const uvnet::SecureContext trust = uvnet::createCredentials({.ca = contentOf(argv[2])});

    uvnet::Server& server = net.createServer([&](uvnet::Socket& socket) {
      socket.setSecure(own);
      socket.on<"secure">([&socket] { socket.write("welcome\n"); });
      socket.on<"data">([&socket](const uvnet::Buffer& chunk) { socket.write(chunk); });
      socket.on<"end">([&socket] { socket.end(); });
    });
    server.listen({.port = 0, .host = "127.0.0.1"}, [&] {
      uvnet::Socket& client =
          net.connect(std::get<uvnet::AddressInfo>(server.address()).port, "127.0.0.1");
      client.on<"connect">([&] { client.setSecure(trust); });
      client.on<"secure">([&] {
        std::printf("%s: %s\n", client.verifyPeer() ? "verified" : "not verified",
                    client.getPeerCertificate().subject.c_str());
        client.end("hello\n");
      });
      client.on<"data">(
          [](const uvnet::Buffer& chunk) { std::fwrite(chunk.data(), 1, chunk.size(), stdout); });
      client.on<"close">([&] { server.close(); });
    });
    host.run();
  } catch (const uvnet::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
