// What the tests of handles share: a world of one loop, listeners that write down what they are
// told, and connected pairs. May be used in several threads at once, as long as nothing fails.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/host.h>
#include <uvnet/ref.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "handles/loop_context.h"
#include "handles/pipe.h"
#include "handles/stream_handle.h"
#include "handles/tcp.h"
#include "handles/uv_error.h"
#include "support/catch.h"
#include "support/run_loop.h"
#include "support/socket_path.h"

namespace uvnet::test {

using handles::HandlePtr;
using handles::LoopContext;
using handles::StreamHandle;

// Calls of operator new in this program so far.
std::uint64_t newCalls();

// While it lives, operator new fails for this many bytes or more.
class NoMemoryFrom {
 public:
  explicit NoMemoryFrom(std::size_t size);
  NoMemoryFrom(const NoMemoryFrom&) = delete;
  NoMemoryFrom& operator=(const NoMemoryFrom&) = delete;
  ~NoMemoryFrom();
};

// A loop, and the proof at the end that nothing is left on it.
struct World {
  World() : context(make<LoopContext>(host)) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  LoopHost host;
  Ref<LoopContext> context;
};

// Somebody who must be kept alive; tells when it goes.
class Owner : public RefCounted {
 public:
  explicit Owner(bool* gone = nullptr) : gone_(gone) {}
  ~Owner() override {
    if (gone_ != nullptr) *gone_ = true;
  }

 private:
  bool* gone_;
};

class Reader : public StreamHandle::ReadListener {
 public:
  Reader() : Reader(make<Owner>()) {}
  void onRead(Buffer&& chunk) override {
    bytes += chunk.view();
    ++chunks;
    if (read) read(std::move(chunk));
  }
  void onReadEnd(int end) override {
    status = end;
    if (ended) ended(end);
  }
  void dropOwner() { owner_.reset(); }

  std::string bytes;
  int chunks = 0;
  int status = 0;
  std::function<void(Buffer)> read;
  std::function<void(int)> ended;

 private:
  explicit Reader(Ref<Owner> owner) : ReadListener(*owner), owner_(std::move(owner)) {}
  Ref<Owner> owner_;
};

class Acceptor : public StreamHandle::ConnectionListener {
 public:
  RefCounted& owner() noexcept override { return *owner_; }
  void onConnection(int accepted, HandlePtr client) override {
    statuses.push_back(accepted);
    if (client) clients.push_back(std::move(client));
    if (connected) connected();
  }

  std::vector<HandlePtr> clients;
  std::vector<int> statuses;
  std::function<void()> connected;

 private:
  Ref<Owner> owner_ = make<Owner>();
};

// A listening handle of that kind on a free port or path, and how to connect to it.
class ListeningHandle {
 public:
  ListeningHandle(World& world, StreamHandle::Kind kind, int backlog = 128);

  // A new handle, connecting; done may be empty.
  HandlePtr connect(handles::StatusCallback done = nullptr);
  // Both ends of a new connection: first ours, then the accepted one.
  std::pair<HandlePtr, HandlePtr> pair();

  World& world;
  Acceptor acceptor;
  HandlePtr handle;
  int port = 0;
  std::string path;
};

// A connected pair with readers that write down.
struct ConnectedPair {
  explicit ConnectedPair(StreamHandle::Kind kind);
  World world;
  ListeningHandle listening;
  Reader nearReader;
  Reader farReader;
  HandlePtr near;
  HandlePtr far;
  Ref<Owner> owner = make<Owner>();
};

// Bytes of which no two stretches are alike.
std::string pattern(std::size_t size);
// As little room in the kernel for what is written as it allows.
void shrinkBuffers(StreamHandle& handle);
// As many bytes as the kernel takes.
void fillUp(StreamHandle& handle);

// For tests that hold for both kinds of handle.
inline const char* nameOf(StreamHandle::Kind kind) {
  return kind == StreamHandle::Kind::kTcp ? "tcp" : "pipe";
}

}  // namespace uvnet::test
