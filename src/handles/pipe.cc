#include "handles/pipe.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "handles/loop_context.h"
#include "handles/request.h"

namespace uvnet::handles {
namespace {

// The one kind of Pipe there is: with libuv's part in the same allocation.
class PipeMemory final : public Pipe {
 public:
  static PipePtr create(Ref<LoopContext> context) {
    return PipePtr(new PipeMemory(std::move(context)));
  }

 private:
  explicit PipeMemory(Ref<LoopContext> owned) noexcept
      : Pipe(std::move(owned), Kind::kPipe, reinterpret_cast<uv_stream_t*>(&pipe_)) {
    uv_pipe_init(context().loop(), &pipe_, 0);  // cannot fail: it makes no socket
    pipe_.data = static_cast<StreamHandle*>(this);
  }
  HandlePtr createSame() override { return create(Ref<LoopContext>(context())); }

  uv_pipe_t pipe_;
};

uv_pipe_t* pipeOf(uv_stream_t* uv) noexcept { return reinterpret_cast<uv_pipe_t*>(uv); }

bool isAbstract(const std::string& path) noexcept { return !path.empty() && path[0] == '\0'; }

bool isUsable(const std::string& path) noexcept {
  if (isAbstract(path)) return path.size() <= sizeof(sockaddr_un::sun_path);
  return !path.empty() && path.size() <= Pipe::kMaxPath && path.find('\0') == std::string::npos;
}

#ifdef __linux__
// Abstract names, which libuv before 1.46 does not know: a socket of our own, bound or connected
// (`call`), with an address of exactly the name's length. Returns it, or an error.
int openAbstract(const std::string& name, int (*call)(int, const sockaddr*, socklen_t)) noexcept {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd == -1) return uv_translate_sys_error(errno);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  int result = 0;
  do {
    result = call(fd, reinterpret_cast<const sockaddr*>(&address), size);
  } while (result == -1 && errno == EINTR);
  if (result == 0) return fd;
  const int status = uv_translate_sys_error(errno);
  ::close(fd);
  return status;
}
#else
int openAbstract(const std::string&, int (*)(int, const sockaddr*, socklen_t)) noexcept {
  return UV_ENOTSUP;
}
#endif

}  // namespace

const std::size_t Pipe::kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

PipePtr Pipe::create(Ref<LoopContext> context) { return PipeMemory::create(std::move(context)); }

int Pipe::open(int fd) noexcept {
  const int mode = ::fcntl(fd, F_GETFL);
  const int status = uv_pipe_open(pipeOf(uv()), fd);
  if (status != 0) return status;
  struct stat found {};
  if (mode != -1 && ::fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode)) {
    context().fifos().add(fd, found, (mode & O_NONBLOCK) == 0);
  }
  return 0;
}

// While it is still open.
void Pipe::beforeClose() noexcept {
  removeFile();
  if (context().fifos().empty()) return;
  const int fd = fileno();
  if (context().fifos().remove(fd)) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

int Pipe::bind(const std::string& path) noexcept {
  if (!isUsable(path)) return UV_EINVAL;
  if (!isAbstract(path)) {
    const int status = uv_pipe_bind(pipeOf(uv()), path.c_str());
    if (status == 0) noteFile(path);
    return status;
  }
  const int fd = openAbstract(path, ::bind);
  if (fd < 0) return fd;
  const int status = open(fd);
  if (status != 0) {
    ::close(fd);
  } else {
    file_.reset(new (std::nothrow) File{});
  }
  return status;
}

// libuv deletes what has the name when it closes the handle, seen from the working directory of
// then: after chdir() another file, and after somebody else has bound the name, theirs. So it is
// given an empty name to delete, and the file goes here.
void Pipe::noteFile(const std::string& path) noexcept {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  struct stat found {};
  if (error || ::lstat(whole.c_str(), &found) != 0) return;  // libuv's way will have to do
  try {
    file_ = std::make_unique<File>(File{whole.string(), found.st_dev, found.st_ino});
  } catch (const std::bad_alloc&) {
    return;
  }
  if (char* const name = const_cast<char*>(pipeOf(uv())->pipe_fname)) *name = '\0';
}

void Pipe::removeFile() noexcept {
  const std::unique_ptr<File> file = std::move(file_);
  if (file == nullptr || file->path.empty()) return;
  struct stat found {};
  if (::lstat(file->path.c_str(), &found) != 0) return;
  if (found.st_dev == file->device && found.st_ino == file->inode) ::unlink(file->path.c_str());
}

void Pipe::connect(const std::string& path, RefCounted& owner, StatusCallback done) {
  if (!isUsable(path)) return answerLater(UV_EINVAL, owner, std::move(done));
  if (isAbstract(path)) {
    // The loop does not wait for it: a local connect succeeds or fails at once.
    const int fd = openAbstract(path, ::connect);
    const int status = fd < 0 ? fd : open(fd);
    if (fd >= 0 && status != 0) ::close(fd);
    return answerLater(status, owner, std::move(done));
  }
  Request& request = context().requests().take(*this, owner, std::move(done));
  request.connect.data = &request;
  uv_pipe_connect(&request.connect, pipeOf(uv()), path.c_str(), Request::onConnected);
}

// Lets libuv call, so that the answer comes in the order and with the cancelling of every other
// one.
void Pipe::answerLater(int status, RefCounted& owner, StatusCallback done) {
  Request& request = context().requests().take(*this, owner, std::move(done));
  if (status == 0) {
    // Connected: an empty write succeeds, later.
    const uv_buf_t nothing = uv_buf_init(nullptr, 0);
    request.write.data = &request;
    status = uv_write(&request.write, uv(), &nothing, 1, [](uv_write_t* write, int written) {
      // It is written by now, but a connect that is not told before the close is cancelled.
      const auto* handle = reinterpret_cast<const uv_handle_t*>(write->handle);
      Request::onWritten(write, uv_is_closing(handle) != 0 ? UV_ECANCELED : written);
    });
    if (status == 0) return;
  }
  request.failure = status;
  request.connect.data = &request;
  // There is no socket without a name, so this fails, later.
  uv_pipe_connect(&request.connect, pipeOf(uv()), "", Request::onConnected);
}

int Pipe::chmod(bool readable, bool writable) noexcept {
  if (file_ != nullptr && file_->path.empty()) return UV_EINVAL;
  return uv_pipe_chmod(pipeOf(uv()), (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0));
}

}  // namespace uvnet::handles
