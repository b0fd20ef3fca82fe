// Names for the numbers that netstat shows. os/ has the system's; tests bring their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "net/ip_address.h"

namespace portolan::netstat {

class Lookup {
 public:
  Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  virtual ~Lookup() = default;

  // Views stay good while the object lives; "" where there is no name. Not called for what is to stay numeric.
  virtual std::string_view host(const net::IpAddress& address) = 0;
  virtual std::string_view service(std::string_view protocol, std::uint16_t port) = 0;  // "tcp", "udp"
  virtual std::string_view ip_protocol(std::uint8_t number) = 0;                        // 1 is "icmp"
  virtual std::string_view user(std::uint32_t id) = 0;
  // The command line of a process as the kernel hands it over, words that end with NUL; nullopt once it is gone.
  virtual std::optional<std::string_view> command_line(std::uint32_t pid) = 0;
};

}  // namespace portolan::netstat
