// Node's EventEmitter: a typed shell (On) over one untyped list of listeners (Emitter).
//
// Listeners run in the order they were added, in the emitter's thread. Those removed while an
// event is being emitted still get this one, those added do not, as in Node. An exception leaves
// emit() and skips the listeners behind it; out of the loop's callbacks it reaches
// Host::uncaught.
//
// Listeners live as long as their emitter, and what they captured with them: after 'close' too, for
// a Socket may connect again and a Server listen again. So a Ref in a listener is a trap: a socket
// that its own listener holds, or two whose listeners hold each other, stay until their Net goes.
// The one exception: an accepted socket forgets its listeners once all have heard 'close', unless
// it was told to connect(). That is enough for a proxy, where the listeners of the accepted socket
// and of the one connected for it may hold each other. Elsewhere capture a reference, or
// end it by hand: socket.on<"close">([&] { socket.removeAllListeners(); }).
#pragma once

#include <uvnet/events.h>
#include <uvnet/export.h>
#include <uvnet/function.h>
#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace uvnet {

// Names one registered listener; to be given to off(). A token of a listener that is gone is
// harmless.
struct ListenerToken {
  EventId event{};
  std::uint32_t id = 0;  // 0: names nothing
};

class UVNET_API Emitter : public RefCounted {
 public:
  Host& host() const noexcept { return *host_; }

  // Removes that listener. False if it was not there any more.
  bool off(ListenerToken token);
  void removeAllListeners();

  // The events that have listeners.
  std::vector<std::string_view> eventNames() const;
  // More listeners than that on one event look like a leak: Host::warning is told, once. 0: any
  // number. Default 10, Node's.
  void setMaxListeners(std::size_t count) noexcept {
    maxListeners_ = static_cast<std::uint32_t>(count < UINT32_MAX ? count : UINT32_MAX);
  }
  std::size_t getMaxListeners() const noexcept { return maxListeners_; }

 protected:
  using Erased = Function<void(void* args)>;
  // kShown: a listener of the library's own that Node's programs find among theirs, in its place.
  // Unlike theirs it is not called any more once it was removed, also by the event under way.
  enum Flags : std::uint8_t { kNone = 0, kOnce = 1, kPrepend = 2, kShown = 4 };

  explicit Emitter(Host& host) noexcept : host_(&host) {}
  ~Emitter() override;

  // listener(void* args), args as for emitErased().
  template <class F>
  ListenerToken addListener(EventId event, F&& listener, Flags flags = kNone) {
    if ((flags & kShown) != 0 && relayed_ != 0) {
      return addShown(event, Erased(std::forward<F>(listener)), flags);
    }
    return addNode(event, new NodeOf<std::decay_t<F>>(std::forward<F>(listener)), flags);
  }
  void removeListeners(EventId event);
  // All of them without a word to anybody, in a destructor for one; not even the event under way
  // comes to them.
  void forgetListeners() noexcept;
  // The same with those of the library's own (kShown): what they wait for is of a life that is
  // over.
  void forgetOwnListeners() noexcept;
  std::size_t countListeners(EventId event) const noexcept;
  // This listener is there, and no other hears its event.
  bool listensAlone(ListenerToken token) const noexcept;
  bool hasListener(EventId event) const noexcept {
    return (heard_ & (1U << static_cast<unsigned>(event))) != 0;
  }

  // args points to a std::tuple of references as the event's signature has them. False if nobody
  // listened.
  bool emitErased(EventId event, void* args);
  template <class... Args>
  bool emitArgs(EventId event, Args&&... args) {
    if (!hasListener(event)) return false;
    std::tuple<Args&&...> pack(std::forward<Args>(args)...);
    return emitErased(event, &pack);
  }
  // 'error'; without a listener it is Host::uncaught's.
  bool emitError(const Error& error);

  // For who must act when listeners come and go (a stream starts to flow).
  virtual void onListenerAdded(EventId) {}
  virtual void onListenerRemoved(EventId) {}
  // All of one event, or of all (nullopt), at once.
  virtual void onListenersRemoved(std::optional<EventId>) {}
  // 'error' without a listener. True: somebody else has taken it.
  virtual bool onUnheardError(const Error&) { return false; }
  // --- For a runtime that has an emitter of its own, such as JavaScript's, which keeps its
  // listeners

  // From now on every event also goes to relay(), after the listeners here; 'newListener' and
  // 'removeListener' do not, and 'data' and 'readable', on which a stream's flow depends, only
  // while setRelayed() has said that somebody listens.
  void relayEvents() noexcept;
  void setRelayed(EventId event, bool listened) noexcept;
  // args as for emitErased(). True if somebody listened; may throw as a listener may, and throws
  // an 'error' that nobody hears.
  virtual bool relay(EventId, void*) { return false; }
  // Takes a listener of the library's own (kShown and kOnce; it needs no arguments) to the
  // runtime's emitter: a number above 0 for unlisten(). 0: it stays here.
  virtual std::uint32_t listenInRuntime(EventId, Erased&) { return 0; }
  virtual void unlistenInRuntime(EventId, std::uint32_t) {}
  // All of those.
  virtual void forgetOwnInRuntime() noexcept {}

  // Node's name of the class, for warnings.
  virtual std::string_view className() const noexcept { return "EventEmitter"; }
  // Events that eventNames() gives first, in that order, whenever they were listened to.
  virtual std::span<const EventId> leadingEvents() const noexcept { return {}; }

