#include "fuzz/program_words.h"

#include <stdexcept>

#include "base/wtf8.h"
#include "stream/text_units.h"
#include "support/encoding_goldens.h"

namespace uvnet::test::fuzz {

bool isReadableEvent(EventId event) {
  return event == EventId::kData || event == EventId::kReadable || event == EventId::kPause ||
         event == EventId::kResume || event == EventId::kEnd;
}
bool isWritableEvent(EventId event) {
  return event == EventId::kDrain || event == EventId::kPipe || event == EventId::kUnpipe ||
         event == EventId::kPrefinish || event == EventId::kFinish;
}
EventId eventOf(std::string_view name) {
  for (const EventId event : kEvents) {
    if (eventName(event) == name) return event;
  }
  throw std::runtime_error("no event " + std::string(name));
}

std::string codeOf(const Error* error) {
  if (error == nullptr) return "null";
  return error->code.empty() ? error->message : error->code;
}
Error makeError(const std::string& code) { return Error(code, code); }

std::string shownText(std::string_view text) {
  std::string out = "'";
  const auto unit = [&out](std::uint32_t code) {
    static constexpr char kDigits[] = "0123456789abcdef";
    if (code >= 0x20 && code < 0x7f && code != '\\') {
      out += static_cast<char>(code);
      return;
    }
    out += '\\';
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(code >> shift) & 0xF];
  };
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const base::Char c = base::charAt<base::Form::kWtf8>(p, end);
    p += c.size;
    if (c.code < 0x10000) {
      unit(c.code);
    } else {
      unit(0xD800 + ((c.code - 0x10000) >> 10));
      unit(0xDC00 + ((c.code - 0x10000) & 0x3FF));
    }
  }
  return out + "' " + std::to_string(stream::utf16Length(text));
}
std::string shownBytes(std::string_view bytes) { return "<" + toHex(bytes) + ">"; }

Chunk chunkOf(const Json& json) {
  const std::string data = json[1];
  if (json[0] == "b") return {false, fromHex(data), {}};
  if (json.size() < 3) return {true, data, {}};
  return {true, data, Encoding(json[2].get<std::string>())};
}

}  // namespace uvnet::test::fuzz
