// See scenario.h. Relies on libuv for after(), as node's setTimeout does.
#include "scenario/support/scenario.h"

#include <uv.h>

#include <cctype>
#include <cmath>
#include <exception>
#include <filesystem>
#include <regex>
#include <variant>

#include "scenario/support/scenario_trace.h"
#include "support/run_loop.h"
#include "support/socket_path.h"

namespace uvnet::test {

using std::string_view;

// --- Values --------------------------------------------------------------------------------------

Word::Word(double value) {
  if (std::isnan(value)) {
    text = "NaN";
  } else if (std::isinf(value)) {
    text = value > 0 ? "Infinity" : "-Infinity";
  } else if (value == std::trunc(value) && std::abs(value) < 1e15) {
    text = std::to_string(static_cast<long long>(value));
  } else {
    text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
  }
}

std::string fields(const Error& error) {
  std::string text;
  const auto add = [&](string_view field, string_view value) {
    text.append(text.empty() ? "" : " ").append(field).append("=").append(value);
  };
  if (!error.code.empty()) add("code", error.code);
  if (!error.syscall.empty()) add("syscall", error.syscall);
  if (!error.address.empty()) add("address", error.address);
  if (error.port) add("port", std::to_string(*error.port));
  add("message", error.message);
  return text;
}

std::string chunkText(string_view chunk) {
  std::string text = std::to_string(chunk.size());
  if (chunk.size() > 80) return text;
  text.append(" ").append(Buffer::literal(chunk).toString());
  while (std::isspace(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
  return text;
}

int portOf(const Server& server) { return std::get<AddressInfo>(server.address()).port; }

void raise(string_view object, string_view text) {
  throw Error(std::string(object) + ": " + std::string(text));
}

// --- What makes servers and sockets --------------------------------------------------------------

Function<void(Socket&)> KeptNet::keeping(Function<void(Socket&)> listener) {
  if (!listener) return listener;
  return [this, f = std::move(listener)](Socket& peer) mutable { f(keep(peer)); };
}
Server& KeptNet::createServer(Function<void(Socket&)> listener) {
  return keep(Net::createServer(keeping(std::move(listener))));
}
Server& KeptNet::createServer(const ServerOptions& options, Function<void(Socket&)> listener) {
  return keep(Net::createServer(options, keeping(std::move(listener))));
}
Socket& KeptNet::connect(ConnectOptions options, Function<void()> listener) {
  return keep(Net::connect(std::move(options), std::move(listener)));
}
Socket& KeptNet::connect(Port port, string_view host, Function<void()> listener) {
  return keep(Net::connect(std::move(port), host, std::move(listener)));
}
Socket& KeptNet::connect(string_view pathOrPort, Function<void()> listener) {
  return keep(Net::connect(pathOrPort, std::move(listener)));
}
Socket& KeptNet::createConnection(ConnectOptions options, Function<void()> listener) {
  return keep(Net::createConnection(std::move(options), std::move(listener)));
}
Socket& KeptNet::socket(SocketOptions options) {
  return keep(*make<Socket>(*this, std::move(options)));
}

Transport::Transport(Twin& twin, string_view inKind)
    : kind(inKind), path(inKind == "unix" ? twin.tempPath() : ""), twin_(twin) {}

const std::string& Transport::object(string_view name) {
  return names_.emplace_back(kind + "." + std::string(name));
}

Server& Transport::listen(Server& server, Function<void()> listener) {
  if (kind == "unix") return server.listen(path, std::move(listener));
  return server.listen(0, "127.0.0.1", [this, &server, f = std::move(listener)]() mutable {
    twin_.hidePort(portOf(server));
    if (f) f();
  });
}

ConnectOptions Transport::target(const Server& server, ConnectOptions options) const {
  if (kind == "unix") {
    options.path = path;
  } else {
    options.port = portOf(server);
    options.host = "127.0.0.1";
  }
  return options;
}

Transport& Twin::transport(string_view kind) { return transports_.emplace_back(*this, kind); }

void Twin::both(const std::function<void(Transport&)>& f) {
  f(transport("tcp"));
  f(transport("unix"));
}

void Twin::closeAfter(Server& server, int connections) {
  server.on<"connection">([&server, left = connections]() mutable {
    if (--left == 0) server.close();
  });
}

void Twin::refusedPort(Function<void(int)> f) {
  tick([f = std::move(f), port = hidePort(heldPorts_.emplace_back().port)]() mutable { f(port); });
}

int Twin::hidePort(int port) {
  ports_.insert(port);
  return port;
}

const std::string& Twin::tempPath() { return paths_.emplace_back(uniqueSocketPath()); }

// --- Tracing -------------------------------------------------------------------------------------

void Twin::traceWords(string_view object, std::initializer_list<Word> words) {
  std::string text;
  for (const Word& word : words) text.append(text.empty() ? "" : " ").append(word.text);
  lines_.emplace_back(object, std::move(text));
}

void Twin::gather(const std::string& object, Socket& socket) {
  auto& text = var(std::string());
  socket.on<"data">([&text](const Buffer& chunk) { text += chunk.view(); });
  socket.on<"end">([this, &text, object] { trace(object, "received", chunkText(text)); });
}

void Twin::attempt(string_view object, string_view what, const std::function<void()>& f) {
  try {
    f();
    trace(object, what, "returned");
  } catch (const Error& error) {
    trace(object, what, "threw", error.name, fields(error));
  }
}

void Twin::state(string_view object, string_view at, const Socket& s) {
  trace(object, "at", at, "readyState=" + std::string(s.readyState()),
        "connecting=" + Word(s.connecting()).text, "pending=" + Word(s.pending()).text,
        "destroyed=" + Word(s.destroyed()).text);
}

void Twin::sides(string_view object, string_view at, const Socket& s) {
  trace(object, "at", at, "readable=" + Word(s.readable()).text,
        "readableEnded=" + Word(s.readableEnded()).text, "writable=" + Word(s.writable()).text,
        "writableEnded=" + Word(s.writableEnded()).text,
        "writableFinished=" + Word(s.writableFinished()).text);
}

void Twin::flow(string_view object, string_view at, const Socket& s) {
  const std::optional<bool> flowing = s.readableFlowing();
  trace(object, "at", at, "readableFlowing=" + (flowing ? Word(*flowing) : Word(nullptr)).text,
        "isPaused=" + Word(s.isPaused()).text, "readableLength=" + Word(s.readableLength()).text);
}

void Twin::counters(string_view object, string_view at, const Socket& s) {
  trace(object, "at", at, "bytesRead=" + Word(s.bytesRead()).text,
        "bytesWritten=" + Word(s.bytesWritten()).text, "bufferSize=" + Word(s.bufferSize()).text,
        "writableLength=" + Word(s.writableLength()).text,
        "writableNeedDrain=" + Word(s.writableNeedDrain()).text);
}

std::string Twin::masked(std::string text) const {
  for (const std::string& path : paths_) {
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
      text.replace(at, path.size(), "<path>");
    }
  }
  const auto inWord = [&](std::size_t at) {
    return at < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
  };
  const auto isDigit = [&](std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!isDigit(at) || (at > 0 && (inWord(at - 1) || text[at - 1] == '.'))) continue;
    std::size_t end = at;
    while (isDigit(end)) ++end;
    const std::size_t length = end - at;
    const bool alone = !inWord(end) && !(end < text.size() && text[end] == '.' && isDigit(end + 1));
    if (length >= 4 && length <= 5 && alone &&
        ports_.contains(std::stoi(text.substr(at, length)))) {
      text.replace(at, length, "<port>");
    }
  }
  return text;
}

// By object in byte order, within one in order of time.
std::vector<std::string> Twin::sorted() const {
  auto lines = lines_;
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> all;
  for (const auto& [object, text] : lines) all.push_back(masked(object + " " + text));
  return all;
}

// --- Running -------------------------------------------------------------------------------------

struct Twin::Alarm {
  uv_timer_t uv;
  Twin* twin;
  Function<void()> f;

