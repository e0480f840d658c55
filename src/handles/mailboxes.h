// What other threads have posted to a LoopHost: the loop's end of each Poster.
//
// Relies on Wakeup. A box is shared between threads under its mutex; who owns it is not: it goes in
// the loop's thread, when the last copy of its Poster has gone or with the LoopHost.
#pragma once

#include <uvnet/host.h>
#include <uvnet/poster.h>

#include <memory>
#include <mutex>
#include <vector>

#include "handles/wakeup.h"

namespace uvnet::handles {

struct Mailbox {
  std::mutex mutex;
  std::vector<Task> tasks;
  bool forsaken = false;     // nobody can post any more
  Wakeup* wakeup = nullptr;  // null: the LoopHost has gone
};

class Mailboxes {
 public:
  explicit Mailboxes(Host& host) noexcept : host_(host) {}
  Mailboxes(const Mailboxes&) = delete;
  Mailboxes& operator=(const Mailboxes&) = delete;
  ~Mailboxes() { close(); }

  Poster add();
  // Drops what has not been run; none is added afterwards.
  void close() noexcept;

 private:
  struct Entry {
    Mailboxes* all;
    std::shared_ptr<Mailbox> box;
    std::unique_ptr<Wakeup> wakeup;
  };
  void deliver(Entry& entry);

  Host& host_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace uvnet::handles
