#include "tls/layer.h"

#include <exception>
#include <utility>

namespace uvnet::tls {
namespace {

// Its address is what tells our layers from others.
constexpr char kKind = 0;

}  // namespace

TlsLayer::TlsLayer(std::shared_ptr<Context> context, EngineOptions options,
                   std::unique_ptr<Owner> owner)
    : engine_(context, std::move(options)), owner_(std::move(owner)) {}

TlsLayer* TlsLayer::of(const Socket& socket) noexcept {
  Layer* layer = socket.layer();
  return layer != nullptr && kindOf(*layer) == &kKind ? static_cast<TlsLayer*>(layer) : nullptr;
}

const void* TlsLayer::kind() const noexcept { return &kKind; }

// What a listener throws is the host's, and costs the connection nothing.
template <class F>
void TlsLayer::tell(F&& f) noexcept {
  Host& host = socket().host();
  try {
    f();
  } catch (...) {
    host.uncaught(std::current_exception());
  }
}

void TlsLayer::start() {
  if (handshakeTimeout_ > 0) setTimer(handshakeTimeout_);
  if (!engine_.isServer()) pump();
}

void TlsLayer::received(Buffer&& bytes) {
  // A rest there is only while the handshake waits for a context.
  if (const std::string_view rest = engine_.unread(); !rest.empty()) {
    const Buffer both[] = {Buffer::copyOf(rest), std::move(bytes)};
    bytes = Buffer::concat(both);
  }
  fed_ = std::move(bytes);
  engine_.feed(fed_);
  pump();
}

void TlsLayer::answerServername(std::shared_ptr<Context> context) {
  if (closed_) return;
  engine_.setContext(std::move(context));
  pump();
}

// One after the other, and after each call of OpenSSL's what it wants sent: so there are no flags
// of who waits for what.
void TlsLayer::pump() {
  again_ = true;
  if (pumping_) return;  // who was told of something has called
  pumping_ = true;
  while (std::exchange(again_, false) && !closed_) pumpOn();
  pumping_ = false;
}

void TlsLayer::pumpOn() {
  while (!closed_) {
    const Engine::Step step = engine_.next();
    flush();
    if (closed_) return;
    tellNotes();
    if (closed_) return;
    switch (step) {
      case Engine::Step::kNothing:
        return;
      case Engine::Step::kServername:
        tell([this] { owner_->onServername(*this, engine_.servername()); });
        break;
      case Engine::Step::kSecure:
        tell([this] { owner_->onSecure(*this); });
        break;
      case Engine::Step::kData:
        deliver(engine_.data());
        break;
      case Engine::Step::kEnd:
        receivedEnd(nullptr);
        return;
      case Engine::Step::kFailed:
        tell([this] { owner_->onFailed(*this, engine_.error()); });
        return;
    }
  }
}

void TlsLayer::flush() {
  std::string out = engine_.takeOutput();
  if (!out.empty()) send(out);
  engine_.giveBack(std::move(out));
}

void TlsLayer::tellNotes() {
  for (const std::string& line : engine_.takeKeylog()) {
    tell([&] { owner_->onKeylog(*this, line); });
  }
  for (const Buffer& session : engine_.takeSessions()) {
    tell([&] { owner_->onSession(*this, session); });
  }
}

void TlsLayer::receivedEnd(const Error* error) {
  if (error != nullptr) {
    if (!engine_.established()) tell([&] { owner_->onFailed(*this, *error); });
  } else if (engine_.established()) {
    deliverEnd();  // without a close_notify, too: closedCleanly() tells
  } else {
    tell([this] { owner_->onEndTooSoon(*this); });
  }
}

std::size_t TlsLayer::write(std::string_view bytes) {
  if (!engine_.established()) return 0;
  const std::size_t taken = engine_.write(bytes);
  flush();
  if (!closed_ && engine_.state() == Engine::State::kFailed) {
    tell([this] { owner_->onFailed(*this, engine_.error()); });
  }
  return taken;
}

// Before the handshake is over nothing can be said: the FIN alone, as in Node.
void TlsLayer::end() {
  engine_.end();
  flush();
  sendEnd();
}

void TlsLayer::timedOut() {
  if (!engine_.established()) tell([this] { owner_->onTimeout(*this); });
}

void TlsLayer::closing() noexcept {
  closed_ = true;
  engine_.end();
  try {
    flush();
  } catch (...) {  // no memory to say goodbye with
  }
}

}  // namespace uvnet::tls
