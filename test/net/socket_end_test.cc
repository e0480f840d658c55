// How a connection ends: half-close, half-open, destroy, reset, errors, and their order. Values are
// those node v20.20.2 printed for the same steps.
#include <string>
#include <vector>

#include "support/loopback.h"

using uvnet::Buffer;
using uvnet::ConnectOptions;
using uvnet::Error;
using uvnet::Ref;
using uvnet::ServerOptions;
using uvnet::Socket;
using uvnet::test::describe;
using uvnet::test::Listening;
using uvnet::test::LoopbackPair;
using uvnet::test::nameOf;
using uvnet::test::NetWorld;
using uvnet::test::Record;
using uvnet::test::thrownBy;
using uvnet::test::Transport;
using uvnet::test::turn;

// --- end() and half-open -------------------------------------------------------------------------

TEST_CASE("end() sends a FIN after the queued writes; the peer ends too",
          "[net][D06][V08][V09][V10][C19]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  Record accepted(pair.accepted);
  const std::string big(3000000, 'b');
  pair.client.write(big);
  pair.client.end("last");
  pair.server.close();
  world.end();
  CHECK(accepted.data == big + "last");
  CHECK(accepted.count("end") == 1);
  CHECK(client.text() == "finish end close");
  CHECK(client.hadError == std::vector<bool>{false});
  CHECK(accepted.hadError == std::vector<bool>{false});
}

TEST_CASE("a peer that may stay half-open answers after our end()",
          "[net][V11][V12][D06][D08][K03][M05]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, ServerOptions{.allowHalfOpen = true});
  Record client(pair.client);
  pair.client.end();
  CHECK(pair.client.readyState() == "readOnly");
  std::string atEnd;
  pair.accepted.resume();
  pair.accepted.on<"end">([&] { atEnd = pair.accepted.readyState(); });
  world.until([&] { return !atEnd.empty(); });
  CHECK(atEnd == "writeOnly");
  CHECK_FALSE(pair.accepted.writableEnded());
  pair.accepted.end("bye");
  pair.server.close();
  world.end();
  CHECK(client.data == "bye");
  CHECK(client.text() == "finish data end close");
}

TEST_CASE("a half-open client must end by itself", "[net][V11][M18]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport, {}, ConnectOptions{.allowHalfOpen = true});
  CHECK(pair.client.allowHalfOpen());
  pair.accepted.end();
  pair.client.resume();
  world.until([&] { return pair.client.readableEnded(); });
  turn(world.host);
  CHECK(pair.client.writable());
  CHECK(pair.client.readyState() == "writeOnly");
  Record accepted(pair.accepted);
  pair.client.end("still here");
  pair.server.close();
  world.end();
  CHECK(accepted.data == "still here");
}

TEST_CASE("our end is sent when all was read, not when the FIN arrives", "[net][R5][V10][V08]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.pause();
  pair.client.end("unread");
  world.until([&] { return pair.accepted.bytesRead() == 6; });
  turn(world.host, 10);
  CHECK_FALSE(pair.accepted.readableEnded());
  CHECK_FALSE(pair.accepted.writableEnded());
  CHECK(pair.accepted.readableLength() == 6);
  pair.accepted.resume();
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(pair.accepted.readableEnded());
}

TEST_CASE("a FIN without data is seen without anybody who reads", "[net][V08][V10]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.resume();
  pair.accepted.end();
  pair.server.close();
  world.end();
  CHECK(pair.client.readableEnded());
  CHECK(pair.client.readyState() == "closed");
}

TEST_CASE("a write in 'end' still goes out", "[net][R4][V10]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.end();
  Record accepted(pair.accepted);
  std::string told;
  pair.client.on<"end">(
      [&] { CHECK(pair.client.write("x", [&](const Error* error) { told = describe(error); })); });
  pair.client.resume();
  pair.server.close();
  world.end();
  CHECK(told == "null");
  CHECK(accepted.data == "x");
}

