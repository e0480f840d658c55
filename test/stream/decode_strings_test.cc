// decodeStrings: false: a stream that encodes text itself.
#include <uvnet/net.h>
#include <uvnet/writable.h>

#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

namespace uvnet {
namespace {

class Typist final : public Writable {
 public:
  Typist(Host& host, StreamOptions options) : Writable(host, std::move(options)) {}
  std::vector<std::string> got;
  Callback waiting;

 private:
  void doWrite(Buffer chunk, Callback done) override {
    got.push_back("bytes " + chunk.toString());
    waiting = std::move(done);
  }
  void doWriteText(Buffer text, Encoding encoding, Callback done) override {
    got.push_back(std::string(encoding.name()) + " " + text.toString());
    waiting = std::move(done);
  }
  bool keepsOwnCallbacks() const noexcept override { return true; }
};

void answerAll(LoopHost& host, Typist& typist) {
  while (typist.waiting) {
    std::exchange(typist.waiting, {})(nullptr);
    host.run();
  }
}

TEST_CASE("decodeStrings: false hands text on with its encoding, bytes as bytes, in order",
          "[stream:write]") {
  LoopHost host;
  const Ref<Typist> typist = make<Typist>(host, StreamOptions{.decodeStrings = false});
  int finished = 0;
  typist->on<"finish">([&] { ++finished; });
  typist->write("6869", "hex");
  typist->write(Buffer::literal("raw"));
  typist->write("plain");
  typist->end("aGk=", "base64");
  CHECK(typist->writableLength() == 4 + 3 + 5 + 4);
  answerAll(host, *typist);
  CHECK(typist->got ==
        std::vector<std::string>{"hex 6869", "bytes raw", "utf8 plain", "base64 aGk="});
  CHECK(finished == 1);
  CHECK(typist->writableLength() == 0);
}

TEST_CASE("decodeStrings: true, the default, encodes text before the source sees it",
          "[stream:write]") {
  LoopHost host;
  const Ref<Typist> typist = make<Typist>(host, StreamOptions{});
  typist->write("6869", "hex");
  typist->end("plain");
  answerAll(host, *typist);
  CHECK(typist->got == std::vector<std::string>{"bytes hi", "bytes plain"});
}

}  // namespace
}  // namespace uvnet
