// listen() on a path whose file cannot be given the mode that was asked for.
//
// chmod() itself is replaced in this program: it fails while a test says so.
#include <uvnet/net.h>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "support/loopback.h"

namespace {

bool& chmodFails() {
  static bool fails = false;
  return fails;
}

}  // namespace

// Visible, or libuv does not see it.
extern "C" __attribute__((visibility("default"))) int chmod(const char* path, mode_t mode) {
  if (chmodFails()) {
    errno = EPERM;
    return -1;
  }
  return reinterpret_cast<decltype(&::chmod)>(::dlsym(RTLD_NEXT, "chmod"))(path, mode);
}

// In node chmod() is node's own and is not replaced.
#ifndef UVNET_TEST_IN_NODE
namespace uvnet {
namespace {

using namespace test;

TEST_CASE(
    "a listen() whose file's mode cannot be set throws, leaves nothing and may be called again",
    "[net][S15][S16]") {
  NetWorld world;
  const std::string path = world.path();
  Server& server = world.watch(world.net().createServer());
  Record record(server);
  chmodFails() = true;
  const std::string thrown =
      thrownBy([&] { server.listen({.path = path, .readableAll = true, .writableAll = true}); });
  chmodFails() = false;
  CHECK(thrown == "Error EPERM: uv_pipe_chmod EPERM {errno=-1 syscall=uv_pipe_chmod}");
  CHECK_FALSE(server.listening());
  CHECK(::access(path.c_str(), F_OK) == -1);
  turn(world.host);
  CHECK(record.text().empty());

  server.listen({.path = path, .readableAll = true});
  world.until([&] { return record.has("listening"); });
  server.close();
  world.end();
  CHECK(record.text() == "listening close");
}

TEST_CASE("a server whose listen() threw is let go of", "[net][S15]") {
  NetWorld world;
  const std::string path = world.path();
  chmodFails() = true;
  bool gone = false;
  {
    class Watched final : public Server {
     public:
      Watched(Net& net, bool& gone) : Server(net), gone_(gone) {}
      ~Watched() override { gone_ = true; }

     private:
      bool& gone_;
    };
    const Ref<Watched> server = make<Watched>(world.net(), gone);
    CHECK_THROWS_AS(server->listen({.path = path, .writableAll = true}), Error);
  }
  chmodFails() = false;
  turn(world.host);
  CHECK(gone);
  world.end();
}

}  // namespace
}  // namespace uvnet
#endif
