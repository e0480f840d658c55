// The last Ref is dropped in whatever a call runs: listeners, callbacks, hooks. The product of all
// calls that come back to the user before they return, for a stream that nobody else holds. Each
// call ends with the object gone, once, and ASan sees who looks at it afterwards.
#include <fmt/format.h>
#include <uvnet/duplex.h>
#include <uvnet/host.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;

namespace {

// A Duplex that does at once whatever it is asked for, and can be dropped in every hook.
class Mortal final : public Duplex {
 public:
  explicit Mortal(Host& host, StreamOptions options = {}) : Duplex(host, options) { ++living; }
  using Stream::abandon;
  using Stream::errorOrDestroy;
  using Stream::push;
  using Stream::undestroy;

  std::function<void(Mortal&, std::string_view hook)> inHook = [](Mortal&, std::string_view) {};
  bool answersLate = false;
  Callback held;

  static inline int living = 0;

 protected:
  ~Mortal() override { --living; }
  void doRead(std::size_t) override {
    if (!std::exchange(pushed_, true)) push(std::string_view("abcdef"));
    inHook(*this, "read");
  }
  void doWrite(Buffer, Callback done) override {
    inHook(*this, "write");
    if (answersLate) {
      held = std::move(done);
    } else {
      done(nullptr);
    }
  }
  bool keepsOwnCallbacks() const noexcept override { return true; }
  void doFinal(Callback done) override {
    inHook(*this, "final");
    done(nullptr);
  }
  bool hasFinal() const noexcept override { return true; }
  void doDestroy(const Error* error, Callback done) override {
    inHook(*this, "destroy");
    done(error);
  }
  void beforeRead() override { inHook(*this, "beforeRead"); }
  void beforePause() override { inHook(*this, "beforePause"); }
  void beforeResume() override { inHook(*this, "beforeResume"); }

 private:
  bool pushed_ = false;
};

class Sink final : public Duplex {
 public:
  explicit Sink(Host& host) : Duplex(host, StreamOptions{}) {}
  void doWrite(Buffer, Callback done) override { done(nullptr); }
};

class LastRef {
 public:
  // Makes a stream with listeners that drop it; once the call is over it must be gone.
  explicit LastRef(StreamOptions options = {}) { ref = make<Mortal>(host, std::move(options)); }

  // As a listener or hook: the first one drops.
  void drop() {
    if (!ref) return;
    ++dropped;
    ref.reset();
    CHECK(Mortal::living == 1);  // the call is still under way
  }
  void dropIn(std::string_view hook) {
    ref->inHook = [this, hook](Mortal&, std::string_view now) {
      if (now == hook) drop();
    };
  }
  ~LastRef() {
    CHECK(dropped == 1);
    // What waits on a tick may still hold it.
    test::turn(host, 3);
    CHECK(Mortal::living == 0);
  }

  LoopHost host;
  Ref<Mortal> ref;
  int dropped = 0;
};

const Encoding kEncodings[] = {Encoding::utf8, Encoding::utf16le, Encoding::base64, Encoding::hex};

}  // namespace

TEST_CASE("a stream may go in the 'pause' listener of its pause()", "[stream][lastref]") {
  LastRef last;
  last.ref->on<"pause">([&] { last.drop(); });
  last.ref->pause();
}

TEST_CASE("a stream may go in a 'data' listener of read(), with any encoding",
          "[stream][lastref]") {
  for (const Encoding encoding : kEncodings) {
    for (const std::int64_t size : {-1, 1, 2, 6}) {
      INFO(fmt::format("{} bytes", size));
      LastRef last({.encoding = encoding});
      last.ref->pause();
      last.ref->push(std::string_view("abcdef"));
      last.ref->on<"data">([&] { last.drop(); });
      if (size < 0) {
        last.ref->read();
      } else {
        last.ref->read(size);
      }
    }
  }
}

TEST_CASE("a stream may go in a 'data' listener of push(), flowing, with any encoding",
          "[stream][lastref]") {
  for (const Encoding encoding : kEncodings) {
    LastRef last({.encoding = encoding});
    bool armed = false;
    last.ref->on<"data">([&] {
      if (armed) last.drop();
    });
    last.host.runNoWait();  // it flows from here on
    armed = true;
    last.ref->push(std::string_view("more than one character"));
  }
}

