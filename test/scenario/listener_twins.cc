// Twins of the scenarios about listeners that come and go, and what they do to the flow.
#include "scenario/support/scenario.h"

namespace uvnet::test {

SCENARIO_TWIN("data-listener-removed-paused") {
  both([&](Transport& t) {
    Server& server = net.createServer([](Socket& peer) {
      peer.end("hello");
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      const ListenerToken listener =
          client.on<"data">([&](const Buffer& d) { trace(o, "never", chunkText(d)); });
      client.pause();
      client.off(listener);
      flow(o, "removed", client);
      after(30, [&] {
        flow(o, "later", client);
        client.on<"data">([&](const Buffer& d) { trace(o, "data", chunkText(d)); });
        flow(o, "listening", client);
        client.resume();
      });
      watch(o, client, "end close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("data-listener-removed") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("one");
      after(50, [&] { peer.write("two"); });
      after(150, [&] { peer.end("three"); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      client.once<"data">([&](const Buffer& d) {
        trace(o, "first", chunkText(d));
        tick([&] { flow(o, "removed", client); });
        after(100, [&] {
          client.on<"data">([&](const Buffer& rest) { trace(o, "second", chunkText(rest)); });
        });
      });
      watch(o, client, "end close");
      client.on<"close">([&] { trace(o, "bytesRead", client.bytesRead()); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("flowing-states") {
  const auto step = [&](std::string_view what, const std::function<void(Socket&)>& f) {
    Socket& s = net.socket();
    f(s);
    flow(what, "once", s);
    tick([this, &s, what] { flow(what, "tick", s); });
  };
  step("01-new", [](Socket&) {});
  step("02-data", [](Socket& s) { s.on<"data">([] {}); });
  step("03-resume", [](Socket& s) { s.resume(); });
  step("04-pause", [](Socket& s) { s.pause(); });
  step("05-pause-data", [](Socket& s) {
    s.pause();
    s.on<"data">([] {});
  });
  step("06-data-pause", [](Socket& s) {
    s.on<"data">([] {});
    s.pause();
  });
  step("07-data-pause-resume", [](Socket& s) {
    s.on<"data">([] {});
    s.pause();
    s.resume();
  });
  step("08-readable", [](Socket& s) { s.on<"readable">([] {}); });
  step("09-readable-resume", [](Socket& s) {
    s.on<"readable">([] {});
    s.resume();
  });
  step("10-data-removed", [](Socket& s) {
    const ListenerToken f = s.on<"data">([] {});
    s.off(f);
  });
  step("11-pipe", [&](Socket& s) { s.pipe(net.socket()); });
}

SCENARIO_TWIN("listeners-during-emit") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("one");
      after(30, [&] { peer.end("two"); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      auto& second = var(ListenerToken());
      client.on<"data">([&] {
        trace(o, "first");
        client.off(second);
        client.once<"data">([&] { trace(o, "added, once"); });
      });
      second = client.on<"data">([&] { trace(o, "second"); });
      client.prependOnceListener<"data">([&] { trace(o, "prepended, once"); });
      client.on<"end">([&] { trace(o, "end, data listeners", client.listenerCount<"data">()); });
      watch(o, client, "close");
      closeAfter(server, 1);
    });
  });
}

}  // namespace uvnet::test
