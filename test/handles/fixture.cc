#include "handles/fixture.h"

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <tuple>

namespace {

std::atomic<std::uint64_t> calls{0};
std::atomic<std::size_t> failFrom{SIZE_MAX};

void* allocate(std::size_t size) noexcept {
  calls.fetch_add(1, std::memory_order_relaxed);
  if (size >= failFrom.load(std::memory_order_relaxed)) return nullptr;
  return std::malloc(size != 0 ? size : 1);
}

}  // namespace

// Counted, so that a test can say that something allocates nothing, and able to fail.
void* operator new(std::size_t size) {
  if (void* memory = allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
// Not inlined, or gcc 12 sees free() answer to a `new` (-O1, -Wmismatched-new-delete).
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace uvnet::test {

namespace {

// Catch2's assertions are for one thread; one that holds does not get as far here.
void must(bool holds) {
  if (!holds) FAIL("the fixture could not be set up");
}

}  // namespace

std::uint64_t newCalls() { return calls.load(std::memory_order_relaxed); }

NoMemoryFrom::NoMemoryFrom(std::size_t size) { failFrom = size; }
NoMemoryFrom::~NoMemoryFrom() { failFrom = SIZE_MAX; }

World::~World() {
  context->shutdown();
  runToEnd(host);
  if (context->openHandles() != 0) FAIL_CHECK("handles are still open");
  context.reset();
  if (openHandles(host.loop()) != 0) FAIL_CHECK("something is left on the loop");
}

ListeningHandle::ListeningHandle(World& inWorld, StreamHandle::Kind kind, int backlog)
    : world(inWorld) {
  if (kind == StreamHandle::Kind::kTcp) {
    auto tcp = handles::Tcp::create(world.context);
    must(tcp->bind("127.0.0.1", 0, false) == 0);
    AddressInfo address;
    must(tcp->getsockname(address) == 0);
    port = address.port;
    handle = std::move(tcp);
  } else {
    auto pipe = handles::Pipe::create(world.context);
    path = uniqueSocketPath();
    must(pipe->bind(path) == 0);
    handle = std::move(pipe);
  }
  handle->setConnectionListener(&acceptor);
  must(handle->listen(backlog) == 0);
}

HandlePtr ListeningHandle::connect(handles::StatusCallback done) {
  const auto owner = make<Owner>();
  if (handle->kind() == StreamHandle::Kind::kTcp) {
    auto tcp = handles::Tcp::create(world.context);
    must(tcp->connect("127.0.0.1", port, false, *owner, std::move(done)) == 0);
    return tcp;
  }
  auto pipe = handles::Pipe::create(world.context);
  pipe->connect(path, *owner, std::move(done));
  return pipe;
}

std::pair<HandlePtr, HandlePtr> ListeningHandle::pair() {
  int status = 1;
  const std::size_t before = acceptor.clients.size();
  HandlePtr client = connect([&](int answer) { status = answer; });
  runUntil(world.host, [&] { return status != 1 && acceptor.clients.size() > before; });
  must(status == 0);
  HandlePtr accepted = std::move(acceptor.clients.back());
  acceptor.clients.pop_back();
  return {std::move(client), std::move(accepted)};
}

ConnectedPair::ConnectedPair(StreamHandle::Kind kind) : listening(world, kind) {
  std::tie(near, far) = listening.pair();
  near->setReadListener(&nearReader);
  far->setReadListener(&farReader);
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('!' + (i * 7 + i / 89) % 90);
  return text;
}

void shrinkBuffers(StreamHandle& handle) {
  const int size = 1;  // the system's minimum
  REQUIRE(::setsockopt(handle.fileno(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
}

void fillUp(StreamHandle& handle) {
  const std::string block(65536, 'f');
  while (handle.tryWrite(block) > 0) {
  }
}

}  // namespace uvnet::test
