// See two_machines.h. Namespaces are entered by unshare() and setns() of this one thread, not made
// by `ip netns`, whose names would stay in the file system after a test that was killed.
#include "namespace/support/two_machines.h"

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "support/catch.h"

namespace uvnet::test {
namespace {

std::string failureOf(const std::string& call) { return call + ": " + std::strerror(errno); }

int openNamespace() { return ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }

void enter(int fd) {
  if (::setns(fd, CLONE_NEWNET) != 0) throw std::runtime_error(failureOf("setns"));
}

// Without root: as root of a user namespace, for the rest of this process. Refused to a process
// that has threads.
bool becomeRootOfOwn() {
  const auto uid = ::getuid();
  const auto gid = ::getgid();
  if (::unshare(CLONE_NEWUSER) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
  std::ofstream("/proc/self/gid_map") << "0 " << gid << " 1";
  return true;
}

// What a shell command printed, and whether it went well. Bounded in time.
std::pair<bool, std::string> shell(const std::string& command) {
  const std::string script = "exec 2>&1; " + command;
  std::FILE* pipe = ::popen(script.c_str(), "r");
  if (pipe == nullptr) return {false, failureOf("popen")};
  std::string output;
  std::array<char, 4096> chunk{};
  while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    output.append(chunk.data(), size);
  }
  const int status = ::pclose(pipe);
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, output};
}

// Root's programs are not on everybody's PATH.
std::string withInput(const std::string& command, std::string_view input) {
  return "PATH=$PATH:/usr/sbin:/sbin timeout 10 " + command + " <<'END'\n" + std::string(input) +
         "\nEND\n";
}

void must(const std::string& command, std::string_view input) {
  const auto [good, output] = shell(withInput(command, input));
  INFO(input);
  INFO(output);
  REQUIRE(good);
}

// Until the kernel has noticed that both ends of the cable are there, packets are lost.
void waitForCable(const char* interface) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  ifreq request{};
  std::strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  do {
    ::poll(nullptr, 0, 1);
    if (::ioctl(fd, SIOCGIFFLAGS, &request) != 0) break;
  } while ((request.ifr_flags & IFF_RUNNING) == 0 && std::chrono::steady_clock::now() < end);
  ::close(fd);
  REQUIRE((request.ifr_flags & IFF_RUNNING) != 0);
}

std::string probe() {
  const int home = openNamespace();
  if (home < 0) return failureOf("this system has no network namespaces, open");
  std::string reason;
  if (::unshare(CLONE_NEWNET) != 0 && !(becomeRootOfOwn() && ::unshare(CLONE_NEWNET) == 0)) {
    reason = failureOf("no right to make a network namespace, unshare");
  } else {
    const auto tried = [&reason](const std::string& command, std::string_view input) {
      const auto [good, output] = shell(withInput(command, input));
      if (!good && reason.empty()) reason = "`" + command + "` does not work here: " + output;
    };
    tried("ip -batch -", "link add one type veth peer name two");
    tried("nft -f -", "add table inet uvnet");
    // In a user namespace the way back to where we came from is closed; nobody needs it.
    (void)::setns(home, CLONE_NEWNET);
  }
  ::close(home);
  return reason.substr(0, reason.find('\n'));
}

}  // namespace

const std::string& whyNoNamespaces() {
  static const std::string reason = probe();
  return reason;
}

void skipped(const std::string& reason) { std::cout << "uvnet: skipped: " << reason << std::endl; }

TwoMachines::TwoMachines() : home_(openNamespace()) {
  REQUIRE(home_ >= 0);
  REQUIRE(::unshare(CLONE_NEWNET) == 0);
  far_ = openNamespace();
  REQUIRE(::unshare(CLONE_NEWNET) == 0);
  near_ = openNamespace();
  REQUIRE(far_ >= 0);
  REQUIRE(near_ >= 0);
  // Link-local addresses of our own, since the kernel's would be tentative for a second.
  ip("link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02 "
     "netns /proc/" +
     std::to_string(::getpid()) + "/fd/" + std::to_string(far_) +
     "\n"
     "link set near addrgenmode none\n"
     "address add 192.0.2.1/24 dev near\n"
     "address add 2001:db8::1/64 dev near nodad\n"
     "address add fe80::1/64 dev near nodad\n"
     "link set lo up\n"
     "link set near up");
  onFar([] {
    must("ip -batch -",
         "link set far addrgenmode none\n"
         "address add 192.0.2.2/24 dev far\n"
         "address add 192.0.2.3/24 dev far\n"
         "address add 2001:db8::2/64 dev far nodad\n"
         "address add 2001:db8::3/64 dev far nodad\n"
         "address add fe80::2/64 dev far nodad\n"
         "link set lo up\n"
         "link set far up");
    waitForCable("far");
  });
  waitForCable("near");
  // Nobody has to be asked for: a question that is lost is asked again after a second only.
  std::string neighbours;
  for (const char* ip : {"192.0.2.2", "192.0.2.3", "2001:db8::2", "2001:db8::3", "fe80::2"}) {
    neighbours += "neighbour add " + std::string(ip) + " lladdr 02:00:00:00:00:02 dev near\n";
  }
  this->ip(neighbours);
  onFar([] {
    must("ip -batch -",
         "neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev far\n"
         "neighbour add 2001:db8::1 lladdr 02:00:00:00:00:01 dev far\n"
         "neighbour add fe80::1 lladdr 02:00:00:00:00:01 dev far");
  });
}

TwoMachines::~TwoMachines() {
  // With these the namespaces go, and the cable with them.
  CHECK(::setns(home_, CLONE_NEWNET) == 0);
  for (const int fd : {home_, near_, far_}) ::close(fd);
}

void TwoMachines::onFar(const std::function<void()>& f) {
  struct Back {
    int near;
    ~Back() { CHECK(::setns(near, CLONE_NEWNET) == 0); }
  };
  enter(far_);
  const Back back{near_};
  f();
}

void TwoMachines::ip(std::string_view lines) { must("ip -batch -", lines); }

void TwoMachines::farRejects(std::string_view rules) {
  onFar([rules] {
    must("nft -f -",
         "flush ruleset\ntable inet uvnet {\nchain arriving {\n"
         "type filter hook input priority 0; policy accept;\n" +
             std::string(rules) + "\n}\n}");
  });
}

}  // namespace uvnet::test
