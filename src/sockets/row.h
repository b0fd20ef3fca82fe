// One socket of a machine, whatever its kind: what the kernel says about it, and who holds it. Values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "net/ip_address.h"

namespace portolan::sockets {

enum class SocketKind : std::uint8_t {
  tcp,
  mptcp,
  udp,
  udplite,
  icmp,  // "ping" sockets: SOCK_DGRAM with IPPROTO_ICMP(V6)
  raw,
  sctp,
  dccp,
  unix_domain,
  packet,
  netlink,
  vsock,
  other,  // held by a process, and of a kind that the kernel has no list of; `protocol_name` says what it calls it
};
inline constexpr std::size_t socket_kind_count = 13;

enum class AddressFamily : std::uint8_t { none, v4, v6, unix_domain, packet, netlink, vsock };

// The kernel's numbers (include/net/tcp_states.h), which sock_diag and /proc/net use for every kind of socket.
enum class State : std::uint8_t {
  unknown = 0,
  established = 1,
  syn_sent = 2,
  syn_recv = 3,
  fin_wait_1 = 4,
  fin_wait_2 = 5,
  time_wait = 6,
  closed = 7,  // for sockets without connections: bound, or not even that ("unconn")
  close_wait = 8,
  last_ack = 9,
  listen = 10,
  closing = 11,
  new_syn_recv = 12,  // a request that a listener has not accepted yet; told as syn_recv
  bound_inactive = 13,
};
using StateMask = std::uint32_t;  // bit n is the state with number n
constexpr StateMask mask_of(State state) { return StateMask{1} << static_cast<unsigned>(state); }
inline constexpr StateMask all_states = 0xffff'ffff;

enum class Timer : std::uint8_t { off, retransmit, keepalive, time_wait, probe };  // idiag_timer's numbers

// A file descriptor through which a process holds a socket.
struct Holder {
  std::uint32_t pid = 0;  // as this process's own pid namespace counts
  std::uint32_t fd = 0;
  friend constexpr auto operator<=>(const Holder&, const Holder&) noexcept = default;
};

// What --watch tells about a socket.
enum class Change : std::uint8_t { none, opened, closed, state };

// Why a row names no owner.
enum class NoOwner : std::uint8_t {
  has_one,
  not_asked,            // --no-owners
  out_of_sight,         // there is no /proc to look at
  no_privilege,         // processes of other users hold it, and this one may not look at them
  other_pid_namespace,  // every process here was looked at, but some are out of sight
  kernel,               // the kernel's own: WireGuard, NFS, VXLAN, the kernel end of netlink ...
  time_wait,            // the process is done with it; the kernel keeps the address for a minute
  orphan,        // closed by its process, and the kernel still sends what is left (FIN-WAIT-1, LAST-ACK, CLOSING)
  half_closed,   // closed by its process, all is sent, and the other end has not closed yet (FIN-WAIT-2)
  not_accepted,  // the connection waits in the queue of a listener
  gone,          // its process has let go of it since the kernel listed it
};

// Everything that a source found out. Views point into the bytes it was read from: they are good until the visitor
// that was handed the row returns; RowStore keeps copies.
struct Row {
  SocketKind protocol = SocketKind::other;
  AddressFamily family = AddressFamily::none;
  State state = State::unknown;
  std::uint8_t type = 0;  // SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET; 0: not told

  // IP. The zone of a link-local address is its interface.
  net::IpAddress local;
  net::IpAddress remote;
  // Ports of IP and vsock; port ids of netlink; `local_port` of raw sockets is their protocol, of packet sockets the
  // EtherType.
  std::uint32_t local_port = 0;
  std::uint32_t remote_port = 0;
  std::uint32_t local_cid = 0;  // vsock: context ids
  std::uint32_t remote_cid = 0;
  bool only_v6 = false;         // IPV6_V6ONLY: [::] does not answer for IPv4
  std::uint32_t interface = 0;  // bound to it (SO_BINDTODEVICE, packet sockets); 0: to none

