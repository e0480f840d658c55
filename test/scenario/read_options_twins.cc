// Twins of the scenarios about onread and setEncoding().
#include "scenario/support/scenario.h"

namespace uvnet::test {
namespace {

std::string_view first(std::size_t n, std::span<char> buffer) { return {buffer.data(), n}; }

}  // namespace

SCENARIO_TWIN("onread-buffer") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("abcdefghij");
      peer.resume();
    });
    t.listen(server, [&] {
      const std::string& o = t.object("client");
      auto& buffer = var(std::vector<char>(4));
      Socket*& client = var<Socket*>(nullptr);
      client = &net.connect(t.target(
          server, {.onread = {.buffer = buffer, .callback = [&](std::size_t nread, auto buf) {
                                trace(o, "onread", nread, first(nread, buf), "same",
                                      buf.data() == buffer.data(), "bytesRead",
                                      client->bytesRead());
                                return true;
                              }}}));
      watch(o, *client, "connect data end finish close");
      client->on<"close">([&] { counters(o, "close", *client); });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("onread-function") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("abcdefghij");
      peer.resume();
    });
    t.listen(server, [&] {
      const std::string& o = t.object("client");
      std::size_t& made = var<std::size_t>(0);
      auto& memory = var(std::deque<std::vector<char>>());
      Socket& client = net.connect(t.target(
          server, {.onread = {.nextBuffer =
                                  [&] {
                                    trace(o, "buffer", ++made);
                                    return std::span<char>(memory.emplace_back(4 * made));
                                  },
                              .callback =
                                  [&](std::size_t nread, auto buf) {
                                    trace(o, "onread", nread, first(nread, buf), "of", buf.size());
                                    return true;
                                  }}}));
      watch(o, client, "connect end finish close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("onread-pause") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.end("abcdefghij");
      peer.resume();
    });
    t.listen(server, [&] {
      const std::string& o = t.object("client");
      auto& buffer = var(std::vector<char>(4));
      Socket*& client = var<Socket*>(nullptr);
      client = &net.connect(t.target(
          server, {.onread = {.buffer = buffer, .callback = [&](std::size_t nread, auto buf) {
                                trace(o, "onread", nread, first(nread, buf));
                                after(20, [&] {
                                  trace(o, "resume");
                                  client->resume();
                                });
                                return false;
                              }}}));
      watch(o, *client, "connect end finish close");
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("set-encoding-buffered") {
  both([&](Transport& t) {
    Server& server = net.createServer([&](Socket& peer) {
      peer.write("c3a9c3", "hex");
      after(60, [&] { peer.end("a9", "hex"); });
      peer.resume();
    });
    t.listen(server, [&] {
      Socket& client = net.connect(t.target(server));
      const std::string& o = t.object("client");
      const auto encoding = [&client]() -> Word {
        const auto set = client.readableEncoding();
        return set ? Word(set->name()) : Word(nullptr);
      };
      attempt(o, "setEncoding unknown", [&] { client.setEncoding("nonsense"); });
      trace(o, "readableEncoding", encoding());
      after(30, [&, encoding] {
        trace(o, "length", client.readableLength());
        client.setEncoding();
        trace(o, "readableEncoding", encoding());
        watch(o, client, "data end close");
      });
      closeAfter(server, 1);
    });
  });
}

SCENARIO_TWIN("set-encoding-split") {
  const auto run = [&](const std::string& name, Encoding encoding,
                       const std::vector<std::string>& parts) {
    Socket*& client = var<Socket*>(nullptr);
    Server& server = net.createServer([this, parts, &client](Socket& peer) {
      std::function<void(std::size_t, std::size_t)>& next =
          var(std::function<void(std::size_t, std::size_t)>());
      next = [this, &client, &next, &peer, parts](std::size_t at, std::size_t sent) {
        if (at == parts.size()) {
          peer.end();
          return;
        }
        peer.write(parts[at], "hex");
        sent += parts[at].size() / 2;
        until([&client, sent] { return client->bytesRead() == sent; },
              [&next, at, sent] { next(at + 1, sent); });
      };
      next(0, 0);
      peer.resume();
    });
    closeAfter(server, 1);
    server.listen(0, "127.0.0.1", [this, &server, &client, name, encoding] {
      client = &net.connect(portOf(server), "127.0.0.1");
      const bool same = &client->setEncoding(encoding) == client;
      trace(name, "setEncoding", same, client->readableEncoding()->name());
      watch(name, *client, "data end close");
    });
  };
  run("utf8", "utf8", {"68c3", "a9e2", "82", "ac21"});
  run("utf8-broken", "utf8", {"61e282"});
  run("utf16le", "utf16le", {"6100e9", "003dd8", "4ade"});
  run("base64", "base64", {"61", "6263", "6465"});
  run("base64url", "base64url", {"fb", "ef", "be"});
  run("hex", "hex", {"6162", "63"});
  run("latin1", "latin1", {"e9", "62"});
  run("ascii", "ascii", {"e9", "62"});
}

}  // namespace uvnet::test
