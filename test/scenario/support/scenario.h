// The C++ side of a scenario: support/trace.js, call by call.
//
//   SCENARIO_TWIN("cork") {            // beside cork.js, whose trace is cork.trace
//     both([&](Transport& t) {
//       Server& server = net.createServer([&](Socket& peer) { gather(t.object("peer"), peer); });
//       t.listen(server, [&] { ... });
//     });
//   }
//
// A twin makes the calls of the JavaScript file in the same order; the lines it traces must be
// those node printed. Where they shall differ, differences.txt says so and why.
//
// Lambdas capture with [&]: `this`, and references to what lives as long as the twin. So a local is
// a reference: Server& and Socket& of net.*, peers of net.createServer() (others: keep(peer)),
// `const std::string&` of t.object() and tempPath(), T& of var(value). A server is not yet bound to
// its name inside its own createServer(...): peer.server() is it, or use on<"connection">.
#pragma once

#include <uvnet/net.h>

#include <concepts>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/held_port.h"

namespace uvnet::test {

// Node 20's highWaterMark of sockets; ours is that of Node 22. A twin whose trace depends on it
// gives it in the options of both ends.
inline constexpr std::size_t kNode20Mark = 16 * 1024;

struct Undefined {};
inline constexpr Undefined undefined;

// A value as JavaScript's String() shows it.
struct Word {
  std::string text;
  Word(const char* value) : text(value) {}                                 // NOLINT
  Word(std::string_view value) : text(value) {}                            // NOLINT
  Word(std::string value) : text(std::move(value)) {}                      // NOLINT
  Word(const Buffer& value) : text(value.toString()) {}                    // NOLINT
  Word(std::same_as<bool> auto value) : text(value ? "true" : "false") {}  // NOLINT
  Word(Undefined) : text("undefined") {}                                   // NOLINT
  Word(std::nullptr_t) : text("null") {}                                   // NOLINT
  Word(double value);                                                      // NOLINT
  template <std::integral T>
  requires(!std::same_as<T, bool>) Word(T value) : text(std::to_string(value)) {}  // NOLINT
  template <class T>
  Word(const std::optional<T>& value)  // NOLINT
      : text(value ? Word(*value).text : "undefined") {}
};
// What is empty in C++ is undefined in JavaScript.
inline Word orUndefined(std::string_view text) { return text.empty() ? undefined : Word(text); }

std::string fields(const Error& error);
std::string chunkText(std::string_view chunk);
int portOf(const Server& server);
[[noreturn]] void raise(std::string_view object, std::string_view text);

// A Net whose servers and sockets stay, after 'close' too, until the twin ends: in JavaScript what
// a listener refers to stays as well.
class KeptNet : public Net {
 public:
  using Net::Net;

  Server& createServer(Function<void(Socket&)> listener = {});
  Server& createServer(const ServerOptions& options, Function<void(Socket&)> listener = {});
  Socket& connect(ConnectOptions options, Function<void()> listener = {});
  Socket& connect(Port port, std::string_view host, Function<void()> listener = {});
  Socket& connect(std::integral auto port, Function<void()> listener = {}) {
    return keep(Net::connect(port, std::move(listener)));
  }
  Socket& connect(std::string_view pathOrPort, Function<void()> listener = {});
  Socket& createConnection(ConnectOptions options, Function<void()> listener = {});
  // new net.Socket(options).
  Socket& socket(SocketOptions options = {});

  template <class T>
  T& keep(T& object) {
    kept_.emplace_back(Ref<T>(object));
    return object;
  }
  void dropAll() { kept_.clear(); }

 private:
  Function<void(Socket&)> keeping(Function<void(Socket&)> listener);

  std::vector<Ref<RefCounted>> kept_;
};

class Twin;

// TCP or a Unix socket: names its objects ("tcp.client"), listens, says where to connect to.
class Transport {
 public:
  Transport(Twin& twin, std::string_view inKind);

  const std::string& object(std::string_view name);
  Server& listen(Server& server, Function<void()> listener = {});
  ConnectOptions target(const Server& server, ConnectOptions options = {}) const;

  const std::string kind;
  const std::string path;  // of "unix"

 private:
  Twin& twin_;
  std::deque<std::string> names_;
};

class Twin {
 public:
  explicit Twin(std::string_view name);
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;
  virtual ~Twin();

