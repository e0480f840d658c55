// nextTick for a stream: the task keeps the stream alive, and is dropped once the stream was
// abandoned (its Net is gone, or it is being destructed and must not be counted again).
#pragma once

#include <uvnet/stream.h>

#include <utility>

#include "stream/core.h"

namespace uvnet::stream {

template <class F>
void nextTick(Stream& stream, const Core& core, F&& task) {
  if (core.life.abandoned()) return;
  stream.host().nextTick(
      [self = Ref<Stream>(&stream), &core, task = std::forward<F>(task)]() mutable {
        if (!core.life.abandoned()) task();
      });
}

}  // namespace uvnet::stream
