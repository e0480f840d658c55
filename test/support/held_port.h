// A TCP port that nobody else is given while the test runs: bound on every address, not listening.
//
// A port that was released a moment ago may by now be another process's, or the very port the
// kernel connects from, and a connection to itself succeeds. This one refuses connections until the
// test listens on it, and the test may bind to it as often as it likes: libuv sets SO_REUSEADDR.
#pragma once

namespace uvnet::test {

class HeldPort {
 public:
  HeldPort();
  ~HeldPort();
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;

  int port = 0;

 private:
  int fd_;
};

}  // namespace uvnet::test
