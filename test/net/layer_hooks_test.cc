// What a hook of a layer may do: anything. Each hook with each deed, over both transports: the
// socket tells what it owes exactly once, the layer nothing after closing(), and nothing is left.
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/support/layers.h"
#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::Ref;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::runToEnd;
using uvnet::test::ScriptedLayer;
using uvnet::test::Transport;
using uvnet::test::turn;

namespace {

enum class Hook { kStart, kReceived, kReceivedEnd, kWanted, kWrite, kSent, kEnd, kClosing };
constexpr Hook kHooks[] = {Hook::kStart, Hook::kReceived, Hook::kReceivedEnd, Hook::kWanted,
                           Hook::kWrite, Hook::kSent,     Hook::kEnd,         Hook::kClosing};
const char* const kHookNames[] = {"start", "received", "receivedEnd", "wanted",
                                  "write", "sent",     "end",         "closing"};

const std::string kTooMuch(8000000, 'm');

// A client with a layer and its peer, and one hook that does something once.
struct Cell {
  Cell(Transport transport, Hook inHook, std::function<void(Cell&)> inDeed)
      : listening(world, transport), hook(inHook), deed(std::move(inDeed)) {
    world.host.onUncaught([this](std::exception_ptr) { ++uncaught; });
    listening->once<"connection">([this](Socket& socket) {
      peer = &world.watch(socket);
      peer->on<"error">([] {});
      peer->on<"close">([this] { peer = nullptr; });
    });
    ConnectOptions options;
    options.highWaterMark = 16384;
    client = &world.net().connect(listening.to(options));
    client->on<"error">([this](const Error& error) { errors.push_back(describe(error)); });
    client->on<"close">([this] {
      ++closes;
      client = nullptr;
    });
    client->on<"data">([this](const Buffer& chunk) { data += chunk.size(); });
    bool ready = false;
    client->once<"ready">([&] { ready = true; });
    world.until([&] { return ready && peer != nullptr; });
  }

  void act() {
    if (std::exchange(acted, true)) return;
    deed(*this);
  }

  // Makes the hook come.
  void reach() {
    auto owned = std::make_unique<ScriptedLayer>();
    layer = owned.get();
    hooks = layer->hooks;
    const auto acts = [this] { act(); };
    if (hook == Hook::kStart) layer->onStart = acts;
    if (hook == Hook::kClosing) layer->onClosing = acts;
    if (hook == Hook::kWanted) layer->onWanted = acts;
    if (hook == Hook::kSent) layer->onSent = acts;
    if (hook == Hook::kEnd) {
      layer->onEnd = [this] {
        act();
        if (client != nullptr && !client->destroyed()) layer->sendEnd();
      };
    }
    if (hook == Hook::kReceivedEnd) layer->onReceivedEnd = [this](const Error*) { act(); };
    if (hook == Hook::kReceived) {
      layer->onReceived = [this](Buffer&& bytes) {
        ScriptedLayer& self = *layer;
        act();
        self.deliver(std::move(bytes));
      };
    }
    if (hook == Hook::kWrite) {
      layer->onWrite = [this](std::string_view bytes) {
        ScriptedLayer& self = *layer;
        act();
        self.send(bytes);
        return bytes.size();
      };
    }
    client->putLayer(std::move(owned));
    if (client == nullptr || client->destroyed()) return;
    switch (hook) {
      case Hook::kStart:
        break;
      case Hook::kReceived:
        peer->write("hello");
        break;
      case Hook::kReceivedEnd:
        peer->end();
        break;
      case Hook::kWanted:
        client->pause();
        peer->write(kTooMuch);
        world.until([&] { return client->readableLength() >= 16384; });
        client->resume();
        break;
      case Hook::kWrite:
        client->write("abc", told());
        if (client == nullptr || client->destroyed()) return;
        client->write("def", told());
        break;
      case Hook::kSent:
        client->write(kTooMuch, told());
        client->write("def", told());
        peer->resume();
        break;
      case Hook::kEnd:
        client->end();
        break;
      case Hook::kClosing:
        client->destroy();
        break;
    }
    world.until([&] { return acted; });
    turn(world.host, 3);
  }

  // A write callback that counts; so many are owed.
  std::function<void()> told() {
    ++owed;
    return [this] { ++answers; };
  }

  void finish(bool netGone = false) {
    if (client != nullptr) client->destroy();
    if (peer != nullptr) peer->destroy();
    if (!netGone) listening->close();
    netGone ? runToEnd(world.host) : world.end();
    CHECK(acted);
    CHECK(answers == (netGone ? 0 : owed));
    CHECK(closes == (netGone ? 0 : 1));
    CHECK(ScriptedLayer::count(*hooks, "start") == 1);
    CHECK(ScriptedLayer::count(*hooks, "closing") == (netGone && hook != Hook::kClosing ? 0 : 1));
    if (!netGone) CHECK(hooks->back() == "closing");
    CHECK(ScriptedLayer::living == 0);
  }

  NetWorld world;
  Listening listening;
  Hook hook;
  std::function<void(Cell&)> deed;
  Socket* client = nullptr;
  Socket* peer = nullptr;
  ScriptedLayer* layer = nullptr;
  std::shared_ptr<ScriptedLayer::Log> hooks;
  bool acted = false;
  int owed = 0;
  int answers = 0;
  int closes = 0;
  int uncaught = 0;
  std::size_t data = 0;
  std::vector<std::string> errors;
};

void each(const std::function<void(Transport, Hook)>& run) {
  for (const Transport transport : {Transport::kTcp, Transport::kUnix}) {
    for (const Hook hook : kHooks) {
      INFO(nameOf(transport) << ", in " << kHookNames[static_cast<int>(hook)]);
      run(transport, hook);
    }
  }
}

const std::vector<std::string> kBad{"Error E_LAYER: bad bytes {}"};

}  // namespace

