#include "handles/mailboxes.h"

#include <algorithm>
#include <utility>

#include "handles/require_function.h"

namespace uvnet {

// What the copies of a Poster share. The last one tells the loop, which need not wait any more.
struct Poster::Sender {
  explicit Sender(std::shared_ptr<handles::Mailbox> to) noexcept : box(std::move(to)) {}
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() {
    const std::lock_guard lock(box->mutex);
    box->forsaken = true;
    if (box->wakeup != nullptr) box->wakeup->send();
  }
  const std::shared_ptr<handles::Mailbox> box;
};

}  // namespace uvnet

namespace uvnet::handles {

Poster Mailboxes::add() {
  auto entry = std::make_unique<Entry>(Entry{this, std::make_shared<Mailbox>(), nullptr});
  Poster poster;
  poster.sender_ = std::make_shared<Poster::Sender>(entry->box);
  entries_.reserve(entries_.size() + 1);
  entry->wakeup = std::make_unique<Wakeup>(
      host_,
      [](void* user) {
        auto& self = *static_cast<Entry*>(user);
        self.all->deliver(self);
      },
      entry.get());
  entry->wakeup->ref();
  entry->box->wakeup = entry->wakeup.get();  // no other thread knows the box yet
  entries_.push_back(std::move(entry));
  return poster;
}

void Mailboxes::deliver(Entry& entry) {
  std::vector<Task> tasks;
  bool last = false;
  {
    const std::lock_guard lock(entry.box->mutex);
    tasks.swap(entry.box->tasks);
    last = entry.box->forsaken;
  }
  if (last) {
    entry.box->wakeup = nullptr;
    entries_.erase(std::find_if(entries_.begin(), entries_.end(),
                                [&](const auto& other) { return other.get() == &entry; }));
  }
  for (Task& task : tasks) host_.nextTick(std::move(task));
}

void Mailboxes::close() noexcept {
  while (!entries_.empty()) {
    const std::unique_ptr<Entry> entry = std::move(entries_.back());
    entries_.pop_back();
    std::vector<Task> unrun;  // may own anything: goes when the lock has gone
    const std::lock_guard lock(entry->box->mutex);
    entry->box->wakeup = nullptr;
    unrun.swap(entry->box->tasks);
  }
}

}  // namespace uvnet::handles

namespace uvnet {

bool Poster::post(Task task) const {
  handles::requireFunction(task);
  if (sender_ == nullptr) return false;
  handles::Mailbox& box = *sender_->box;
  const std::lock_guard lock(box.mutex);
  if (box.wakeup == nullptr) return false;
  box.tasks.push_back(std::move(task));
  box.wakeup->send();
  return true;
}

// Only the loop's thread, which this is, changes `wakeup`.
void Poster::ref() const noexcept {
  if (sender_ != nullptr && sender_->box->wakeup != nullptr) sender_->box->wakeup->ref();
}
void Poster::unref() const noexcept {
  if (sender_ != nullptr && sender_->box->wakeup != nullptr) sender_->box->wakeup->unref();
}

}  // namespace uvnet
