#include "fuzz/program_runner.h"

#include <utility>

#include "fuzz/player.h"

namespace uvnet::test::fuzz {

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

Lines run(const nlohmann::json& program) {
  Lines trace = Runner(program).run();
  const int living = Sourced<Readable>::living + Sourced<Writable>::living +
                     Sourced<Duplex>::living + ScriptedTransform::living +
                     ScriptedPassThrough::living;
  if (living != 0) trace.push_back("left behind: " + std::to_string(living));
  return trace;
}

}  // namespace uvnet::test::fuzz
