// What finished, pipeline and compose ask of a stream, with Node's names and Node's three answers
// (nullopt: it has no such side).
#pragma once

#include <uvnet/stream.h>

#include <optional>

#include "stream/core.h"
#include "stream/errors.h"

namespace uvnet::stream {

struct Questions {
  static bool hasReadable(const Stream& stream) { return stream.core().readable.enabled(); }
  static bool hasWritable(const Stream& stream) { return stream.core().writable.enabled(); }

  static bool isReadableFinished(const Stream& stream) {
    const Core& core = stream.core();
    if (!core.readable.enabled() || core.life.errored != nullptr) return false;
    return core.readable.endEmitted() ||
           (core.readable.sourceEnded() && core.readable.length() == 0);
  }

  static bool isWritableFinished(const Stream& stream) {
    const Core& core = stream.core();
    if (!core.writable.enabled()) return false;
    if (core.writable.finished()) return true;
    return core.life.errored == nullptr && core.writable.endReturned() &&
           core.writable.length() == 0;
  }

  static std::optional<bool> isReadable(const Stream& stream) {
    if (!stream.core().readableExists) return std::nullopt;
    if (stream.destroyed()) return false;
    return hasReadable(stream) && stream.readable() && !isReadableFinished(stream);
  }

  static std::optional<bool> isWritable(const Stream& stream) {
    if (!stream.core().writableExists) return std::nullopt;
    if (stream.destroyed()) return false;
    return hasWritable(stream) && stream.writable() && !stream.core().writable.ended();
  }

  static bool willEmitClose(const Stream& stream) {
    const Lifecycle& life = stream.core().life;
    return life.autoDestroy && life.emitClose && !life.closed();
  }

  // destroy() by somebody else than the stream's user: an unfinished stream then has failed.
  static void destroyOther(Stream& stream, const Error* error) {
    if (stream.destroyed()) return;
    const bool over = (!hasReadable(stream) || isReadableFinished(stream)) &&
                      (!hasWritable(stream) || isWritableFinished(stream));
    if (error != nullptr) {
      stream.destroy(*error);
    } else if (over) {
      stream.destroy();
    } else {
      stream.destroy(abortError());
    }
  }
};

}  // namespace uvnet::stream
