// What Node's `stream` module does with whole streams: finished, pipeline, compose, duplexPair,
// addAbortSignal. (Readable::from is in <uvnet/readable.h>.)
//
//   uvnet::pipeline({file, gzip, socket}, [](const uvnet::Error* error) { ... });
#pragma once

#include <uvnet/duplex.h>
#include <uvnet/readable.h>
#include <uvnet/stream.h>
#include <uvnet/transform.h>
#include <uvnet/writable.h>

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

namespace uvnet {

struct FinishedOptions {
  std::optional<bool> readable = {};  // wait for that side; default: if the stream has it
  std::optional<bool> writable = {};
  bool error = true;            // false: 'error' alone does not end the wait
  std::stop_token signal = {};  // ends the wait with an AbortError; the stream goes on
};

// Tells once, when the stream is no longer readable and writable, or has failed, or was closed
// before its end (ERR_STREAM_PREMATURE_CLOSE). The listeners stay, so that a late 'error' is heard;
// the function that is returned takes them away.
UVNET_API Function<void()> finished(Stream& stream, const FinishedOptions& options,
                                    Callback callback);
UVNET_API Function<void()> finished(Stream& stream, Callback callback);

struct PipelineOptions {
  bool end = true;              // end the last stream when the one before it ends
  std::stop_token signal = {};  // destroys all of them with an AbortError
};

using StreamList = std::initializer_list<std::reference_wrapper<Stream>>;

// Pipes each into the next. When one fails or closes too soon all are destroyed; the callback is
// told once, when all is over. The streams live at least that long. Fewer than two streams:
// ERR_MISSING_ARGS is thrown. Returns the last one.
UVNET_API Stream& pipeline(StreamList streams, Callback callback);
UVNET_API Stream& pipeline(StreamList streams, const PipelineOptions& options, Callback callback);

// One Duplex that writes to the first stream and reads from the last, with a pipeline between
// them. Throws ERR_MISSING_ARGS without streams, ERR_INVALID_ARG_VALUE where one cannot be piped.
UVNET_API Ref<Duplex> compose(StreamList streams);

// Two ends in memory: what is written to one is read from the other, and the writer is told when
// it was read. An end that is dropped is the end of the other's reading, and fails its writes
// (EPIPE).
UVNET_API std::pair<Ref<Duplex>, Ref<Duplex>> duplexPair(Host& host,
                                                         const StreamOptions& options = {});

// Destroys the stream with an AbortError once stop is requested; from another thread, as soon as
// the loop turns. Returns the stream.
UVNET_API Stream& addAbortSignal(const std::stop_token& signal, Stream& stream);

}  // namespace uvnet
