// Names from the system's own databases, as netstat shows them: hosts, networks, services, protocols, users. What was
// asked once is remembered. Host names are asked of name servers where nsswitch.conf says so, and waited for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/ip_address.h"

namespace portolan::os {

class SystemNames {
 public:
  // Views stay good while the object lives; "" where there is no name.
  std::string_view host(const net::IpAddress& address);
  std::string_view network(const net::IpAddress& address);  // of an IPv4 network: /etc/networks
  std::string_view service(std::string_view protocol, std::uint16_t port);
  std::string_view ip_protocol(std::uint8_t number);
  std::string_view user(std::uint32_t id);

 private:
  std::unordered_map<net::IpAddress, std::string> hosts_;
  std::unordered_map<net::IpAddress, std::string> networks_;
  std::unordered_map<std::string, std::unordered_map<std::uint16_t, std::string>> services_;
  std::unordered_map<std::uint8_t, std::string> ip_protocols_;
  std::unordered_map<std::uint32_t, std::string> users_;
};

}  // namespace portolan::os
