// What waits for others to call: listening sockets and bound UDP sockets, gathered to one entry for each service. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/ip_address.h"
#include "sockets/row.h"
#include "sockets/row_names.h"

namespace portolan::sockets {

// Where a socket can be reached.
struct Place {
  net::IpAddress address;       // 0.0.0.0 and :: stand for every address of their family
  bool only_v6 = false;         // :: without IPv4
  std::uint32_t interface = 0;  // only through it; 0: through any

  // Whether a packet to `target` gets here; a zone of 0 in either stands for any.
  [[nodiscard]] bool takes(const net::IpAddress& target) const;
  // Whether there is an address that belongs to both, as 127.0.0.1 does to itself and to 0.0.0.0: a socket here keeps
  // another from being bound to `other` (an [::] that takes IPv4 as well, as without IPV6_V6ONLY).
  [[nodiscard]] bool shares(const net::IpAddress& other) const;
  // Whether packets that come in by that interface get here.
  [[nodiscard]] bool is_on(std::uint32_t incoming) const { return interface == 0 || interface == incoming; }
  friend auto operator<=>(const Place&, const Place&) noexcept = default;
};
bool is_wildcard(const net::IpAddress& address);

// "everywhere", "everywhere(IPv4)", "loopback", "eth0", or addresses; several with commas and no blanks.
std::string places_text(std::span<const Place> places, std::uint64_t network_namespace, RowNames& names);
// "0.0.0.0:22,[::]:22,[fe80::1%eth0]:546,198.18.0.1:80%eth0".
std::string endpoints_text(std::span<const Place> places, std::uint32_t port, std::uint64_t network_namespace,
                           RowNames& names);

// One socket that waits.
struct Listener {
  SocketKind protocol = SocketKind::tcp;  // mptcp is told as tcp, which is what callers speak to it
  std::uint32_t port = 0;
  Place place;
  std::string path;  // of a UNIX socket, which has no port and place
  std::uint64_t inode = 0;
  std::uint64_t network_namespace = 0;
  std::optional<std::uint32_t> user;
  std::vector<Holder> holders;
  NoOwner no_owner = NoOwner::not_asked;
};

// TCP, MPTCP, SCTP and DCCP that listen; UDP and UDP-Lite that are bound and not connected; UNIX sockets with a name
// that listen, or take datagrams.
bool waits(const Row& row);
Listener listener_of(const Row& row);

// How systemd sees what stands behind a port.
enum class UnitFlag : std::uint8_t {
  socket_activated,  // systemd holds the socket and starts the program when somebody calls
  disabled,          // the unit is not started with the machine
  masked,            // the unit cannot be started at all
  failed,            // the unit has failed
  stopped,           // a unit would listen here, and nobody does
};
std::string_view name_of(UnitFlag flag);

// Sockets of the same protocol and port that the same program, started by the same command line, holds: both families,
// and all workers.
struct Service {
  SocketKind protocol = SocketKind::tcp;
  std::uint32_t port = 0;
  std::string path;
  std::vector<Place> places;  // ascending, each once
  std::string device;         // of a unit that nobody runs: the device it would bind to; "" for none
  std::uint64_t network_namespace = 0;
  // Who holds the sockets, but for systemd where another does too. The first is the one that has run longest, whose
  // program, unit and container these are; empty where nobody is known.
  std::vector<std::uint32_t> pids;
  std::string program;
  std::string unit;
  std::string container;
  std::string container_name;
  bool held_by_systemd = false;
  std::optional<std::uint32_t> user;  // who made the socket
  NoOwner no_owner = NoOwner::has_one;
  std::vector<UnitFlag> flags;  // ascending, each once
};

// In ascending order of port, protocol and program.
std::vector<Service> services_of(std::span<const Listener> listeners, RowNames& names);

// The entry of `services` that a connection whose own end is `end` belongs to: that of the program which holds it. One
// that nobody holds waits to be accepted, and where nobody may be looked at it cannot be told: these belong to the
// listener that the kernel gives such connections to, the one bound to just that device and address before one that
// takes all. Their number where none fits: another program holds it.
std::size_t service_for(std::span<const Service> services, const Listener& end, RowNames& names);

// mptcp is tcp to whoever calls; everything else is itself.
constexpr SocketKind seen_from_outside(SocketKind protocol) {
  return protocol == SocketKind::mptcp ? SocketKind::tcp : protocol;
}

}  // namespace portolan::sockets
