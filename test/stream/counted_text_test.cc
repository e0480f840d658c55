// Text that counts otherwise than its bytes while it waits, as the writes of a runtime do that
// measures in characters. What is expected is what node v20.20.2 answers for a stream with
// decodeStrings: false.
#include <string>
#include <utility>
#include <vector>

#include "stream/memory_duplex.h"

using uvnet::Buffer;
using uvnet::Callback;
using uvnet::Duplex;
using uvnet::Encoding;
using uvnet::Error;
using uvnet::Host;
using uvnet::StreamOptions;
using uvnet::test::StreamWorld;

namespace {

class Counting final : public Duplex {
 public:
  Counting(Host& host, StreamOptions options, bool batches)
      : Duplex(host, options), batches_(batches) {}
  using Stream::endCounted;
  using Stream::writeCounted;

  std::string out;
  Callback answer;

 private:
  ~Counting() override { abandon(); }
  void doRead(std::size_t) override {}
  void doWrite(Buffer chunk, Callback done) override {
    out += chunk;
    answer = std::move(done);
  }
  void doWritev(std::span<Buffer> chunks, Callback done) override {
    for (const Buffer& chunk : chunks) out += chunk;
    answer = std::move(done);
  }
  bool hasWritev() const noexcept override { return batches_; }

  const bool batches_;
};

}  // namespace

TEST_CASE("text counts as its characters until it has left", "[stream][C14][K27]") {
  const bool batches = GENERATE(false, true);
  CAPTURE(batches);
  StreamWorld w;
  StreamOptions options;
  options.highWaterMark = 8;
  const auto stream = uvnet::make<Counting>(w.host, options, batches);
  int drains = 0;
  stream->on<"drain">([&] { ++drains; });
  CHECK(stream->writeCounted("\u00e9\u00e9\u00e9\u00e9\u00e9", Encoding::utf8, 5));
  CHECK(stream->writableLength() == 5);
  CHECK(stream->write("ab"));
  CHECK_FALSE(stream->writeCounted("6162", Encoding::hex, 4));
  CHECK(stream->writableLength() == 11);
  stream->write("c");
  CHECK(stream->writableLength() == 12);

  // Whatever the way they leave, nothing of the count stays.
  std::vector<std::size_t> lengths;
  while (stream->answer) {
    std::exchange(stream->answer, {})(nullptr);
    w.host.runNoWait();
    lengths.push_back(stream->writableLength());
  }
  CHECK(lengths ==
        (batches ? std::vector<std::size_t>{7, 0} : std::vector<std::size_t>{7, 5, 1, 0}));
  CHECK(drains == 1);
  CHECK(stream->out ==
        "\u00e9\u00e9\u00e9\u00e9\u00e9"
        "ababc");

  stream->endCounted("\u00e9", Encoding::utf8, 1);
  CHECK(stream->writableLength() == 1);
  std::exchange(stream->answer, {})(nullptr);
  CHECK(stream->writableLength() == 0);
  stream->destroy();
  w.host.run();
}

TEST_CASE("a long queue of text that is destroyed gives back what it counted",
          "[stream][C14][K27]") {
  StreamWorld w;
  const auto stream = uvnet::make<Counting>(w.host, StreamOptions{}, false);
  constexpr std::size_t kWrites = 1000;  // so that the queue is compacted on the way
  std::vector<std::size_t> told;
  const auto write = [&](std::size_t i) {
    stream->writeCounted("\u00e9", Encoding::utf8, i % 2 + 1, [&](const Error* error) {
      if (error != nullptr) told.push_back(stream->writableLength());
    });
  };
  for (std::size_t i = 0; i < kWrites; ++i) write(i);
  CHECK(stream->writableLength() == kWrites / 2 * 3);
  for (std::size_t i = 0; i < kWrites - 2; ++i) std::exchange(stream->answer, {})(nullptr);
  CHECK(stream->writableLength() == 3);
  stream->destroy();
  std::exchange(stream->answer, {})(nullptr);
  w.host.run();
  CHECK(told == std::vector<std::size_t>{0});
  CHECK(stream->out.size() == 2 * (kWrites - 1));
}
