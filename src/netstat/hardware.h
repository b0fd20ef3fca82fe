// Kinds of network devices (ARPHRD_*) as ifconfig's layout names them and writes their addresses.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace portolan::netstat {

struct Hardware {
  std::uint16_t type;
  std::string_view name;   // "ether"
  std::string_view title;  // "Ethernet"
  // With a blank before it; "" for those that have none. Takes the fourteen bytes of a hardware address.
  std::string (*address)(std::span<const std::uint8_t> bytes);
  bool compresses = false;  // its counters of compressed packets are shown
};

// What is not known is "unspec".
const Hardware& hardware_of(std::uint16_t type);

// IF_PORT_*: "10baseT".
std::string_view card_port_name(std::uint8_t port);

}  // namespace portolan::netstat
