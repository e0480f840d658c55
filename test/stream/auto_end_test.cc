// What a stream does of itself can be met on the way: a runtime whose users override end() or
// destroy() puts itself in front of them with autoEnd() and autoDestroy().
#include <string>

#include "stream/memory_duplex.h"

using uvnet::Callback;
using uvnet::Duplex;
using uvnet::Error;
using uvnet::Host;
using uvnet::StreamOptions;
using uvnet::test::Lines;
using uvnet::test::StreamWorld;

namespace {

class Asked final : public Duplex {
 public:
  Asked(Host& host, StreamOptions options, Lines& lines) : Duplex(host, options), lines_(lines) {
    for (const char* name : {"end", "finish", "close"}) watch(name);
  }
  using Stream::pushEnd;
  bool passOn = true;

 private:
  ~Asked() override { abandon(); }
  void watch(const std::string& name) {
    const auto note = [this, name] { lines_.push_back(name); };
    if (name == "end") on<"end">(note);
    if (name == "finish") on<"finish">(note);
    if (name == "close") on<"close">(note);
  }
  void doRead(std::size_t) override {}
  void doWrite(uvnet::Buffer, Callback done) override { done(nullptr); }
  void autoEnd() override {
    lines_.emplace_back("autoEnd");
    if (passOn) Duplex::autoEnd();
  }
  void autoDestroy() override {
    lines_.emplace_back("autoDestroy");
    if (passOn) Duplex::autoDestroy();
  }

  Lines& lines_;
};

StreamOptions notHalfOpen() {
  StreamOptions options;
  options.allowHalfOpen = false;
  return options;
}

}  // namespace

TEST_CASE("the stream's own end() and destroy() go through autoEnd() and autoDestroy(), once each",
          "[stream][stream:allowHalfOpen][V10]") {
  StreamWorld w;
  const auto asked = uvnet::make<Asked>(w.host, notHalfOpen(), w.log);
  asked->resume();
  asked->pushEnd();
  w.tick();
  CHECK(w.lines() == Lines{"end", "autoEnd", "finish", "autoDestroy", "close"});
  CHECK(asked->destroyed());
}

TEST_CASE("what autoEnd() and autoDestroy() keep back is left to the user",
          "[stream][stream:allowHalfOpen][V10]") {
  StreamWorld w;
  const auto asked = uvnet::make<Asked>(w.host, notHalfOpen(), w.log);
  asked->passOn = false;
  asked->resume();
  asked->pushEnd();
  w.tick();
  CHECK(w.lines() == Lines{"end", "autoEnd"});
  CHECK(asked->writable());
  asked->end();
  w.tick();
  CHECK(w.lines() == Lines{"finish", "autoDestroy"});
  CHECK_FALSE(asked->destroyed());
  asked->destroy();
  w.tick();
  CHECK(w.lines() == Lines{"close"});
}

TEST_CASE("end() and destroy() of the user's do not ask autoEnd() or autoDestroy()", "[stream]") {
  StreamWorld w;
  const auto asked = uvnet::make<Asked>(w.host, StreamOptions{}, w.log);
  asked->end();
  asked->destroy();
  w.tick();
  CHECK(w.lines() == Lines{"close"});
}