TEST_CASE("a stream may go in a 'data' listener of unshift(), flowing", "[stream][lastref]") {
  LastRef last;
  bool armed = false;
  last.ref->on<"data">([&] {
    if (armed) last.drop();
  });
  last.host.runNoWait();
  armed = true;
  last.ref->unshift("back");
}

TEST_CASE("a stream may go in the 'readable' listener of its end", "[stream][lastref]") {
  LastRef last;
  last.ref->on<"readable">([&] { last.drop(); });
  last.ref->push(nullptr);
  last.host.runNoWait();
}

TEST_CASE("a stream may go in every hook of the call that runs it", "[stream][lastref]") {
  struct Cell {
    const char* hook;
    void (*call)(Mortal&);
  };
  const Cell cells[] = {
      {"read", [](Mortal& s) { s.read(); }},
      {"read", [](Mortal& s) { s.read(0); }},
      {"read", [](Mortal& s) { s.read(3); }},
      {"beforeRead", [](Mortal& s) { s.read(); }},
      {"beforePause", [](Mortal& s) { s.pause(); }},
      {"beforeResume", [](Mortal& s) { s.resume(); }},
      {"beforeResume", [](Mortal& s) { s.on<"data">([] {}); }},
      {"write", [](Mortal& s) { s.write("a"); }},
      {"write", [](Mortal& s) { s.write("a", Encoding::hex); }},
      {"write", [](Mortal& s) { s.write("a", [](const Error*) {}); }},
      {"write", [](Mortal& s) { s.write(Buffer::copyOf("a")); }},
      {"write", [](Mortal& s) { s.end("a"); }},
      {"write", [](Mortal& s) { s.end("a", Encoding::latin1, [](const Error*) {}); }},
      {"write",
       [](Mortal& s) {
         s.cork();
         s.write("a");
         s.write("b");
         s.uncork();
       }},
      {"final", [](Mortal& s) { s.end(); }},
      {"final", [](Mortal& s) { s.end([](const Error*) {}); }},
      {"destroy", [](Mortal& s) { s.destroy(); }},
      {"destroy", [](Mortal& s) { s.destroy(Error("asked for")); }},
      {"destroy", [](Mortal& s) { s.errorOrDestroy(Error("asked for")); }},
      {"destroy",
       [](Mortal& s) {
         s.end();
         s.write("after the end");
       }},
  };
  for (const Cell& cell : cells) {
    for (const bool late : {false, true}) {
      INFO(cell.hook << " " << (&cell - cells) << (late ? ", answered late" : ""));
      LastRef last;
      last.host.onUncaught([](std::exception_ptr) {});
      last.ref->answersLate = late;
      last.dropIn(cell.hook);
      CallGuard guard(*last.ref);  // several calls in one cell
      Mortal& stream = *last.ref;
      cell.call(stream);
    }
  }
}

TEST_CASE("a stream may go in the 'error' listener of a stream that does not destroy itself",
          "[stream][lastref]") {
  LastRef last({.autoDestroy = false});
  last.ref->on<"error">([&] { last.drop(); });
  last.ref->errorOrDestroy(Error("asked for"));
}

TEST_CASE("a stream may go in 'prefinish', and in the answer to a write", "[stream][lastref]") {
  LastRef last;
  last.ref->answersLate = true;
  last.ref->on<"prefinish">([&] { last.drop(); });
  last.ref->end("x");
  Callback held = std::move(last.ref->held);
  held(nullptr);
  test::turn(last.host, 3);
}

TEST_CASE("a stream may go in 'newListener' and 'removeListener'", "[stream][lastref]") {
  SECTION("newListener") {
    LastRef last;
    last.ref->on<"newListener">([&] { last.drop(); });
    last.ref->on<"data">([] {});
  }
  SECTION("newListener of once, prepended") {
    LastRef last;
    last.ref->on<"newListener">([&] { last.drop(); });
    last.ref->prependOnceListener<"readable">([] {});
  }
  SECTION("removeListener") {
    LastRef last;
    const ListenerToken token = last.ref->on<"data">([] {});
    last.ref->on<"removeListener">([&] { last.drop(); });
    last.ref->off(token);
  }
  SECTION("removeListener of one event") {
    LastRef last;
    last.ref->on<"readable">([] {});
    last.ref->on<"readable">([] {});
    last.ref->on<"removeListener">([&] { last.drop(); });
    last.ref->removeAllListeners<"readable">();
  }
  SECTION("removeListener of all") {
    LastRef last;
    last.ref->on<"data">([] {});
    last.ref->on<"end">([] {});
    last.ref->on<"removeListener">([&] { last.drop(); });
    last.ref->removeAllListeners();
  }
  SECTION("removeListener of a listener that is removed before its call") {
    LastRef last;
    last.ref->once<"end">([] {});
    last.ref->on<"removeListener">([&] { last.drop(); });
    last.ref->emit<"end">();
  }
}

