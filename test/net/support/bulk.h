// For tests of pipe() in bulk: what is sent, who sends it and what the kernel moved of it.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "handles/kernel_pipe.h"
#include "support/loopback.h"

namespace uvnet::test {

constexpr std::size_t kMiB = 1 << 20;

// 12 MiB of which no two stretches are alike.
const std::string& bulkMessage();
const Buffer& bulkBuffer();

// Whether there is a way through the kernel here.
constexpr bool kMoves = handles::KernelPipe::kAvailable;
// Room for several reads in the kernel from the start, which on a slow machine (a sanitizer's) it
// makes too late: then each message is single, and copied.
void makeRoom(Socket& socket);

// What went through the kernel's pipe of the loop that this socket is on.
std::uint64_t moved(Socket& socket);

// Sends so much of the message, and checks what comes back against it.
class BulkSender {
 public:
  BulkSender(Socket& socket, std::size_t size);
  bool done() const { return back == size_; }
  bool same() const { return same_; }
  std::size_t back = 0;

 private:
  void go();

  Socket& socket_;
  const std::size_t size_;
  std::size_t sent_ = 0;
  bool same_ = true;
};

// A 'data' listener, which makes the bytes come up.
void hear(Socket& socket);

// client - front | back - far: whatever the client sends goes to the far socket, and back.
struct BulkProxy {
  BulkProxy(NetWorld& world, Transport transport)
      : in(world, transport),
        out(world, transport),
        client(in.client),
        front(in.accepted),
        back(out.client),
        far(out.accepted) {
    for (Socket* socket : {&client, &front, &back, &far}) makeRoom(*socket);
  }
  void close() {
    in.close();
    out.close();
  }
  LoopbackPair in;
  LoopbackPair out;
  Socket& client;
  Socket& front;
  Socket& back;
  Socket& far;
};

}  // namespace uvnet::test
