// What the callbacks of writes are told that destroy() cuts off. The lines are those of Node 26
// and, for the setting, of Node 20.
#include <uvnet/net.h>

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

}  // namespace
}  // namespace uvnet
