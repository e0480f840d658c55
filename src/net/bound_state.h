// What a BoundSocket holds until a Server or a Socket takes it over.
#pragma once

#include <string>

#include "handles/stream_handle.h"

namespace uvnet::impl {

struct BoundState {
  handles::HandlePtr handle;  // null once closed or taken over
  std::string path;           // empty: TCP
  bool isPipe = false;
  bool adopted = false;

  // Throws ERR_SOCKET_HANDLE_ADOPTED the second time, ERR_SOCKET_CLOSED after close().
  handles::HandlePtr adopt();
  void checkOwned() const;
};

}  // namespace uvnet::impl
