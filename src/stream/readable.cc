#include "stream/readable.h"

#include <utility>

#include "stream/core.h"
#include "stream/errors.h"
#include "stream/pipe_link.h"
#include "stream/text_units.h"
#include "stream/tick.h"

namespace uvnet::stream {

namespace {

// Node never lets read(n) raise the high-water mark beyond this.
constexpr std::int64_t kMaxHighWaterMark = 0x40000000;

// read(n) beyond the mark raises it to the next power of two, so that small steps are few.
std::size_t raisedHighWaterMark(std::int64_t n) {
  if (n > kMaxHighWaterMark) {
    throw Error(
        "The value of \"size\" is out of range. It must be <= 1GiB. Received " + std::to_string(n),
        "ERR_OUT_OF_RANGE", "RangeError");
  }
  std::size_t mark = 1;
  while (mark < static_cast<std::size_t>(n)) mark <<= 1;
  return mark;
}

}  // namespace

ReadableSide::ReadableSide(Stream& stream, Core& core, const StreamOptions& options,
                           std::size_t highWaterMark)
    : stream_(stream),
      core_(core),
      highWaterMark_(highWaterMark),
      queue_(options.encoding.has_value()),
      defaultEncoding_(options.defaultEncoding),
      source_(options.readable ? Source::kOpen : Source::kAbsent) {
  if (options.encoding) decoder_ = std::make_unique<StringDecoder>(*options.encoding);
}

ReadableSide::~ReadableSide() = default;

Pipes& ReadableSide::pipes() {
  if (pipes_ == nullptr) pipes_ = std::make_unique<Pipes>();
  return *pipes_;
}

std::optional<Encoding> ReadableSide::encoding() const noexcept {
  if (decoder_ == nullptr) return std::nullopt;
  return decoder_->encoding();
}

bool ReadableSide::canPushMore() const noexcept {
  // An empty buffer always takes one more, or a mark of 0 would never read.
  return !sourceEnded() && (length() < highWaterMark_ || length() == 0);
}

// --- From the source -----------------------------------------------------------------------------

[[gnu::hot]] bool ReadableSide::push(Buffer&& chunk) {
  if (chunk.empty() || sourceEnded() || core_.life.destroyed() || core_.life.errored != nullptr ||
      decoder_ != nullptr) {
    return pushRarely(std::move(chunk), false);
  }
  reading_ = false;
  const std::size_t size = chunk.size();
  addChunk(std::move(chunk), size, false);
  return canPushMore();
}

bool ReadableSide::pushText(std::string_view text, Encoding encoding) {
  // Text in the stream's own encoding is what it gives out; no need to decode it again.
  if (decoder_ != nullptr && decoder_->encoding() == encoding) {
    return pushRarely(Buffer::copyOf(text), true);
  }
  return push(Buffer::from(text, encoding));
}

// Nothing, too late, or to be decoded.
bool ReadableSide::pushRarely(Buffer&& chunk, bool decoded) {
  if (chunk.empty()) {
    reading_ = false;
    maybeReadMore();
    return canPushMore();
  }
  if (sourceEnded()) {
    core_.life.errorOrDestroy(pushAfterEof(), false);
    return false;
  }
  if (core_.life.destroyed() || core_.life.errored != nullptr) return false;
  reading_ = false;
  if (!decoded) chunk = Buffer::adopt(decoder_->write(chunk));
  if (chunk.empty()) {
    maybeReadMore();
  } else {
    const std::size_t units = utf16Length(chunk);
    addChunk(std::move(chunk), units, false);
  }
  return canPushMore();
}

void ReadableSide::pushEnd() {
  reading_ = false;
  if (sourceEnded()) return;
  if (decoder_ != nullptr) {
    std::string rest = decoder_->end();
    if (!rest.empty()) {
      const std::size_t units = utf16Length(rest);
      queue_.pushBack(Buffer::adopt(std::move(rest)), units);
    }
  }
  source_ = Source::kEnded;
  if (sync_) {
    emitReadableNextTick();
  } else {
    needReadable_ = false;
    emittedReadable_ = true;
    emitReadable();
  }
}

bool ReadableSide::unshift(Buffer chunk, bool isText) {
  if (chunk.empty()) return canPushMore();
  if (endEmitted()) {
    core_.life.errorOrDestroy(unshiftAfterEnd(), false);
  } else if (core_.life.destroyed() || core_.life.errored != nullptr) {
    return false;
  } else {
    const std::size_t units = isText && decoder_ != nullptr ? utf16Length(chunk) : chunk.size();
    addChunk(std::move(chunk), units, true);
  }
  return canPushMore();
}

inline void ReadableSide::addChunk(Buffer&& chunk, std::size_t units, bool toFront) {
  if (flow_ == Flow::kFlowing && !sync_ && dataListening_ && length() == 0) {
    clearAwaitDrain();
    dataEmitted_ = true;
    emitData(chunk);
  } else {
    enqueue(std::move(chunk), units, toFront);
  }
  maybeReadMore();
}

bool ReadableSide::passesThrough() const noexcept {
  const Lifecycle& life = core_.life;
  return flow_ == Flow::kFlowing && !sync_ && dataListening_ && !readableListening_ &&
         length() == 0 && decoder_ == nullptr && dataEmitted_ && reading_ && !sourceEnded() &&
         life.alive() && life.errored == nullptr;
}

[[gnu::noinline]] void ReadableSide::enqueue(Buffer&& chunk, std::size_t units, bool toFront) {
  if (toFront) {
    queue_.pushFront(std::move(chunk), units);
  } else {
    queue_.pushBack(std::move(chunk), units);
  }
  if (needReadable_) emitReadableNextTick();
}

inline void ReadableSide::emitData(const Buffer& chunk) {
  // Without a decoder no text is being emitted either: it is never taken away.
  if (decoder_ != nullptr) return emitText(chunk);
  stream_.emitArgs<const Buffer&>(EventId::kData, chunk);
}

[[gnu::noinline]] void ReadableSide::emitText(const Buffer& chunk) {
  // A listener may call setEncoding(); those behind it still get what this chunk was.
  const std::optional<Encoding> outer = std::exchange(dataEncoding_, encoding());
  stream_.emitArgs<const Buffer&>(EventId::kData, chunk);
  dataEncoding_ = outer;
}

void ReadableSide::onConstructed() {
  if (needReadable_) maybeReadMore();
}

inline void ReadableSide::maybeReadMore() {
  if (readingMore_ || !core_.life.constructed()) return;
  if (flow_ == Flow::kFlowing && length() == 0 && stream_.readsByItself()) {
    // What readMore() would come to, without asking the source: a tick for it would only cost.
    if (reading_ || sourceEnded()) return;
    needReadable_ = true;
    if (core_.life.destroyed() || core_.life.errored != nullptr) return;
    reading_ = true;
    sync_ = false;
  } else {
    readMoreNextTick();
  }
}

[[gnu::noinline]] void ReadableSide::readMoreNextTick() {
  readingMore_ = true;
  nextTick(stream_, core_, [this] { readMore(); });
}

// Reads ahead up to the mark; flowing with nothing buffered, always.
void ReadableSide::readMore() {
  while (!reading_ && !sourceEnded() &&
         (length() < highWaterMark_ || (flow_ == Flow::kFlowing && length() == 0))) {
    const std::size_t before = length();
    read(0);
    if (length() == before) break;  // the source has nothing right now
  }
  readingMore_ = false;
}

// --- To the reader -------------------------------------------------------------------------------

std::size_t ReadableSide::howMuchToRead(std::optional<std::int64_t> n) const noexcept {
  if ((n && *n <= 0) || (length() == 0 && sourceEnded())) return 0;
  if (!n) {
    if (flow_ == Flow::kFlowing && length() > 0) return queue_.frontLength();
    return length();
  }
  const auto wanted = static_cast<std::size_t>(*n);
  if (wanted <= length()) return wanted;
  return sourceEnded() ? length() : 0;
}

std::optional<Buffer> ReadableSide::read(std::optional<std::int64_t> n) {
  stream_.beforeRead();
  if (n && *n > 0 && static_cast<std::size_t>(*n) > highWaterMark_) {
    highWaterMark_ = raisedHighWaterMark(*n);
  }
  if (n != 0) emittedReadable_ = false;

  // read(0) with enough there only makes 'readable' come.
  if (n == 0 && needReadable_ &&
      ((highWaterMark_ != 0 ? length() >= highWaterMark_ : length() > 0) || sourceEnded())) {
    if (length() == 0 && sourceEnded()) {
      endReadableNextTick();
    } else {
      emitReadableNextTick();
    }
    return std::nullopt;
  }

  std::size_t take = howMuchToRead(n);
  if (take == 0 && sourceEnded()) {
    if (length() == 0) endReadableNextTick();
    return std::nullopt;
  }

  const bool below = length() == 0 || length() - take < highWaterMark_;
  const Lifecycle& life = core_.life;
  if ((needReadable_ || below) && !reading_ && !sourceEnded() && life.alive() &&
      life.errored == nullptr) {
    reading_ = sync_ = true;
    if (length() == 0) needReadable_ = true;
    guarded([this] { stream_.doRead(highWaterMark_); },
            [this](const Error& error) { core_.life.errorOrDestroy(error, false); });
    sync_ = false;
    // The source may have pushed within doRead().
    if (!reading_) take = howMuchToRead(n);
  }

  std::optional<Buffer> result;
  if (take > 0 && length() > 0) result = queue_.take(take);
  if (!result) {
    needReadable_ = needReadable_ || length() <= highWaterMark_;
    take = 0;
  } else {
    clearAwaitDrain();
  }
  if (length() == 0) {
    if (!sourceEnded()) needReadable_ = true;
    const bool wholeRequest = n && static_cast<std::size_t>(*n) == take;
    if (!wholeRequest && sourceEnded()) endReadableNextTick();
  }
  if (result && !life.errorEmitted && !life.closeEmitted()) {
    dataEmitted_ = true;
    emitData(*result);
  }
  return result;
}

void ReadableSide::setEncoding(Encoding encoding) {
  auto decoder = std::make_unique<StringDecoder>(encoding);
  queue_.decodeWith(*decoder, sourceEnded());
  decoder_ = std::move(decoder);
}

Buffer ReadableSide::takeUnread() {
  Buffer unread = length() > 0 ? queue_.take(length()) : Buffer();
  // As after a read() of all: the next 'readable' is of what comes.
  needReadable_ = true;
  emittedReadable_ = false;
  if (decoder_ == nullptr) return unread;
  const Encoding encoding = decoder_->encoding();
  const Buffer both[] = {Buffer::from(unread, encoding), Buffer::copyOf(decoder_->held())};
  decoder_ = std::make_unique<StringDecoder>(encoding);
  return Buffer::concat(both);
}

bool ReadableSide::takeEnd() noexcept {
  if (source_ != Source::kEnded) return false;
  source_ = Source::kOpen;
  return true;
}

void ReadableSide::clearAwaitDrain() noexcept {
  if (pipes_ == nullptr) return;
  for (const Ref<PipeLink>& link : pipes_->links) link->clearAwaitDrain();
}

// --- The end of a life ---------------------------------------------------------------------------

void ReadableSide::reopen() noexcept {
  reading_ = false;
  if (enabled()) source_ = Source::kOpen;
}

void ReadableSide::undestroy() noexcept {
  reopen();
  // What the last connection left unread is not the next one's (Node keeps it: README).
  queue_.clear();
  if (decoder_ != nullptr) decoder_ = std::make_unique<StringDecoder>(decoder_->encoding());
}

void ReadableSide::abandon() noexcept {
  queue_.clear();
  if (pipes_ == nullptr) return;
  for (const Ref<PipeLink>& link : std::exchange(pipes_->links, {})) link->detach();
  for (const Ref<PipeLink>& link : std::exchange(pipes_->loose, {})) link->detach();
}

}  // namespace uvnet::stream
