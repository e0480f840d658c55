// The untyped half of the EventEmitter: one list of counted listeners in the order of their
// registration. It allocates when a listener is added, never when an event is emitted (but for
// more than kInlineListeners listeners of one event).
#include <fmt/format.h>
#include <uvnet/emitter.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace uvnet {

namespace {

constexpr unsigned bit(EventId event) { return 1U << static_cast<unsigned>(event); }

// Marks the tokens of listeners that the runtime keeps. Our own numbers do not come this far.
constexpr std::uint32_t kInRuntime = 1U << 31;

// Snapshots of up to so many listeners live on the stack; more than one or two are rare.
constexpr std::size_t kInlineListeners = 8;

}  // namespace

Emitter::~Emitter() { forgetListeners(); }

ListenerToken Emitter::addShown(EventId event, Erased listener, Flags flags) {
  const std::uint32_t number = listenInRuntime(event, listener);
  if (number != 0) return {event, number | kInRuntime};
  return addNode(event, new NodeOf<Erased>(std::move(listener)), flags);
}

ListenerToken Emitter::addNode(EventId event, Node* node, Flags flags) {
  struct Release {
    void operator()(Node* one) const noexcept { one->release(); }
  };
  std::unique_ptr<Node, Release> owned(node);
  const CallGuard guard(*this);
  // Before it is added, so that 'newListener' does not tell of itself.
  emitArgs<std::string_view>(EventId::kNewListener, eventName(event));
  // 0 names nothing, so a wrapped counter skips it.
  if (++lastId_ == 0) ++lastId_;
  node->id = lastId_;
  node->event = event;
  node->once = (flags & kOnce) != 0;
  node->own = (flags & kShown) != 0;
  Node** link = &first_;
  if ((flags & kPrepend) == 0) {
    while (*link != nullptr) link = &(*link)->next;
  }
  node->next = std::exchange(*link, owned.release());
  markAlone(event);
  heard_ |= bit(event);
  if (++count_ > maxListeners_ && maxListeners_ > 0) warnOfLeak(event);
  // Node's streams overload on() only: what is prepended makes nothing flow.
  const ListenerToken token{event, node->id};
  if ((flags & kPrepend) == 0) onListenerAdded(event);
  return token;
}

void Emitter::warnOfLeak(EventId event) {
  const std::size_t count = countListeners(event);
  if (count <= maxListeners_ || (warned_ & bit(event)) != 0) return;
  warned_ |= bit(event);
  host_->warning("MaxListenersExceededWarning",
                 fmt::format("Possible EventEmitter memory leak detected. {} {} listeners added to "
                             "[{}]. MaxListeners is {}. Use emitter.setMaxListeners() to increase "
                             "limit",
                             count, eventName(event), className(), maxListeners_));
}

bool Emitter::off(ListenerToken token) {
  const CallGuard guard(*this);
  if ((token.id & kInRuntime) != 0) {
    unlistenInRuntime(token.event, token.id & ~kInRuntime);
    return true;
  }
  if (Node** const link = find(token.id); link != nullptr && (*link)->event == token.event) {
    remove(link);
    return true;
  }
  // Node's streams look at what is left even then: removeAllListeners('data') lets them flow on,
  // and an off() of one that is gone ends that.
  if (token.id != 0) onListenerRemoved(token.event);
  return false;
}

void Emitter::removeListeners(EventId event) {
  const CallGuard guard(*this);
  if (hasListener(EventId::kRemoveListener)) removeEach(event);
  dropAll(event);
  onListenersRemoved(event);
}

void Emitter::removeAllListeners() {
  const CallGuard guard(*this);
  if (hasListener(EventId::kRemoveListener)) {
    // Each is told of, event by event; those who are told go last.
    std::vector<EventId> events;
    for (const Node* node = first_; node != nullptr; node = node->next) {
      if (node->event != EventId::kRemoveListener &&
          std::find(events.begin(), events.end(), node->event) == events.end()) {
        events.push_back(node->event);
      }
    }
    for (const EventId event : events) removeListeners(event);
  }
  dropAll(std::nullopt);
  onListenersRemoved(std::nullopt);
}

// The last one first, as Node does.
void Emitter::removeEach(EventId event) {
  std::vector<std::uint32_t> ids;
  for (const Node* node = first_; node != nullptr; node = node->next) {
    if (node->event == event) ids.push_back(node->id);
  }
  for (; !ids.empty(); ids.pop_back()) {
    // Who is told may have removed some itself.
    if (Node** const link = find(ids.back())) remove(link);
  }
}

// Without a word to anybody.
template <class Which>
void Emitter::dropEach(Which which, bool over) noexcept {
  Node* dropped = nullptr;  // the last one first
  for (Node** link = &first_; *link != nullptr;) {
    if (which(**link)) {
      Node* const node = take(link);
      node->over = node->over || over;
      node->next = std::exchange(dropped, node);
    } else {
      link = &(*link)->next;
    }
  }
  // Last: what the listeners own may call back in here.
  while (dropped != nullptr) std::exchange(dropped, dropped->next)->release();
}

void Emitter::dropAll(std::optional<EventId> event) noexcept {
  dropEach([event](const Node& node) { return !event || node.event == *event; }, false);
}

void Emitter::forgetListeners() noexcept {
  dropEach([](const Node&) { return true; }, true);
}

