#include "fuzz/program_runner.h"

#include <uvnet/host.h>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "fuzz/scripted_stream.h"
#include "handles/wtf8.h"
#include "stream/text_units.h"
#include "support/catch.h"
#include "support/encoding_goldens.h"

namespace uvnet::test::fuzz {

namespace {

constexpr std::size_t kMaxLines = 3000;
// The trace of Node is made with Node 20's.
constexpr std::size_t kNodeHighWaterMark = 16 * 1024;

constexpr std::array kEvents = {EventId::kData,        EventId::kReadable,      EventId::kPause,
                                EventId::kResume,      EventId::kEnd,           EventId::kDrain,
                                EventId::kPipe,        EventId::kUnpipe,        EventId::kPrefinish,
                                EventId::kFinish,      EventId::kError,         EventId::kClose,
                                EventId::kNewListener, EventId::kRemoveListener};
constexpr std::array kWatched = {
    EventId::kPause,  EventId::kResume,    EventId::kEnd,    EventId::kDrain, EventId::kPipe,
    EventId::kUnpipe, EventId::kPrefinish, EventId::kFinish, EventId::kError, EventId::kClose};

bool isReadableEvent(EventId event) {
  return event == EventId::kData || event == EventId::kReadable || event == EventId::kPause ||
         event == EventId::kResume || event == EventId::kEnd;
}
bool isWritableEvent(EventId event) {
  return event == EventId::kDrain || event == EventId::kPipe || event == EventId::kUnpipe ||
         event == EventId::kPrefinish || event == EventId::kFinish;
}
EventId eventOf(std::string_view name) {
  for (const EventId event : kEvents) {
    if (eventName(event) == name) return event;
  }
  throw std::runtime_error("no event " + std::string(name));
}

std::string codeOf(const Error* error) {
  if (error == nullptr) return "null";
  return error->code.empty() ? error->message : error->code;
}
Error makeError(const std::string& code) { return Error(code, code); }

std::string shownText(std::string_view text) {
  std::string out = "'";
  const auto unit = [&out](std::uint32_t code) {
    static constexpr char kDigits[] = "0123456789abcdef";
    if (code >= 0x20 && code < 0x7f && code != '\\') {
      out += static_cast<char>(code);
      return;
    }
    out += '\\';
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(code >> shift) & 0xF];
  };
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const handles::Char c = handles::charAt<handles::Form::kWtf8>(p, end);
    p += c.size;
    if (c.code < 0x10000) {
      unit(c.code);
    } else {
      unit(0xD800 + ((c.code - 0x10000) >> 10));
      unit(0xDC00 + ((c.code - 0x10000) & 0x3FF));
    }
  }
  return out + "' " + std::to_string(stream::utf16Length(text));
}
std::string shownBytes(std::string_view bytes) { return "<" + toHex(bytes) + ">"; }

Chunk chunkOf(const Json& json) {
  const std::string data = json[1];
  if (json[0] == "b") return {false, fromHex(data), {}};
  if (json.size() < 3) return {true, data, {}};
  return {true, data, Encoding(json[2].get<std::string>())};
}

template <class T>
T argument(void* pack) {
  return std::get<0>(*static_cast<std::tuple<T>*>(pack));
}

// Ticks run when the turn ends; there is no loop.
class TurnHost final : public Host {
 public:
  explicit TurnHost(std::function<void(const Error*)> onUncaught)
      : onUncaught_(std::move(onUncaught)) {
    setDefaultHighWaterMark(kNodeHighWaterMark);
  }
  uv_loop_s* loop() noexcept override { return nullptr; }
  void nextTick(Task task) override { ticks_.push_back(std::move(task)); }
  void enter() override { ++depth_; }
  void leave() noexcept override {
    if (depth_ > 1) {
      --depth_;
      return;
    }
    while (!ticks_.empty()) {
      Task task = std::move(ticks_.front());
      ticks_.pop_front();
      try {
        task();
      } catch (...) {
        uncaught(std::current_exception());
      }
    }
    --depth_;
  }
  void uncaught(std::exception_ptr thrown) noexcept override {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      onUncaught_(&error);
    } catch (...) {
      onUncaught_(nullptr);
    }
  }
  void drop() { ticks_.clear(); }

 private:
  std::function<void(const Error*)> onUncaught_;
  std::deque<Task> ticks_;
  int depth_ = 0;
};

