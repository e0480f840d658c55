// Local addresses that answer, refuse or are silent, all at one port, for connects to several of
// them.
#pragma once

#include <vector>

namespace uvnet::test {

// One port at which 127.0.0.1 is free for a server, 127.0.0.2 and .3 are silent (their queues are
// full, so that the system answers no further connection) and 127.0.0.4 and .5 refuse.
class LocalAddresses {
 public:
  LocalAddresses();
  LocalAddresses(const LocalAddresses&) = delete;
  LocalAddresses& operator=(const LocalAddresses&) = delete;
  ~LocalAddresses();

  int port = 0;

 private:
  bool takeAll(int candidate);
  void fill(int fd, int last, int at);
  void closeAll();

  std::vector<int> fds_;
};

}  // namespace uvnet::test
