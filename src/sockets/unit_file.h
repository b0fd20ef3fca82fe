// systemd's unit files, as far as they say who listens where (systemd.syntax(7), systemd.socket(5)), and what that adds
// to a list of services. Parsers take the text of files; os/process/systemd_units reads them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/ip_address.h"
#include "sockets/listeners.h"
#include "sockets/row.h"

namespace portolan::sockets {

// What is kept of a unit file and its drop-ins.
struct UnitFile {
  bool installable = false;  // [Install] says what would start it: without that it can be neither enabled nor disabled
  // [Socket]
  struct Listen {
    bool datagram = false;  // ListenDatagram=, not ListenStream=
    std::string value;
  };
  std::vector<Listen> listens = {};
  std::string service = {};  // Service=; "" for the unit of the same name
  std::string ipv6_only = {};
  std::string device = {};
  std::string protocol = {};  // SocketProtocol=
  bool accept = false;
};
// Adds the text of a file to `unit`: the unit's own file first, then its drop-ins in their order.
void read_unit_file(std::string_view text, UnitFile& unit);

// Where a .socket unit listens; nullopt for UNIX sockets, vsock, and what only systemd can work out (%i).
struct ListenAddress {
  SocketKind protocol = SocketKind::tcp;
  net::IpAddress address;
  std::uint16_t port = 0;
  bool only_v6 = false;
  std::string device;  // BindToDevice=, or the one behind %; "" for none
};
std::optional<ListenAddress> parse_listen(const UnitFile& unit, const UnitFile::Listen& listen);

// As `systemctl is-enabled` says it, with fewer words.
enum class UnitState : std::uint8_t {
  unknown,   // no such file
  enabled,   // started with the machine
  disabled,  // could be, and is not
  masked,    // a link to /dev/null
  fixed,     // nothing to enable: static, generated, transient
};

struct SocketUnit {
  std::string name;     // "ssh.socket"
  std::string service;  // "ssh.service"; "ssh@.service" where each connection gets its own
  std::vector<ListenAddress> listens;
};
SocketUnit socket_unit_of(std::string name, const UnitFile& file);

// What systemd knows about the units of a machine.
struct UnitFacts {
  bool known = false;  // systemd runs here
  std::map<std::string, UnitState, std::less<>> states;
  std::set<std::string, std::less<>> failed;
  std::vector<SocketUnit> sockets;
};
// Names of units, the first words of what `systemctl list-units --plain --no-legend` writes.
std::set<std::string, std::less<>> parse_unit_list(std::string_view text);

// Gives the services their flags, and adds an entry for every .socket unit that could listen and does not.
void join_units(std::vector<Service>& services, const UnitFacts& facts);

}  // namespace portolan::sockets
