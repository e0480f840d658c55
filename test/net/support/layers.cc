#include "net/support/layers.h"

#include <algorithm>
#include <utility>

namespace uvnet::test {

std::string rot13(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>('a' + (c - 'a' + 13) % 26);
    } else if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>('A' + (c - 'A' + 13) % 26);
    }
  }
  return out;
}

std::string ScriptedLayer::told() const {
  std::string text;
  for (const std::string& hook : *hooks) text += (text.empty() ? "" : " ") + hook;
  return text;
}

int ScriptedLayer::count(const Log& hooks, std::string_view hook) {
  return static_cast<int>(std::count_if(hooks.begin(), hooks.end(), [&](const std::string& one) {
    return one.substr(0, one.find('(')) == hook;
  }));
}

void ScriptedLayer::start() {
  hooks->emplace_back("start");
  if (onStart) onStart();
}
void ScriptedLayer::received(Buffer&& bytes) {
  hooks->push_back("received(" + std::to_string(bytes.size()) + ")");
  got += bytes.view();
  if (onReceived) {
    onReceived(std::move(bytes));
  } else {
    deliver(std::move(bytes));
  }
}
void ScriptedLayer::receivedEnd(const Error* error) {
  hooks->emplace_back(error == nullptr ? "receivedEnd" : "receivedEnd(" + error->code + ")");
  if (onReceivedEnd) {
    onReceivedEnd(error);
  } else {
    Layer::receivedEnd(error);
  }
}
void ScriptedLayer::wanted() {
  hooks->emplace_back("wanted");
  if (onWanted) onWanted();
}
std::size_t ScriptedLayer::write(std::string_view bytes) {
  hooks->push_back("write(" + std::to_string(bytes.size()) + ")");
  std::size_t size = bytes.size();
  if (onWrite) {
    size = onWrite(bytes);
  } else {
    send(bytes);
  }
  taken += bytes.substr(0, size);
  return size;
}
void ScriptedLayer::sent() {
  hooks->emplace_back("sent");
  if (onSent) onSent();
}
void ScriptedLayer::end() {
  hooks->emplace_back("end");
  if (onEnd) {
    onEnd();
  } else {
    Layer::end();
  }
}
void ScriptedLayer::closing() noexcept {
  hooks->emplace_back("closing");
  if (onClosing) onClosing();
}

ScriptedLayer& script(Socket& socket) {
  auto layer = std::make_unique<ScriptedLayer>();
  ScriptedLayer& one = *layer;
  socket.putLayer(std::move(layer));
  return one;
}

void RepeatingLayer::received(Buffer&& bytes) {
  if (!in_) {
    deliver(std::move(bytes));
    return;
  }
  held_ += bytes.view();
  grow();
}

void RepeatingLayer::receivedEnd(const Error* error) {
  if (error != nullptr) return;
  ended_ = true;
  grow();
}

void RepeatingLayer::grow() {
  while (next_ < held_.size()) {
    if (!deliver(Buffer::adopt(std::string(factor_, held_[next_++])))) break;
  }
  mostHeld = std::max(mostHeld, held_.size() - next_);
  if (next_ == held_.size()) {
    held_.clear();
    next_ = 0;
    if (ended_) deliverEnd();
  }
}

std::size_t RepeatingLayer::write(std::string_view bytes) {
  if (in_) {
    send(bytes);
    return bytes.size();
  }
  std::size_t taken = 0;
  while (taken < bytes.size() && unsent() == 0) send(std::string(factor_, bytes[taken++]));
  return taken;
}

}  // namespace uvnet::test
