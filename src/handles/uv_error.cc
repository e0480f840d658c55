#include "handles/uv_error.h"

#include <uv.h>

#include <array>

namespace uvnet::handles {
namespace {

// uv_err_name and uv_strerror leak a copy for each unknown number; the _r forms do not. 64: the
// longest text of libuv 1.44 has 43 characters.
using Text = std::array<char, 64>;

}  // namespace

std::string_view errorName(int status) noexcept {
  // Known names are looked up once more, because only uv_err_name gives memory that lasts.
  switch (status) {
#define UVNET_NAME(name, text) \
  case UV_##name:              \
    return #name;
    UV_ERRNO_MAP(UVNET_NAME)
#undef UVNET_NAME
  }
  thread_local Text unknown;
  return uv_err_name_r(status, unknown.data(), unknown.size());
}

std::string errorText(int status) {
  Text text;
  return uv_strerror_r(status, text.data(), text.size());
}

namespace uverr {
const int kEof = UV_EOF;
const int kCanceled = UV_ECANCELED;
const int kAccess = UV_EACCES;
const int kAddrInUse = UV_EADDRINUSE;
const int kAlready = UV_EALREADY;
const int kBadFd = UV_EBADF;
const int kConnRefused = UV_ECONNREFUSED;
const int kConnReset = UV_ECONNRESET;
const int kExist = UV_EEXIST;
const int kInval = UV_EINVAL;
const int kIsConn = UV_EISCONN;
const int kNoEnt = UV_ENOENT;
const int kNoMem = UV_ENOMEM;
const int kNotConn = UV_ENOTCONN;
const int kPipe = UV_EPIPE;
const int kTimedOut = UV_ETIMEDOUT;
const int kEaiNoName = UV_EAI_NONAME;
const int kEaiNoData = UV_EAI_NODATA;
const int kEaiAgain = UV_EAI_AGAIN;
}  // namespace uverr

}  // namespace uvnet::handles
