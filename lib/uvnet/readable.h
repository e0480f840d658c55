// A stream to read from. Derive from it and supply doRead(), or see Readable::from().
//
//   class Counter : public uvnet::Readable {
//    public:
//     explicit Counter(uvnet::Host& host) : Readable(host) {}
//    private:
//     void doRead(std::size_t) override {
//       if (next_ == 10) { push(nullptr); } else { push(std::to_string(next_++)); }
//     }
//     int next_ = 0;
//   };
//   auto counter = uvnet::make<Counter>(host);
//
// Each function is described in <uvnet/stream.h>.
#pragma once

#include <uvnet/stream.h>

#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

namespace uvnet {

class UVNET_API Readable : public Stream, public On<Readable, ReadableEvents> {
 public:
  using Emitter::removeAllListeners;
  using On<Readable, ReadableEvents>::removeAllListeners;

  // A stream of the chunks of a range: anything that converts to std::string_view or Buffer. The
  // range is moved in and read as the reader asks (Node's Readable.from).
  template <std::ranges::input_range R>
  requires(std::is_convertible_v<std::ranges::range_reference_t<R>, std::string_view> ||
           std::is_convertible_v<std::ranges::range_reference_t<R>,
                                 Buffer>) static Ref<Readable> from(Host& host, R&& chunks);

  using Stream::isPaused;
  using Stream::read;
  using Stream::readable;
  using Stream::readableAborted;
  using Stream::readableDidRead;
  using Stream::readableEncoding;
  using Stream::readableEnded;
  using Stream::readableFlowing;
  using Stream::readableHighWaterMark;
  using Stream::readableLength;
  using Stream::unshift;

  Readable& pause() { return Stream::pause(), *this; }
  Readable& resume() { return Stream::resume(), *this; }
  Readable& setEncoding(Encoding encoding = {}) { return Stream::setEncoding(encoding), *this; }
  Readable& destroy() { return Stream::destroy(), *this; }
  Readable& destroy(const Error& error) { return Stream::destroy(error), *this; }

  // Returns the destination, so that pipes chain.
  template <class Destination>
  requires std::is_base_of_v<Stream, Destination> Destination& pipe(Destination& destination,
                                                                    PipeOptions options = {}) {
    pipeTo(destination, options);
    return destination;
  }
  Readable& unpipe() { return unpipeAll(), *this; }
  Readable& unpipe(Stream& destination) { return unpipeFrom(destination), *this; }

 protected:
  explicit Readable(Host& host, const StreamOptions& options = {})
      : Stream(host, options, Sides::kReadable) {}
  std::string_view className() const noexcept override { return "Readable"; }
  std::span<const EventId> leadingEvents() const noexcept override;
};

namespace detail {

template <class R>
class RangeReadable final : public Readable {
 public:
  template <class T>
  RangeReadable(Host& host, T&& chunks)
      : Readable(host), chunks_(std::forward<T>(chunks)), at_(std::ranges::begin(chunks_)) {}

 private:
  void doRead(std::size_t) override {
    while (at_ != std::ranges::end(chunks_)) {
      Buffer chunk = toBuffer(*at_);
      ++at_;
      // Nothing says nothing: the reader waits for the next one.
      if (chunk.empty()) continue;
      if (!push(std::move(chunk))) return;
      return;
    }
    push(nullptr);
  }
  template <class T>
  static Buffer toBuffer(T&& chunk) {
    if constexpr (std::is_convertible_v<T, Buffer>) {
      return std::forward<T>(chunk);
    } else {
      return Buffer::copyOf(std::string_view(chunk));
    }
  }
  R chunks_;
  std::ranges::iterator_t<R> at_;
};

}  // namespace detail

template <std::ranges::input_range R>
requires(std::is_convertible_v<std::ranges::range_reference_t<R>, std::string_view> ||
         std::is_convertible_v<std::ranges::range_reference_t<R>, Buffer>)
    Ref<Readable> Readable::from(Host& host, R&& chunks) {
  return make<detail::RangeReadable<std::remove_cvref_t<R>>>(host, std::forward<R>(chunks));
}

}  // namespace uvnet
