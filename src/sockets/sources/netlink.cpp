// Netlink sockets, which talk to the kernel: linux/netlink_diag.h, net/netlink/diag.c, and the lines of
// /proc/net/netlink.
#include <linux/netlink_diag.h>

#include "sockets/sources/diag_request.h"
#include "sockets/sources/proc_line.h"
#include "sockets/sources/sources.h"

namespace portolan::sockets {
namespace {

constexpr std::uint8_t family_netlink = 16;

void request(std::vector<std::uint8_t>& datagram, const Detail& /*wanted*/) {
  netlink_diag_req body{};
  body.sdiag_family = family_netlink;
  body.sdiag_protocol = NDIAG_PROTO_ALL;
  body.ndiag_show = NDIAG_SHOW_MEMINFO | NDIAG_SHOW_GROUPS;
  end_request(datagram, begin_request(datagram, body));
}

bool parse(wire::MessageBytes message, Row& row) {
  const auto body = body_of<netlink_diag_msg>(message);
  if (!body || body->ndiag_family != family_netlink) return false;
  row = Row{};
  row.protocol = SocketKind::netlink;
  row.family = AddressFamily::netlink;
  row.type = body->ndiag_type;
  // NETLINK_CONNECTED is 1; a socket that never connected still has TCP_CLOSE, one that no longer does has 0
  // (net/netlink/af_netlink.c).
  row.state = body->ndiag_state == 1 ? State::established : State::closed;
  row.netlink_family = body->ndiag_protocol;
  row.local_port = body->ndiag_portid;
  row.remote_port = body->ndiag_dst_portid;
  row.inode = body->ndiag_ino;
  row.cookie = cookie_of(body->ndiag_cookie);
  wire::for_each_attribute(attributes_of<netlink_diag_msg>(message),
                           [&row](std::uint16_t type, std::span<const std::uint8_t> payload) {
                             if (type == NETLINK_DIAG_GROUPS) {
                               row.netlink_groups = wire::read_struct<std::uint32_t>(payload).value_or(0);
                             } else if (type == NETLINK_DIAG_MEMINFO) {
                               row.memory = payload;
                               row.receive_queue = wire::read_struct<std::uint32_t>(payload).value_or(0);
                             }
                           });
  return true;
}

// "00000000512da659 0   0   00000000 0   0   0   2   0   4": address, family, port id, groups, bytes received and sent
// that wait, dump, references, drops, inode.
bool parse_line(std::span<char> line, Row& row) {
  row = Row{};
  row.protocol = SocketKind::netlink;
  row.family = AddressFamily::netlink;
  row.type = 3;  // SOCK_RAW: the file does not tell it from SOCK_DGRAM, which the kernel treats alike
  row.state = State::closed;
  ProcLine words{line};
  words.skip(1).number(row.netlink_family).number(row.local_port).number(row.netlink_groups, 16);
  words.number(row.receive_queue).number(row.send_queue).skip(1).number(row.references).skip(1).number(row.inode);
  return words.good();
}

}  // namespace

constinit const Source netlink{
    .name = "netlink",
    .protocol = SocketKind::netlink,
    .family = AddressFamily::netlink,
    .request = request,
    .parse = parse,
    .proc_file = "netlink",
    .parse_line = parse_line,
    .counted_as = "",
    // Once from the table of all, once more for those that belong to groups (net/netlink/diag.c, __netlink_diag_dump).
    .repeats = true,
};

}  // namespace portolan::sockets
