// What public calls say of arguments that are none, in Node's words, and values as JavaScript
// prints and reads them.
#pragma once

#include <uvnet/error.h>
#include <uvnet/options.h>

#include <optional>
#include <string>
#include <string_view>

namespace uvnet::base {

Error coded(std::string_view name, std::string_view code, std::string text);
Error badPort(std::string_view name, const Port& port);
Error invalidArgValue(std::string_view name, std::string_view received,
                      std::string_view reason = "is invalid");
Error outOfRange(std::string_view name, std::string_view range, double received);

// A number and a text as JavaScript prints them.
std::string formatNumber(double number);
std::string quoted(std::string_view text);
// JavaScript's Number(text); nullopt for NaN.
std::optional<double> numberFromText(std::string_view text) noexcept;

// 0 to 65535. name: "Port", "options.port", as Node calls it in that place; throws badPort().
int checkedPort(const Port& port, std::string_view name);

}  // namespace uvnet::base
