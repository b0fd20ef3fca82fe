// Packet sockets, which see frames before the network stack does: linux/packet_diag.h, net/packet/diag.c, and the lines
// of /proc/net/packet.
#include <linux/packet_diag.h>

#include "sockets/sources/diag_request.h"
#include "sockets/sources/proc_line.h"
#include "sockets/sources/sources.h"

namespace portolan::sockets {
namespace {

constexpr std::uint8_t family_packet = 17;

void request(std::vector<std::uint8_t>& datagram, const Detail& /*wanted*/) {
  packet_diag_req body{};
  body.sdiag_family = family_packet;
  body.pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_MEMINFO;  // users come with the one, queues with the other
  end_request(datagram, begin_request(datagram, body));
}

void take_attribute(std::uint16_t type, std::span<const std::uint8_t> payload, Row& row) {
  switch (type) {
    case PACKET_DIAG_INFO:
      row.interface = wire::read_struct<std::uint32_t>(payload).value_or(0);
      break;
    case PACKET_DIAG_UID:
      if (const auto user = wire::read_struct<std::uint32_t>(payload)) {
        row.user = *user;
        row.has_user = true;
      }
      break;
    case PACKET_DIAG_MEMINFO:
      row.memory = payload;
      row.receive_queue = wire::read_struct<std::uint32_t>(payload).value_or(0);  // SK_MEMINFO_RMEM_ALLOC
      break;
    default:
      break;
  }
}

bool parse(wire::MessageBytes message, Row& row) {
  const auto body = body_of<packet_diag_msg>(message);
  if (!body || body->pdiag_family != family_packet) return false;
  row = Row{};
  row.protocol = SocketKind::packet;
  row.family = AddressFamily::packet;
  row.state = State::closed;  // they never connect
  row.type = body->pdiag_type;
  row.local_port = body->pdiag_num;  // in host order (net/packet/diag.c, sk_diag_fill)
  row.inode = body->pdiag_ino;
  row.cookie = cookie_of(body->pdiag_cookie);
  wire::for_each_attribute(
      attributes_of<packet_diag_msg>(message),
      [&row](std::uint16_t type, std::span<const std::uint8_t> payload) { take_attribute(type, payload, row); });
  return true;
}

// "0000000051 3      3    0003   2     1 0      0      20131": address, references, type, EtherType, interface,
// running, bytes that wait, user, inode.
bool parse_line(std::span<char> line, Row& row) {
  row = Row{};
  row.protocol = SocketKind::packet;
  row.family = AddressFamily::packet;
  row.state = State::closed;
  row.has_user = true;
  ProcLine words{line};
  words.skip(1);
  words.number(row.references).number(row.type).number(row.local_port, 16).number(row.interface);
  words.skip(1).number(row.receive_queue).number(row.user).number(row.inode);
  return words.good();
}

}  // namespace

constinit const Source packet{
    .name = "packet",
    .protocol = SocketKind::packet,
    .family = AddressFamily::packet,
    .request = request,
    .parse = parse,
    .proc_file = "packet",
    .parse_line = parse_line,
    .counted_as = "",
};

}  // namespace portolan::sockets
