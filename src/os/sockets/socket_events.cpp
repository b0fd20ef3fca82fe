#include "os/sockets/socket_events.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/message.h"
#include "os/system_error.h"
#include "sockets/sources/inet_diag.h"
#include "wire/netlink_message.h"

namespace portolan::os {
namespace {

constexpr int receive_buffer = 4 * 1024 * 1024;
constexpr std::size_t datagram_size = 8'192;  // one socket a datagram, a few hundred bytes each

// The answer itself does not say: the attribute does (net/ipv4/inet_diag.c, inet_diag_handler_get_info).
sockets::SocketKind protocol_of(wire::MessageBytes message) {
  sockets::SocketKind protocol = sockets::SocketKind::tcp;
  const std::size_t begin = std::min(sizeof(nlmsghdr) + sizeof(inet_diag_msg), message.size());
  wire::for_each_attribute(message.subspan(begin), [&](std::uint16_t type, std::span<const std::uint8_t> payload) {
    if (type != INET_DIAG_PROTOCOL || payload.empty()) return;
    constexpr std::uint8_t udp = 17;
    constexpr std::uint8_t udplite = 136;
    if (payload.front() == udp) protocol = sockets::SocketKind::udp;
    if (payload.front() == udplite) protocol = sockets::SocketKind::udplite;
  });
  return protocol;
}

}  // namespace

Result<void> SocketEvents::listen(const SocketNamespace& space) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  for (const unsigned group :
       {SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET_UDP_DESTROY, SKNLGRP_INET6_TCP_DESTROY, SKNLGRP_INET6_UDP_DESTROY}) {
    address.nl_groups |= 1U << (group - 1);
  }
  auto socket = space.open_socket(SOCK_NONBLOCK);
  if (!socket) return fail(socket.error());
  if (::bind(socket->get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    return fail(
        {Errc::io, said("cannot hear from the kernel which sockets end: {}", error_text(error)), error_name(error)});
  }
  if (::setsockopt(socket->get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) != 0) {
    (void)::setsockopt(socket->get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  subscriptions_.push_back({std::move(*socket), space.inode()});
  return {};
}

bool SocketEvents::wait(Duration at_most, int reader) const {
  std::vector<pollfd> watched{{reader, 0, 0}};  // poll() passes over -1
  for (const Subscription& subscription : subscriptions_) watched.push_back({subscription.socket.get(), POLLIN, 0});
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(at_most).count();
  (void)::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(ms, 0, 86'400'000)));
  return (watched.front().revents & (POLLERR | POLLHUP)) == 0;
}

bool SocketEvents::receive(const std::function<void(const sockets::Row&)>& visit) {
  bool whole = true;
  for (const Subscription& subscription : subscriptions_) whole = receive(subscription, visit) && whole;
  return whole;
}

bool SocketEvents::receive(const Subscription& subscription, const std::function<void(const sockets::Row&)>& visit) {
  alignas(nlmsghdr) std::array<std::uint8_t, datagram_size> room;
  bool whole = true;
  for (;;) {
    const ssize_t size = ::recv(subscription.socket.get(), room.data(), room.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) {
      whole = false;
      continue;
    }
    if (size <= 0) return whole;
    std::span<const std::uint8_t> datagram{room.data(), static_cast<std::size_t>(size)};
    while (!datagram.empty()) {
      const wire::MessageBytes message = wire::next_message(datagram);
      sockets::Row row;
      if (message.empty() || !sockets::parse_inet_diag(message, protocol_of(message), row)) continue;
      row.state = sockets::State::closed;
      row.receive_queue = row.send_queue = 0;
      row.network_namespace = subscription.network_namespace;
      row.no_owner = sockets::NoOwner::gone;
      visit(row);
    }
  }
}

}  // namespace portolan::os
