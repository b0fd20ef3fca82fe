#include "net/port.h"

#include <fmt/core.h>

#include <charconv>

#include "base/escape.h"
#include "base/message.h"

namespace portolan::net {

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return "tcp";
    case Protocol::udp:
      return "udp";
    case Protocol::sctp:
      return "sctp";
    case Protocol::icmp:
      return "icmp";
    case Protocol::arp:
      return "arp";
    case Protocol::ip:
      return "ip";
  }
  return "unknown";
}

Result<Port> Port::parse(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return fail(Errc::parse, said("'{}' is not a port; ports go from 0 to 65535", escape_terminal(text.substr(0, 64))));
  }
  return Port{value};
}

}  // namespace portolan::net
