// The encodings of Node's Buffer, by name or by constant: Encoding::hex, "hex".
#pragma once

#include <uvnet/export.h>

#include <cstdint>
#include <string_view>

namespace uvnet {

// Text in this library is UTF-8 (where Node's strings are UTF-16); a lone surrogate, which
// utf16le input can produce, is kept in its generalised three-byte form (WTF-8).
class UVNET_API Encoding {
 public:
  enum Kind : std::uint8_t { kUtf8, kUtf16le, kLatin1, kAscii, kBase64, kBase64url, kHex };

  static const Encoding utf8;
  static const Encoding utf16le;
  static const Encoding latin1;
  static const Encoding ascii;
  static const Encoding base64;
  static const Encoding base64url;
  static const Encoding hex;

  constexpr Encoding() noexcept = default;                 // utf8
  constexpr Encoding(Kind kind) noexcept : kind_(kind) {}  // NOLINT
  // Any name Node knows, in any case: utf8 utf-8 ucs2 ucs-2 utf16le utf-16le latin1 binary ascii
  // base64 base64url hex. Throws Error ERR_UNKNOWN_ENCODING.
  Encoding(std::string_view name);                                  // NOLINT
  Encoding(const char* name) : Encoding(std::string_view(name)) {}  // NOLINT

  // Whether Encoding(name) would not throw (Buffer.isEncoding).
  static bool isEncoding(std::string_view name) noexcept;

  constexpr Kind kind() const noexcept { return kind_; }
  // Node's normalised name: "utf8", "utf16le", "latin1", "ascii", "base64", "base64url", "hex".
  std::string_view name() const noexcept;
  friend constexpr bool operator==(Encoding a, Encoding b) noexcept { return a.kind_ == b.kind_; }

 private:
  Kind kind_ = kUtf8;
};

inline constexpr Encoding Encoding::utf8{Encoding::kUtf8};
inline constexpr Encoding Encoding::utf16le{Encoding::kUtf16le};
inline constexpr Encoding Encoding::latin1{Encoding::kLatin1};
inline constexpr Encoding Encoding::ascii{Encoding::kAscii};
inline constexpr Encoding Encoding::base64{Encoding::kBase64};
inline constexpr Encoding Encoding::base64url{Encoding::kBase64url};
inline constexpr Encoding Encoding::hex{Encoding::kHex};

}  // namespace uvnet
