#include "net/support/bulk.h"

#include <sys/socket.h>

#include <algorithm>

#include "handles/loop_context.h"
#include "stream/wire.h"

namespace uvnet::test {

namespace {

class Inner : public Socket {
 public:
  static constexpr auto kWire = &Inner::plainWire;
};

}  // namespace

const std::string& bulkMessage() {
  static const std::string bytes = [] {
    std::string made;
    std::uint64_t state = 1;
    while (made.size() < 12 * kMiB) {
      std::uint64_t word = state += 0x9e3779b97f4a7c15U;  // SplitMix64
      word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
      word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
      word ^= word >> 31;
      made.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    return made;
  }();
  return bytes;
}

const Buffer& bulkBuffer() {
  static const Buffer buffer = Buffer::copyOf(bulkMessage());
  return buffer;
}

void makeRoom(Socket& socket) {
  const int size = 1024 * 1024;  // the kernel gives what it allows
  REQUIRE(::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
  REQUIRE(::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
}

std::uint64_t moved(Socket& socket) {
  stream::Wire* wire = (socket.*Inner::kWire)();
  REQUIRE(wire != nullptr);
  return wire->handle()->context().kernelPipe().moved();
}

BulkSender::BulkSender(Socket& socket, std::size_t size) : socket_(socket), size_(size) {
  socket_.on<"data">([this](const Buffer& chunk) {
    same_ = same_ && back + chunk.size() <= bulkMessage().size() &&
            bulkMessage().compare(back, chunk.size(), chunk.view()) == 0;
    back += chunk.size();
  });
  socket_.on<"drain">([this] { go(); });
  go();
}

void BulkSender::go() {
  constexpr std::size_t kAtOnce = 262144;
  while (sent_ < size_) {
    const std::size_t end = std::min(sent_ + kAtOnce, size_);
    const bool more = socket_.write(bulkBuffer().subarray(sent_, end));
    sent_ = end;
    if (!more) return;
  }
}

void hear(Socket& socket) {
  socket.on<"data">([](const Buffer&) {});
}

}  // namespace uvnet::test
