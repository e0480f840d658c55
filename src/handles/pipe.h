// A Unix-domain socket (a named pipe elsewhere). As StreamHandle: thin, libuv's ints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "handles/stream_handle.h"

namespace uvnet::handles {

class Pipe;
using PipePtr = std::unique_ptr<Pipe, CloseHandle>;  // converts to HandlePtr

class Pipe : public StreamHandle {
 public:
  // Throws std::bad_alloc; nothing else can fail.
  static PipePtr create(Ref<LoopContext> context);

  // Takes an open descriptor over: on success the handle closes it, else the caller still owns it.
  // A FIFO that blocked does so again afterwards, once no handle of this context has it: the
  // program before or behind us on that pipe shares the mode. (Not a socket: a child that was given
  // it runs a loop of its own on it.)
  int open(int fd) noexcept;
  // A path, or on Linux an abstract name (first byte 0). What libuv would cut short is refused with
  // uverr::kInval: too long, a 0 byte inside a path. The file goes when the handle closes, if it is
  // still the one that was made here; from where the program is then does not matter.
  int bind(const std::string& path) noexcept;
  // Never fails at once: whatever is wrong comes later, through done.
  void connect(const std::string& path, RefCounted& owner, StatusCallback done);
  // Permissions of the bound file for everybody. kInval for an abstract name.
  int chmod(bool readable, bool writable) noexcept;

  // The longest path the system takes.
  static const std::size_t kMaxPath;

 protected:
  using StreamHandle::StreamHandle;

 private:
  friend class StreamHandle;
  // The file that bind() made, found again: by a name that does not move with the working
  // directory, and by what tells it from another one of that name.
  struct File {
    std::string path;
    std::uint64_t device;
    std::uint64_t inode;
  };
  void noteFile(const std::string& path) noexcept;
  void beforeClose() noexcept;
  void removeFile() noexcept;

  void answerLater(int status, RefCounted& owner, StatusCallback done);

  std::unique_ptr<File> file_;  // one without a path: bound to a name that is no file
};

// The handle as what it is; only for kind() == kPipe.
inline Pipe& asPipe(StreamHandle& handle) noexcept { return static_cast<Pipe&>(handle); }

}  // namespace uvnet::handles
