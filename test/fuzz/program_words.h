// The words of programs and traces: events, errors, chunks and data as text.
#pragma once

#include <uvnet/emitter.h>

#include <array>
#include <string>
#include <string_view>

#include "fuzz/scripted_stream.h"

namespace uvnet::test::fuzz {

inline constexpr std::array kEvents = {
    EventId::kData,        EventId::kReadable,      EventId::kPause, EventId::kResume,
    EventId::kEnd,         EventId::kDrain,         EventId::kPipe,  EventId::kUnpipe,
    EventId::kPrefinish,   EventId::kFinish,        EventId::kError, EventId::kClose,
    EventId::kNewListener, EventId::kRemoveListener};
inline constexpr std::array kWatched = {
    EventId::kPause,  EventId::kResume,    EventId::kEnd,    EventId::kDrain, EventId::kPipe,
    EventId::kUnpipe, EventId::kPrefinish, EventId::kFinish, EventId::kError, EventId::kClose};

bool isReadableEvent(EventId event);
bool isWritableEvent(EventId event);
EventId eventOf(std::string_view name);

// "null", or the error's code.
std::string codeOf(const Error* error);
Error makeError(const std::string& code);

// 'text' and its length in UTF-16 units; <hex>.
std::string shownText(std::string_view text);
std::string shownBytes(std::string_view bytes);
Chunk chunkOf(const Json& json);

}  // namespace uvnet::test::fuzz
