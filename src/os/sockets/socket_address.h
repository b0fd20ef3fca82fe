// Addresses and ports as the kernel's socket calls take and give them.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "net/ip_address.h"
#include "net/port.h"

namespace portolan::os {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;  // bytes of `storage` that count

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// A sockaddr_in or sockaddr_in6; the zone becomes its scope id.
SocketAddress socket_address(const net::IpAddress& address, net::Port port = {});

// The address in a sockaddr_in, or in a sockaddr_in6 together with its scope id; nullopt for other families.
// `address` is as long as its family says.
std::optional<net::IpAddress> address_of(const sockaddr* address);

}  // namespace portolan::os
