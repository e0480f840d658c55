// libuv's statuses for code that does not see uv.h: their names, their texts, their numbers.
#pragma once

#include <string>
#include <string_view>

namespace uvnet::handles {

// "ECONNREFUSED"; a number libuv does not know: "Unknown system error -1234", in memory of this
// thread that lasts until the next such call.
std::string_view errorName(int status) noexcept;
// "address already in use"
std::string errorText(int status);

// The numbers differ between systems, so they are constants of the library, not of the header.
namespace uverr {
extern const int kEof;
extern const int kCanceled;
extern const int kAccess;
extern const int kAddrInUse;
extern const int kAlready;
extern const int kBadFd;
extern const int kConnRefused;
extern const int kConnReset;
extern const int kExist;
extern const int kInval;
extern const int kIsConn;
extern const int kNoEnt;
extern const int kNoMem;
extern const int kNotConn;
extern const int kPipe;
extern const int kTimedOut;
// What a lookup answers; Node calls the first two ENOTFOUND.
extern const int kEaiNoName;
extern const int kEaiNoData;
extern const int kEaiAgain;
}  // namespace uverr

}  // namespace uvnet::handles
