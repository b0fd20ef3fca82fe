// What `portolan who` is asked about: a port, a service's name, an address with a port, the path of a UNIX socket.
// Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "net/ip_address.h"
#include "net/port_set.h"
#include "sockets/row.h"

namespace portolan::sockets {

struct Question {
  // "tcp", "udp", "sctp", "dccp": where one was named. UDP-Lite counts as UDP, MPTCP as TCP.
  std::optional<SocketKind> protocol;
  net::PortSet tcp;  // DCCP too
  net::PortSet udp;
  net::PortSet sctp;
  std::vector<net::IpAddress> addresses;  // none: any
  std::string path;                       // begins with NUL for the abstract namespace; "" asks about ports
  // The file behind `path`, which may be reached by other paths too; 0: not known.
  std::uint64_t file_inode = 0;
  std::uint64_t file_device = 0;

  // The socket has the port, or is the UNIX socket; its address, protocol and path fit. A listener fits every address
  // that reaches it, any other socket only its own.
  [[nodiscard]] bool fits(const Row& row) const;
  // The one port, where there is only one.
  [[nodiscard]] std::optional<net::Port> only_port() const;
};

struct QuestionNames {
  const catalog::Services& services;
  std::function<std::uint32_t(std::string_view interface)> zone_of;  // its index, 0 for none; may be empty
};

// "8080", "ssh", "8000-8010", "127.0.0.1:8080", "[::1]:53", "localhost:53", "*:80", "tcp/53", "53/tcp",
// "udp/127.0.0.1:53", "/run/x.sock", "@abstract". Errc::parse with one sentence.
Result<Question> parse_question(std::string_view text, const QuestionNames& names);

}  // namespace portolan::sockets
