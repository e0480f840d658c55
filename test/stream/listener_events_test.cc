// What an emitter says of its listeners: 'newListener', 'removeListener', eventNames(), and the
// warning of a leak.
#include "stream/kinds.h"

using uvnet::Error;
using uvnet::Host;
using uvnet::LoopHost;
using uvnet::test::Hooks;
using uvnet::test::Kinds;
using uvnet::test::MadeDuplex;
using uvnet::test::MadePassThrough;
using uvnet::test::MadeReadable;
using uvnet::test::MadeWritable;

namespace {

// A host that collects warnings, on top of a LoopHost.
class WarnedHost final : public Host {
 public:
  uv_loop_s* loop() noexcept override { return inner.loop(); }
  void nextTick(uvnet::Task task) override { inner.nextTick(std::move(task)); }
  void enter() override { inner.enter(); }
  void leave() noexcept override { inner.leave(); }
  void uncaught(std::exception_ptr error) noexcept override { inner.uncaught(error); }
  void warning(std::string_view name, std::string_view message) noexcept override {
    names.emplace_back(name);
    warnings.emplace_back(message);
  }
  std::vector<std::string> take() { return std::exchange(warnings, {}); }

  LoopHost inner;
  std::vector<std::string> names;
  std::vector<std::string> warnings;
};

std::string leak(int count, const std::string& event, const std::string& name, int max) {
  return "Possible EventEmitter memory leak detected. " + std::to_string(count) + " " + event +
         " listeners added to [" + name + "]. MaxListeners is " + std::to_string(max) +
         ". Use emitter.setMaxListeners() to increase limit";
}

using Texts = std::vector<std::string>;

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : " ") + std::string(name);
  return text;
}

}  // namespace

TEST_CASE("'newListener' tells of a listener before it is there",
          "[stream][stream:newListener][stream:prependListener][stream:listenerCount]") {
  Kinds w;
  auto& d = w.duplex();
  d.on<"newListener">([&](std::string_view name) {
    w.say("new", name, d.listenerCount<"drain">(), d.listenerCount<"newListener">());
  });
  d.on<"drain">([] {});
  d.once<"close">([] {});
  d.prependListener<"end">([] {});
  d.on<"newListener">([&] { w.say("second"); });
  d.on<"removeListener">([] {});
  CHECK(w.said() ==
        "new drain 0 1, new close 1 1, new end 1 1, new newListener 1 1, new removeListener 1 2, "
        "second");
}

TEST_CASE("a listener that 'newListener' adds goes before the one it tells of",
          "[stream][stream:newListener]") {
  Kinds w;
  auto& d = w.duplex();
  d.once<"newListener">([&] { d.on<"drain">([&] { w.say("inner"); }); });
  d.on<"drain">([&] { w.say("outer"); });
  d.emit<"drain">();
  CHECK(w.said() == "inner, outer");
}

TEST_CASE("what a 'newListener' listener throws keeps the listener out",
          "[stream][stream:newListener]") {
  Kinds w;
  auto& d = w.duplex();
  d.on<"newListener">([] { throw Error("t"); });
  CHECK_THROWS_AS(d.on<"drain">([] {}), Error);
  CHECK(d.listenerCount<"drain">() == 0);
}

TEST_CASE("'removeListener' tells of a listener that has gone, of a once one before its call",
          "[stream][stream:removeListener][stream:off]") {
  Kinds w;
  auto& d = w.duplex();
  d.on<"removeListener">([&](std::string_view name) {
    w.say("rm", name, d.listenerCount<"drain">(), d.listenerCount<"close">());
  });
  const auto token = d.on<"drain">([] {});
  d.once<"close">([&] { w.say("close"); });
  CHECK(d.off(token));
  d.emit<"close">(false);
  CHECK_FALSE(d.off(token));
  // As documented, and as node's own EventEmitter; a stream of Node 20 is silent about the last
  // listener of an event.
  CHECK(w.said() == "rm drain 0 1, rm close 0 0, close");
}

TEST_CASE("a 'removeListener' listener does not hear of itself",
          "[stream][stream:removeListener]") {
  Kinds w;
  auto& d = w.duplex();
  const auto token = d.on<"removeListener">([&] { w.say("first"); });
  d.on<"removeListener">([&](std::string_view name) { w.say("second", name); });
  d.off(token);
  CHECK(w.said() == "second removeListener");
}

TEST_CASE("removeAllListeners() tells 'removeListener' of each, the last added first",
          "[stream][stream:removeListener][stream:removeAllListeners]") {
  Kinds w;
  auto& d = w.duplex();
  std::string order;
  d.on<"removeListener">([&](std::string_view name) { w.say("rm", name); });
  d.on<"drain">([] {});
  d.on<"drain">([] {});
  d.on<"end">([] {});
  d.removeAllListeners<"drain">();
  CHECK(w.said() == "rm drain, rm drain");
  CHECK(d.listenerCount<"drain">() == 0);
  d.on<"close">([] {});
  d.removeAllListeners();
  CHECK(w.said() == "rm end, rm close");
  CHECK(d.eventNames().empty());
}

TEST_CASE("removeAllListeners() of 'removeListener' tells those that are still there",
          "[stream][stream:removeListener][stream:removeAllListeners]") {
  Kinds w;
  auto& d = w.duplex();
  d.on<"removeListener">([&](std::string_view name) { w.say("rm", name); });
  d.on<"removeListener">([&](std::string_view name) { w.say("rm2", name); });
  d.removeAllListeners<"removeListener">();
  CHECK(w.said() == "rm removeListener");
  CHECK(d.eventNames().empty());
}