using Asked = const std::string*;  // the error that an "answer" step gives
using Answer = Function<void(Asked)>;

class Runner;

class Player final : public Script {
 public:
  Player(Runner& runner, const Json& description, std::string name);

  Actor& actor() { return *actor_; }
  bool hasEvent(EventId event) const;
  // A Transform of Node listens to its own 'prefinish'.
  bool isCounted(EventId event) const { return event != EventId::kPrefinish && hasEvent(event); }
  void watch(EventId event);
  void look();
  std::string call(const Json& step);
  void end();

  const std::string name;

 private:
  void makeActor(const Json& description);
  std::vector<std::int64_t> state();
  std::string shownValue(std::size_t field, std::int64_t value) const;
  std::string shownData(const std::optional<Buffer>& data);
  void sayEvent(const std::string& id, EventId event, void* pack);
  std::string listen(const Json& step);
  void say(const std::string& text);
  void schedule(const std::string& when, const char* what, Answer task);
  const Json* take(const char* what);
  void push(const Json& chunk);
  void give(const Json& answer, Asked asked);
  void answerDone(const Json* answer, const char* what, Callback done);
  void finish(const std::optional<std::string>& last, TransformCallback& done);
  void transformed(const Json& answer, Asked asked, TransformCallback& done);

  void onRead(std::size_t size) override;
  std::ptrdiff_t onTryWrite(std::string_view bytes, std::optional<Error>& error) override;
  void onWrite(std::string_view bytes, Callback done) override;
  void onWritev(std::span<Buffer> chunks, Callback done) override;
  void onFinal(Callback done) override;
  void onTransform(const Buffer& chunk, TransformCallback done) override;
  void onFlush(TransformCallback done) override;
  void onDestroy(const Error* error, Callback done) override;
  void onConstruct(Callback done) override;
  bool scripts(const char* what) const override {
    const auto found = description_.find(what);
    return found != description_.end() && *found != false && !found->is_null();
  }

  Runner& runner_;
  const Json& description_;
  const char kind_;
  std::map<std::string, std::size_t> taken_;  // of each script, how many answers
  std::map<std::string, std::deque<Answer>> held_;
  std::map<int, ListenerToken> listeners_;
  std::vector<std::string> fields_;
  std::vector<std::int64_t> seen_;
  Ref<Stream> stream_;
  Actor* actor_ = nullptr;
};

class Runner {
 public:
  explicit Runner(const Json& program)
      : host_([this](const Error* error) { say("uncaught " + codeOf(error)); }),
        program_(program) {}

  Lines run();

  void say(const std::string& line) {
    look();
    put(line);
  }
  void put(std::string line) {
    if (!full()) trace_.push_back(std::move(line));
  }
  bool full() const { return over_ || trace_.size() >= kMaxLines; }
  void look() {
    if (!begun_ || full()) return;
    for (const auto& player : players_) player->look();
  }
  void later(Task task) { later_.push_back(std::move(task)); }
  Callback callback(const Json& steps) {
    if (steps.is_null()) return {};
    return [this, id = callbacks_++, &steps](const Error* error) {
      say("callback " + std::to_string(id) + " " + codeOf(error));
      this->steps(steps);
    };
  }
  void steps(const Json& list) {
    for (const Json& one : list) step(one);
  }
  void step(const Json& step);
  Player& player(const Json& index) { return *players_[index.get<std::size_t>()]; }
  std::string nameOf(const Stream& stream) {
    for (const auto& player : players_) {
      if (&player->actor().stream() == &stream) return player->name;
    }
    return "?";
  }
  // Numbers for texts, so that states are rows of numbers.
  std::int64_t numberOf(const std::string& text) {
    return static_cast<std::int64_t>(
        texts_.try_emplace(text, static_cast<int>(texts_.size())).first->second);
  }
  std::string textOf(std::int64_t number) const {
    for (const auto& [text, n] : texts_) {
      if (n == number) return text;
    }
    return "?";
  }
  Host& host() { return host_; }

 private:
  template <class F>
  void turn(F&& task) {
    host_.enter();
    task();
    host_.leave();
  }

