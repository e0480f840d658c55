// A load: connections on one epoll that count operations. Each kind (echo, sink, source, churn)
// says in `ready` what happens on one of its descriptors.
//
// Between begin and end of the measured time stands a snapshot of the server's CPU clock, so that
// start, connecting and warming up are not in it.
#pragma once

#include <cstdint>
#include <memory>

#include "support.h"

namespace bench {

struct Options {
  Where where;
  std::size_t connections = 1;
  std::size_t size = 64;     // of a message
  std::size_t inFlight = 1;  // messages on their way per connection
  double seconds = 1;
  double warmup = 0.2;
  pid_t server = 0;         // whose CPU time counts; 0: nobody's
  std::size_t readMax = 0;  // a slow reader takes only so much at a time; 0: what there is
  int receiveBuffer = 0;    // and has room for so much; 0: the kernel's choice
  bool skipLine = false;    // the server greets with a line
};

// Bytes per system call, at most.
constexpr std::size_t kLargest = 1 << 20;

class Load {
 public:
  explicit Load(const Options& options);
  virtual ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Runs and prints one JSON object on a line.
  void run();

 protected:
  virtual void start() = 0;
  virtual void ready(std::size_t connection, std::uint32_t events) = 0;
  // After the measured time: what can only be checked at the end.
  virtual void finish() {}

  // With `connection` as what ready() is told.
  void watch(int fd, std::size_t connection, std::uint32_t events, bool again = false);

  // One operation, which began then.
  void done(std::uint64_t beganNs) {
    operations_ += 1;
    latencies_.add(now_ - beganNs);
  }
  void doneBytes(std::size_t bytes) { operations_ += static_cast<double>(bytes) / 1024; }

  const Options options_;
  // When this turn's events came.
  std::uint64_t now_ = 0;

 private:
  void turn();

  int epoll_;
  double operations_ = 0;
  Histogram latencies_;
};

std::unique_ptr<Load> makeEcho(const Options& options);
std::unique_ptr<Load> makeSink(const Options& options);
std::unique_ptr<Load> makeSource(const Options& options);
std::unique_ptr<Load> makeChurn(const Options& options);

// Opens the connections, echoes one message on each, prints "idle" and waits for the end of stdin.
void stayIdle(const Options& options);

}  // namespace bench
