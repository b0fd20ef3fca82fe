// Which sockets, and where the kernel tells of them: header of its interface, file of its source. Here: the sockets
// between a virtual machine and its host (linux/vm_sockets_diag.h, net/vmw_vsock/diag.c).
#include <linux/vm_sockets_diag.h>

#include "sockets/sources/diag_request.h"
#include "sockets/sources/sources.h"

namespace portolan::sockets {
namespace {

constexpr std::uint8_t kernel_family = 40;

void request(std::vector<std::uint8_t>& datagram, const Detail& wanted) {
  vsock_diag_req body{};
  body.sdiag_family = kernel_family;
  body.vdiag_states = wanted.states;
  end_request(datagram, begin_request(datagram, body));
}

// A kind of socket that row.h does not have yet needs its SocketKind there, too.
bool parse(wire::MessageBytes message, Row& row) {
  const auto body = body_of<vsock_diag_msg>(message);
  if (!body || body->vdiag_family != kernel_family) return false;
  row = Row{};
  row.protocol = SocketKind::vsock;
  row.family = AddressFamily::vsock;
  row.type = body->vdiag_type;
  row.state = static_cast<State>(body->vdiag_state);
  row.inode = body->vdiag_ino;
  row.cookie = cookie_of(body->vdiag_cookie);
  return true;
}

}  // namespace

constinit const Source new_source{
    .name = "new-source",
    .protocol = SocketKind::vsock,
    .family = AddressFamily::vsock,
    .request = request,
    .parse = parse,
    .proc_file = "",
    .parse_line = nullptr,
    .counted_as = "",
};

}  // namespace portolan::sockets
