// Stream: the public face over the state machines of src/stream.
#include <uvnet/readable.h>
#include <uvnet/stream.h>
#include <uvnet/writable.h>

#include <string>

#include <utility>

#include "stream/core.h"
#include "stream/errors.h"
#include "stream/pipe_link.h"

namespace uvnet {

namespace {

std::size_t highWaterMark(const Host& host, const StreamOptions& options,
                          const std::optional<std::int64_t>& ofSide, const char* nameOfSide) {
  const std::optional<std::int64_t>& mark = options.highWaterMark ? options.highWaterMark : ofSide;
  if (!mark) return host.defaultHighWaterMark();
  if (*mark < 0) {
    throw Error(std::string("The property 'options.") + nameOfSide + "' is invalid. Received " +
                    std::to_string(*mark),
                "ERR_INVALID_ARG_VALUE", "TypeError");
  }
  return static_cast<std::size_t>(*mark);
}

StreamOptions forSides(StreamOptions options, bool readable, bool writable) {
  options.readable = options.readable && readable;
  options.writable = options.writable && writable;
  return options;
}

}  // namespace

Stream::Stream(Host& host, const StreamOptions& options, Sides sides, std::size_t room)
    : Emitter(host) {
  // Node's words: the side's own name on a Duplex only.
  const bool both = sides == Sides::kBoth;
  const std::size_t readableMark = highWaterMark(host, options, options.readableHighWaterMark,
                                                 both ? "readableHighWaterMark" : "highWaterMark");
  const std::size_t writableMark = highWaterMark(host, options, options.writableHighWaterMark,
                                                 both ? "writableHighWaterMark" : "highWaterMark");
  core_.reset(new (stream::Core::Room{room}) stream::Core(
      *this, forSides(options, sides != Sides::kWritable, sides != Sides::kReadable), readableMark,
      writableMark));
  core_->readableExists = sides != Sides::kWritable;
  core_->writableExists = sides != Sides::kReadable;
  // Not at once, even if stop was requested: the derived class is not there yet.
  if (options.signal.stop_possible()) watchSignal(options.signal);
}

Stream::~Stream() { abandon(); }

void* Stream::room() noexcept { return core_.get() + 1; }

bool Stream::destroyed() const noexcept { return core_->life.destroyed(); }
bool Stream::closed() const noexcept { return core_->life.closed(); }
const Error* Stream::errored() const noexcept { return core_->life.errored.get(); }

// --- Readable ------------------------------------------------------------------------------------

std::optional<Buffer> Stream::read() {
  const CallGuard guard(*this);
  return core_->readable.read(std::nullopt);
}
std::optional<Buffer> Stream::read(std::int64_t n) {
  const CallGuard guard(*this);
  return core_->readable.read(n);
}
bool Stream::unshift(const Buffer& chunk) {
  const CallGuard guard(*this);
  return core_->readable.unshift(chunk, false);
}

bool Stream::unshift(std::string_view text) {
  return unshift(text, core_->readable.defaultEncoding());
}
bool Stream::unshift(std::string_view text, Encoding encoding) {
  const CallGuard guard(*this);
  const std::optional<Encoding> own = core_->readable.encoding();
  Buffer bytes = Buffer::from(text, encoding);
  if (!own) return core_->readable.unshift(std::move(bytes), false);
  // A stream of text takes text: what the bytes mean in the stream's own encoding.
  if (*own == encoding) return core_->readable.unshift(Buffer::copyOf(text), true);
  return core_->readable.unshift(Buffer::adopt(bytes.toString(*own)), true);
}

void Stream::pause() {
  const CallGuard guard(*this);
  core_->readable.pause();
}
void Stream::resume() {
  const CallGuard guard(*this);
  core_->readable.resume();
}
bool Stream::isPaused() const noexcept { return core_->readable.isPaused(); }
void Stream::setEncoding(Encoding encoding) { core_->readable.setEncoding(encoding); }

bool Stream::readable() const noexcept {
  const stream::ReadableSide& side = core_->readable;
  return side.enabled() && !core_->life.destroyed() && !core_->life.errorEmitted &&
         !side.endEmitted();
}
bool Stream::readableEnded() const noexcept { return core_->readable.endEmitted(); }
bool Stream::readableAborted() const noexcept {
  const stream::ReadableSide& side = core_->readable;
  return side.enabled() && (core_->life.destroyed() || core_->life.errored != nullptr) &&
         !side.endEmitted();
}
bool Stream::readableDidRead() const noexcept { return core_->readable.didRead(); }
std::optional<bool> Stream::readableFlowing() const noexcept { return core_->readable.flowing(); }
std::size_t Stream::readableLength() const noexcept { return core_->readable.length(); }
std::size_t Stream::readableHighWaterMark() const noexcept {
  return core_->readable.highWaterMark();
}
std::optional<Encoding> Stream::readableEncoding() const noexcept {
  return core_->readable.encoding();
}

void Stream::pipeTo(Stream& destination, PipeOptions options) {
  const CallGuard guard(*this);
  stream::PipeLink::start(*this, destination, options);
}
void Stream::unpipeFrom(Stream& destination) {
  const CallGuard guard(*this);
  stream::PipeLink::stop(*this, destination);
}
void Stream::unpipeAll() {
  const CallGuard guard(*this);
  stream::PipeLink::stopAll(*this);
}

void Stream::setReadableFlowing(std::optional<bool> flowing) noexcept {
  core_->readable.setFlowing(flowing);
}

Stream::Inside Stream::inside() const noexcept {
  return {.sourceEnded = core_->readable.sourceEnded(),
          .reading = core_->readable.reading(),
          .endReturned = core_->writable.endReturned(),
          .endedByPeer = core_->writable.endedByPeer && core_->writable.ended(),
          .owesDrain = core_->writable.needDrain(),
          .errorEmitted = core_->life.errorEmitted,
          .closeEmitted = core_->life.closeEmitted(),
          .pendingWrites = core_->writable.pending()};
}

// --- Writable ------------------------------------------------------------------------------------

inline bool Stream::writeBytes(std::string_view bytes, const Buffer* owner, Callback&& callback,
                               std::optional<Encoding> text) {
  const CallGuard guard(*this);
  stream::WritableSide& side = core_->writable;
  if (side.endedByPeer && side.ended()) return refuseEnded(std::move(callback));
  return side.write(bytes, owner, std::move(callback), text);
}

bool Stream::refuseEnded(Callback&& callback) {
  const Error error = stream::endedByOtherParty();
  if (callback) {
    host().nextTick([callback = std::move(callback), error]() mutable { callback(&error); });
  }
  destroy(error);
  return false;
}

[[gnu::hot]] bool Stream::write(std::string_view text, Encoding encoding, Callback callback) {
  if (!core_->writable.decodeStrings) {
    return writeBytes(text, nullptr, std::move(callback), encoding);
  }
  if (encoding == Encoding::utf8) return writeBytes(text, nullptr, std::move(callback));
  const Buffer bytes = Buffer::from(text, encoding);
  return writeBytes(bytes, &bytes, std::move(callback));
}
[[gnu::hot]] bool Stream::write(std::string_view bytes, Callback callback) {
  return write(bytes, core_->writable.defaultEncoding, std::move(callback));
}
[[gnu::hot]] bool Stream::write(const Buffer& bytes, Callback callback) {
  return writeBytes(bytes, &bytes, std::move(callback));
}
bool Stream::write(std::span<const std::uint8_t> bytes, Callback callback) {
  return writeBytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, nullptr,
                    std::move(callback));
}

