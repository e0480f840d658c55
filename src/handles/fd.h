// What a file descriptor is, for `new net.Socket({fd})` and `server.listen({fd})`.
#pragma once

namespace uvnet::handles {

enum class FdType { kTcp, kPipe, kFile, kTty, kUdp, kUnknown };

FdType guessType(int fd) noexcept;

// A second descriptor of the same open socket, close-on-exec; or a libuv error.
int duplicateFd(int fd) noexcept;
void closeFd(int fd) noexcept;

// Opens those of the descriptors 0 to 2 that are closed on /dev/null, as Node does at its start:
// libuv aborts or leaves a socket open that gets one of these numbers. Does nothing where that
// fails.
void occupyStdio() noexcept;

}  // namespace uvnet::handles
