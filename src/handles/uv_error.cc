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
const int kAgain = UV_EAGAIN;
const int kAccess = UV_EACCES;
const int kAddrInUse = UV_EADDRINUSE;
const int kAddrNotAvail = UV_EADDRNOTAVAIL;
const int kAfNoSupport = UV_EAFNOSUPPORT;
const int kAlready = UV_EALREADY;
const int kBadFd = UV_EBADF;
const int kBusy = UV_EBUSY;
const int kConnAborted = UV_ECONNABORTED;
const int kConnRefused = UV_ECONNREFUSED;
const int kConnReset = UV_ECONNRESET;
const int kExist = UV_EEXIST;
const int kHostUnreach = UV_EHOSTUNREACH;
const int kInval = UV_EINVAL;
const int kIsConn = UV_EISCONN;
const int kMFile = UV_EMFILE;
const int kNameTooLong = UV_ENAMETOOLONG;
const int kNetUnreach = UV_ENETUNREACH;
const int kNFile = UV_ENFILE;
const int kNoBufs = UV_ENOBUFS;
const int kNoEnt = UV_ENOENT;
const int kNoMem = UV_ENOMEM;
const int kNotConn = UV_ENOTCONN;
const int kNotSock = UV_ENOTSOCK;
const int kNotSup = UV_ENOTSUP;
const int kPerm = UV_EPERM;
const int kPipe = UV_EPIPE;
const int kProtoNoSupport = UV_EPROTONOSUPPORT;
const int kTimedOut = UV_ETIMEDOUT;
const int kEaiNoName = UV_EAI_NONAME;
const int kEaiNoData = UV_EAI_NODATA;
const int kEaiAgain = UV_EAI_AGAIN;
const int kEaiAddrFamily = UV_EAI_ADDRFAMILY;
const int kEaiBadFlags = UV_EAI_BADFLAGS;
const int kEaiCanceled = UV_EAI_CANCELED;
const int kEaiFail = UV_EAI_FAIL;
const int kEaiFamily = UV_EAI_FAMILY;
const int kEaiMemory = UV_EAI_MEMORY;
const int kEaiService = UV_EAI_SERVICE;
const int kEaiSockType = UV_EAI_SOCKTYPE;
}  // namespace uverr

}  // namespace uvnet::handles
