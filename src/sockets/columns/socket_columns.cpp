// What a socket is, and between which ends.
#include <linux/netlink.h>

#include <array>

#include "sockets/columns/cell_text.h"
#include "sockets/columns/column_lists.h"

namespace portolan::sockets {
namespace {

void text_or_nothing(Cell& cell, std::string_view text) {
  if (text.empty()) {
    cell.nothing();
  } else {
    cell.text(text);
  }
}

void print_protocol(Cell& cell, const Row& row, RowNames&) {
  const bool has_own_name = row.protocol == SocketKind::other && !row.protocol_name.empty();
  cell.text(has_own_name ? row.protocol_name : name_of(row.protocol));
}

void print_family(Cell& cell, const Row& row, RowNames&) {
  constexpr std::array<std::string_view, 7> names{"", "ipv4", "ipv6", "unix", "packet", "netlink", "vsock"};
  text_or_nothing(cell, names[static_cast<std::size_t>(row.family)]);
}

void print_type(Cell& cell, const Row& row, RowNames&) {
  // SOCK_*: the same numbers on all architectures but MIPS.
  constexpr std::array<std::string_view, 7> names{"", "stream", "dgram", "raw", "rdm", "seqpacket", "dccp"};
  text_or_nothing(cell, row.type < names.size() ? names[row.type] : std::string_view{});
}

void print_state(Cell& cell, const Row& row, RowNames&) {
  if (row.state == State::unknown) return cell.nothing();
  cell.text(name_of(row.state, row.protocol));
}

void print_receive_queue(Cell& cell, const Row& row, RowNames&) { cell.number(std::uint64_t{row.receive_queue}); }
void print_send_queue(Cell& cell, const Row& row, RowNames&) { cell.number(std::uint64_t{row.send_queue}); }

// --- one end of it

struct End {
  const net::IpAddress& address;
  std::uint32_t port;
  std::uint32_t context;    // vsock
  std::uint32_t interface;  // that this end is bound to
};
End local_end(const Row& row) { return {row.local, row.local_port, row.local_cid, row.interface}; }
End remote_end(const Row& row) { return {row.remote, row.remote_port, row.remote_cid, 0}; }

bool is_unspecified(const net::IpAddress& address) {
  for (const std::uint8_t byte : address.bytes()) {
    if (byte != 0) return false;
  }
  return true;
}

void add_interface(CellText& text, std::uint32_t index, const Row& row, RowNames& names) {
  const std::string_view name = names.interface(index, row.network_namespace);
  if (name.empty()) {
    text.add_number(index);
  } else {
    text.add(name);
  }
}

// 192.0.2.1%eth0, fe80::1%eth0 (RFC 4007 §11): through which interface, where that matters.
void add_address(CellText& text, const End& end, const Row& row, RowNames& names) {
  text.add(end.address.without_zone());
  const std::uint32_t interface = end.address.zone() != 0 ? end.address.zone() : end.interface;
  if (interface == 0) return;
  text.add('%');
  add_interface(text, interface, row, names);
}

void add_ip_end(CellText& text, const End& end, const Row& row, RowNames& names) {
  if (const std::string_view host = names.host(end.address); !host.empty()) {
    text.add(host);
  } else if (end.address.is_v4()) {
    add_address(text, end, row, names);
  } else {
    text.add('[');
    add_address(text, end, row, names);
    text.add(']');
  }
  text.add(':');
  if (end.port == 0) return text.add('*');
  const std::string_view service = names.service(row.protocol, end.port);
  if (service.empty()) {
    text.add_number(end.port);
  } else {
    text.add(service);
  }
}

std::string_view netlink_name(std::uint8_t family) {
  switch (family) {
    case NETLINK_ROUTE:
      return "route";
    case NETLINK_USERSOCK:
      return "usersock";
    case NETLINK_SOCK_DIAG:
      return "sock_diag";
    case NETLINK_NFLOG:
      return "nflog";
    case NETLINK_XFRM:
      return "xfrm";
    case NETLINK_SELINUX:
      return "selinux";
    case NETLINK_ISCSI:
      return "iscsi";
    case NETLINK_AUDIT:
      return "audit";
    case NETLINK_FIB_LOOKUP:
      return "fib_lookup";
    case NETLINK_CONNECTOR:
      return "connector";
    case NETLINK_NETFILTER:
      return "netfilter";
    case NETLINK_KOBJECT_UEVENT:
      return "uevent";
    case NETLINK_GENERIC:
      return "generic";
    case NETLINK_SCSITRANSPORT:
      return "scsi_transport";
    case NETLINK_ECRYPTFS:
      return "ecryptfs";
    case NETLINK_RDMA:
      return "rdma";
    case NETLINK_CRYPTO:
      return "crypto";
    case NETLINK_SMC:
      return "smc";
    default:
      return {};
  }
}

void print_netlink_local(Cell& cell, const Row& row) {
  CellText text;
  if (const std::string_view name = netlink_name(row.netlink_family); !name.empty()) {
    text.add(name);
  } else {
    text.add_number(row.netlink_family);
  }
  text.add(':');
  if (row.local_port == 0) {
    text.add("kernel");  // port id 0 is the kernel's end (netlink(7))
  } else {
    text.add_number(row.local_port);
  }
  cell.text(text.view());
}

// EtherTypes that packet sockets commonly ask for (linux/if_ether.h).
std::string_view ethertype_name(std::uint32_t type) {
  switch (type) {
    case 0x0003:
      return "*";  // ETH_P_ALL
    case 0x0800:
      return "ip";
    case 0x0806:
      return "arp";
    case 0x86dd:
      return "ipv6";
    case 0x888e:
      return "eapol";
    case 0x88cc:
      return "lldp";
    default:
      return {};
  }
}

void print_packet_local(Cell& cell, const Row& row, RowNames& names) {
  CellText text;
  if (const std::string_view name = ethertype_name(row.local_port); !name.empty()) {
    text.add(name);
  } else if (row.local_port == 0) {
    text.add("none");  // bound to no protocol: it only sends
  } else {
    text.add("0x");
    text.add_number(row.local_port, 16);
  }
  text.add(':');
  if (row.interface == 0) {
    text.add('*');
  } else {
    add_interface(text, row.interface, row, names);
  }
  cell.text(text.view());
}

void print_vsock_end(Cell& cell, const End& end) {
  constexpr std::uint32_t any = 0xffff'ffff;  // VMADDR_CID_ANY, VMADDR_PORT_ANY
  CellText text;
  const auto add = [&text](std::uint32_t number) {
    if (number == any) {
      text.add('*');
    } else {
      text.add_number(number);
    }
  };
  add(end.context);
  text.add(':');
  add(end.port);
  cell.text(text.view());
}

void print_path(Cell& cell, const Row& row) {
  if (!row.path.starts_with('\0')) return cell.text(row.path);
  CellText text;  // the abstract namespace, as unix(7)'s readers know it
  text.add('@');
  text.add(row.path.substr(1));
  cell.text(text.view());
}

// Ends of UNIX sockets that have no path are told apart by the numbers of their sockets.
void print_unix_number(Cell& cell, std::uint64_t inode) {
  if (inode == 0) return cell.nothing();
  CellText text;
  text.add('#');
  text.add_number(inode);
  cell.text(text.view());
}

void print_ip_end(Cell& cell, const End& end, const Row& row, RowNames& names) {
  CellText text;
  add_ip_end(text, end, row, names);
  cell.text(text.view());
}

void print_local(Cell& cell, const Row& row, RowNames& names) {
  switch (row.family) {
    case AddressFamily::v4:
    case AddressFamily::v6:
      return print_ip_end(cell, local_end(row), row, names);
    case AddressFamily::unix_domain:
      return row.path.empty() ? print_unix_number(cell, row.inode) : print_path(cell, row);
    case AddressFamily::netlink:
      return print_netlink_local(cell, row);
    case AddressFamily::packet:
      return print_packet_local(cell, row, names);
    case AddressFamily::vsock:
      return print_vsock_end(cell, local_end(row));
    case AddressFamily::none:
      return cell.nothing();
  }
}

bool has_ip_peer(const Row& row) { return is_ip(row) && (row.remote_port != 0 || !is_unspecified(row.remote)); }
bool has_vsock_peer(const Row& row) {
  return row.family == AddressFamily::vsock && !is_listening(row) && row.state != State::closed;
}

void print_remote(Cell& cell, const Row& row, RowNames& names) {
  if (has_ip_peer(row)) return print_ip_end(cell, remote_end(row), row, names);
  if (has_vsock_peer(row)) return print_vsock_end(cell, remote_end(row));
  if (row.family == AddressFamily::unix_domain) return print_unix_number(cell, row.peer_inode);
  if (row.family != AddressFamily::netlink || row.remote_port == 0) return cell.nothing();
  CellText text;
  text.add_number(row.remote_port);
  cell.text(text.view());
}

void print_address(Cell& cell, const End& end, const Row& row, RowNames& names) {
  CellText text;
  if (row.family == AddressFamily::vsock) {
    text.add_number(end.context);
  } else {
    // Not the interface that it is bound to: that has a column of its own.
    add_address(text, {end.address, end.port, end.context, 0}, row, names);
  }
  cell.text(text.view());
}

void print_local_address(Cell& cell, const Row& row, RowNames& names) {
  if (!is_ip(row) && row.family != AddressFamily::vsock) return cell.nothing();
  print_address(cell, local_end(row), row, names);
}

void print_remote_address(Cell& cell, const Row& row, RowNames& names) {
  if (!has_ip_peer(row) && !has_vsock_peer(row)) return cell.nothing();
  print_address(cell, remote_end(row), row, names);
}

void print_local_port(Cell& cell, const Row& row, RowNames&) {
  const bool has_none = row.family == AddressFamily::none || row.family == AddressFamily::unix_domain;
  if (has_none || (is_ip(row) && row.local_port == 0)) return cell.nothing();
  cell.number(std::uint64_t{row.local_port});
}

void print_remote_port(Cell& cell, const Row& row, RowNames&) {
  const bool has_one = has_vsock_peer(row) || (row.remote_port != 0 && row.family != AddressFamily::packet);
  if (!has_one) return cell.nothing();
  cell.number(std::uint64_t{row.remote_port});
}

void print_service(Cell& cell, const Row& row, RowNames& names) {
  if (!is_ip(row) || row.local_port == 0) return cell.nothing();
  text_or_nothing(cell, names.registered_service(row.protocol, row.local_port));
}

void print_interface(Cell& cell, const Row& row, RowNames& names) {
  if (row.interface == 0) return cell.nothing();
  CellText text;
  add_interface(text, row.interface, row, names);
  cell.text(text.view());
}

void print_groups(Cell& cell, const Row& row, RowNames&) {
  if (row.family != AddressFamily::netlink || row.netlink_groups == 0) return cell.nothing();
  CellText text;
  text.add("0x");
  text.add_number(row.netlink_groups, 16);
  cell.text(text.view());
}

// --- what it is known by

void print_user(Cell& cell, const Row& row, RowNames& names) {
  if (!row.has_user) return cell.nothing();
  if (const std::string_view name = names.user(row.user); !name.empty()) return cell.text(name);
  CellText text;
  text.add_number(row.user);
  cell.text(text.view());
}

void print_user_id(Cell& cell, const Row& row, RowNames&) {
  if (!row.has_user) return cell.nothing();
  cell.number(std::uint64_t{row.user});
}

void number_or_nothing(Cell& cell, std::uint64_t number) {
  if (number == 0) {
    cell.nothing();
  } else {
    cell.number(number);
  }
}

void print_inode(Cell& cell, const Row& row, RowNames&) { number_or_nothing(cell, row.inode); }

void print_cookie(Cell& cell, const Row& row, RowNames&) {
  if (row.cookie == 0) return cell.nothing();
  CellText text;
  text.add_number(row.cookie, 16);
  cell.text(text.view());
}

void print_network_namespace(Cell& cell, const Row& row, RowNames& names) {
  if (row.network_namespace == 0) return cell.nothing();
  const std::string_view name = names.network_namespace(row.network_namespace);
  if (!name.empty()) return cell.text(name);
  CellText text;
  text.add_number(row.network_namespace);
  cell.text(text.view());
}

constexpr std::array list{
    Column{"proto", "PROTO", "protocol: tcp, udp, unix, netlink ...", Kind::text, false, print_protocol},
    Column{"family", "FAMILY", "ipv4, ipv6, unix, packet, netlink or vsock", Kind::word, false, print_family},
    Column{"type", "TYPE", "stream, dgram, raw or seqpacket", Kind::word, false, print_type},
    Column{"state", "STATE", "state; UNCONN where nothing connects", Kind::word, false, print_state},
    Column{"receive_queue", "RECV-Q", "bytes not read yet; of a listener: connections that wait to be accepted",
           Kind::number, true, print_receive_queue},
    Column{"send_queue", "SEND-Q", "bytes not acknowledged yet; of a listener: how many connections may wait",
           Kind::number, true, print_send_queue},
    Column{"local", "LOCAL", "this end: address and port, path, #inode of a UNIX socket without a path", Kind::text,
           false, print_local},
    Column{"remote", "PEER", "the other end, where there is one", Kind::text, false, print_remote},
    Column{"local_address", "LOCAL-ADDRESS", "address of this end", Kind::text, false, print_local_address},
    Column{"local_port", "LOCAL-PORT", "port of this end; protocol of a raw or packet socket; netlink's port id",
           Kind::number, true, print_local_port},
    Column{"remote_address", "PEER-ADDRESS", "address of the other end", Kind::text, false, print_remote_address},
    Column{"remote_port", "PEER-PORT", "port of the other end", Kind::number, true, print_remote_port},
    Column{"service", "SERVICE", "name registered for the port of this end", Kind::text, false, print_service},
    Column{"interface", "INTERFACE", "network interface that it is bound to", Kind::text, false, print_interface},
    Column{"groups", "GROUPS", "netlink groups that it listens to, a bit each", Kind::hexadecimal, false, print_groups},
    Column{"user", "USER", "user who made it", Kind::text, false, print_user},
    Column{"uid", "UID", "number of that user", Kind::number, true, print_user_id},
    Column{"inode", "INODE", "number of the socket among files", Kind::number, true, print_inode},
    Column{"cookie", "COOKIE", "the kernel's own number for it, hexadecimal, never used twice", Kind::text, true,
           print_cookie},
    Column{"netns", "NETNS", "network namespace: this, a name of /run/netns, or its inode", Kind::text, false,
           print_network_namespace},
};

}  // namespace

std::span<const Column> socket_column_list() { return list; }

}  // namespace portolan::sockets
