// What a file descriptor is, for `new net.Socket({fd})` and `server.listen({fd})`.
#pragma once

namespace uvnet::handles {

enum class FdType { kTcp, kPipe, kFile, kTty, kUdp, kUnknown };

FdType guessType(int fd) noexcept;

// A second descriptor of the same open socket, close-on-exec; or a libuv error.
int duplicateFd(int fd) noexcept;

}  // namespace uvnet::handles
