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

// An address that was asked about, and the ways on which packets to it come in.
struct AskedAddress {
  net::IpAddress address;                      // 0.0.0.0: every IPv4 address; ::, as it is printed: every address
  std::uint32_t named = 0;                     // the interface that stood behind %; 0: none did
  std::vector<std::uint32_t> interfaces = {};  // those that lead to it; none: not known
  friend bool operator==(const AskedAddress&, const AskedAddress&) = default;
};

struct Question {
  // "tcp", "udp", "sctp", "dccp": where one was named. UDP-Lite counts as UDP, MPTCP as TCP.
  std::optional<SocketKind> protocol;
  net::PortSet tcp;  // DCCP too
  net::PortSet udp;
  net::PortSet sctp;
  std::vector<AskedAddress> addresses;  // none: any
  std::string path;                     // begins with NUL for the abstract namespace; "" asks about ports
  // The file behind `path`, which is what connect() looks for: who is bound to another of the same name is not meant.
  struct File {
    enum class State : std::uint8_t {
      unknown,  // it may not be looked at: the name has to do
      none,     // nothing has that name, or what has it is no socket
      socket,
    };
    State state = State::unknown;
    std::uint64_t inode = 0;
    std::uint64_t device = 0;  // the file system's, as the kernel counts; stat(2) may say otherwise (btrfs, overlayfs)
  };
  File file = {};

  // The socket has the port and protocol, or is the UNIX socket, and may keep others from being bound to the address.
  [[nodiscard]] bool fits(const Row& row) const;
  // It fits, and takes what is sent there.
  [[nodiscard]] bool is_answered_by(const Row& row) const;
  // A UNIX socket that was bound to `path`, where fits() is about another one or about none.
  [[nodiscard]] bool has_only_the_name(const Row& row) const;
  // The one port, where there is only one.
  [[nodiscard]] std::optional<net::Port> only_port() const;
};

struct QuestionNames {
  const catalog::Services& services;
  std::function<std::uint32_t(std::string_view interface)> zone_of;  // its index, 0 for none; may be empty
  // What the system itself calls a port by, which goes before the registry; may be empty.
  std::function<std::optional<net::Port>(net::Protocol protocol, std::string_view service)> system_port = {};
};

// "8080", "ssh", "8000-8010", "tcp/53", "53/TCP", "tcp:53", "/run/x.sock", "@abstract", and an address with its port in
// every form in which programs print one: "127.0.0.1:8080", "[::1]:53", ":::3000", "*:80", ":8080", "localhost:53",
// "127.0.0.53%lo:53", "[fe80::1]%eth0:546", "http://localhost:8000/". Errc::parse with one sentence.
Result<Question> parse_question(std::string_view text, const QuestionNames& names);

}  // namespace portolan::sockets
