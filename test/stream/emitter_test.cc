// Emitter and its typed shell: order, removal while emitting, once, tokens, exceptions.
#include <uvnet/emitter.h>
#include <utility>

#include <stdexcept>
#include <string>
#include <vector>

#include "stream/memory_duplex.h"

using uvnet::Error;
using uvnet::ListenerToken;
using uvnet::Ref;
using uvnet::test::Lines;
using uvnet::test::MemoryDuplex;
using uvnet::test::StreamWorld;

TEST_CASE("listeners run in order, prepended ones first, once ones once",
          "[stream][stream:emitter][stream:once][stream:prependListener][K06]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.on<"drain">(w.saying("1"));
  e.once<"drain">(w.saying("2"));
  e.prependListener<"drain">(w.saying("0"));
  e.prependOnceListener<"drain">(w.saying("-1"));
  w.say(e.emit<"drain">());
  w.say(e.emit<"drain">());
  w.say(e.listenerCount<"drain">());
  e.removeAllListeners<"drain">();
  w.say(e.emit<"drain">());
  CHECK(w.lines() == Lines{"-1", "0", "1", "2", "true", "0", "1", "true", "2", "false"});
}

TEST_CASE("a listener removed while its event is emitted still gets this one",
          "[stream][stream:emitter]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  ListenerToken second;
  e.on<"drain">([&] {
    w.say("a");
    e.off(second);
  });
  second = e.on<"drain">(w.saying("b"));
  e.emit<"drain">();
  w.say("-");
  e.emit<"drain">();
  CHECK(w.lines() == Lines{"a", "b", "-", "a"});
}

TEST_CASE("a listener added while its event is emitted gets the next one",
          "[stream][stream:emitter]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.on<"drain">([&] {
    w.say("a");
    e.on<"drain">(w.saying("new"));
  });
  e.emit<"drain">();
  w.say("-");
  e.emit<"drain">();
  CHECK(w.lines() == Lines{"a", "-", "a", "new"});
}

TEST_CASE("a listener that removes itself by its token runs once",
          "[stream][stream:emitter][stream:once]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  ListenerToken own;
  own = e.on<"drain">([&] {
    w.say("own");
    CHECK(e.off(own));
    CHECK_FALSE(e.off(own));
  });
  e.on<"drain">(w.saying("other"));
  e.emit<"drain">();
  e.emit<"drain">();
  CHECK(w.lines() == Lines{"own", "other", "other"});
}

TEST_CASE("removing all listeners while emitting still calls those behind",
          "[stream][stream:emitter][stream:removeAllListeners]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.on<"drain">([&] {
    w.say("a");
    e.removeAllListeners<"drain">();
  });
  e.on<"drain">(w.saying("b"));
  e.emit<"drain">();
  w.say(e.listenerCount<"drain">());
  CHECK(w.lines() == Lines{"a", "b", "0"});
}

TEST_CASE("a once listener is used up by an emit inside it",
          "[stream][stream:emitter][stream:once]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.once<"drain">([&] {
    w.say("once");
    e.emit<"drain">();
  });
  e.on<"drain">(w.saying("on"));
  e.emit<"drain">();
  CHECK(w.lines() == Lines{"once", "on", "on"});
}

TEST_CASE("a once listener is not called twice when an earlier listener emits again",
          "[stream][stream:emitter][stream:once]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  bool again = true;
  e.on<"drain">([&] {
    w.say("on");
    if (std::exchange(again, false)) e.emit<"drain">();
  });
  e.once<"drain">(w.saying("once"));
  e.emit<"drain">();
  CHECK(w.lines() == Lines{"on", "on", "once"});
}

TEST_CASE("an exception leaves emit() and skips the listeners behind", "[stream][stream:emitter]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.on<"drain">([] { throw std::runtime_error("x"); });
  e.on<"drain">(w.saying("second"));
  CHECK_THROWS_WITH(e.emit<"drain">(), "x");
  CHECK(w.lines().empty());
  CHECK(e.listenerCount<"drain">() == 2);
}

TEST_CASE("a once listener that throws is gone", "[stream][stream:emitter][stream:once]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.once<"drain">([] { throw std::runtime_error("x"); });
  CHECK_THROWS_WITH(e.emit<"drain">(), "x");
  CHECK(e.listenerCount<"drain">() == 0);
  CHECK_FALSE(e.emit<"drain">());
}

TEST_CASE("off() names one of two equal listeners and is harmless afterwards",
          "[stream][stream:emitter][stream:off]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  const auto same = w.saying("same");
  const ListenerToken first = e.on<"drain">(same);
  const ListenerToken second = e.on<"drain">(same);
  CHECK(e.off(second));
  CHECK(e.listenerCount<"drain">() == 1);
  CHECK_FALSE(e.off(second));
  CHECK_FALSE(e.off(ListenerToken{}));
  CHECK(e.off(first));
  CHECK_FALSE(e.emit<"drain">());
}

TEST_CASE("removeAllListeners() removes those of every event",
          "[stream][stream:emitter][stream:removeAllListeners]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.on<"drain">(w.saying("drain"));
  e.on<"close">(w.saying("close"));
  e.removeAllListeners();
  CHECK_FALSE(e.emit<"drain">());
  CHECK_FALSE(e.emit<"close">(false));
  CHECK(w.lines().empty());
}

TEST_CASE("more listeners than fit on the stack all run, in order", "[stream][stream:emitter]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  Lines expected;
  for (int i = 0; i < 30; ++i) {
    e.on<"drain">(w.saying(std::to_string(i)));
    expected.push_back(std::to_string(i));
  }
  e.emit<"drain">();
  CHECK(w.lines() == expected);
}

TEST_CASE("a listener takes all that the event carries, or nothing", "[stream][stream:emitter]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  e.on<"close">([&](bool hadError) { w.say(hadError); });
  e.on<"close">([&] { w.say("nothing"); });
  e.emit<"close">(true);
  CHECK(w.lines() == Lines{"true", "nothing"});
}

TEST_CASE("an 'error' that nobody hears goes to the host, not out of emit()",
          "[stream][stream:emitter][stream:unhandledError]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  w.say(e.emit<"error">(Error("lost")));
  CHECK(w.lines() == Lines{"uncaught lost", "false"});
}

TEST_CASE("the last Ref dropped inside a listener leaves the others their call",
          "[stream][stream:emitter]") {
  StreamWorld w;
  Ref<MemoryDuplex> e = uvnet::make<MemoryDuplex>(w.host);
  MemoryDuplex* const raw = e.get();
  e->on<"drain">([&] { e.reset(); });
  e->on<"drain">(w.saying("second"));
  raw->emit<"drain">();
  CHECK(w.lines() == Lines{"second"});
  CHECK(MemoryDuplex::living == 0);
}

TEST_CASE("what a listener owned may call back while the listener is removed",
          "[stream][stream:emitter]") {
  StreamWorld w;
  MemoryDuplex& e = w.make();
  struct Calls {
    StreamWorld* world;
    MemoryDuplex* emitter;
    Calls(StreamWorld* to, MemoryDuplex* of) : world(to), emitter(of) {}
    Calls(Calls&& other) noexcept
        : world(std::exchange(other.world, nullptr)), emitter(other.emitter) {}
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;
    ~Calls() {
      if (world == nullptr) return;
      world->say("gone");
      emitter->emit<"drain">();
    }
  };
  const ListenerToken token = e.on<"close">([calls = Calls(&w, &e)] {});
  e.on<"drain">(w.saying("drain"));
  CHECK(e.off(token));
  CHECK(w.lines() == Lines{"gone", "drain"});
}
