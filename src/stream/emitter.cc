// The untyped half of the EventEmitter: one list of counted listeners in the order of their
// registration. It allocates when a listener is added, never when an event is emitted (but for
// more than kInlineListeners listeners of one event).
#include <uvnet/emitter.h>

#include <array>
#include <exception>
#include <memory>

namespace uvnet {

namespace {

constexpr unsigned bit(EventId event) { return 1U << static_cast<unsigned>(event); }

// Snapshots of up to so many listeners live on the stack; more than one or two are rare.
constexpr std::size_t kInlineListeners = 8;

}  // namespace

struct Emitter::Node {
  Node(Erased f, std::uint32_t number, bool single)
      : call(std::move(f)), id(number), once(single) {}
  void retain() noexcept { ++refs; }
  void release() noexcept {
    if (--refs == 0) delete this;
  }
  Erased call;
  std::uint32_t refs = 1;
  std::uint32_t id;
  bool once;
  bool fired = false;  // a nested emit has used up a `once`
};

Emitter::~Emitter() { removeAllListeners(); }

ListenerToken Emitter::addListener(EventId event, Erased listener, Flags flags) {
  // 0 names nothing, so a wrapped counter skips it.
  if (++lastId_ == 0) ++lastId_;
  auto node = std::make_unique<Node>(std::move(listener), lastId_, (flags & kOnce) != 0);
  const ListenerToken token{event, node->id};
  const Entry entry{event, node.get()};
  entries_.insert((flags & kPrepend) != 0 ? entries_.begin() : entries_.end(), entry);
  static_cast<void>(node.release());  // entries_ holds it now
  heard_ |= bit(event);
  onListenerAdded(event);
  return token;
}

bool Emitter::off(ListenerToken token) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].event == token.event && entries_[i].node->id == token.id) {
      removeAt(i);
      return true;
    }
  }
  return false;
}

void Emitter::removeListeners(EventId event) {
  for (std::size_t i = entries_.size(); i > 0; --i) {
    if (entries_[i - 1].event == event) removeAt(i - 1);
  }
}

void Emitter::removeAllListeners() {
  while (!entries_.empty()) removeAt(entries_.size() - 1);
}

std::size_t Emitter::countListeners(EventId event) const noexcept {
  std::size_t count = 0;
  for (const Entry& entry : entries_) count += entry.event == event ? 1 : 0;
  return count;
}

void Emitter::removeAt(std::size_t index) {
  const Entry entry = entries_[index];
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  remask(entry.event);
  onListenerRemoved(entry.event);
  entry.node->release();  // last: what the listener owned may call back in here
}

void Emitter::remask(EventId event) noexcept {
  if (countListeners(event) == 0) heard_ &= ~bit(event);
}

bool Emitter::emitErased(EventId event, void* args) {
  std::array<Node*, kInlineListeners> few{};
  std::vector<Node*> many;
  std::size_t count = 0;
  for (const Entry& entry : entries_) {
    if (entry.event != event) continue;
    if (count < few.size()) {
      few[count] = entry.node;
    } else {
      if (many.empty()) many.assign(few.begin(), few.end());
      many.push_back(entry.node);
    }
    ++count;
  }
  if (count == 0) return false;

  Node** const nodes = many.empty() ? few.data() : many.data();
  for (std::size_t i = 0; i < count; ++i) nodes[i]->retain();
  // A listener may throw, drop the last Ref to the emitter, or remove any of them.
  const Ref<Emitter> self(this);
  struct Release {
    Node** nodes;
    std::size_t count;
    ~Release() {
      for (std::size_t i = 0; i < count; ++i) nodes[i]->release();
    }
  } release{nodes, count};

  for (std::size_t i = 0; i < count; ++i) {
    Node& node = *nodes[i];
    if (node.once) {
      if (node.fired) continue;
      node.fired = true;
      off({event, node.id});
    }
    node.call(args);
  }
  return true;
}

bool Emitter::emitError(const Error& error) {
  if (hasListener(EventId::kError)) return emitArgs<const Error&>(EventId::kError, error);
  host_->uncaught(std::make_exception_ptr(error));
  return false;
}

}  // namespace uvnet
