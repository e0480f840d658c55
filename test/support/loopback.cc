#include "support/loopback.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace uvnet::test {

const char* nameOf(Transport transport) { return transport == Transport::kTcp ? "tcp" : "unix"; }

// --- NetWorld ------------------------------------------------------------------------------------

NetWorld::NetWorld(NetOptions options) : net_(std::in_place, host, options) {}

NetWorld::~NetWorld() {
  net_.reset();
  // Not runToEnd(): this may not throw.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  int left = openHandles(host.loop());
  try {
    while ((host.runNoWait() || left > 0) && std::chrono::steady_clock::now() < deadline) {
      left = openHandles(host.loop());
    }
  } catch (...) {
    CHECK(false);  // somebody threw after the end
  }
  CHECK(left == 0);
  if (folder_.empty()) return;
  std::error_code error;
  CHECK(std::filesystem::is_empty(folder_, error));
  std::filesystem::remove_all(folder_, error);
}

std::string NetWorld::path(const std::string& name) {
  if (folder_.empty()) {
    folder_ = (std::filesystem::temp_directory_path() / "uvnet-XXXXXX").string();
    REQUIRE(::mkdtemp(folder_.data()) != nullptr);
  }
  return folder_ + "/" + (name.empty() ? fmt::format("{}.sock", paths_++) : name);
}

Socket& NetWorld::watch(Socket& socket, int lives) {
  watched_.push_back({lives, std::make_shared<int>(0)});
  socket.on<"close">([closes = watched_.back().closes] { ++*closes; });
  return socket;
}

Server& NetWorld::watch(Server& server, int lives) {
  watched_.push_back({lives, std::make_shared<int>(0)});
  server.on<"close">([closes = watched_.back().closes] { ++*closes; });
  return server;
}

void NetWorld::end() {
  runToEnd(host);
  for (const Watched& watched : watched_) CHECK(*watched.closes == watched.expected);
}

// --- Listening -----------------------------------------------------------------------------------

Listening::Listening(NetWorld& world, Transport inTransport, ServerOptions options)
    : transport(inTransport), server(&world.watch(world.net().createServer(options))) {
  bool listening = false;
  if (transport == Transport::kTcp) {
    port = held_.emplace().port;
    where = {.port = port, .host = "127.0.0.1"};
  } else {
    where = {.path = path = world.path()};
  }
  server->listen(where, [&] { listening = true; });
  world.until([&] { return listening; });
}

ConnectOptions Listening::to(ConnectOptions base) const {
  if (transport == Transport::kTcp) {
    base.port = port;
    if (base.host.empty()) base.host = "127.0.0.1";
  } else {
    base.path = path;
  }
  return base;
}

// --- LoopbackPair --------------------------------------------------------------------------------

namespace {

// The accepted end, once the client is connected as well.
Ref<Socket> acceptOne(NetWorld& world, Server& server, Socket& client) {
  Ref<Socket> accepted;
  server.once<"connection">([&](Socket& socket) { accepted = Ref<Socket>(&world.watch(socket)); });
  bool connected = false;
  client.once<"ready">([&] { connected = true; });
  world.until([&] { return connected && accepted; });
  return accepted;
}

}  // namespace

LoopbackPair::LoopbackPair(NetWorld& world, Transport transport, ServerOptions serverOptions,
                           ConnectOptions clientOptions)
    : listening(world, transport, serverOptions),
      server(*listening),
      clientRef_(&world.watch(world.net().connect(listening.to(std::move(clientOptions))))),
      acceptedRef_(acceptOne(world, server, *clientRef_)),
      client(*clientRef_),
      accepted(*acceptedRef_) {}

void LoopbackPair::close() {
  client.destroy();
  accepted.destroy();
  server.close();
}

// --- Record --------------------------------------------------------------------------------------

template <EventName Name, class Emitter>
void Record::note(Emitter& emitter) {
  emitter.template on<Name>([this] { events.emplace_back(Name.view()); });
}

Record::Record(Socket& socket, bool hearData) {
  note<"connect">(socket);
  note<"ready">(socket);
  note<"end">(socket);
  note<"drain">(socket);
  note<"finish">(socket);
  note<"timeout">(socket);
  if (hearData) {
    socket.on<"data">([this](const Buffer& chunk) {
      events.emplace_back("data");
      data += chunk.view();
    });
  }
  socket.on<"error">([this](const Error& error) {
    events.emplace_back("error");
    errors.push_back(error);
  });
  socket.on<"close">([this](bool error) {
    events.emplace_back("close");
    hadError.push_back(error);
  });
}

Record::Record(Server& server) {
  note<"listening">(server);
  note<"drop">(server);
  note<"close">(server);
  server.on<"connection">([this](Socket& socket) {
    events.emplace_back("connection");
    connected.emplace_back(&socket);
  });
  server.on<"error">([this](const Error& error) {
    events.emplace_back("error");
    errors.push_back(error);
  });
}

int Record::count(std::string_view event) const {
  return static_cast<int>(std::count(events.begin(), events.end(), event));
}

std::string Record::text() const { return fmt::format("{}", fmt::join(events, " ")); }

// --- Errors --------------------------------------------------------------------------------------

std::string describe(const Error& error) {
  std::vector<std::string> fields;
  if (error.number != 0) fields.push_back(fmt::format("errno={}", error.number));
  if (!error.syscall.empty()) fields.push_back("syscall=" + error.syscall);
  if (!error.address.empty()) fields.push_back("address=" + error.address);
  if (error.port) fields.push_back(fmt::format("port={}", *error.port));
  if (!error.localAddress.empty()) fields.push_back("localAddress=" + error.localAddress);
  if (error.localPort) fields.push_back(fmt::format("localPort={}", *error.localPort));
  if (!error.hostname.empty()) fields.push_back("hostname=" + error.hostname);
  return fmt::format("{} {}: {} {{{}}}", error.name, error.code, error.message,
                     fmt::join(fields, " "));
}

std::string describe(const Error* error) { return error == nullptr ? "null" : describe(*error); }

std::string thrownBy(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return describe(error);
  }
  return "nothing";
}

}  // namespace uvnet::test