TEST_CASE("a write after the peer's FIN has ended us is EPIPE and destroys",
          "[net][R4][V14][code:EPIPE]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  pair.accepted.end();
  pair.accepted.resume();
  Record client(pair.client);
  std::string told;
  pair.client.on<"end">([&] {
    world.host.nextTick([&] {
      world.host.nextTick([&] {
        CHECK(pair.client.writableEnded());
        CHECK_FALSE(pair.client.write("x", [&](const Error* error) { told = describe(error); }));
        CHECK(pair.client.destroyed());
      });
    });
  });
  pair.server.close();
  world.end();
  const std::string expected = "Error EPIPE: This socket has been ended by the other party {}";
  CHECK(told == expected);
  REQUIRE(client.errors.size() == 1);
  CHECK(describe(client.errors[0]) == expected);
  CHECK(client.hadError == std::vector<bool>{true});
}

TEST_CASE("end() forms: data, encoding, callback, chained", "[net][D06][D07][D20][C28]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const int form = GENERATE(range(0, 6));
  CAPTURE(nameOf(transport), form);
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record accepted(pair.accepted);
  int told = 0;
  const auto heard = [&](const Error* error) { told += error == nullptr ? 1 : 100; };
  Socket& c = pair.client;
  c.resume();
  Socket* same = nullptr;
  if (form == 0) same = &c.end();
  if (form == 1) same = &c.end("data");
  if (form == 2) same = &c.end("64617461", "hex");
  if (form == 3) same = &c.end("64617461", "hex", heard);
  if (form == 4) same = &c.end(Buffer::copyOf("data"), heard);
  if (form == 5) same = &c.end(heard);
  CHECK(same == &c);
  pair.server.close();
  world.end();
  CHECK(accepted.data == (form == 0 || form == 5 ? "" : "data"));
  CHECK(told == (form >= 3 ? 1 : 0));
}

TEST_CASE("write after end() is an 'error', write after destroy() is not",
          "[net][D02][D11][code:ERR_STREAM_WRITE_AFTER_END][code:ERR_STREAM_DESTROYED]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  const bool ended = GENERATE(true, false);
  CAPTURE(nameOf(transport), ended);
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  pair.accepted.resume();
  pair.accepted.on<"error">([] {});
  if (ended) {
    pair.client.end();
  } else {
    pair.client.destroy();
  }
  std::string told;
  CHECK_FALSE(pair.client.write("x", [&](const Error* error) { told = describe(error); }));
  pair.server.close();
  world.end();
  if (ended) {
    CHECK(told == "Error ERR_STREAM_WRITE_AFTER_END: write after end {}");
    CHECK(client.errors.size() == 1);
    CHECK(client.hadError == std::vector<bool>{true});
  } else {
    CHECK(told == "Error ERR_STREAM_DESTROYED: Cannot call write after a stream was destroyed {}");
    CHECK(client.errors.empty());
    CHECK(client.hadError == std::vector<bool>{false});
  }
}

// --- destroy() -----------------------------------------------------------------------------------

TEST_CASE("destroy() closes without 'end' or 'finish', the peer sees an end",
          "[net][D09][D11][V15][R10]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  Record accepted(pair.accepted);
  CHECK(&pair.client.destroy() == &pair.client);
  CHECK(pair.client.destroyed());
  pair.client.destroy(Error("too late"));
  pair.server.close();
  world.end();
  CHECK(client.text() == "close");
  CHECK(client.hadError == std::vector<bool>{false});
  CHECK_FALSE(pair.client.readableEnded());
  CHECK(pair.client.readableAborted());
  CHECK(accepted.text() == "end finish close");
}

