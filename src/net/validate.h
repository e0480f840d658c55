// What the public calls check before they change anything. Each throws Node's error.
#pragma once

#include <uvnet/options.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "address/ip.h"
#include "base/arguments.h"

namespace uvnet::impl {

using address::ipVersion;
using base::checkedPort;
using base::numberFromText;

// 0 turns the timeout off; below 1 ms counts as 1, above 2^31-1 as that.
std::uint64_t checkedTimeout(double milliseconds);
// At least 10, whatever is asked for from 1 on.
int checkedAttemptTimeout(int milliseconds, std::string_view name);
// Whole seconds, 0 if negative.
unsigned checkedKeepAliveDelay(double milliseconds) noexcept;
// 0 to 255.
int checkedTypeOfService(int tos);
// A Unix socket's path that no system call will cut short.
void checkPath(const std::string& path);
bool isBadPath(const std::string& path) noexcept;
// 0, 4 or 6.
int checkedFamily(const Family& family);
void checkHints(int hints);
int checkedFd(int fd);

// Whether a string is a path and not a port, as connect() and listen() decide it.
bool isPipeName(std::string_view text) noexcept;

}  // namespace uvnet::impl
