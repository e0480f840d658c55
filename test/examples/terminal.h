// A program started as a person does it: at a terminal of its own, where it prints line by line and
// reads what is typed. Linux.
//
// Relies on nothing of uvnet. Every wait is bounded; a program that is still running at the end is
// killed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace uvnet::test {

class Terminal {
 public:
  // A program is looked up as a shell does it.
  Terminal(const std::string& program, std::vector<std::string> arguments);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  void type(const std::string& text);
  // Ctrl-D at the start of a line: the end of the input.
  void typeEnd();

  // Reads until that text has come, and gives all up to its end that was not read before. Fails the
  // test when it does not come.
  std::string until(const std::string& text);
  // Reads until the program has ended and gives the rest; its exit status is known then (128 + n:
  // ended by signal n).
  std::string rest();
  int exitStatus() const { return exitStatus_; }

  void kill();
  // Ctrl-C.
  void interrupt();
  void terminate();  // SIGTERM

  // The TCP port the program listens on, asked of the kernel. Fails the test if there is none.
  std::string port() const;

 private:
  bool readMore(std::chrono::steady_clock::time_point deadline);  // false: there is no more
  void reap();

  std::string program_;
  int pid_ = -1;
  int fd_ = -1;
  std::string unread_;
  int exitStatus_ = -1;
};

// One of examples/, by its file's name.
class Example : public Terminal {
 public:
  explicit Example(const std::string& name, std::vector<std::string> arguments = {})
      : Terminal(UVNET_TEST_BINARY_DIR "/examples/uvnet_example_" + name, std::move(arguments)) {}
};

// A path for a Unix socket that nobody else has; what is there at the end goes.
class SocketPath {
 public:
  SocketPath();
  SocketPath(const SocketPath&) = delete;
  SocketPath& operator=(const SocketPath&) = delete;
  ~SocketPath();
  const std::string& operator*() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

}  // namespace uvnet::test
