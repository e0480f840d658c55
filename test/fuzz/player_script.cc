// What the source and the sink of a stream do, by the script of the program.
#include <algorithm>
#include <utility>

#include "fuzz/player.h"

namespace uvnet::test::fuzz {

namespace {

// The error of an answer: what the step says, else what the script says.
std::optional<Error> errorOf(const Json* answer, Asked asked, std::size_t at) {
  if (asked != nullptr) return makeError(*asked);
  if (answer == nullptr || answer->size() <= at || (*answer)[at].is_null()) return std::nullopt;
  return makeError((*answer)[at].get<std::string>());
}

}  // namespace

const Json* Player::take(const char* what) {
  if (!scripts(what)) return nullptr;
  const Json& script = description_[what];
  std::size_t& next = taken_[what];
  return next < script.size() ? &script[next++] : nullptr;
}

void Player::schedule(const std::string& when, const char* what, Answer task) {
  if (when == "throw") throw makeError("thrown");
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
std::ptrdiff_t Player::onTryWrite(std::string_view bytes, std::unique_ptr<Error>& error) {
  if (!scripts("tryWrite")) return -1;
  const Json& script = description_["write"];
  const std::size_t next = taken_["write"];
  const bool now = next >= script.size() || (script[next][0] == "now" && script[next][2] == 1);
  if (!now) {
    const auto part = description_["tryWrite"].get<std::size_t>();
    return bytes.empty() ? -1 : static_cast<std::ptrdiff_t>(std::min(part, bytes.size() - 1));
  }
  say("doWrite " + shownBytes(bytes));
  if (const auto failed = errorOf(take("write"), nullptr, 1)) {
    error = std::make_unique<Error>(*failed);
  }
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

}  // namespace uvnet::test::fuzz