  // UNIX.
  std::string_view path;          // as bound; begins with NUL for the abstract namespace; "" for none
  std::uint64_t peer_inode = 0;   // the other end's socket; 0: none
  std::uint64_t file_inode = 0;   // of the path when it was bound
  std::uint64_t file_device = 0;  // as stat(2) gives it
  bool has_file = false;          // the two above are known

  // Netlink.
  std::uint8_t netlink_family = 0;  // NETLINK_ROUTE ...
  std::uint32_t netlink_groups = 0;

  // Bytes that wait. A listener of TCP and UNIX has connections instead: how many wait, and how many may.
  std::uint32_t receive_queue = 0;
  std::uint32_t send_queue = 0;

  std::uint32_t user = 0;
  bool has_user = false;
  std::uint64_t inode = 0;              // what /proc/PID/fd calls the socket; 0: belongs to no file
  std::uint64_t cookie = 0;             // unique while the machine is up; 0: not told
  std::uint64_t network_namespace = 0;  // inode of /proc/PID/ns/net; with any other key of a socket this makes it whole

  Timer timer = Timer::off;
  std::uint8_t retransmits = 0;
  std::uint32_t timer_ms = 0;  // until it fires

  std::uint8_t shutdown = 0;     // 1: receives no more, 2: sends no more (include/net/sock.h)
  std::uint32_t references = 0;  // /proc only, and UNIX
  std::optional<std::uint32_t> mark;
  std::optional<std::uint8_t> type_of_service;    // IPv4
  std::optional<std::uint8_t> traffic_class;      // IPv6
  std::optional<std::uint64_t> cgroup;            // id of its control group
  std::optional<std::uint16_t> socket_options;    // struct inet_diag_sockopt as it comes
  std::string_view congestion;                    // "cubic"
  std::string_view upper_protocol;                // ULP: "tls", "mptcp"
  std::span<const std::uint8_t> tcp_info;         // struct tcp_info, as long as this kernel has it
  std::span<const std::uint8_t> congestion_info;  // struct tcp_bbr_info, tcpvegas_info or tcp_dctcp_info
  std::uint16_t congestion_info_kind = 0;         // INET_DIAG_BBRINFO ...; 0: none
  std::span<const std::uint8_t> memory;           // SK_MEMINFO_*: 32-bit words

  // kind `other`: what the kernel calls it (system.sockprotoname).
  std::string_view protocol_name;

  // --watch: what happened, when (Unix time in milliseconds), and the state before.
  Change change = Change::none;
  State state_before = State::unknown;
  std::uint64_t changed_at = 0;

  // Joined to it: who holds it, or why nobody is named.
  std::span<const Holder> holders;
  NoOwner no_owner = NoOwner::not_asked;
};

// The name of a UNIX socket as the table shows it: one word without anything that is not seen, "@" in front of an
// abstract one.
std::string shown_path(std::string_view path);
// Whether `name` is what is shown of `path`, there or where blanks stay blanks.
bool is_shown_as(std::string_view path, std::string_view name);

constexpr bool is_ip(const Row& row) { return row.family == AddressFamily::v4 || row.family == AddressFamily::v6; }
// The kernel writes user 0 where it knows none: of TIME-WAIT, of requests, of what no process has open any more. Root's
// own among these cannot be told from them.
constexpr bool is_user_known(const Row& row) { return row.inode != 0 || row.user != 0; }
constexpr bool is_listening(const Row& row) { return row.state == State::listen; }

// "tcp", "unix", ...: what --help, filters, columns and JSON say.
std::string_view name_of(SocketKind protocol);
std::optional<SocketKind> kind_of(std::string_view name);
// "LISTEN", "ESTABLISHED", "TIME-WAIT" (RFC 9293's words); "UNCONN" for closed where nothing connects.
std::string_view name_of(State state, SocketKind protocol);
// "no privilege", "waits to be accepted", ...: for the owner's place in a table.
std::string_view words_of(NoOwner reason);

}  // namespace portolan::sockets
