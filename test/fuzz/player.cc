#include "fuzz/player.h"

#include <stdexcept>
#include <tuple>
#include <utility>

namespace uvnet::test::fuzz {

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
    text += " " + shownData(std::get<0>(payload<event::Data>(pack)));
  } else if (event == EventId::kError) {
    text += " " + codeOf(&std::get<0>(payload<event::Error>(pack)));
  } else if (event == EventId::kPipe || event == EventId::kUnpipe) {
    text += " " + runner_.nameOf(std::get<0>(payload<event::Pipe>(pack)));
  } else if (event == EventId::kNewListener || event == EventId::kRemoveListener) {
    text += " " + std::string(std::get<0>(payload<event::NewListener>(pack)));
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

// --- Steps ---------------------------------------------------------------------------------------

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

}  // namespace uvnet::test::fuzz
