// FIFOs that were given to us open, and which of them blocked before libuv made them not block.
//
// The mode is the open FIFO's, not the descriptor's: two descriptors may be of the same one, and so
// the mode goes back with the last of them. Same file and same direction counts as the same one.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

namespace uvnet::handles {

class Fifos {
 public:
  // blocked: it did, when it was given. Only forgets the mode where there is no memory.
  void add(int fd, const struct stat& file, bool blocked) noexcept {
    Entry entry{fd, file.st_dev, file.st_ino, ::fcntl(fd, F_GETFL) & O_ACCMODE, blocked};
    for (const Entry& other : entries_) entry.blocked |= other.blocked && other.isSame(entry);
    try {
      entries_.push_back(entry);
    } catch (const std::bad_alloc&) {
    }
  }
  bool empty() const noexcept { return entries_.empty(); }
  // About to be closed, whatever it is. True: it is to block again.
  bool remove(int fd) noexcept {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [fd](const Entry& entry) { return entry.fd == fd; });
    if (found == entries_.end()) return false;
    const Entry entry = *found;
    entries_.erase(found);
    return entry.blocked && std::none_of(entries_.begin(), entries_.end(),
                                         [&](const Entry& other) { return other.isSame(entry); });
  }

 private:
  struct Entry {
    int fd;
    dev_t device;
    ino_t inode;
    int direction;
    bool blocked;
    bool isSame(const Entry& other) const noexcept {
      return device == other.device && inode == other.inode && direction == other.direction;
    }
  };
  std::vector<Entry> entries_;
};

}  // namespace uvnet::handles
