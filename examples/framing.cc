// Messages over a byte stream: a Transform that puts each message's length in front of it, and one
// that gives whole messages again, however the bytes were cut on their way.
//
//   uvnet_example_framing        a server and its client in one program, over TCP
//
// A chunk written to Frame is one message; each 'data' of Unframe is one message. Pipes keep
// chunks as they are, so that the server is one pipeline: socket, Unframe, Frame, socket.
#include <uvnet/net.h>
#include <uvnet/pipeline.h>
#include <uvnet/transform.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <variant>

namespace {

using uvnet::Buffer;
using uvnet::Error;
using uvnet::TransformCallback;

constexpr std::size_t kHead = 4;           // the length, big endian
constexpr std::size_t kLongest = 1 << 20;  // a peer must not make us hold more than that

class Frame final : public uvnet::Transform {
 public:
  explicit Frame(uvnet::Host& host) : Transform(host) {}

 private:
  void doTransform(Buffer message, TransformCallback done) override {
    if (message.size() > kLongest) {
      const Error error("a message of " + std::to_string(message.size()) + " bytes is too long");
      done(&error, {});
      return;
    }
    Buffer head = Buffer::allocUnsafe(kHead);
    for (std::size_t i = 0; i < kHead; ++i) {
      head.mutableData()[i] = static_cast<char>(message.size() >> (8 * (kHead - 1 - i)));
    }
    push(std::move(head));
    done(nullptr, std::move(message));  // shared, not copied
  }
};

class Unframe final : public uvnet::Transform {
 public:
  explicit Unframe(uvnet::Host& host) : Transform(host) {}

 private:
  void doTransform(Buffer chunk, TransformCallback done) override {
    // Most chunks begin with a message: only what is left over is kept and put in front.
    if (!rest_.empty()) {
      rest_ += chunk.view();
      chunk = Buffer::adopt(std::exchange(rest_, {}));
    }
    while (chunk.size() >= kHead) {
      std::size_t size = 0;
      for (std::size_t i = 0; i < kHead; ++i) {
        size = size << 8 | static_cast<std::uint8_t>(chunk.view()[i]);
      }
      if (size > kLongest) {
        const Error error("a message of " + std::to_string(size) + " bytes is too long");
        done(&error, {});
        return;
      }
      if (chunk.size() < kHead + size) break;
      push(chunk.subarray(kHead, kHead + size));
      chunk.removePrefix(kHead + size);
    }
    rest_ = std::string(chunk.view());  // toString() would decode it
    done(nullptr, {});
  }

  void doFlush(TransformCallback done) override {
    if (rest_.empty()) {
      done(nullptr, {});
      return;
    }
    const Error error("the last message was cut off");
    done(&error, {});
  }

  std::string rest_;  // of a message that is not whole yet
};

void say(const char* who, const Error* error) {
  std::cout << who << ": " << (error == nullptr ? "all is over" : error->what()) << std::endl;
}

}  // namespace

int main() {
  uvnet::LoopHost host;
  uvnet::Net net{host};

  // Half-open: the client's end must not end the answers that are still on their way.
  uvnet::Server& server = net.createServer({.allowHalfOpen = true});
  server.on<"connection">([&](uvnet::Socket& socket) {
    const auto in = uvnet::make<Unframe>(host);
    const auto out = uvnet::make<Frame>(host);
    // The pipeline keeps its streams, and destroys all of them when one fails.
    uvnet::pipeline({socket, *in, *out, socket}, [&](const Error* error) {
      say("server", error);
      server.close();
    });
  });

  const auto out = uvnet::make<Frame>(host);
  const auto in = uvnet::make<Unframe>(host);
  in->on<"data">([](const Buffer& message) {
    std::cout << "message of " << message.size() << " bytes: " << message.view().substr(0, 20)
              << std::endl;
  });

  server.listen(0, "127.0.0.1", [&] {
    uvnet::Socket& client =
        net.connect(std::get<uvnet::AddressInfo>(server.address()).port, "127.0.0.1");
    uvnet::pipeline({*out, client, *in}, [](const Error* error) { say("client", error); });
    out->write("hello");
    out->write("small ones may leave together");
    out->write(std::string(300000, 'x'));  // and a large one arrives in many pieces
    out->end("goodbye");
  });

  host.run();
}
