// A write to a connection that was reset must be an EPIPE, not the end of the process. libuv on
// Linux writes without MSG_NOSIGNAL, so the signal has to be ignored, as node itself does.
#pragma once

namespace uvnet::handles {

// Ignores SIGPIPE if nobody has decided about it (SIG_DFL). Looks once per process; a program that
// sets its own disposition, before or after, keeps it. Any thread.
void ignoreSigpipeIfDefault() noexcept;

}  // namespace uvnet::handles
