// Twins of the scenarios about bad input: it is thrown at once, and nothing comes later.
#include <cmath>

#include "scenario/support/scenario.h"

namespace uvnet::test {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace

SCENARIO_TWIN("bad-connect") {
  const auto bad = [&](std::string_view what, const ConnectOptions& options) {
    Socket& s = net.socket();
    s.on<"error">([this, later = std::string(what)](const Error& error) {
      trace("later", later, fields(error));
    });
    attempt("net", what, [&] { s.connect(options); });
    s.destroy();
  };
  for (const double port : {-1.0, 65536.0, 1.5, std::nan(""), HUGE_VAL}) {
    bad("connect " + Word(port).text, {.port = port});
  }
  for (const char* port : {"", " ", "0x", "NaN", "-1", "65536", "1e9", "http"}) {
    bad("connect " + quoted(port), {.port = port});
  }
  bad("connect '0x1f'", {.port = "0x1f", .host = "127.0.0.1"});
  bad("connect nothing", {});
  bad("connect localAddress", {.port = 1, .localAddress = "nowhere"});
  bad("connect hints", {.port = 1, .host = "a.test", .hints = 12345});
}

SCENARIO_TWIN("bad-listen") {
  const auto bad = [&](std::string_view what, const std::function<void(Server&)>& listen) {
    Server& server = net.createServer();
    server.on<"error">([this, later = std::string(what)](const Error& error) {
      trace("later", later, fields(error));
    });
    attempt("net", what, [&] { listen(server); });
    server.close();
  };
  const auto badOptions = [&](std::string_view what, const ListenOptions& options) {
    bad(what, [&](Server& server) { server.listen(options); });
  };
  badOptions("listen {}", {});
  badOptions("listen host only", {.host = "127.0.0.1"});
  badOptions("listen exclusive", {.exclusive = true});
  for (const double port : {-1.0, 65536.0, 1.5, std::nan("")}) {
    const std::string shown = Word(port).text;
    bad("listen " + shown, [&](Server& server) {
      // Only whole numbers are a form of their own in C++.
      port == std::trunc(port) ? server.listen(static_cast<int>(port))
                               : server.listen({.port = port});
    });
    badOptions("listen {port: " + shown + "}", {.port = port});
  }
  for (const char* port : {"", "-1", "65536", "0x", "http"}) {
    badOptions("listen {port: " + quoted(port) + "}", {.port = port});
  }
  badOptions("listen {path: ''}", {.path = ""});
  badOptions("listen {fd: -1}", {.fd = -1});
}

SCENARIO_TWIN("bad-options") {
  Socket& s = net.socket();
  for (const double ms : {-1.0, std::nan(""), HUGE_VAL}) {
    attempt("socket", "setTimeout " + Word(ms).text, [&] { s.setTimeout(ms); });
  }
  attempt("socket", "setEncoding", [&] { s.setEncoding("nonsense"); });
  attempt("socket", "setDefaultEncoding", [&] { s.setDefaultEncoding("nonsense"); });
  attempt("socket", "write encoding", [&] { s.write("x", "nonsense"); });
  attempt("socket", "new Socket fd -1", [&] { net.socket({.fd = -1}); });
  attempt("net", "attempt timeout 0", [&] { net.setDefaultAutoSelectFamilyAttemptTimeout(0); });
  attempt("net", "attempt timeout -1", [&] { net.setDefaultAutoSelectFamilyAttemptTimeout(-1); });
  state("socket", "after", s);
  for (const char* ip : {"127.0.0.1", "127.000.0.1", "127.0.0.1/24", "::1", "::ffff:127.0.0.1",
                         "::1%lo", "", "localhost", "1.2.3", "1::2::3"}) {
    trace("net", "isIP(" + quoted(ip) + ")", net.isIP(ip), net.isIPv4(ip), net.isIPv6(ip));
  }
}

}  // namespace uvnet::test