bool Stream::writeCounted(std::string_view text, Encoding encoding, std::size_t length,
                          Callback callback) {
  const CallGuard guard(*this);
  stream::WritableSide& side = core_->writable;
  if (!side.decodeStrings || (side.endedByPeer && side.ended())) {
    return write(text, encoding, std::move(callback));
  }
  if (encoding == Encoding::utf8) {
    return side.writeCounted(text, nullptr, std::move(callback), length);
  }
  const Buffer bytes = Buffer::from(text, encoding);
  return side.writeCounted(bytes, &bytes, std::move(callback), length);
}

void Stream::end(Callback callback) {
  const CallGuard guard(*this);
  core_->writable.end(false, {}, nullptr, std::move(callback));
}
void Stream::endBytes(std::string_view bytes, const Buffer* owner, Callback&& callback,
                      std::optional<Encoding> text, std::optional<std::size_t> length) {
  const CallGuard guard(*this);
  core_->writable.end(true, bytes, owner, std::move(callback), text, length);
}
void Stream::end(std::string_view text, Encoding encoding, Callback callback) {
  if (!core_->writable.decodeStrings) {
    return endBytes(text, nullptr, std::move(callback), encoding);
  }
  if (encoding == Encoding::utf8) return endBytes(text, nullptr, std::move(callback));
  const Buffer bytes = Buffer::from(text, encoding);
  endBytes(bytes, &bytes, std::move(callback));
}
void Stream::endCounted(std::string_view text, Encoding encoding, std::size_t length,
                        Callback callback) {
  if (!core_->writable.decodeStrings) return end(text, encoding, std::move(callback));
  const Buffer bytes = Buffer::from(text, encoding);
  endBytes(bytes, &bytes, std::move(callback), {}, length);
}
void Stream::end(std::string_view bytes, Callback callback) {
  end(bytes, core_->writable.defaultEncoding, std::move(callback));
}
void Stream::end(const Buffer& bytes, Callback callback) {
  endBytes(bytes, &bytes, std::move(callback));
}