TEST_CASE("a stream may go with the listener that holds its last Ref", "[stream][lastref]") {
  LoopHost host;
  Ref<Mortal> ref = make<Mortal>(host);
  Mortal& stream = *ref;
  stream.on<"end">([held = std::move(ref)] {});
  CHECK(Mortal::living == 1);
  stream.removeAllListeners();
  test::turn(host, 3);  // what looks whether 'readable' is still heard
  CHECK(Mortal::living == 0);
}

TEST_CASE("either end of a pipe may go in 'pipe', 'unpipe' and 'pause' of the other",
          "[stream][lastref]") {
  SECTION("the source in the destination's 'pipe'") {
    LastRef last;
    const Ref<Sink> sink = make<Sink>(last.host);
    sink->on<"pipe">([&] { last.drop(); });
    last.ref->pipe(*sink);
  }
  SECTION("the source in 'unpipe' of unpipe()") {
    LastRef last;
    const Ref<Sink> sink = make<Sink>(last.host);
    sink->on<"unpipe">([&] { last.drop(); });
    last.ref->pipe(*sink);
    last.ref->unpipe();
  }
  SECTION("the source in 'unpipe' of unpipe(destination)") {
    LastRef last;
    const Ref<Sink> sink = make<Sink>(last.host);
    sink->on<"unpipe">([&] { last.drop(); });
    last.ref->pipe(*sink);
    last.ref->unpipe(*sink);
  }
  SECTION("the source in 'unpipe' because the destination has closed") {
    LastRef last;
    const Ref<Sink> sink = make<Sink>(last.host);
    sink->on<"unpipe">([&] { last.drop(); });
    last.ref->pipe(*sink);
    sink->destroy();
    test::turn(last.host, 3);
  }
  SECTION("the source in its own 'pause' because the pipe goes") {
    LastRef last;
    const Ref<Sink> sink = make<Sink>(last.host);
    last.ref->on<"pause">([&] { last.drop(); });
    last.ref->pipe(*sink);
    test::turn(last.host, 3);
    last.ref->unpipe(*sink);
  }
}

namespace {

// Emits to whoever is given before it is complete.
class Early final : public Duplex {
 public:
  Early(Host& host, const std::function<void(Early&)>& listener, int& living)
      : Duplex(host, StreamOptions{}), living_(living) {
    ++living_;
    on<"end">([&] { listener(*this); });
    emit<"end">();
    pause();
    destroy();
  }
  int value = 7;

 protected:
  ~Early() override { --living_; }

 private:
  int& living_;
};

}  // namespace

TEST_CASE("a constructor that emits does not free what it makes", "[stream][lastref]") {
  LoopHost host;
  int living = 0;
  {
    const Ref<Early> ref = make<Early>(
        host, [](Early&) {}, living);
    CHECK(living == 1);
    CHECK(ref->value == 7);
  }
  test::turn(host, 3);
  CHECK(living == 0);
}

TEST_CASE("a Ref that is taken and dropped in a constructor frees nothing", "[stream][lastref]") {
  LoopHost host;
  int living = 0;
  {
    const Ref<Early> ref = make<Early>(
        host, [](Early& early) { Ref<Stream>(&early).reset(); }, living);
    CHECK(living == 1);
  }
  test::turn(host, 3);
  CHECK(living == 0);
}

TEST_CASE("a Ref that is taken and dropped in a destructor frees nothing twice",
          "[stream][lastref]") {
  struct AtTheEnd {
    std::function<void()> f;
    AtTheEnd(AtTheEnd&& other) noexcept : f(std::exchange(other.f, nullptr)) {}
    explicit AtTheEnd(std::function<void()> given) : f(std::move(given)) {}
    ~AtTheEnd() {
      if (f) f();
    }
  };
  LoopHost host;
  Ref<Mortal> ref = make<Mortal>(host);
  int calls = 0;
  Stream* const stream = ref.get();
  ref->on<"end">([at = AtTheEnd([&] {
                    ++calls;
                    Ref<Stream>(stream).reset();
                  })] {});
  ref.reset();
  CHECK(calls == 1);
  CHECK(Mortal::living == 0);
}
