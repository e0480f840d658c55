// The load client: uvnet-bench-load echo|sink|source|churn|idle WHERE [OPTION...]
//
// One thread, raw epoll, so that it is never what is slower. Checks every byte. Prints one JSON
// object: operations (messages; KiB for sink and source; connections for churn), rate, the server's
// CPU time per operation, latencies. `spin` keeps a processor from sleeping, at the lowest
// priority.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "load.h"

namespace {

[[noreturn]] void usage() {
  bench::fail(
      "usage: uvnet-bench-load echo|sink|source|churn|idle PORT|unix:PATH [--connections N]\n"
      "         [--size N] [--in-flight N] [--seconds S] [--warmup S] [--pid SERVER]\n"
      "         [--read-max N] [--receive-buffer N] [--skip-line 1]\n"
      "       uvnet-bench-load spin CPU");
}

// A halted virtual processor can wait long for its host; one that always has work does not halt.
[[noreturn]] void spin(int processor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(processor), &set);
  const sched_param none{};
  if (sched_setaffinity(0, sizeof set, &set) != 0 || sched_setscheduler(0, SCHED_IDLE, &none) != 0)
    bench::failErrno("spin");
  volatile unsigned turns = 0;
  while (true) turns = turns + 1;
}

void raiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) usage();
  const std::string_view mode = argv[1];
  if (mode == "spin") spin(std::atoi(argv[2]));
  bench::Options options;
  options.where = bench::parseWhere(argv[2]);
  for (int i = 3; i < argc; i += 2) {
    if (i + 1 == argc) usage();
    const std::string_view name = argv[i];
    const double value = std::atof(argv[i + 1]);
    if (name == "--connections") {
      options.connections = static_cast<std::size_t>(value);
    } else if (name == "--size") {
      options.size = static_cast<std::size_t>(value);
    } else if (name == "--in-flight") {
      options.inFlight = static_cast<std::size_t>(value);
    } else if (name == "--seconds") {
      options.seconds = value;
    } else if (name == "--warmup") {
      options.warmup = value;
    } else if (name == "--pid") {
      options.server = static_cast<pid_t>(value);
    } else if (name == "--read-max") {
      options.readMax = static_cast<std::size_t>(value);
    } else if (name == "--receive-buffer") {
      options.receiveBuffer = static_cast<int>(value);
    } else if (name == "--skip-line") {
      options.skipLine = value != 0;
    } else {
      usage();
    }
  }
  if (options.connections == 0 || options.size == 0 || options.inFlight == 0) usage();
  raiseFileLimit();
  prctl(PR_SET_PDEATHSIG, SIGKILL);

  std::unique_ptr<bench::Load> load;
  if (mode == "echo") {
    load = makeEcho(options);
  } else if (mode == "sink") {
    load = makeSink(options);
  } else if (mode == "source") {
    load = makeSource(options);
  } else if (mode == "churn") {
    load = makeChurn(options);
  } else if (mode == "idle") {
    stayIdle(options);
    return 0;
  } else {
    usage();
  }
  load->run();
  return 0;
}
