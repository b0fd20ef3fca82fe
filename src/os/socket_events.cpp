#include "os/socket_events.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "os/namespaces.h"
#include "os/system_error.h"
#include "sockets/inet_diag.h"
#include "wire/netlink_message.h"

namespace portolan::os {
namespace {

constexpr int receive_buffer = 4 * 1024 * 1024;
constexpr std::size_t datagram_size = 8'192;  // one socket a datagram, a few hundred bytes each

// The answer itself does not say: the attribute does (net/ipv4/inet_diag.c, inet_diag_handler_get_info).
sockets::Protocol protocol_of(wire::MessageBytes message) {
  sockets::Protocol protocol = sockets::Protocol::tcp;
  const std::size_t begin = std::min(sizeof(nlmsghdr) + sizeof(inet_diag_msg), message.size());
  wire::for_each_attribute(message.subspan(begin), [&](std::uint16_t type, std::span<const std::uint8_t> payload) {
    if (type != INET_DIAG_PROTOCOL || payload.empty()) return;
    constexpr std::uint8_t udp = 17;
    constexpr std::uint8_t udplite = 136;
    if (payload.front() == udp) protocol = sockets::Protocol::udp;
    if (payload.front() == udplite) protocol = sockets::Protocol::udplite;
  });
  return protocol;
}

}  // namespace

Result<SocketEvents> SocketEvents::open() {
  SocketEvents events;
  events.socket_.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  for (const unsigned group :
       {SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET_UDP_DESTROY, SKNLGRP_INET6_TCP_DESTROY, SKNLGRP_INET6_UDP_DESTROY}) {
    address.nl_groups |= 1U << (group - 1);
  }
  if (!events.socket_.is_open() ||
      ::bind(events.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(Errc::io, fmt::format("cannot hear from the kernel which sockets end: {}", error_text(errno)));
  }
  if (::setsockopt(events.socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) != 0) {
    (void)::setsockopt(events.socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const FileDescriptor own{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
  events.network_namespace_ = own.is_open() ? namespace_inode(own) : 0;
  return events;
}

void SocketEvents::wait(Duration at_most) const {
  pollfd watched{socket_.get(), POLLIN, 0};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(at_most).count();
  (void)::poll(&watched, 1, static_cast<int>(std::clamp<std::int64_t>(ms, 0, 86'400'000)));
}

bool SocketEvents::receive(const std::function<void(const sockets::Row&)>& visit) {
  if (!socket_.is_open()) return true;
  alignas(nlmsghdr) std::array<std::uint8_t, datagram_size> room;
  bool whole = true;
  for (;;) {
    const ssize_t size = ::recv(socket_.get(), room.data(), room.size(), 0);
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
      row.network_namespace = network_namespace_;
      visit(row);
    }
  }
}

}  // namespace portolan::os
