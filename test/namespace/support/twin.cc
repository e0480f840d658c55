#include "namespace/support/twin.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace uvnet::test {
namespace {

std::string shown(const Error& error) {
  std::string text = error.name;
  for (const std::string& field : {error.code, error.syscall, error.address}) {
    if (!field.empty()) text += " " + field;
  }
  if (error.port) text += fmt::format(" {}", *error.port);
  text += ": " + error.message;
  for (const Error& one : error.errors) text += " [" + shown(one) + "]";
  return text;
}

}  // namespace

void sayAll(Socket& socket, Lines& lines) {
  const auto say = [&lines](std::string line) { lines.push_back(std::move(line)); };
  socket.on<"lookup">([=](const Error* error, const std::string& address, int family,
                          const std::string& host) {
    say(fmt::format("lookup {} {} {}", error == nullptr ? address : shown(*error), family, host));
  });
  socket.on<"connectionAttempt">([=](const std::string& ip, int port, int family) {
    say(fmt::format("attempt {} {} {}", ip, port, family));
  });
  socket.on<"connectionAttemptFailed">(
      [=](const std::string& ip, int port, int family, const Error& error) {
        say(fmt::format("attempt failed {} {} {} {}", ip, port, family, shown(error)));
      });
  socket.on<"connectionAttemptTimeout">([=](const std::string& ip, int port, int family) {
    say(fmt::format("attempt timeout {} {} {}", ip, port, family));
  });
  socket.on<"connect">([=] { say("connect"); });
  socket.on<"ready">([=] { say("ready"); });
  socket.on<"end">([=] { say("end"); });
  socket.on<"finish">([=] { say("finish"); });
  socket.on<"timeout">([=] { say("timeout"); });
  socket.on<"data">([=](const Buffer& chunk) { say("data " + chunk.toString()); });
  socket.on<"error">([=](const Error& error) { say("error " + shown(error)); });
  socket.on<"close">([=](bool hadError) { say(hadError ? "close true" : "close false"); });
}

Lines nodeSays(NetWorld& world, const std::string& script) {
  const char* named = std::getenv("UVNET_NODE");
  const std::string command = std::string("exec timeout -k 1 15 ") +
                              (named == nullptr ? "node" : named) +
                              " " UVNET_TEST_SOURCE_DIR
                              "/test/namespace/support/twin.js 2>&1 "
                              "<<'END'\n" +
                              script + "\nEND\n";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> chunk{};
  for (bool open = true; open;) {
    // What it prints, or work on our own loop: whichever comes first.
    std::array<pollfd, 2> what{
        {{::fileno(pipe), POLLIN, 0}, {uv_backend_fd(world.host.loop()), POLLIN, 0}}};
    const int due = uv_backend_timeout(world.host.loop());
    ::poll(what.data(), what.size(), due < 0 ? 100 : std::min(100, due));
    if (what[0].revents != 0) {
      const auto size = ::read(::fileno(pipe), chunk.data(), chunk.size());
      if (size > 0) output.append(chunk.data(), static_cast<std::size_t>(size));
      open = size > 0;
    }
    world.host.runNoWait();
  }
  const int status = ::pclose(pipe);
  INFO(output);
  CHECK(status == 0);
  Lines lines;
  std::istringstream text(output);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

Lookup answers(NetWorld& world, const std::vector<LookupAddress>& found) {
  return [&world, found](const std::string&, const LookupOptions&, const LookupCallback& told) {
    world.host.nextTick([found, told] { told(nullptr, found); });
  };
}

}  // namespace uvnet::test
