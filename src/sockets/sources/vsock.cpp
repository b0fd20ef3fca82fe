// Sockets between a virtual machine and its host: linux/vm_sockets_diag.h, net/vmw_vsock/diag.c. There is no text form.
#include <linux/vm_sockets_diag.h>

#include "sockets/sources/diag_request.h"
#include "sockets/sources/sources.h"

namespace portolan::sockets {
namespace {

constexpr std::uint8_t family_vsock = 40;

void request(std::vector<std::uint8_t>& datagram, const Detail& wanted) {
  vsock_diag_req body{};
  body.sdiag_family = family_vsock;
  body.vdiag_states = wanted.states;
  end_request(datagram, begin_request(datagram, body));
}

bool parse(wire::MessageBytes message, Row& row) {
  const auto body = body_of<vsock_diag_msg>(message);
  if (!body || body->vdiag_family != family_vsock) return false;
  row = Row{};
  row.protocol = SocketKind::vsock;
  row.family = AddressFamily::vsock;
  row.type = body->vdiag_type;
  row.state = static_cast<State>(body->vdiag_state);
  row.shutdown = body->vdiag_shutdown;
  row.local_cid = body->vdiag_src_cid;
  row.local_port = body->vdiag_src_port;
  row.remote_cid = body->vdiag_dst_cid;
  row.remote_port = body->vdiag_dst_port;
  row.inode = body->vdiag_ino;
  row.cookie = cookie_of(body->vdiag_cookie);
  return true;
}

}  // namespace

constinit const Source vsock{
    .name = "vsock",
    .protocol = SocketKind::vsock,
    .family = AddressFamily::vsock,
    .request = request,
    .parse = parse,
    .proc_file = "",
    .parse_line = nullptr,
    .counted_as = "",
};

}  // namespace portolan::sockets