 private:
  template <class, class>
  friend class On;
  // A listener, a link of its emitter's list. As large as what it calls: a socket has two or three.
  struct Node {
    struct Ops {
      void (*call)(Node&, void* args);
      void (*destroy)(Node&) noexcept;
    };
    explicit Node(const Ops& those) noexcept : ops(those) {}
    void release() noexcept {
      if (--refs == 0) ops.destroy(*this);
    }
    const Ops& ops;
    Node* next = nullptr;
    std::uint32_t refs = 1;
    std::uint32_t id = 0;
    EventId event{};
    bool once = false;
    bool own = false;   // kShown
    bool over = false;  // not to be called any more, though an emit may still hold it
    bool alone = true;  // the only one of its event
  };
  template <class F>
  struct NodeOf final : Node {
    explicit NodeOf(F from) : Node(kOps), f(std::move(from)) {}
    static constexpr Ops kOps{[](Node& node, void* args) { static_cast<NodeOf&>(node).f(args); },
                              [](Node& node) noexcept { delete static_cast<NodeOf*>(&node); }};
    F f;  // takes emitErased()'s args
  };
  // Among the runtime's listeners, if it takes it.
  ListenerToken addShown(EventId event, Erased listener, Flags flags);
  // Takes the node, also when it throws.
  ListenerToken addNode(EventId event, Node* node, Flags flags);

  bool emitToMany(EventId event, void* args);
  // A link is the place that points to a node: first_, or the next of the one before.
  void remove(Node** link);
  void removeEach(EventId event);
  Node* take(Node** link) noexcept;
  void markAlone(EventId event) noexcept;
  Node** find(std::uint32_t id) noexcept;
  void dropAll(std::optional<EventId> event) noexcept;
  template <class Which>
  void dropEach(Which which, bool over) noexcept;
  void warnOfLeak(EventId event);

  // EventEmitter.defaultMaxListeners
  static constexpr std::uint32_t kDefaultMaxListeners = 10;

  Host* host_;
  std::uint32_t heard_ = 0;    // a bit for each event that has a listener, here or in the runtime
  std::uint32_t relayed_ = 0;  // and for each that the runtime is told of
  std::uint32_t warned_ = 0;   // and for each whose number of listeners was warned of
  std::uint32_t maxListeners_ = kDefaultMaxListeners;
  std::uint32_t lastId_ = 0;
  std::uint32_t count_ = 0;  // of all listeners
  Node* first_ = nullptr;    // in the order of their registration
};

// on<"name">() and its kin for the events of one class.
template <class Self, class Events>
class On {
 public:
  template <EventName Name, class F>
  ListenerToken on(F&& listener) {
    return add<Name>(std::forward<F>(listener), 0);
  }
  // Removed before it is called.
  template <EventName Name, class F>
  ListenerToken once(F&& listener) {
    return add<Name>(std::forward<F>(listener), 1);
  }
  // Ahead of those already there.
  template <EventName Name, class F>
  ListenerToken prependListener(F&& listener) {
    return add<Name>(std::forward<F>(listener), 2);
  }
  template <EventName Name, class F>
  ListenerToken prependOnceListener(F&& listener) {
    return add<Name>(std::forward<F>(listener), 3);
  }
  template <EventName Name>
  void removeAllListeners() {
    self().removeListeners(Find<Name>::kId);
  }
  template <EventName Name>
  std::size_t listenerCount() const {
    return static_cast<const Self*>(this)->countListeners(Find<Name>::kId);
  }
  // Calls the listeners now. False if there were none; an unheard 'error' goes to Host::uncaught.
  template <EventName Name, class... Args>
  bool emit(Args&&... args) {
    using E = Find<Name>;
    return Emit<typename E::Signature>::run(self(), E::kId, std::forward<Args>(args)...);
  }

 private:
  template <EventName Name>
  struct FindOrFail {
    using All = decltype(detail::join(Events{}, ListenerEvents{}));
    using Result = decltype(detail::findEvent<Name>(All{}));
    static_assert(Result::kFound,
                  "no such event on this class: <uvnet/events.h> lists every event by class");
  };
  template <EventName Name>
  using Find = typename FindOrFail<Name>::Result;

  Self& self() { return *static_cast<Self*>(this); }

  template <EventName Name, class F>
  ListenerToken add(F&& listener, int flags) {
    if constexpr (FindOrFail<Name>::Result::kFound) {
      using E = Find<Name>;
      return Add<typename E::Signature>::run(self(), E::kId, std::forward<F>(listener), flags);
    } else {
      return {};
    }
  }

  template <class Signature>
  struct Add;
  template <class... Args>
  struct Add<void(Args...)> {
    template <class F>
    static ListenerToken run(Self& self, EventId id, F&& listener, int flags) {
      using T = std::decay_t<F>;
      constexpr bool all = std::is_invocable_v<T&, Args...>;
      constexpr bool none = std::is_invocable_v<T&>;
      static_assert(all || none,
                    "this listener cannot take what the event carries: it takes all the "
                    "arguments listed in <uvnet/events.h>, or none");
      if constexpr (all || none) {
        return self.addListener(
            id,
            [f = T(std::forward<F>(listener))](void* pack) mutable {
              if constexpr (all) {
                std::apply(f, *static_cast<std::tuple<Args&&...>*>(pack));  // as Event::Payload
              } else {
                f();
              }
            },
            static_cast<typename Self::Flags>(flags));
      } else {
        return {};
      }
    }
  };

  template <class Signature>
  struct Emit;
  template <class... Args>
  struct Emit<void(Args...)> {
    static bool run(Self& self, EventId id, Args... args) {
      if (id == EventId::kError && !self.hasListener(id)) {
        if constexpr (std::is_same_v<void(Args...), void(const Error&)>) {
          return self.emitError(args...);
        }
      }
      return self.template emitArgs<Args...>(id, std::forward<Args>(args)...);
    }
  };
};

}  // namespace uvnet