TEST_CASE("removeAllListeners() of 'data' lets the stream flow on, to nobody",
          "[stream][stream:removeAllListeners][stream:data]") {
  Kinds w;
  auto& d = w.duplex();
  d.on<"data">([&] { w.say("data"); });
  CHECK(d.readableFlowing() == true);
  d.removeAllListeners<"data">();
  CHECK(d.readableFlowing() == true);
  CHECK(d.listenerCount<"data">() == 0);
  d.push("x");
  CHECK(w.end().empty());
  CHECK(d.readableLength() == 0);
}

TEST_CASE("eventNames() gives Node's order, of each kind of stream",
          "[stream][stream:eventNames]") {
  Kinds w;
  const auto f = [] {};
  auto& d = w.duplex();
  d.on<"pipe">(f);
  d.on<"end">(f);
  d.on<"drain">(f);
  d.on<"error">(f);
  d.on<"close">(f);
  d.on<"readable">(f);
  d.on<"data">(f);
  d.on<"finish">(f);
  d.on<"prefinish">(f);
  d.on<"pause">(f);
  CHECK(joined(d.eventNames()) ==
        "close error prefinish finish drain data end readable pipe pause");
  auto& r = w.readable();
  r.on<"pause">(f);
  r.on<"readable">(f);
  r.on<"end">(f);
  r.on<"data">(f);
  r.on<"error">(f);
  r.on<"close">(f);
  CHECK(joined(r.eventNames()) == "close error data end readable pause");
  auto& s = w.writable();
  s.on<"pipe">(f);
  s.on<"drain">(f);
  s.on<"finish">(f);
  s.on<"prefinish">(f);
  s.on<"error">(f);
  s.on<"close">(f);
  CHECK(joined(s.eventNames()) == "close error prefinish finish drain pipe");
}

TEST_CASE("an eleventh listener of an event is warned of once",
          "[stream][stream:setMaxListeners]") {
  WarnedHost host;
  {
    const auto d = uvnet::make<MadeDuplex>(host, uvnet::StreamOptions{}, Hooks{});
    CHECK(d->getMaxListeners() == 10);
    for (int i = 0; i < 10; ++i) d->on<"drain">([] {});
    for (int i = 0; i < 10; ++i) d->on<"close">([] {});
    CHECK(host.warnings.empty());
    d->on<"drain">([] {});
    CHECK(host.take() == Texts{leak(11, "drain", "Duplex", 10)});
    CHECK(host.names == Texts{"MaxListenersExceededWarning"});
    d->on<"drain">([] {});
    CHECK(host.warnings.empty());
    for (int i = 0; i < 11; ++i) d->on<"end">([] {});
    CHECK(host.take() == Texts{leak(11, "end", "Duplex", 10)});
  }
  CHECK(uvnet::test::livingStreams == 0);
}

TEST_CASE("setMaxListeners() sets how many listeners are no leak, 0 allows any number",
          "[stream][stream:setMaxListeners]") {
  WarnedHost host;
  const auto d = uvnet::make<MadeDuplex>(host, uvnet::StreamOptions{}, Hooks{});
  d->setMaxListeners(1);
  CHECK(d->getMaxListeners() == 1);
  d->on<"drain">([] {});
  d->on<"drain">([] {});
  CHECK(host.take() == Texts{leak(2, "drain", "Duplex", 1)});
  d->setMaxListeners(0);
  for (int i = 0; i < 30; ++i) d->on<"end">([] {});
  CHECK(host.warnings.empty());

  d->setMaxListeners(2);
  d->prependListener<"close">([] {});
  d->once<"close">([] {});
  d->prependOnceListener<"close">([] {});
  CHECK(host.take() == Texts{leak(3, "close", "Duplex", 2)});
}

TEST_CASE("an event that lost listeners is warned of anew", "[stream][stream:setMaxListeners]") {
  WarnedHost host;
  const auto d = uvnet::make<MadeDuplex>(host, uvnet::StreamOptions{}, Hooks{});
  d->setMaxListeners(1);
  d->on<"drain">([] {});
  d->on<"drain">([] {});
  CHECK(host.take().size() == 1);
  d->removeAllListeners<"drain">();
  const auto token = d->on<"drain">([] {});
  d->on<"drain">([] {});
  CHECK(host.take() == Texts{leak(2, "drain", "Duplex", 1)});
  // Node keeps its mark with the array of listeners, which is gone once one is left.
  d->off(token);
  d->on<"drain">([] {});
  CHECK(host.take() == Texts{leak(2, "drain", "Duplex", 1)});
}

TEST_CASE("a warning names the class", "[stream][stream:setMaxListeners]") {
  WarnedHost host;
  const auto warnedOf = [&](auto stream) {
    stream->setMaxListeners(1);
    stream->template on<"close">([] {});
    stream->template on<"close">([] {});
    return host.take();
  };
  CHECK(warnedOf(uvnet::make<MadeReadable>(host, uvnet::StreamOptions{}, Hooks{})) ==
        Texts{leak(2, "close", "Readable", 1)});
  CHECK(warnedOf(uvnet::make<MadeWritable>(host, uvnet::StreamOptions{}, Hooks{})) ==
        Texts{leak(2, "close", "Writable", 1)});
  CHECK(warnedOf(uvnet::make<MadePassThrough>(host, uvnet::StreamOptions{}, Hooks{})) ==
        Texts{leak(2, "close", "PassThrough", 1)});
}

TEST_CASE("prependOnceListener() goes first and once",
          "[stream][stream:prependListener][stream:once]") {
  Kinds w;
  auto& d = w.duplex();
  d.on<"drain">([&] { w.say("a"); });
  d.prependOnceListener<"drain">([&] { w.say("b"); });
  d.prependListener<"drain">([&] { w.say("c"); });
  d.emit<"drain">();
  d.emit<"drain">();
  CHECK(w.said() == "c, b, a, c, a");
}