  TurnHost host_;
  const Json& program_;
  Lines trace_;
  std::vector<std::unique_ptr<Player>> players_;
  bool begun_ = false;
  bool over_ = false;
  std::deque<Task> later_;
  int callbacks_ = 0;
  std::map<std::string, int> texts_;
};

Lines Runner::run() {
  turn([this] {
    std::size_t i = 0;
    for (const Json& description : program_["streams"]) {
      players_.push_back(std::make_unique<Player>(*this, description, "s" + std::to_string(i++)));
    }
    begun_ = true;
  });
  const Json& turns = program_["turns"];
  for (std::size_t next = 0; next < turns.size() || !later_.empty();) {
    turn([&] {
      if (!later_.empty()) {
        Task task = std::move(later_.front());
        later_.pop_front();
        task();
        return;
      }
      say("-- turn " + std::to_string(next));
      steps(turns[next++]);
    });
  }
  say("-- end");
  Lines trace = std::move(trace_);
  over_ = true;
  for (const auto& player : players_) player->end();
  host_.drop();
  later_.clear();
  players_.clear();
  return trace;
}

void Runner::step(const Json& step) {
  const std::string op = step[0];
  if (op == "tick") {
    host_.nextTick([this, &list = step[1]] { steps(list); });
    return;
  }
  if (op == "turn") {
    later([this, &list = step[1]] { steps(list); });
    return;
  }
  Player& one = player(step[1]);
  say("> " + one.name + " " + op);
  try {
    const std::string result = one.call(step);
    say("< " + one.name + " " + op + " " + result);
  } catch (const Error& error) {
    say("< " + one.name + " " + op + " threw " + codeOf(&error));
  }
}

// --- Player: the stream and what is seen of it ---------------------------------------------------

Player::Player(Runner& runner, const Json& description, std::string itsName)
    : name(std::move(itsName)),
      runner_(runner),
      description_(description),
      kind_(description["kind"].get<std::string>()[0]) {
  makeActor(description);
  fields_ = {"destroyed", "closed", "errored"};
  if (kind_ != 'W') {
    for (const char* field :
         {"readable", "readableLength", "readableFlowing", "readableEnded", "readableAborted",
          "readableDidRead", "isPaused", "readableHighWaterMark", "readableEncoding"}) {
      fields_.emplace_back(field);
    }
  }
  if (kind_ != 'R') {
    for (const char* field :
         {"writable", "writableLength", "writableNeedDrain", "writableEnded", "writableFinished",
          "writableCorked", "writableAborted", "writableHighWaterMark"}) {
      fields_.emplace_back(field);
    }
  }
  for (const EventId event : kEvents) {
    if (isCounted(event)) fields_.push_back("listeners(" + std::string(eventName(event)) + ")");
  }
  for (const EventId event : kWatched) watch(event);
}

void Player::makeActor(const Json& description) {
  StreamOptions options;
  const auto mark = [&](const char* key, std::optional<std::int64_t>& to) {
    if (description["options"].contains(key)) to = description["options"][key];
  };
  const auto flag = [&](const char* key, bool& to) {
    if (description["options"].contains(key)) to = description["options"][key];
  };
  mark("highWaterMark", options.highWaterMark);
  mark("readableHighWaterMark", options.readableHighWaterMark);
  mark("writableHighWaterMark", options.writableHighWaterMark);
  flag("allowHalfOpen", options.allowHalfOpen);
  flag("autoDestroy", options.autoDestroy);
  flag("emitClose", options.emitClose);
  flag("readable", options.readable);
  flag("writable", options.writable);
  const Json& given = description["options"];
  if (given.contains("encoding")) options.encoding = Encoding(given["encoding"].get<std::string>());
  if (given.contains("defaultEncoding")) {
    options.defaultEncoding = Encoding(given["defaultEncoding"].get<std::string>());
  }
  const auto use = [this](auto made) {
    actor_ = made.get();
    stream_ = made;
  };
  Host& host = runner_.host();
  switch (kind_) {
    case 'R':
      return use(make<Sourced<Readable>>(host, options, *this));
    case 'W':
      return use(make<Sourced<Writable>>(host, options, *this));
    case 'D':
      return use(make<Sourced<Duplex>>(host, options, *this));
    case 'T':
      return use(make<ScriptedTransform>(host, options, *this));
    default:
      return use(make<ScriptedPassThrough>(host, options, *this));
  }
}

