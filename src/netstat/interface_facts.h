// What netstat -i shows of an interface and no file of /proc/net holds. os/ asks the kernel for it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "net/ip_address.h"

namespace portolan::netstat {

// Where an old network card sits: interrupts, ports and memory of its own. All 0 for any other device.
struct CardMap {
  std::uint16_t interrupt = 0;
  std::uint16_t base = 0;  // of its input and output ports
  std::uint8_t dma = 0;
  std::uint8_t port = 0;  // IF_PORT_*: the socket of the card that is in use
  std::uint64_t memory_begin = 0;
  std::uint64_t memory_end = 0;
};

struct InterfaceFacts {
  std::string name;             // "eth0"; "eth0:1" for an address with a label of its own
  std::uint16_t flags = 0;      // IFF_*, the sixteen that ioctls know
  std::int32_t mtu = 0;         // bytes
  std::uint16_t type = 0xffff;  // ARPHRD_*; this one: nobody knows
  std::array<std::uint8_t, 14> hardware_address{};
  std::int32_t queue_length = -1;  // packets; below 0: it has none
  // Of the label's first IPv4 address; nullopt: there is none.
  std::optional<net::IpAddress> address;
  std::optional<net::IpAddress> netmask;
  std::optional<net::IpAddress> broadcast;
  std::optional<net::IpAddress> destination;  // the other end, with IFF_POINTOPOINT
  CardMap map;
};

}  // namespace portolan::netstat
