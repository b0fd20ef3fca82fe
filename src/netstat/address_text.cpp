#include "netstat/address_text.h"

#include <arpa/inet.h>

#include <array>

namespace portolan::netstat {

std::string numeric_text(const net::IpAddress& address) {
  const net::IpAddress plain = address.unmapped();
  std::array<char, INET6_ADDRSTRLEN> text{};
  (void)inet_ntop(plain.is_v4() ? AF_INET : AF_INET6, plain.bytes().data(), text.data(), text.size());
  return text.data();
}

}  // namespace portolan::netstat