// Nothing may be told from here on, and nothing be kept.
void Player::end() {
  actor_->abandon();
  held_.clear();
}

bool Player::hasEvent(EventId event) const {
  if (event == EventId::kError || event == EventId::kClose) return true;
  return (kind_ != 'W' && isReadableEvent(event)) || (kind_ != 'R' && isWritableEvent(event));
}

void Player::watch(EventId event) {
  if (!hasEvent(event)) return;
  actor_->listen(
      event, [this, event](void* pack) { sayEvent("", event, pack); }, 0);
}

void Player::say(const std::string& text) { runner_.say(name + " " + text); }

void Player::sayEvent(const std::string& id, EventId event, void* pack) {
  std::string text = std::string(eventName(event)) + id;
  if (event == EventId::kData) {
    text += " " + shownData(argument<const Buffer&>(pack));
  } else if (event == EventId::kError) {
    text += " " + codeOf(&argument<const Error&>(pack));
  } else if (event == EventId::kPipe || event == EventId::kUnpipe) {
    text += " " + runner_.nameOf(argument<Stream&>(pack));
  } else if (event == EventId::kNewListener || event == EventId::kRemoveListener) {
    text += " " + std::string(std::get<0>(*static_cast<std::tuple<std::string_view&&>*>(pack)));
  }
  say(text);
}

std::string Player::shownData(const std::optional<Buffer>& data) {
  if (!data) return "null";
  return actor_->encoding() ? shownText(*data) : shownBytes(*data);
}

std::vector<std::int64_t> Player::state() {
  std::vector<std::int64_t> values;
  values.reserve(fields_.size());
  const Stream& stream = actor_->stream();
  values.push_back(stream.destroyed());
  values.push_back(stream.closed());
  values.push_back(runner_.numberOf(codeOf(stream.errored())));
  if (kind_ != 'W') actor_->readableState(values);
  if (kind_ != 'R') actor_->writableState(values);
  for (const EventId event : kEvents) {
    if (isCounted(event)) values.push_back(static_cast<std::int64_t>(actor_->listeners(event)));
  }
  return values;
}

std::string Player::shownValue(std::size_t field, std::int64_t value) const {
  const std::string& what = fields_[field];
  if (what == "errored") return runner_.textOf(value);
  if (what == "readableEncoding") {
    return value < 0 ? "null" : std::string(Encoding(static_cast<Encoding::Kind>(value)).name());
  }
  if (what == "readableFlowing" && value < 0) return "null";
  if (what.ends_with("Length") || what.ends_with("Mark") || what.ends_with("Corked") ||
      what.ends_with(")")) {
    return std::to_string(value);
  }
  return value != 0 ? "true" : "false";
}

void Player::look() {
  std::vector<std::int64_t> now = state();
  std::string line;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (seen_.empty() || now[i] != seen_[i]) line += " " + fields_[i] + "=" + shownValue(i, now[i]);
  }
  seen_ = std::move(now);
  if (!line.empty()) runner_.put(name + " :" + line);
}

// --- Player: steps -------------------------------------------------------------------------------

