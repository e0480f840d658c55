// Bytes written in digits: base64, base64url and hex. For transcode.cc, where the rules stand.
// Relies on base/wtf8.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace uvnet::base {

enum class Base64 : std::uint8_t { kStandard, kUrl };  // kUrl: '-' and '_', no padding

// Appended to `out`.
void bytesToBase64(std::string_view bytes, Base64 alphabet, std::string& out);
void bytesToHex(std::string_view bytes, std::string& out);

// Either alphabet. Room for base64Size(text) bytes at `to`; returns how many were written.
std::size_t base64Size(std::string_view text) noexcept;
std::size_t base64ToBytes(std::string_view text, char* to) noexcept;
// Room for text.size() / 2 bytes.
std::size_t hexToBytes(std::string_view text, char* to) noexcept;

}  // namespace uvnet::base
