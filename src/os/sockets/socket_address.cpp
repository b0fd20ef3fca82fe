#include "os/sockets/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace portolan::os {

SocketAddress socket_address(const net::IpAddress& address, net::Port port) {
  SocketAddress made;
  const auto bytes = address.bytes();
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port.value());
    std::memcpy(&v4.sin_addr, bytes.data(), sizeof v4.sin_addr);
    made.size = sizeof v4;
    std::memcpy(&made.storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port.value());
    std::memcpy(&v6.sin6_addr, bytes.data(), sizeof v6.sin6_addr);
    v6.sin6_scope_id = address.zone();
    made.size = sizeof v6;
    std::memcpy(&made.storage, &v6, sizeof v6);
  }
  return made;
}

std::optional<net::IpAddress> address_of(const sockaddr* address) {
  std::array<std::uint8_t, 16> bytes{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return net::IpAddress::from_bytes(std::span{bytes}.first(4));
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6;
  std::memcpy(&v6, address, sizeof v6);
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return net::IpAddress::v6(bytes, v6.sin6_scope_id);
}

}  // namespace portolan::os
