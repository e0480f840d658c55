// net.Server: listen() in all its forms, and what it tells.
#include <uvnet/net.h>

#include "support/loopback.h"

namespace uvnet {
namespace {

using test::LoopbackPair;
using test::NetWorld;
using test::Record;
using test::Transport;

TEST_CASE("a connection is made, used and ended", "[net][M01]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  Record accepted(pair.accepted);
  pair.accepted.write("hello ");
  pair.accepted.end("client");
  pair.client.end("hello server");
  pair.server.close();
  world.end();
  CHECK(client.data == "hello client");
  CHECK(accepted.data == "hello server");
  CHECK(client.count("end") == 1);
  CHECK(client.count("finish") == 1);
  CHECK(client.events.back() == "close");
}

}  // namespace
}  // namespace uvnet