void Stream::cork() noexcept { core_->writable.cork(); }
void Stream::uncork() {
  const CallGuard guard(*this);
  core_->writable.uncork();
}
void Stream::setDefaultEncoding(Encoding encoding) noexcept {
  core_->writable.defaultEncoding = encoding;
}

bool Stream::writable() const noexcept {
  return core_->writable.open() && !core_->life.destroyed() && core_->life.errored == nullptr;
}
bool Stream::writableEnded() const noexcept { return core_->writable.ended(); }
bool Stream::writableFinished() const noexcept { return core_->writable.finished(); }
bool Stream::writableAborted() const noexcept {
  const stream::WritableSide& side = core_->writable;
  return side.enabled() && (core_->life.destroyed() || core_->life.errored != nullptr) &&
         !side.finished();
}
bool Stream::writableNeedDrain() const noexcept {
  const stream::WritableSide& side = core_->writable;
  return side.needDrain() && !side.ended() && !core_->life.destroyed();
}
std::size_t Stream::writableLength() const noexcept { return core_->writable.length(); }
std::size_t Stream::writableHighWaterMark() const noexcept {
  return core_->writable.highWaterMark();
}
unsigned Stream::writableCorked() const noexcept { return core_->writable.corked(); }

// --- Lifecycle -----------------------------------------------------------------------------------

void Stream::destroy() {
  const CallGuard guard(*this);
  core_->life.destroy(nullptr);
}
void Stream::autoEnd() { end(); }
void Stream::autoDestroy() { destroy(); }
void Stream::destroy(const Error& error) {
  const CallGuard guard(*this);
  core_->life.destroy(&error);
}
bool Stream::allowHalfOpen() const noexcept { return core_->allowHalfOpen; }
void Stream::setAllowHalfOpen(bool allow) noexcept { core_->allowHalfOpen = allow; }

