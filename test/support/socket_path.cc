#include "support/socket_path.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace uvnet::test {
namespace {

class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "uvnet-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder for sockets");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code error;
    // Not when a child that was forked comes to its end.
    if (::getpid() == owner_) std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  const pid_t owner_ = ::getpid();
};

}  // namespace

std::string uniqueSocketPath() {
  static const Folder folder;
  static std::atomic<int> number{0};
  return folder.path() + "/" + std::to_string(number++) + ".sock";
}

}  // namespace uvnet::test
