#include "os/sockets/socket_oracle.h"

#include <linux/netlink.h>

#include <cerrno>
#include <utility>

#include "os/system_error.h"
#include "sockets/sources/inet_diag.h"

namespace portolan::os {

Result<SocketOracle> SocketOracle::open() {
  auto socket = NetlinkSocket::open(NETLINK_SOCK_DIAG);
  if (!socket) return fail(socket.error());
  return SocketOracle{std::move(*socket)};
}

Result<std::optional<TakingSocket>> SocketOracle::taker_of(const sockets::Arrival& arrival) {
  question_.clear();
  sockets::append_delivery_question(question_, arrival);
  if (const auto sent = socket_.send(question_); !sent) return fail(sent.error());
  std::optional<TakingSocket> taker;
  int problem = EBADMSG;  // as long as nothing that is understood has come
  const auto received = socket_.receive([&](MessageBytes message) {
    sockets::Row row;
    if (const auto error = parse_error(message)) {
      problem = *error;
    } else if (sockets::parse_inet_diag(message, arrival.protocol, row)) {
      problem = 0;
      taker = TakingSocket{.inode = row.inode,
                           .cookie = row.cookie,
                           .state = row.state,
                           .local = row.local,
                           .interface = row.interface,
                           .user = row.user};
    }
  });
  if (!received) return fail(received.error());
  if (problem == 0) return taker;
  if (problem == ENOENT) return std::optional<TakingSocket>{};
  return fail(
      {Errc::io, "the kernel does not tell which socket takes a packet: " + error_text(problem), error_name(problem)});
}

}  // namespace portolan::os