TEST_CASE("what a hook throws destroys the socket with it", "[net][layer]") {
  each([](Transport transport, Hook hook) {
    if (hook == Hook::kClosing) return;  // must not throw
    Cell cell(transport, hook, [](Cell&) { throw Error("bad bytes", "E_LAYER"); });
    cell.reach();
    CHECK((cell.client == nullptr || cell.client->destroyed()));
    cell.finish();
    CHECK(cell.errors == kBad);
    CHECK(cell.uncaught == 0);
  });
}

TEST_CASE("also what is no Error of ours", "[net][layer]") {
  each([](Transport transport, Hook hook) {
    if (hook == Hook::kClosing) return;
    Cell cell(transport, hook, [](Cell&) { throw std::runtime_error("out of luck"); });
    cell.reach();
    cell.finish();
    CHECK(cell.errors == std::vector<std::string>{"Error : out of luck {}"});
    CHECK(cell.uncaught == 0);
  });
}

TEST_CASE("a hook may fail the socket", "[net][layer]") {
  each([](Transport transport, Hook hook) {
    Cell cell(transport, hook, [](Cell& c) {
      c.layer->fail(Error("bad bytes", "E_LAYER"));
      c.layer->fail(Error("again", "E_AGAIN"));
    });
    cell.reach();
    cell.finish();
    // It was destroyed before, without an error.
    CHECK(cell.errors == (hook == Hook::kClosing ? std::vector<std::string>() : kBad));
  });
}

TEST_CASE("a hook may destroy the socket, or reset it", "[net][layer]") {
  const int deed = GENERATE(0, 1, 2);
  CAPTURE(deed);
  each([&](Transport transport, Hook hook) {
    if (deed == 2 && transport == Transport::kUnix) return;
    Cell cell(transport, hook, [&](Cell& c) {
      if (deed == 0) c.client->destroy();
      if (deed == 1) c.client->destroy(Error("enough", "E_ENOUGH"));
      if (deed == 2) c.client->resetAndDestroy();
    });
    cell.reach();
    cell.finish();
    const bool fails = deed == 1 && hook != Hook::kClosing;
    CHECK(cell.errors.size() == (fails ? 1U : 0U));
  });
}

TEST_CASE("a hook may end the Net, and with it the socket's last Ref", "[net][layer]") {
  each([](Transport transport, Hook hook) {
    Cell cell(transport, hook, [](Cell& c) {
      ScriptedLayer& layer = *c.layer;
      c.world.endNet();
      c.client = c.peer = nullptr;
      // All of it is harmless now.
      layer.send("more");
      layer.sendEnd();
      layer.ready();
      CHECK_FALSE(layer.deliver(Buffer::copyOf("more")));
      layer.deliverEnd();
      layer.fail(Error("bad bytes", "E_LAYER"));
      CHECK(layer.unsent() == 0);
    });
    cell.reach();
    cell.finish(true);
    CHECK(cell.errors.empty());
  });
}

TEST_CASE("a hook may destroy the socket and connect it anew, without a layer", "[net][layer]") {
  each([](Transport transport, Hook hook) {
    if (hook == Hook::kClosing) return;  // the next life cannot begin before this one is over
    int connected = 0;
    Cell cell(transport, hook, [&](Cell& c) {
      Socket& client = *c.client;
      client.destroy();
      client.connect(c.listening.to(), [&] { ++connected; });
      CHECK(client.layer() == nullptr);
    });
    cell.reach();
    cell.world.until([&] { return connected == 1; });
    cell.world.until([&] { return cell.closes == 1; });
    CHECK(ScriptedLayer::living == 0);
    cell.listening->close();
    if (cell.peer != nullptr) cell.peer->destroy();
  });
}

TEST_CASE("a hook may end, pause and write", "[net][layer]") {
  each([](Transport transport, Hook hook) {
    Cell cell(transport, hook, [](Cell& c) {
      c.client->write("more", c.told());
      c.client->pause();
      c.client->resume();
      c.layer->ready();
      c.client->end();
    });
    cell.reach();
    cell.finish();
  });
}

TEST_CASE("what a listener throws goes to the host and not through the layer", "[net][layer]") {
  Cell cell(Transport::kTcp, Hook::kReceived, [](Cell& c) {
    c.client->on<"data">([] { throw std::runtime_error("of the program"); });
    c.layer->deliver(Buffer::copyOf("one"));
    c.layer->send("still here");
  });
  cell.reach();
  CHECK(cell.uncaught == 2);
  CHECK_FALSE(cell.client->destroyed());
  cell.finish();
  CHECK(cell.errors.empty());
}

TEST_CASE("nothing a layer calls does anything before it is put somewhere", "[net][layer]") {
  ScriptedLayer layer;
  layer.send("bytes");
  layer.sendEnd();
  layer.ready();
  CHECK_FALSE(layer.deliver(Buffer::copyOf("bytes")));
  layer.deliverEnd();
  layer.fail(Error("bad bytes", "E_LAYER"));
  CHECK(layer.unsent() == 0);
  CHECK(layer.told().empty());
}