  // Runs the body until nothing is left on the loop, or for kPatience ("process hangs"); compares
  // the trace; takes everything down and checks that the loop is empty.
  void run();

  template <class... Words>
  void trace(std::string_view object, const Words&... words) {
    traceWords(object, {Word(words)...});
  }
  int hidePort(int port);
  const std::string& tempPath();
  // Not before so many milliseconds have passed, and the loop has settled since: on a busy machine,
  // too, all that an earlier step set off has happened before the next.
  void after(int milliseconds, Function<void()> f);
  // When is() says so: for what has no event.
  void until(std::function<bool()> is, std::function<void()> f);
  void tick(Function<void()> f) { host.nextTick(std::move(f)); }

 protected:
  virtual void body() = 0;

  // The events named, separated by spaces, as trace.js shows them.
  void watch(const std::string& object, Socket& socket, std::string_view names);
  void watch(const std::string& object, Server& server, std::string_view names);
  void gather(const std::string& object, Socket& socket);
  // A callback or listener that traces itself, and the error it was given.
  auto told(const std::string& object, std::string_view what) {
    return [this, object, text = std::string(what)](const Error* error = nullptr) {
      error == nullptr ? trace(object, text) : trace(object, text, fields(*error));
    };
  }
  void attempt(std::string_view object, std::string_view what, const std::function<void()>& f);
  void state(std::string_view object, std::string_view at, const Socket& s);
  void sides(std::string_view object, std::string_view at, const Socket& s);
  void flow(std::string_view object, std::string_view at, const Socket& s);
  void counters(std::string_view object, std::string_view at, const Socket& s);
  Transport& transport(std::string_view kind);
  void both(const std::function<void(Transport&)>& f);
  void closeAfter(Server& server, int connections);
  // A port where nobody listens, held until the twin is taken down.
  void refusedPort(Function<void(int port)> f);
  // From here on exceptions and unheard errors are traced; before, they end a node process.
  void onUncaught() { catching_ = true; }

  Socket& keep(Socket& socket) { return net.keep(socket); }
  // A variable that lives as long as the twin.
  template <class T>
  T& var(T value) {
    auto kept = std::make_shared<T>(std::move(value));
    vars_.push_back(kept);
    return *kept;
  }

 private:
  struct Alarm;    // a uv_timer
  struct Settler;  // a uv_idle

  void traceWords(std::string_view object, std::initializer_list<Word> words);
  void died(const std::exception_ptr& error);
  std::string masked(std::string text) const;
  std::vector<std::string> sorted() const;
  void call(Function<void()>& f);
  void tearDown();

  const std::string name_;
  std::vector<std::pair<std::string, std::string>> lines_;  // object, text
  std::set<int> ports_;
  std::deque<std::string> paths_;
  std::deque<Transport> transports_;
  std::vector<std::shared_ptr<void>> vars_;
  std::set<Alarm*> alarms_;
  Settler* settler_ = nullptr;
  std::deque<HeldPort> heldPorts_;
  bool catching_ = false;
  LoopHost ownHost_;
  std::unique_ptr<KeptNet> ownNet_ = std::make_unique<KeptNet>(ownHost_);

 protected:
  LoopHost& host = ownHost_;
  KeptNet& net = *ownNet_;
};

// --- For the macro -------------------------------------------------------------------------------

template <class T>
void runTwin() {
  T().run();
}
std::string twinTitle(std::string_view name);
// "[scenario]" and the rows that the first line of the JavaScript file ends with.
std::string twinTags(std::string_view name);

}  // namespace uvnet::test

#define UVNET_TWIN(name, Class)                                                     \
  namespace {                                                                       \
  struct Class : ::uvnet::test::Twin {                                              \
    Class() : Twin(name) {}                                                         \
    void body() override;                                                           \
  };                                                                                \
  REGISTER_TEST_CASE(::uvnet::test::runTwin<Class>, ::uvnet::test::twinTitle(name), \
                     ::uvnet::test::twinTags(name));                                \
  }                                                                                 \
  void Class::body()
#define UVNET_TWIN_AT(name, line) UVNET_TWIN(name, Twin##line)
#define UVNET_TWIN_LINE(name, line) UVNET_TWIN_AT(name, line)
// SCENARIO_TWIN("cork") { ... }, in namespace uvnet::test.
#define SCENARIO_TWIN(name) UVNET_TWIN_LINE(name, __LINE__)
