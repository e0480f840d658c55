// What the callbacks of writes are told that destroy() cuts off, and what counts of those that
// fail. The lines are those of Node 26 and, for the settings, of Node 20.
#include <uvnet/net.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/loopback.h"

namespace uvnet {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

// More than any system takes for a reader that does not read.
constexpr std::size_t kMuch = 16 << 20;

// A write under way, one queued behind it and an end(); then destroy().
Lines told(NetWorld& world, Transport transport, const Error* error) {
  LoopbackPair pair(world, transport, {.pauseOnConnect = true});
  Lines lines;
  const auto note = [&lines](const std::string& name) {
    return [&lines, name](const Error* failed) { lines.push_back(name + describe(failed)); };
  };
  const std::string much(kMuch, 'x');
  pair.client.on<"error">(
      [&](const Error& failed) { lines.push_back("error: " + failed.message); });
  pair.client.on<"close">([&] { lines.emplace_back("close"); });
  CHECK_FALSE(pair.client.write(much, note("1: ")));
  CHECK_FALSE(pair.client.write("two", note("2: ")));
  pair.client.end(note("end: "));
  if (error != nullptr) {
    pair.client.destroy(*error);
  } else {
    pair.client.destroy();
  }
  CHECK(lines.empty());
  world.until([&] { return !lines.empty() && lines.back() == "close"; });
  pair.close();
  world.end();
  return lines;
}

TEST_CASE(
    "destroy() cuts writes off: theirs and end()'s callbacks are told ECANCELED, before 'close'",
    "[net][F30][D05][D11][net:destroy]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world;
  CHECK(told(world, transport, nullptr) ==
        Lines{"1: Error ECANCELED: write ECANCELED {errno=-125 syscall=write}",
              "2: Error ECANCELED: write ECANCELED {errno=-125 syscall=write}",
              "end: Error ECANCELED: write ECANCELED {errno=-125 syscall=write}", "close"});
}

TEST_CASE("destroy(error) tells ECANCELED to the write under way, the error to those behind it",
          "[net][F30][D05][D11][net:destroy]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world;
  const Error enough("enough");
  CHECK(told(world, transport, &enough) ==
        Lines{"error: enough", "1: Error ECANCELED: write ECANCELED {errno=-125 syscall=write}",
              "2: Error : enough {}", "end: Error : enough {}", "close"});
}

TEST_CASE(
    "cutWritesFail off: the write under way is told nothing, those behind it ERR_STREAM_DESTROYED",
    "[net][F30][D05][D11]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  INFO(nameOf(transport));
  NetWorld world({.cutWritesFail = false});
  CHECK(told(world, transport, nullptr) ==
        Lines{"1: null",
              "2: Error ERR_STREAM_DESTROYED: Cannot call write after a stream was destroyed {}",
              "end: Error ERR_STREAM_DESTROYED: Cannot call end after a stream was destroyed {}",
              "close"});
}

TEST_CASE("lateEndsAreTold off: end() after destroy() is told only with writes that are cut off",
          "[net][D11][D05]") {
  NetWorld world({.cutWritesFail = false, .lateEndsAreTold = false});
  const bool queued = GENERATE(false, true);
  LoopbackPair pair(world, Transport::kUnix);
  std::string lines;
  pair.client.cork();
  if (queued) pair.client.write("x", [&](const Error* error) { lines += error->code + " "; });
  pair.client.destroy();
  pair.client.end([&](const Error* error) { lines += error->code + " "; });
  pair.client.on<"close">([&] { lines += "close"; });
  world.until([&] { return lines.ends_with("close"); });
  pair.close();
  world.end();
  CHECK(lines == (queued ? "ERR_STREAM_DESTROYED ERR_STREAM_DESTROYED close" : "close"));
}

// The peer has gone and this side may still write, which fails at once.
void failAtOnce(LoopbackPair& pair, NetWorld& world, const std::function<void()>& write) {
  bool gone = false;
  pair.accepted.on<"close">([&] { gone = true; });
  pair.accepted.destroy();
  world.until([&] { return gone; });
  std::string lines;
  pair.client.on<"error">([&](const Error& error) { lines += error.code + " "; });
  pair.client.on<"close">([&] { lines += "close"; });
  write();
  world.until([&] { return lines.ends_with("close"); });
  CHECK(lines == "EPIPE close");
}

TEST_CASE("bytesWritten() counts what was handed over, also where it was refused", "[net][K26]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  Socket& client = pair.client;
  client.setAllowHalfOpen(true);
  std::uint64_t count = 0;
  SECTION("one write") {
    count = 5;
    failAtOnce(pair, world, [&] { client.write("hello"); });
  }
  SECTION("several as one") {
    count = 8;
    failAtOnce(pair, world, [&] {
      client.cork();
      client.write("hello");
      client.write(Buffer::from("you"));
      client.uncork();
    });
  }
  SECTION("more than goes to the system at once") {
    count = 3000;
    failAtOnce(pair, world, [&] {
      client.cork();
      const std::vector<Buffer> chunks(1000, Buffer::from("abc"));
      for (const Buffer& chunk : chunks) client.write(chunk);
      client.uncork();
    });
  }
  SECTION("end() with data") {
    count = 3;
    failAtOnce(pair, world, [&] { client.end("end"); });
  }
  SECTION("not what never left the queue") {
    failAtOnce(pair, world, [&] {
      client.cork();
      client.write("hello");
      client.destroy(Error("", "EPIPE"));
    });
  }
  CHECK(client.bytesWritten() == count);
  pair.close();
  world.end();
}

}  // namespace
}  // namespace uvnet
