// One stream of a program and what the program does to it (Player), and the program as a whole
// (Runner). The parts of Player that play the source and the sink are in player_script.cc.
#pragma once

#include <uvnet/host.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/program_runner.h"
#include "fuzz/program_words.h"
#include "fuzz/scripted_stream.h"
#include "fuzz/turn_host.h"

namespace uvnet::test::fuzz {

// A program that goes on and on is cut here.
inline constexpr std::size_t kMaxLines = 3000;

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
  std::ptrdiff_t onTryWrite(std::string_view bytes, std::unique_ptr<Error>& error) override;
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

}  // namespace uvnet::test::fuzz
