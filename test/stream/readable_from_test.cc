// Readable::from(): any range of bytes or text as a stream.
#include <list>
#include <ranges>
#include <string>
#include <vector>

#include "stream/kinds.h"

using uvnet::Buffer;
using uvnet::Error;
using uvnet::Readable;
using uvnet::test::Kinds;

TEST_CASE("Readable::from() gives each chunk, ends and closes", "[stream][stream:from]") {
  Kinds w;
  const std::vector<std::string> chunks{"ab", "c"};
  w.watch(w.keep(Readable::from(w.host, chunks)), "r", "data end close");
  CHECK(w.end() == "r data ab, r data c, r end, r close");
}

TEST_CASE("Readable::from() of an empty range ends", "[stream][stream:from]") {
  Kinds w;
  w.watch(w.keep(Readable::from(w.host, std::vector<Buffer>{})), "r", "data end close");
  CHECK(w.end() == "r end, r close");
}

TEST_CASE("Readable::from() passes over empty chunks", "[stream][stream:from]") {
  Kinds w;
  const std::vector<std::string> chunks{"a", "", "b", ""};
  w.watch(w.keep(Readable::from(w.host, chunks)), "r", "data end error close");
  CHECK(w.end() == "r data a, r data b, r end, r close");
}

TEST_CASE("Readable::from() takes views, Buffers, literals and lists", "[stream][stream:from]") {
  Kinds w;
  const char* const literals[] = {"a", "b"};
  w.watch(w.keep(Readable::from(w.host, std::views::all(literals))), "l", "data end");
  w.watch(w.keep(Readable::from(w.host, std::list<Buffer>{Buffer::copyOf("c")})), "b", "data");
  std::vector<std::string> owned{"d"};
  w.watch(w.keep(Readable::from(w.host, std::move(owned))), "v", "data");
  const auto numbers = std::views::iota(1, 4) | std::views::transform([](int n) {
                         return Buffer::copyOf(std::string(3, static_cast<char>('0' + n)));
                       });
  w.watch(w.keep(Readable::from(w.host, numbers)), "n", "data");
  w.tick();
  const std::string said = w.said();
  for (const char* part : {"l data a", "l data b", "l end", "b data c", "v data d", "n data 111",
                           "n data 222", "n data 333"}) {
    CAPTURE(part, said);
    CHECK(said.find(part) != std::string::npos);
  }
}

TEST_CASE("Readable::from() destroys the stream with what the range throws",
          "[stream][stream:from]") {
  Kinds w;
  const auto chunks = std::views::iota(0, 3) | std::views::transform([](int n) {
                        if (n == 1) throw Error("gen");
                        return Buffer::copyOf("a");
                      });
  w.watch(w.keep(Readable::from(w.host, chunks)), "r", "data end error close");
  CHECK(w.end() == "r data a, r error gen, r close");
}

TEST_CASE("Readable::from() reads its range only as far as the mark asks",
          "[stream][stream:from][stream:backpressure]") {
  Kinds w;
  w.host.setDefaultHighWaterMark(6);
  int made = 0;
  const auto chunks = std::views::iota(0) | std::views::transform([&](int) {
                        ++made;
                        return Buffer::copyOf("xx");
                      });
  auto& r = w.keep(Readable::from(w.host, chunks));
  r.read(0);
  w.tick();
  CHECK(made == 3);
  CHECK(r.readableLength() == 6);
  CHECK(r.read(2)->view() == "xx");
  w.tick();
  CHECK(made == 4);
  r.destroy();
  w.tick();
  CHECK(made == 4);
}

TEST_CASE("Readable::from() that is destroyed in 'data' gives what it had read ahead, as in node",
          "[stream][stream:from]") {
  Kinds w;
  const std::vector<std::string> chunks{"a", "b"};
  auto& r = w.keep(Readable::from(w.host, chunks));
  w.watch(r, "r", "end error close");
  r.on<"data">([&](const Buffer& chunk) {
    w.say("data", chunk.toString());
    r.destroy();
  });
  CHECK(w.end() == "data a, data b, r close");
}