  void close() {
    twin->alarms_.erase(this);
    uv_close(reinterpret_cast<uv_handle_t*>(&uv),
             [](uv_handle_t* handle) { delete static_cast<Alarm*>(handle->data); });
  }
};

// Lets the loop turn before each alarm that is due. All of a scenario happens in one process on
// loopback, so a few turns, not time, bring everything where it is going.
struct Twin::Settler {
  static constexpr int kTurns = 20;  // more than any step of a scenario needs

  uv_idle_t uv;
  Twin* twin;
  int turns = 0;
  std::deque<Alarm*> due;

  void add(Alarm* alarm) {
    due.push_back(alarm);
    if (uv_is_active(reinterpret_cast<uv_handle_t*>(&uv)) != 0) return;
    turns = kTurns;
    uv_idle_start(&uv, [](uv_idle_t* idle) { static_cast<Settler*>(idle->data)->onTurn(); });
  }
  void onTurn() {
    if (--turns > 0) return;
    turns = kTurns;
    Alarm& alarm = *due.front();
    due.pop_front();
    if (due.empty()) uv_idle_stop(&uv);
    alarm.close();  // the memory stays until the loop turns
    twin->call(alarm.f);
  }
  void close() {
    uv_close(reinterpret_cast<uv_handle_t*>(&uv),
             [](uv_handle_t* handle) { delete static_cast<Settler*>(handle->data); });
  }
};

void Twin::call(Function<void()>& f) {
  host.enter();
  try {
    f();
  } catch (...) {
    host.uncaught(std::current_exception());
  }
  host.leave();
}

void Twin::after(int milliseconds, Function<void()> f) {
  auto* alarm = new Alarm{{}, this, std::move(f)};
  uv_timer_init(host.loop(), &alarm->uv);
  alarm->uv.data = alarm;
  alarms_.insert(alarm);
  const auto ring = [](uv_timer_t* uv) {
    auto* due = static_cast<Alarm*>(uv->data);
    due->twin->settler_->add(due);
  };
  uv_timer_start(&alarm->uv, ring, static_cast<std::uint64_t>(milliseconds), 0);
}

void Twin::until(std::function<bool()> is, std::function<void()> f) {
  if (is()) {
    f();
  } else {
    after(1, [this, is = std::move(is), f = std::move(f)] { until(is, f); });
  }
}

Twin::Twin(string_view name) : name_(name), settler_(new Settler{{}, this, 0, {}}) {
  uv_idle_init(host.loop(), &settler_->uv);
  settler_->uv.data = settler_;
}

Twin::~Twin() {
  if (ownNet_ != nullptr) tearDown();  // the test failed half-way
}

void Twin::died(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    static const std::regex raised("([A-Za-z0-9_.]+): (.*)");
    std::smatch match;
    if (!catching_) {
      trace("process", "died of", fields(e));
    } else if (std::regex_match(e.message, match, raised)) {
      trace(match[1].str(), "uncaught", match[2].str());
    } else {
      trace("process", "uncaught", fields(e));
    }
  } catch (const std::exception& e) {
    trace("process", "died of", e.what());
  }
}

void Twin::run() {
  host.onUncaught([this](const std::exception_ptr& error) { died(error); });
  after(static_cast<int>(kPatience.count()), [this] {
    trace("process", "hangs");
    host.stop();
  });
  uv_unref(reinterpret_cast<uv_handle_t*>(&(*alarms_.begin())->uv));
  Function<void()> main = [this] { body(); };
  call(main);
  host.run();

  const std::string diff = traceDiff(expectedTrace(name_), sorted());
  if (!diff.empty()) FAIL_CHECK(name_ << ": - node's trace, + ours\n" << diff);
  CHECK(diff.empty());
  const std::size_t lines = lines_.size();
  tearDown();
  CHECK(lines_.size() == lines);  // a Net that goes is silent
  CHECK(openHandles(host.loop()) == 0);
}

void Twin::tearDown() {
  while (!alarms_.empty()) (*alarms_.begin())->close();
  std::exchange(settler_, nullptr)->close();
  heldPorts_.clear();
  net.dropAll();
  ownNet_.reset();
  turn(host, 2);
  for (const std::string& path : paths_) std::filesystem::remove(path);
}

}  // namespace uvnet::test
