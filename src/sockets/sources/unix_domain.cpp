// UNIX sockets: linux/unix_diag.h, net/unix/diag.c, and the lines of /proc/net/unix.
#include <linux/unix_diag.h>

#include "sockets/sources/diag_request.h"
#include "sockets/sources/sources.h"
#include "sockets/sources/unix_proc.h"

namespace portolan::sockets {
namespace {

constexpr std::uint8_t family_unix = 1;

void request(std::vector<std::uint8_t>& datagram, const Detail& wanted) {
  unix_diag_req body{};
  body.sdiag_family = family_unix;
  body.udiag_states = wanted.states;
  body.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID;
  if (wanted.unix_files) body.udiag_show |= UDIAG_SHOW_VFS;
  if (wanted.memory) body.udiag_show |= UDIAG_SHOW_MEMINFO;
  end_request(datagram, begin_request(datagram, body));
}

// The kernel's own form of a device number (include/linux/kdev_t.h: 12 bits major, 20 minor) to stat's.
constexpr std::uint64_t device_of(std::uint32_t kernel) {
  const std::uint64_t major = kernel >> 20U;
  const std::uint64_t minor = kernel & 0xfffffU;
  return (minor & 0xffU) | (major & 0xfffU) << 8U | (minor & ~std::uint64_t{0xff}) << 12U;
}

// A path ends at its NUL; an abstract name begins with one, and may hold more.
std::string_view name_in(std::span<const std::uint8_t> payload) {
  if (payload.empty() || payload.front() != 0) return wire::netlink_text(payload);
  return {reinterpret_cast<const char*>(payload.data()), payload.size()};
}

void take_attribute(std::uint16_t type, std::span<const std::uint8_t> payload, Row& row) {
  switch (type) {
    case UNIX_DIAG_NAME:
      row.path = name_in(payload);
      break;
    case UNIX_DIAG_PEER:
      row.peer_inode = wire::read_struct<std::uint32_t>(payload).value_or(0);
      break;
    case UNIX_DIAG_VFS:
      if (const auto file = wire::read_struct<unix_diag_vfs>(payload)) {
        row.has_file = true;
        row.file_inode = file->udiag_vfs_ino;
        row.file_device = device_of(file->udiag_vfs_dev);
      }
      break;
    case UNIX_DIAG_RQLEN:
      if (const auto queues = wire::read_struct<unix_diag_rqlen>(payload)) {
        row.receive_queue = queues->udiag_rqueue;
        row.send_queue = queues->udiag_wqueue;
      }
      break;
    case UNIX_DIAG_UID:
      if (const auto user = wire::read_struct<std::uint32_t>(payload)) {
        row.user = *user;
        row.has_user = is_user_known(row);
      }
      break;
    case UNIX_DIAG_MEMINFO:
      row.memory = payload;
      break;
    case UNIX_DIAG_SHUTDOWN:
      row.shutdown = payload.empty() ? std::uint8_t{0} : payload.front();
      break;
    default:
      break;
  }
}

bool parse(wire::MessageBytes message, Row& row) {
  const auto body = body_of<unix_diag_msg>(message);
  if (!body || body->udiag_family != family_unix) return false;
  row = Row{};
  row.protocol = SocketKind::unix_domain;
  row.family = AddressFamily::unix_domain;
  row.type = body->udiag_type;
  row.state = static_cast<State>(body->udiag_state);
  row.inode = body->udiag_ino;
  row.cookie = cookie_of(body->udiag_cookie);
  wire::for_each_attribute(
      attributes_of<unix_diag_msg>(message),
      [&row](std::uint16_t type, std::span<const std::uint8_t> payload) { take_attribute(type, payload, row); });
  return true;
}

}  // namespace

constinit const Source unix_domain{
    .name = "unix",
    .protocol = SocketKind::unix_domain,
    .family = AddressFamily::unix_domain,
    .request = request,
    .parse = parse,
    .proc_file = "unix",
    .parse_line = parse_unix_line,
    .counted_as = "",
    // Connections that nobody has accepted belong to no file, and unix_diag looks for files.
    .only_in_file = [](const Row& row) { return row.inode == 0; },
};

}  // namespace portolan::sockets
