#include "handles/sockaddr.h"

#include <netinet/in.h>
#include <uv.h>

#include <array>

namespace uvnet::handles {

bool addressOf(const sockaddr* from, bool withZone, AddressInfo& out) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (from->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(from);
    if (uv_inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size()) != 0) return false;
    out = {text.data(), "IPv4", ntohs(v4->sin_port)};
    return true;
  }
  if (from->sa_family != AF_INET6) return false;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(from);
  if (uv_inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size()) != 0) return false;
  out = {text.data(), "IPv6", ntohs(v6->sin6_port)};
  if (withZone && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) {
    std::array<char, UV_IF_NAMESIZE> zone{};
    std::size_t size = zone.size();
    if (uv_if_indextoiid(v6->sin6_scope_id, zone.data(), &size) == 0) {
      out.address.append("%").append(zone.data(), size);
    }
  }
  return true;
}

}  // namespace uvnet::handles
