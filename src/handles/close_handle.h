// Closing a libuv handle that its loop may have closed already. Sees uv.h: for .cc files here only.
//
// A LoopHost that goes while handles are still open (their owners outlived their host, against the
// rules) closes them itself, or uv_loop_close would fail. The owners come later, when there is no
// loop any more, or in the middle of that. This header keeps both from touching freed memory.
#pragma once

#include <uv.h>

namespace uvnet::handles {

// For the end of a loop: closes a handle without knowing whose it is.
inline void closeForGood(uv_handle_t* handle) noexcept {
  if (uv_is_closing(handle) != 0) return;
  // A handle that points to itself was closed here; whatever its owner kept there is of no use.
  uv_close(handle, [](uv_handle_t* closed) { closed->data = closed; });
}

// uv_close for a handle's owner. False: the handle is closed for good already, onClosed will not be
// called, its memory is free to go.
inline bool closeOwned(uv_handle_t* handle, uv_close_cb onClosed) noexcept {
  if (uv_is_closing(handle) == 0) {
    uv_close(handle, onClosed);
  } else if (handle->data == handle) {
    return false;
  } else {
    handle->close_cb = onClosed;  // the loop is ending right now: instead of closeForGood's
  }
  return true;
}

}  // namespace uvnet::handles
