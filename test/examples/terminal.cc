#include "examples/terminal.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "support/catch.h"
#include "support/run_loop.h"

namespace uvnet::test {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

// Shows what the program writes as it is written, and not what is typed; still reads by lines.
termios quietTerminal() {
  termios settings{};
  settings.c_lflag = ICANON;
  settings.c_cc[VEOF] = 4;  // Ctrl-D
  settings.c_cflag = CS8 | CREAD;
  return settings;
}

// "socket:[12345]" -> "12345", for each descriptor of a process that is a socket.
std::set<std::string> socketInodes(int pid) {
  std::set<std::string> inodes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(entry.path(), gone).string();
    if (target.starts_with("socket:[")) inodes.insert(target.substr(8, target.size() - 9));
  }
  return inodes;
}

// The port of the one listening socket (state 0A) among those, in /proc/net/tcp or tcp6.
std::string listeningPort(const char* table, const std::set<std::string>& inodes) {
  std::ifstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
        timeout >> inode;
    if (state != "0A" || !inodes.contains(inode)) continue;
    return std::to_string(std::stoi(local.substr(local.rfind(':') + 1), nullptr, 16));
  }
  return {};
}

}  // namespace

Terminal::Terminal(const std::string& program, std::vector<std::string> arguments)
    : program_(program) {
  std::vector<char*> argv{program_.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const termios settings = quietTerminal();
  pid_ = forkpty(&fd_, nullptr, &settings, nullptr);
  if (pid_ == 0) {
    execvp(program_.c_str(), argv.data());
    _exit(127);
  }
  REQUIRE(pid_ > 0);
}

Terminal::~Terminal() {
  kill();
  if (fd_ >= 0) close(fd_);
}

void Terminal::type(const std::string& text) {
  INFO("typing \"" << text << "\" to " << program_);
  REQUIRE(write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

void Terminal::typeEnd() { type("\x04"); }

bool Terminal::readMore(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd ready{fd_, POLLIN, 0};
  const int count = left > 0 ? poll(&ready, 1, static_cast<int>(left)) : 0;
  if (count < 0 && errno == EINTR) return true;
  INFO(program_ << " said so far: " << unread_);
  REQUIRE(count == 1);  // or the time is up
  std::array<char, 4096> bytes;
  const ssize_t n = read(fd_, bytes.data(), bytes.size());
  if (n <= 0) return false;  // EIO: nobody has the terminal open any more
  unread_.append(bytes.data(), static_cast<std::size_t>(n));
  return true;
}

std::string Terminal::until(const std::string& text) {
  const auto deadline = Clock::now() + kPatience;
  std::size_t at;
  while ((at = unread_.find(text)) == std::string::npos) {
    if (readMore(deadline)) continue;
    reap();
    FAIL(program_ << " ended (" << exitStatus_ << ") without saying \"" << text << "\" but \""
                  << unread_ << "\"");
  }
  std::string read = unread_.substr(0, at + text.size());
  unread_.erase(0, read.size());
  return read;
}

std::string Terminal::rest() {
  const auto deadline = Clock::now() + kPatience;
  while (readMore(deadline)) {
  }
  reap();
  return std::exchange(unread_, {});
}

void Terminal::reap() {
  if (pid_ < 0) return;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  exitStatus_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Terminal::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  reap();
}

void Terminal::interrupt() { ::kill(pid_, SIGINT); }
void Terminal::terminate() { ::kill(pid_, SIGTERM); }

std::string Terminal::port() const {
  const std::set<std::string> inodes = socketInodes(pid_);
  std::string port = listeningPort("/proc/net/tcp", inodes);
  if (port.empty()) port = listeningPort("/proc/net/tcp6", inodes);
  INFO(program_ << " should be listening");
  REQUIRE(!port.empty());
  return port;
}

SocketPath::SocketPath() {
  std::string folder = (fs::temp_directory_path() / "uvnet-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  folder_ = folder;
  path_ = folder_ + "/echo.sock";
}

SocketPath::~SocketPath() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

}  // namespace uvnet::test
