// The names of encodings: what Node's Buffer accepts, in any case, and Node's normalised name.
// Relies on lib/ only. Promises Buffer.isEncoding's answer for every string.
#include <uvnet/encoding.h>
#include <uvnet/error.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace uvnet {
namespace {

struct Name {
  std::string_view text;
  Encoding::Kind kind;
};

constexpr std::array<Name, 12> kNames{{
    {"utf8", Encoding::kUtf8},
    {"utf-8", Encoding::kUtf8},
    {"hex", Encoding::kHex},
    {"latin1", Encoding::kLatin1},
    {"binary", Encoding::kLatin1},
    {"base64", Encoding::kBase64},
    {"base64url", Encoding::kBase64url},
    {"ascii", Encoding::kAscii},
    {"utf16le", Encoding::kUtf16le},
    {"utf-16le", Encoding::kUtf16le},
    {"ucs2", Encoding::kUtf16le},
    {"ucs-2", Encoding::kUtf16le},
}};

// Not std::tolower, which asks the locale.
constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool sameInAnyCase(std::string_view given, std::string_view known) noexcept {
  if (given.size() != known.size()) return false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (lower(given[i]) != known[i]) return false;
  }
  return true;
}

std::optional<Encoding::Kind> find(std::string_view name) noexcept {
  for (const Name& known : kNames) {
    if (sameInAnyCase(name, known.text)) return known.kind;
  }
  return std::nullopt;
}

}  // namespace

Encoding::Encoding(std::string_view name) {
  const std::optional<Kind> kind = find(name);
  if (!kind) {
    throw Error("Unknown encoding: " + std::string(name), "ERR_UNKNOWN_ENCODING", "TypeError");
  }
  kind_ = *kind;
}

bool Encoding::isEncoding(std::string_view name) noexcept { return find(name).has_value(); }

std::string_view Encoding::name() const noexcept {
  switch (kind_) {
    case kUtf8:
      return "utf8";
    case kUtf16le:
      return "utf16le";
    case kLatin1:
      return "latin1";
    case kAscii:
      return "ascii";
    case kBase64:
      return "base64";
    case kBase64url:
      return "base64url";
    case kHex:
      return "hex";
  }
  return {};
}

}  // namespace uvnet
