#include "handles/timer.h"

#include <uv.h>

#include <algorithm>
#include <new>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "handles/callback_scope.h"
#include "handles/close_handle.h"

namespace uvnet::handles {

// All active timers of one duration, in the order in which they are due: a timer that starts or is
// refreshed is due last.
struct TimerList {
  std::uint64_t ms = 0;
  std::uint64_t expiry = 0;  // when to look at it: not later than its first timer is due
  Timer* first = nullptr;
  Timer* last = nullptr;
};

namespace {

// At the same time: the timer that was started first, which is the one of the longer duration.
struct Earlier {
  bool operator()(const TimerList* a, const TimerList* b) const noexcept {
    return a->expiry != b->expiry ? a->expiry < b->expiry : a->ms > b->ms;
  }
};
using Lists = std::unordered_map<std::uint64_t, TimerList>;
using Order = std::set<TimerList*, Earlier>;

// One timer that starts and stops over and over makes its list once.
constexpr std::size_t kSpares = 8;

}  // namespace

struct TimerLists::State {
  // A dropped list: what it was made of.
  struct Spare {
    Lists::node_type list;
    Order::node_type position;
  };

  uv_timer_t* uv = nullptr;  // made by the first timer
  Lists lists;
  Order order;
  std::vector<Spare> spares;

  TimerList& listFor(std::uint64_t ms, std::uint64_t expiry) {
    if (const auto found = lists.find(ms); found != lists.end()) return found->second;
    if (!spares.empty()) {
      Spare spare = std::move(spares.back());
      spares.pop_back();
      spare.list.key() = ms;
      TimerList& list = lists.insert(std::move(spare.list)).position->second;
      list = {ms, expiry, nullptr, nullptr};
      spare.position.value() = &list;
      order.insert(std::move(spare.position));
      return list;
    }
    TimerList& list = lists[ms];
    list = {ms, expiry, nullptr, nullptr};
    try {
      order.insert(&list);
    } catch (...) {
      lists.erase(ms);
      throw;
    }
    return list;
  }

  void expireAt(TimerList& list, std::uint64_t expiry) noexcept {
    auto position = order.extract(&list);
    list.expiry = expiry;
    order.insert(std::move(position));
  }

  void drop(TimerList& list) noexcept {
    Spare spare;
    spare.position = order.extract(&list);
    spare.list = lists.extract(list.ms);
    if (spares.size() < spares.capacity()) spares.push_back(std::move(spare));
  }

  // The uv_timer as early as the first list wants it. An earlier one stays: it only looks.
  void arm() noexcept;
};

namespace {

void freeTimer(uv_handle_t* uv) noexcept { delete reinterpret_cast<uv_timer_t*>(uv); }

}  // namespace

void TimerLists::State::arm() noexcept {
  if (order.empty()) {
    uv_timer_stop(uv);
    return;
  }
  const std::uint64_t now = uv_now(uv->loop);
  const std::uint64_t expiry = (*order.begin())->expiry;
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(uv)) != 0 &&
      uv_timer_get_due_in(uv) <= (expiry > now ? expiry - now : 0)) {
    return;
  }
  uv_timer_start(
      uv, [](uv_timer_t* timer) { static_cast<TimerLists*>(timer->data)->fireDue(); },
      expiry > now ? expiry - now : 0, 0);
}

TimerLists::TimerLists(Host& host) : host_(host), state_(std::make_unique<State>()) {
  state_->spares.reserve(kSpares);
}

TimerLists::~TimerLists() { close(); }

void TimerLists::close() noexcept {
  const std::unique_ptr<State> state = std::move(state_);
  if (state == nullptr) return;
  for (auto& [ms, list] : state->lists) {
    for (Timer* timer = list.first; timer != nullptr;) {
      timer->list_ = nullptr;
      timer = std::exchange(timer->next_, nullptr);
    }
  }
  if (state->uv == nullptr) return;
  auto* uv = reinterpret_cast<uv_handle_t*>(state->uv);
  if (!closeOwned(uv, freeTimer)) freeTimer(uv);
}

void TimerLists::append(TimerList& list, Timer& timer) noexcept {
  timer.next_ = nullptr;
  timer.previous_ = list.last;
  (list.last != nullptr ? list.last->next_ : list.first) = &timer;
  list.last = &timer;
}

void TimerLists::unlink(TimerList& list, Timer& timer) noexcept {
  (timer.previous_ != nullptr ? timer.previous_->next_ : list.first) = timer.next_;
  (timer.next_ != nullptr ? timer.next_->previous_ : list.last) = timer.previous_;
}

void TimerLists::insert(Timer& timer) {
  State& state = *state_;
  if (state.uv == nullptr) {
    state.uv = new uv_timer_t;
    uv_timer_init(host_.loop(), state.uv);
    uv_unref(reinterpret_cast<uv_handle_t*>(state.uv));
    state.uv->data = this;
  }
  timer.due_ = uv_now(state.uv->loop) + timer.ms_;
  TimerList& list = state.listFor(timer.ms_, timer.due_);
  timer.list_ = &list;
  append(list, timer);
  if (list.first == &timer) state.arm();
}

void TimerLists::remove(Timer& timer) noexcept {
  TimerList& list = *timer.list_;
  unlink(list, timer);
  timer.list_ = nullptr;
  if (list.first != nullptr) return;
  state_->drop(list);
  // The last one takes the uv_timer along: it would wake the loop once more, for nobody.
  if (state_->order.empty()) state_->arm();
}

// The list stays where it is among the others: fireDue moves it when its time comes.
void TimerLists::touch(Timer& timer) noexcept {
  timer.due_ = uv_now(state_->uv->loop) + timer.ms_;
  TimerList& list = *timer.list_;
  if (list.last == &timer) return;
  unlink(list, timer);
  append(list, timer);
}

void TimerLists::fireDue() noexcept {
  const CallGuard guard(*this);  // a callback may end the context
  while (state_ != nullptr && !state_->order.empty()) {
    TimerList& list = **state_->order.begin();
    Timer& timer = *list.first;
    // Timers have been refreshed since the list was put where it is: it moves, nothing fires.
    if (timer.due_ != list.expiry) {
      state_->expireAt(list, timer.due_);
      continue;
    }
    if (timer.due_ > uv_now(state_->uv->loop)) break;
    remove(timer);
    const Timer::Fired fired = timer.fired_;
    void* user = timer.user_;
    CallbackScope::run(host_, &timer.owner_, [=] { fired(user); });
  }
  if (state_ != nullptr) state_->arm();
}

void Timer::start(TimerLists& lists, std::uint64_t ms) {
  stop();
  lists_ = Ref<TimerLists>(lists);
  // Not 0, as setTimeout: it would be due again at once, for ever. Nor so much that due_ overflows.
  ms_ = std::clamp<std::uint64_t>(ms, 1, UINT64_MAX / 4);
  if (lists.state_ != nullptr) lists.insert(*this);
}

void Timer::refresh() noexcept {
  if (!lists_ || lists_->state_ == nullptr) return;
  if (list_ != nullptr) return lists_->touch(*this);
  try {
    lists_->insert(*this);
  } catch (const std::bad_alloc&) {
    // No memory for a list: this timer stays silent until the next refresh.
  }
}

void Timer::stop() noexcept {
  if (list_ != nullptr) lists_->remove(*this);
  lists_.reset();
}

}  // namespace uvnet::handles