TEST_CASE("destroy(error) says 'error' with it, then 'close' with true",
          "[net][D10][D11][V14][V15][C22][C30]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client);
  pair.accepted.resume();
  pair.client.destroy(Error("mine", "EMINE"));
  CHECK(client.events.empty());
  pair.server.close();
  world.end();
  CHECK(client.text() == "error close");
  CHECK(client.errors[0].code == "EMINE");
  CHECK(client.errors[0].message == "mine");
  CHECK(client.hadError == std::vector<bool>{true});
}

TEST_CASE("a socket that never connected closes on a tick", "[net][R10][V15]") {
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  world.watch(*socket);
  Record record(*socket);
  socket->destroy();
  CHECK(record.events.empty());
  world.end();
  CHECK(record.text() == "close");
  CHECK(record.hadError == std::vector<bool>{false});
}

TEST_CASE("destroySoon() lets the writes out first", "[net][D09][net:socket.destroySoon]") {
  const Transport transport = GENERATE(Transport::kTcp, Transport::kUnix);
  CAPTURE(nameOf(transport));
  NetWorld world;
  LoopbackPair pair(world, transport);
  Record client(pair.client, false);
  Record accepted(pair.accepted);
  const std::string big(3000000, 'b');
  pair.client.write(big);
  pair.client.destroySoon();
  CHECK_FALSE(pair.client.destroyed());
  pair.server.close();
  world.end();
  CHECK(accepted.data == big);
  CHECK(client.text() == "finish close");
}

// --- resetAndDestroy() ---------------------------------------------------------------------------

TEST_CASE("resetAndDestroy() makes the peer read ECONNRESET",
          "[net][R16][V14][net:socket.resetAndDestroy][code:ECONNRESET]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kTcp);
  Record client(pair.client);
  Record accepted(pair.accepted);
  CHECK(&pair.client.resetAndDestroy() == &pair.client);
  pair.server.close();
  world.end();
  CHECK(client.text() == "close");
  CHECK(client.hadError == std::vector<bool>{false});
  CHECK(accepted.text() == "error close");
  CHECK(describe(accepted.errors[0]) ==
        "Error ECONNRESET: read ECONNRESET {errno=-104 syscall=read}");
  CHECK(accepted.hadError == std::vector<bool>{true});
}

TEST_CASE("resetAndDestroy() while connecting waits for 'connect'", "[net][R16]") {
  NetWorld world;
  Listening listening(world, Transport::kTcp);
  std::string peer;
  listening->on<"connection">([&](Socket& accepted) {
    world.watch(accepted);
    accepted.resume();
    accepted.on<"error">([&](const Error& error) { peer = error.code; });
    listening->close();
  });
  const Ref<Socket> client(&world.watch(world.net().connect(listening.to())));
  Record record(*client);
  client->resetAndDestroy();
  CHECK(client->readyState() == "opening");
  world.end();
  CHECK(record.text() == "connect ready close");
  CHECK(peer == "ECONNRESET");
}

TEST_CASE("resetAndDestroy() on a Unix socket throws and changes nothing",
          "[net][R16][code:ERR_INVALID_HANDLE_TYPE]") {
  NetWorld world;
  LoopbackPair pair(world, Transport::kUnix);
  CHECK(thrownBy([&] { pair.client.resetAndDestroy(); }) ==
        "TypeError ERR_INVALID_HANDLE_TYPE: This handle type cannot be sent {}");
  CHECK(pair.client.readyState() == "open");
  pair.close();
  world.end();
}

TEST_CASE("resetAndDestroy() without a connection is ERR_SOCKET_CLOSED",
          "[net][R16][code:ERR_SOCKET_CLOSED]") {
  NetWorld world;
  const Ref<Socket> socket = uvnet::make<Socket>(world.net());
  world.watch(*socket);
  Record record(*socket);
  socket->resetAndDestroy();
  world.end();
  REQUIRE(record.errors.size() == 1);
  CHECK(describe(record.errors[0]) == "Error ERR_SOCKET_CLOSED: Socket is closed {}");
}