std::string Player::call(const Json& step) {
  const std::string op = step[0];
  const auto answer = [](bool value) { return std::string(value ? "true" : "false"); };
  const auto given = [&](std::size_t i) { return i < step.size() && !step[i].is_null(); };
  Actor& a = *actor_;
  if (op == "push") return answer(a.push(chunkOf(step[2])));
  if (op == "pushEnd") return a.pushEnd(), "false";
  if (op == "read") {
    std::optional<std::int64_t> n;
    if (given(2)) n = step[2].get<std::int64_t>();
    return shownData(a.read(n));
  }
  if (op == "unshift") return answer(a.unshift(chunkOf(step[2])));
  if (op == "write") return answer(a.write(chunkOf(step[2]), runner_.callback(step[3])));
  if (op == "answer") {
    std::deque<Answer>& held = held_[step[2].get<std::string>()];
    if (held.empty()) return "nothing";
    Answer task = std::move(held.front());
    held.pop_front();
    const std::string error = given(3) ? step[3].get<std::string>() : "";
    task(given(3) ? &error : nullptr);
    return "undefined";
  }
  if (op == "on") return listen(step);

  if (op == "readAll") {
    for (int i = 0; i < 20; ++i) {
      const std::optional<Buffer> data = a.read({});
      if (!data) break;
      say("gave " + shownData(data));
    }
  } else if (op == "pause") {
    a.pause();
  } else if (op == "resume") {
    a.resume();
  } else if (op == "setEncoding") {
    a.setEncoding(Encoding(step[2].get<std::string>()));
  } else if (op == "setDefaultEncoding") {
    a.setDefaultEncoding(Encoding(step[2].get<std::string>()));
  } else if (op == "setAllowHalfOpen") {
    a.setAllowHalfOpen(step[2]);
  } else if (op == "end") {
    std::optional<Chunk> chunk;
    if (given(2)) chunk = chunkOf(step[2]);
    a.end(chunk, runner_.callback(step[3]));
  } else if (op == "cork") {
    a.cork();
  } else if (op == "uncork") {
    a.uncork();
  } else if (op == "destroy") {
    const Error error = makeError(given(2) ? step[2].get<std::string>() : "");
    a.destroy(given(2) ? &error : nullptr);
  } else if (op == "pipe") {
    a.pipe(runner_.player(step[2]).actor().stream(), step[3]);
  } else if (op == "unpipe") {
    a.unpipe(given(2) ? &runner_.player(step[2]).actor().stream() : nullptr);
  } else if (op == "off") {
    const auto found = listeners_.find(step[3]);
    if (found != listeners_.end()) a.off(found->second);
  } else if (op == "removeAll") {
    if (given(2)) {
      a.removeAll(eventOf(step[2].get<std::string>()));
    } else {
      a.removeAll({});
      watch(EventId::kError);
    }
  } else {
    throw std::runtime_error("no step " + op);
  }
  return "undefined";
}

std::string Player::listen(const Json& step) {
  const EventId event = eventOf(step[2].get<std::string>());
  const int id = step[3];
  const auto calls = std::make_shared<int>(0);
  listeners_[id] = actor_->listen(
      event,
      [this, event, id, calls, n = step[5].get<int>(), &steps = step[6]](void* pack) {
        sayEvent("#" + std::to_string(id), event, pack);
        if (++*calls == n) runner_.steps(steps);
      },
      step[4]);
  return "undefined";
}

// --- Player: the source and the sink -------------------------------------------------------------

const Json* Player::take(const char* what) {
  if (!scripts(what)) return nullptr;
  const Json& script = description_[what];
  std::size_t& next = taken_[what];
  return next < script.size() ? &script[next++] : nullptr;
}

void Player::schedule(const std::string& when, const char* what, Answer task) {
  if (when == "now") {
    task(nullptr);
  } else if (when == "tick") {
    runner_.host().nextTick([task = std::move(task)]() mutable { task(nullptr); });
  } else if (when == "turn") {
    runner_.later([task = std::move(task)]() mutable { task(nullptr); });
  } else {
    held_[what].push_back(std::move(task));
  }
}

void Player::push(const Json& chunk) {
  say("push");
  bool more = false;
  if (chunk.is_null()) {
    actor_->pushEnd();
  } else {
    more = actor_->push(chunkOf(chunk));
  }
  say(more ? "pushed true" : "pushed false");
}

// The error of an answer: what the step says, else what the script says.
static std::optional<Error> errorOf(const Json* answer, Asked asked, std::size_t at) {
  if (asked != nullptr) return makeError(*asked);
  if (answer == nullptr || answer->size() <= at || (*answer)[at].is_null()) return std::nullopt;
  return makeError((*answer)[at].get<std::string>());
}

void Player::give(const Json& answer, Asked asked) {
  for (const Json& chunk : answer[1]) push(chunk);
  const std::optional<Error> error = errorOf(&answer, asked, 2);
  if (error) actor_->destroy(&*error);
}

void Player::onRead(std::size_t size) {
  say("doRead " + std::to_string(size));
  static const Json kNothing = {"hold", Json::array(), nullptr};
  const Json* script = take("read");
  const Json& answer = script != nullptr ? *script : kNothing;
  schedule(answer[0], "read", [this, &answer](Asked asked) { give(answer, asked); });
}

