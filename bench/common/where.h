// What every server of the benchmarks shares: how it is told where to listen, and how it says that
// it does. `PORT` (0: any) on 127.0.0.1, `HOST:PORT`, or `unix:PATH`; "listening PORT" on stdout.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bench {

struct Where {
  std::string host = "127.0.0.1";
  int port = 0;
  std::string path;  // empty: TCP

  bool isUnix() const { return !path.empty(); }
};

inline Where parseWhere(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  Where where;
  if (text.substr(0, kUnix.size()) == kUnix) {
    where.path = text.substr(kUnix.size());
    return where;
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    where.host = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  where.port = std::atoi(std::string(text).c_str());
  return where;
}

inline void announce(int port) {
  std::printf("listening %d\n", port);
  std::fflush(stdout);
}

// The block that `source` sends again and again; the load client knows it too.
constexpr std::size_t kSourceBlock = 64 * 1024;
// What `pieces` cuts each chunk into.
constexpr std::size_t kPiece = 16;

constexpr char patternByte(std::size_t i) { return static_cast<char>((i ^ (i >> 8)) & 0xff); }

}  // namespace bench