void Stream::construct() { core_->life.construct(); }
bool Stream::push(std::string_view text) { return push(text, core_->readable.defaultEncoding()); }
bool Stream::push(std::string_view text, Encoding encoding) {
  const CallGuard guard(*this);
  return core_->readable.pushText(text, encoding);
}
bool Stream::push(Buffer chunk) {
  const CallGuard guard(*this);
  return core_->readable.push(std::move(chunk));
}
void Stream::pushEnd() {
  const CallGuard guard(*this);
  core_->readable.pushEnd();
}
void Stream::abortOn(const std::stop_token& signal) {
  if (signal.stop_requested()) {
    destroy(stream::abortError());
    return;
  }
  watchSignal(signal);
}
void Stream::watchSignal(const std::stop_token& signal) {
  core_->abort.add(stream::onAbort(signal, host(), [this] { destroy(stream::abortError()); }));
}
void Stream::reopen() { core_->life.reopen(); }
void Stream::undestroy() {
  const CallGuard guard(*this);
  core_->life.undestroy();
}
void Stream::errorOrDestroy(const Error& error) {
  const CallGuard guard(*this);
  core_->life.errorOrDestroy(error, false);
}
bool Stream::takeArrived(const Buffer* chunk) {
  return chunk != nullptr ? push(*chunk) : push(nullptr);
}
void Stream::setEndedByPeer(bool ended) noexcept { core_->writable.endedByPeer = ended; }

void Stream::abandon() noexcept {
  if (core_->life.abandoned()) return;
  const CallGuard guard(*this);
  core_->life.abandon();
  core_->abort.reset();
  core_->readable.abandon();
  core_->writable.abandon();
  forgetListeners();
}

void Stream::onListenerAdded(EventId event) { core_->readable.onListenerAdded(event); }
void Stream::onListenerRemoved(EventId event) { core_->readable.onListenerRemoved(event); }
void Stream::onListenersRemoved(std::optional<EventId> event) {
  core_->readable.onListenersRemoved(event);
}

// Node makes these keys when it makes the stream, so they come first whenever they were added.
std::span<const EventId> Stream::leadingEvents() const noexcept {
  static constexpr EventId kDuplex[] = {EventId::kClose,  EventId::kError,   EventId::kPrefinish,
                                        EventId::kFinish, EventId::kDrain,   EventId::kData,
                                        EventId::kEnd,    EventId::kReadable};
  return kDuplex;
}
std::span<const EventId> Readable::leadingEvents() const noexcept {
  static constexpr EventId kReadable[] = {EventId::kClose, EventId::kError, EventId::kData,
                                          EventId::kEnd, EventId::kReadable};
  return kReadable;
}
std::span<const EventId> Writable::leadingEvents() const noexcept {
  static constexpr EventId kWritable[] = {EventId::kClose, EventId::kError, EventId::kPrefinish,
                                          EventId::kFinish, EventId::kDrain};
  return kWritable;
}

// --- Defaults of what a kind of stream supplies --------------------------------------------------

void Stream::doRead(std::size_t) { errorOrDestroy(stream::notImplemented("_read()")); }
std::ptrdiff_t Stream::doTryWrite(std::string_view, std::unique_ptr<Error>&) { return -1; }
void Stream::doWrite(Buffer chunk, Callback done) {
  if (hasWritev()) {
    doWritev({&chunk, 1}, std::move(done));
    return;
  }
  const Error error = stream::notImplemented("_write()");
  done(&error);
}
// NOLINTNEXTLINE(performance-unnecessary-value-param): who overrides it may keep the text
void Stream::doWriteText(Buffer text, Encoding encoding, Callback done) {
  doWrite(Buffer::from(text, encoding), std::move(done));
}
void Stream::doWritev(std::span<Buffer>, Callback done) {
  const Error error = stream::notImplemented("_writev()");
  done(&error);
}
void Stream::doFinal(Callback done) { done(nullptr); }
void Stream::doDestroy(const Error* error, Callback done) { done(error); }

}  // namespace uvnet