void Player::answerDone(const Json* answer, const char* what, Callback done) {
  schedule(answer == nullptr ? "now" : (*answer)[0].get<std::string>(), what,
           [answer, done = std::move(done)](Asked asked) mutable {
             const std::optional<Error> error = errorOf(answer, asked, 1);
             const int times =
                 answer != nullptr && answer->size() > 2 ? (*answer)[2].get<int>() : 1;
             for (int i = 0; i < times; ++i) done(error ? &*error : nullptr);
           });
}

// What can be taken at once is; a part of what cannot is as well: a Socket's way.
std::ptrdiff_t Player::onTryWrite(std::string_view bytes, std::optional<Error>& error) {
  if (!scripts("tryWrite")) return -1;
  const Json& script = description_["write"];
  const std::size_t next = taken_["write"];
  const bool now = next >= script.size() || (script[next][0] == "now" && script[next][2] == 1);
  if (!now) {
    const auto part = description_["tryWrite"].get<std::size_t>();
    return bytes.empty() ? -1 : static_cast<std::ptrdiff_t>(std::min(part, bytes.size() - 1));
  }
  say("doWrite " + shownBytes(bytes));
  error = errorOf(take("write"), nullptr, 1);
  return error ? -1 : static_cast<std::ptrdiff_t>(bytes.size());
}

void Player::onWrite(std::string_view bytes, Callback done) {
  say("doWrite " + shownBytes(bytes));
  answerDone(take("write"), "write", std::move(done));
}

void Player::onWritev(std::span<Buffer> chunks, Callback done) {
  std::string text = "doWritev";
  for (const Buffer& chunk : chunks) text += " " + shownBytes(chunk);
  say(text);
  answerDone(take("write"), "write", std::move(done));
}

void Player::onFinal(Callback done) {
  say("doFinal");
  answerDone(&description_["final"], "final", std::move(done));
}

void Player::onConstruct(Callback done) {
  say("doConstruct");
  answerDone(&description_["construct"], "construct", std::move(done));
}

void Player::onDestroy(const Error* error, Callback done) {
  say("doDestroy " + codeOf(error));
  const Json& answer = description_["destroy"];
  std::optional<Error> told;
  if (answer[1] == "same") {
    if (error != nullptr) told = *error;
  } else if (!answer[1].is_null()) {
    told = makeError(answer[1].get<std::string>());
  }
  schedule(answer[0], "destroy",
           [told, done = std::move(done)](Asked) mutable { done(told ? &*told : nullptr); });
}

// An empty Buffer means nothing here; Node's is pushed, which lets the next doRead() come.
void Player::finish(const std::optional<std::string>& last, TransformCallback& done) {
  if (last && last->empty()) actor_->push({false, "", {}});
  done(nullptr, last ? Buffer::copyOf(*last) : Buffer());
}

void Player::transformed(const Json& answer, Asked asked, TransformCallback& done) {
  for (const Json& chunk : answer[1]) push(chunk);
  if (const std::optional<Error> error = errorOf(&answer, asked, 2)) {
    done(&*error, {});
  } else {
    finish(answer[3].is_null() ? std::nullopt : std::optional(chunkOf(answer[3]).data), done);
  }
}

void Player::onTransform(const Buffer& chunk, TransformCallback done) {
  say("doTransform " + shownBytes(chunk));
  const Json* answer = take("transform");
  if (answer == nullptr) return finish(std::string(chunk.view()), done);
  schedule((*answer)[0], "transform", [this, answer, done = std::move(done)](Asked asked) mutable {
    transformed(*answer, asked, done);
  });
}

void Player::onFlush(TransformCallback done) {
  say("doFlush");
  const Json& answer = description_["flush"];
  schedule(answer[0], "flush", [this, &answer, done = std::move(done)](Asked asked) mutable {
    transformed(answer, asked, done);
  });
}

}  // namespace

Lines run(const nlohmann::json& program) {
  Lines trace = Runner(program).run();
  const int living = Sourced<Readable>::living + Sourced<Writable>::living +
                     Sourced<Duplex>::living + ScriptedTransform::living +
                     ScriptedPassThrough::living;
  if (living != 0) trace.push_back("left behind: " + std::to_string(living));
  return trace;
}

}  // namespace uvnet::test::fuzz