void Emitter::forgetOwnListeners() noexcept {
  const CallGuard guard(*this);
  dropEach([](const Node& node) { return node.own; }, true);
  if (relayed_ != 0) forgetOwnInRuntime();
}

std::vector<std::string_view> Emitter::eventNames() const {
  std::vector<std::string_view> names;
  for (const EventId event : leadingEvents()) {
    if (hasListener(event)) names.push_back(eventName(event));
  }
  for (const Node* node = first_; node != nullptr; node = node->next) {
    const std::string_view name = eventName(node->event);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::size_t Emitter::countListeners(EventId event) const noexcept {
  std::size_t count = 0;
  for (const Node* node = first_; node != nullptr; node = node->next) {
    count += node->event == event ? 1 : 0;
  }
  // How many the runtime has is its business.
  return count + ((relayed_ & bit(event)) != 0 ? 1 : 0);
}

void Emitter::markAlone(EventId event) noexcept {
  Node* first = nullptr;
  for (Node* node = first_; node != nullptr; node = node->next) {
    if (node->event != event) continue;
    node->alone = first == nullptr;
    if (first == nullptr) {
      first = node;
    } else {
      first->alone = false;
    }
  }
}

bool Emitter::listensAlone(ListenerToken token) const noexcept {
  if ((relayed_ & bit(token.event)) != 0) return false;
  bool there = false;
  for (const Node* node = first_; node != nullptr; node = node->next) {
    if (node->event != token.event) continue;
    if (node->id != token.id) return false;
    there = true;
  }
  return there;
}

void Emitter::relayEvents() noexcept {
  relayed_ = ~(bit(EventId::kNewListener) | bit(EventId::kRemoveListener) | bit(EventId::kData) |
               bit(EventId::kReadable));
  heard_ |= relayed_;
}

void Emitter::setRelayed(EventId event, bool listened) noexcept {
  relayed_ = listened ? relayed_ | bit(event) : relayed_ & ~bit(event);
  heard_ &= ~bit(event);
  if (countListeners(event) > 0) heard_ |= bit(event);
}

Emitter::Node** Emitter::find(std::uint32_t id) noexcept {
  for (Node** link = &first_; *link != nullptr; link = &(*link)->next) {
    if ((*link)->id == id) return link;
  }
  return nullptr;
}

Emitter::Node* Emitter::take(Node** link) noexcept {
  Node* const node = std::exchange(*link, (*link)->next);
  --count_;
  markAlone(node->event);
  const std::size_t left = countListeners(node->event);
  if (left == 0) heard_ &= ~bit(node->event);
  // Node's mark belongs to the array of listeners, and one listener is no array.
  if (left <= 1) warned_ &= ~bit(node->event);
  return node;
}

void Emitter::remove(Node** link) {
  Node* const node = take(link);
  node->over = node->over || node->own;
  struct Release {
    Node* node;
    ~Release() { node->release(); }
  } const release{node};  // last: what the listener owned may call back in here
  onListenerRemoved(node->event);
  emitArgs<std::string_view>(EventId::kRemoveListener, eventName(node->event));
}

// One listener that stays, as a stream's 'data' has it: no list of those to call is made, and of
// the emitter, which the listener may be the end of, nothing is needed afterwards.
[[gnu::hot]] bool Emitter::emitErased(EventId event, void* args) {
  Node* node = first_;
  while (node != nullptr && node->event != event) node = node->next;
  if (node == nullptr || !node->alone || node->once || (relayed_ & bit(event)) != 0) {
    return emitToMany(event, args);
  }
  // It may throw, or be removed.
  ++node->refs;
  struct Release {
    Node& node;
    ~Release() { node.release(); }
  } const release{*node};
  node->ops.call(*node, args);
  return true;
}

bool Emitter::emitToMany(EventId event, void* args) {
  std::array<Node*, kInlineListeners> few{};
  std::vector<Node*> many;
  std::size_t count = 0;
  for (Node* node = first_; node != nullptr; node = node->next) {
    if (node->event != event) continue;
    if (count < few.size()) {
      few[count] = node;
    } else {
      if (many.empty()) many.assign(few.begin(), few.end());
      many.push_back(node);
    }
    ++count;
  }
  const bool relayed = (relayed_ & bit(event)) != 0;
  if (count == 0) return relayed && relay(event, args);

  Node** const nodes = many.empty() ? few.data() : many.data();
  for (std::size_t i = 0; i < count; ++i) ++nodes[i]->refs;
  // A listener may throw, drop the last Ref to the emitter, or remove any of them.
  const CallGuard guard(*this);
  struct Release {
    Node** nodes;
    std::size_t count;
    ~Release() {
      for (std::size_t i = 0; i < count; ++i) nodes[i]->release();
    }
  } release{nodes, count};

  for (std::size_t i = 0; i < count; ++i) {
    Node& node = *nodes[i];
    if (node.over) continue;
    if (node.once) {
      node.over = true;
      off({event, node.id});
    }
    node.ops.call(node, args);
  }
  if (relayed) relay(event, args);
  return true;
}

bool Emitter::emitError(const Error& error) {
  if (hasListener(EventId::kError)) return emitArgs<const Error&>(EventId::kError, error);
  if (!onUnheardError(error)) host_->uncaught(std::make_exception_ptr(error));
  return false;
}

}  // namespace uvnet
